from dataclasses import dataclass
from itertools import product
from uuid import UUID, uuid4

from school_libraries.rules.matching import most_specific

MAIN, ANNEX = uuid4(), uuid4()


@dataclass(frozen=True)
class Rule:
    branch_id: UUID | None
    patron_category: str | None
    item_type: str | None


EVERY_SCOPE = [Rule(*scope) for scope in product((MAIN, None), ("student", None), ("book", None))]


def test_each_of_the_eight_scopes_goes_before_all_less_specific_ones() -> None:
    case = {"branch_id": MAIN, "patron_category": "student", "item_type": "book"}
    left = list(reversed(EVERY_SCOPE))
    order = []
    while (found := most_specific(left, **case)) is not None:  # type: ignore[arg-type] # a case, spelled out
        order.append(found)
        left.remove(found)
    assert order == EVERY_SCOPE


def test_a_rule_for_something_else_never_applies() -> None:
    fallback = Rule(None, None, None)
    others = [Rule(ANNEX, "student", "book"), Rule(MAIN, "teacher", None), Rule(None, None, "dvd")]
    case = most_specific([*others, fallback], branch_id=MAIN, patron_category="student", item_type="book")
    assert case is fallback
    assert most_specific(others, branch_id=MAIN, patron_category="student", item_type="book") is None
