"""How a patron stands with the library."""

from school_libraries.models.patron import Patron
from school_libraries.rules.limits import Reason, Standing
from school_libraries.schemas.loan_rule import RuleRead
from school_libraries.services import account as accounts
from school_libraries.services.current import Session, now


async def restrictions(session: Session, patron: Patron, rule: RuleRead) -> list[Reason]:
    """What keeps a patron from borrowing, renewing and reserving, under a rule."""
    standing = Standing(
        active=patron.active,
        blocked=patron.blocked,
        until=patron.until,
        owed=await accounts.owed(session, patron.id),
    )
    return standing.restrictions((await now(session)).today, rule.max_debt)
