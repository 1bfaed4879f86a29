import pytest
from business_user.policy import POLICY
from identity_kit.rules.grants import may_grant


@pytest.mark.parametrize(
    ("granter", "may", "may_not"),
    [
        ("owner", {"owner", "admin", "hr", "payroll", "manager", "sales", "employee"}, set()),
        ("admin", {"admin", "hr", "payroll", "manager", "sales", "employee"}, {"owner"}),
        ("hr", {"hr", "manager", "sales", "employee"}, {"owner", "admin", "payroll"}),
        ("manager", set(), {"employee"}),
    ],
)
def test_nobody_gives_a_role_above_their_own(granter: str, may: set[str], may_not: set[str]) -> None:
    assert all(may_grant(POLICY, {granter}, role) for role in may)
    assert not any(may_grant(POLICY, {granter}, role) for role in may_not)
