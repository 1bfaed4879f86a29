"""Words to search for, without regard to accents, case and punctuation."""

from sqlalchemy import ColumnElement, func


def words(text: str) -> ColumnElement[str]:
    """A text's words with single spaces between them, of letters and digits only; NULL where it has none.

    Folded as `folded()` of `servicekit.migrations.folding` folds columns.
    """
    folded = func.regexp_replace(func.lower(func.unaccent(text)), "[^[:alnum:]]+", " ", "g")
    return func.nullif(func.btrim(folded), "")
