from servicekit.access import needs
from servicekit.edge import ReadSession, Router, TenantSession
from servicekit.errors import documented

from school_libraries.schemas.loan_rule import Preview, PreviewWish, RulesRead, RulesWish
from school_libraries.services import lending
from school_libraries.services import loan_rule as rules
from school_libraries.services.branch import BranchUnknown
from school_libraries.services.current import now
from school_libraries.services.patron import PatronUnknown
from school_libraries.services.shelf import CopyUnknown

router = Router("libraries", tags=["loan rules"])


@router.get("/rules", dependencies=[needs("libraries.loan.use")])
async def list_rules(session: ReadSession) -> RulesRead:
    """The loan rules. Of those that apply to a loan, the most specific one counts."""
    return RulesRead(currency=(await now(session)).currency, items=await rules.everything(session))


@router.put("/rules", dependencies=[needs("libraries.settings.write")], responses=documented(BranchUnknown))
async def set_rules(wishes: RulesWish, session: TenantSession) -> RulesRead:
    """Replace the loan rules. The one for everything stays where none is given; loans keep their terms."""
    replaced = await rules.replace(session, wishes)
    return RulesRead(currency=(await now(session)).currency, items=replaced)


@router.post(
    "/rules/preview",
    dependencies=[needs("libraries.loan.use")],
    responses=documented(CopyUnknown, PatronUnknown),
)
async def preview_rules(wish: PreviewWish, session: ReadSession) -> Preview:
    """The due date of a loan, and how it comes about, without lending."""
    return await lending.preview(session, wish)
