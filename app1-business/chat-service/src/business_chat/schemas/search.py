from typing import Annotated, Any, Literal, Self

from pydantic import Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError
from servicekit.pagination import ListQuery
from servicekit.schemas import Day

from business_chat.rules import search

Named = Annotated[str, StringConstraints(min_length=1, max_length=200)]
_ONCE = {"before", "after"}


class SearchQuery(ListQuery):
    """All words of `q` must be there: `"exact words"` side by side, `-not` not, `beginn*` as a beginning.

    The other parameters may stand in `q` too: `from:ada in:team before:2026-11-01 payslip`. Of several
    names one must match. `from` takes a handle, an id or `me`; `in` a channel's name or id. `before` and
    `after` leave out the day itself, where the organisation is.
    """

    q: str | None = Field(None, max_length=500)
    from_: list[Named] = Field(default_factory=list, alias="from", max_length=10)
    in_: list[Named] = Field(default_factory=list, alias="in", max_length=10)
    before: Day | None = None
    after: Day | None = None
    has: list[Literal["link", "reaction"]] = Field(default_factory=list, max_length=2)

    @property
    def terms(self) -> list[search.Term]:
        return search.parse(self.q or "").terms

    @model_validator(mode="before")
    @classmethod
    def _take_operators(cls, given: dict[str, Any]) -> dict[str, Any]:
        taken = dict(given)
        for name, value in search.parse(given.get("q") or "").operators:
            if name.startswith("-"):
                raise PydanticCustomError("operator_excluded", "Words alone can be excluded.")
            if name not in _ONCE:
                taken[name] = [*taken.get(name, []), value]
            elif name in taken:
                raise PydanticCustomError("operator_twice", "before and after are said once each.")
            else:
                taken[name] = value
        return taken

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        named = self.from_ or self.in_ or self.before or self.after or self.has
        if not named and all(term.excluded for term in self.terms):
            raise PydanticCustomError("nothing_to_find", "Say a word to look for.")
        return self
