"""The catalogue of permissions: what there is to allow, and who may at first.

A code is `<prefix>.<noun>.<verb>`; the prefix is that of the service whose
routes ask for it, so the gateway tells each service only what concerns it.
"""

from dataclasses import dataclass

from contracts.ids import Application


@dataclass(frozen=True)
class Permission:
    """`roles` are the built-in roles that hold it, besides owner, who holds all."""

    code: str
    label: str
    applications: frozenset[Application]
    roles: frozenset[str]


ROLES: dict[Application, tuple[str, ...]] = {
    "business": ("owner", "admin", "hr", "payroll", "manager", "sales", "employee"),
    "school": ("owner", "hq", "principal", "teacher", "librarian", "staff", "guardian", "student"),
}

_BOTH: frozenset[Application] = frozenset({"business", "school"})
_BUSINESS: frozenset[Application] = frozenset({"business"})
_SCHOOL: frozenset[Application] = frozenset({"school"})


def _permission(code: str, label: str, applications: frozenset[Application], *roles: str) -> Permission:
    return Permission(code, label, applications, frozenset(roles))


PERMISSIONS: tuple[Permission, ...] = (
    _permission("user.tenant.write", "Change and close the organisation", _BOTH),
    _permission("user.account.read", "See accounts and roles", _BOTH, "admin", "hr", "hq", "principal"),
    _permission("user.account.write", "Give roles, deactivate accounts", _BOTH, "admin", "hq"),
    _permission("user.role.write", "Make roles", _BOTH, "admin", "hq"),
    _permission("user.invitation.write", "Invite people", _BOTH, "admin", "hr", "hq", "principal"),
    _permission("user.api_key.write", "Make and revoke keys for programs", _BOTH, "admin", "hq"),
    _permission("user.audit.read", "See what was done to accounts", _BOTH, "admin", "hq"),
    _permission("hrms.audit.read", "See what was done to employees", _BUSINESS, "admin"),
    _permission("hrms.employee.read", "See oneself and one's team", _BUSINESS, *ROLES["business"]),
    _permission("hrms.employee.read_all", "See every employee", _BUSINESS, "admin", "hr", "payroll"),
    _permission("hrms.employee.write", "Hire and change employees", _BUSINESS, "admin", "hr"),
    # Ending an employment closes its account: whoever links one could shut anybody out.
    _permission("hrms.account.write", "Give accounts to employees", _BUSINESS, "admin"),
    _permission("hrms.employee.export", "Export employees", _BUSINESS, "admin", "hr"),
    _permission(
        "hrms.report.read", "See reports on whom one sees", _BUSINESS, "admin", "hr", "payroll", "manager"
    ),
    _permission("hrms.structure.read", "See departments and positions", _BUSINESS, *ROLES["business"]),
    _permission("hrms.structure.write", "Change departments and positions", _BUSINESS, "admin", "hr"),
    _permission("hrms.document.use", "See and add one's documents", _BUSINESS, *ROLES["business"]),
    _permission("hrms.document.manage", "See and change everybody's documents", _BUSINESS, "admin", "hr"),
    _permission("hrms.checklist.use", "See and do one's onboarding tasks", _BUSINESS, *ROLES["business"]),
    _permission("hrms.checklist.manage", "Make checklists, do everybody's tasks", _BUSINESS, "admin", "hr"),
    _permission("hrms.leave.use", "Ask for leave, decide on one's team's", _BUSINESS, *ROLES["business"]),
    _permission("hrms.leave.manage", "Give leave, decide on everybody's", _BUSINESS, "admin", "hr"),
    _permission("chat.audit.read", "See what was done to channels", _BUSINESS, "admin"),
    _permission("chat.channel.use", "Chat", _BUSINESS, *ROLES["business"]),
    _permission("chat.channel.manage", "Act as an owner of every channel", _BUSINESS, "admin"),
    _permission("libraries.audit.read", "See what was done in the library", _SCHOOL, "hq", "principal"),
    _permission("libraries.catalogue.read", "Search the catalogue", _SCHOOL, *ROLES["school"]),
    _permission("libraries.catalogue.write", "Change books and copies, import", _SCHOOL, "librarian"),
    _permission("libraries.loan.use", "Borrow, renew and reserve for oneself", _SCHOOL, *ROLES["school"]),
    _permission("libraries.loan.manage", "Serve patrons: lend, take back, reserve", _SCHOOL, "librarian"),
    _permission("libraries.loan.override", "Lend against a rule", _SCHOOL, "librarian", "principal"),
    _permission("libraries.account.manage", "Charge, take payments, waive", _SCHOOL, "librarian"),
    _permission(
        "libraries.settings.write",
        "Change branches, calendar, loan rules",
        _SCHOOL,
        "librarian",
        "principal",
        "hq",
    ),
    _permission(
        "libraries.statistics.read", "See statistics, export loans", _SCHOOL, "librarian", "principal", "hq"
    ),
)


def permissions_of(application: Application, roles: frozenset[str]) -> frozenset[str]:
    """Codes that the built-in `roles` hold in an application."""
    return frozenset(
        permission.code
        for permission in PERMISSIONS
        if application in permission.applications and ("owner" in roles or permission.roles & roles)
    )
