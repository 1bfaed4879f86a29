"""Which loan rule applies to a patron, an item and a branch."""

from collections.abc import Iterable
from typing import Protocol, TypeVar
from uuid import UUID


class Scope(Protocol):
    """What a rule is for; None is everything."""

    @property
    def branch_id(self) -> UUID | None: ...
    @property
    def patron_category(self) -> str | None: ...
    @property
    def item_type(self) -> str | None: ...


R = TypeVar("R", bound=Scope)


def most_specific(rules: Iterable[R], *, branch_id: UUID, patron_category: str, item_type: str) -> R | None:
    """The rule that says most of the case.

    One for the branch goes before one for the category of patrons, that before one for the type of items.
    """
    wanted = (branch_id, patron_category, item_type)

    def said(rule: R) -> tuple[UUID | str | None, ...]:
        return rule.branch_id, rule.patron_category, rule.item_type

    matching = [
        rule for rule in rules if all(a in {None, b} for a, b in zip(said(rule), wanted, strict=True))
    ]
    return max(matching, key=lambda rule: [a is not None for a in said(rule)], default=None)
