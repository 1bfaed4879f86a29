"""Who is who in a company."""

from contracts.permissions import ROLES
from identity_kit.policy import Policy

POLICY = Policy(
    application="business",
    product="Business System",
    grants={
        "admin": frozenset(ROLES["business"]) - {"owner"},
        "hr": frozenset({"hr", "manager", "sales", "employee"}),
    },
)
