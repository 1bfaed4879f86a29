"""Text without regard to accents and case, for columns that are searched and sorted."""

from alembic import op


def create_folded() -> None:
    """Make `folded(text)` in the schema that is being migrated, for generated columns.

    unaccent() itself is only STABLE, because its dictionary could be replaced; ours is
    not. Statements write `lower(unaccent(…))`: their search_path names no tenant's schema.
    """
    op.execute(
        "CREATE FUNCTION folded(text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE "
        "RETURN lower(ext.unaccent('ext.unaccent'::regdictionary, $1))"
    )
