"""Who is who in a group of schools."""

from contracts.permissions import ROLES
from identity_kit.policy import Policy

POLICY = Policy(
    application="school",
    product="School ERP",
    grants={
        "hq": frozenset(ROLES["school"]) - {"owner"},
        "principal": frozenset({"teacher", "librarian", "staff", "guardian", "student"}),
    },
)
