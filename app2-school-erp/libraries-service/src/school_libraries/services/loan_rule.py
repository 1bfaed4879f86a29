"""Loan rules: which there are, and which applies."""

from typing import Any
from uuid import UUID

from servicekit import audit
from servicekit.db import TenantSession, advisory_lock, refusing
from sqlalchemy import select

from school_libraries.models.loan_rule import LoanRule
from school_libraries.rules.matching import most_specific
from school_libraries.schemas.loan_rule import RuleRead, RuleWish
from school_libraries.services.branch import BranchUnknown
from school_libraries.services.current import Session

Scope = tuple[UUID | None, str | None, str | None]


async def everything(session: Session) -> list[RuleRead]:
    """All rules, the general ones first."""
    order = (LoanRule.branch_id, LoanRule.patron_category, LoanRule.item_type)
    rows = await session.scalars(select(LoanRule).order_by(*(column.nulls_first() for column in order)))
    return [RuleRead.model_validate(row) for row in rows]


async def applying(session: Session, *, branch_id: UUID, patron_category: str, item_type: str) -> RuleRead:
    rule = most_specific(
        await everything(session),
        branch_id=branch_id,
        patron_category=patron_category,
        item_type=item_type,
    )
    if rule is None:
        raise LookupError("the rule for everything is gone")
    return rule


async def replace(session: TenantSession, wishes: list[RuleWish]) -> list[RuleRead]:
    """Have these rules and no others; a rule keeps its id while its scope is wanted.

    The rule for everything stays as it is where none is given. Loans keep the terms
    that they were made on.
    """
    await advisory_lock(session, "loan rules")
    known = {_scope(rule): rule for rule in await session.scalars(select(LoanRule))}
    before = [RuleRead.model_validate(rule).model_dump(mode="json") for rule in known.values()]
    wanted = {_scope(wish): wish for wish in wishes}
    for scope, rule in known.items():
        if scope not in wanted and any(scope):
            await session.delete(rule)
    for scope, wish in wanted.items():
        values = wish.model_dump()
        if scope in known:
            for name, value in values.items():
                setattr(known[scope], name, value)
        else:
            session.add(LoanRule(**values))
    async with refusing({"fk_loan_rules_branch_id": BranchUnknown}):
        await session.flush()
    rules = await everything(session)
    after: Any = [rule.model_dump(mode="json") for rule in rules]
    audit.add(
        session,
        "libraries.loan_rules_changed",
        target="loan_rules",
        before={"rules": before},
        after={"rules": after},
    )
    return rules


def _scope(rule: LoanRule | RuleWish) -> Scope:
    return rule.branch_id, rule.patron_category, rule.item_type
