"""What stands against lending, and staff who does it all the same."""

from typing import Any

from servicekit.db import TenantSession
from servicekit.errors import Conflict, Forbidden

from school_libraries.rules.limits import Reason

OVERRIDES = "libraries.loan.override"


class OverrideNotAllowed(Forbidden):
    code = "libraries.override_not_allowed"

    def __init__(self) -> None:
        super().__init__("Your role does not allow going against a rule.")


def overridden(
    session: TenantSession, reasons: list[Reason], override: str | None, refusal: Conflict
) -> dict[str, Any] | None:
    """Raise the refusal where there are reasons for it and nobody overrides them.

    Returns:
        What the audit log is to say of the override; None where nothing was overridden.

    Raises:
        OverrideNotAllowed: the user may not override.
    """
    if not reasons:
        return None
    if override is None:
        raise refusal
    if OVERRIDES not in session.context.permissions:
        raise OverrideNotAllowed
    return {"reasons": reasons, "override": override}
