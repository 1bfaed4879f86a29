import pytest
from identity_kit.rules.grants import may_grant
from school_user.policy import POLICY


@pytest.mark.parametrize(
    ("granter", "may", "may_not"),
    [
        ("owner", {"owner", "hq", "principal", "teacher", "student"}, set()),
        ("hq", {"hq", "principal", "librarian", "guardian"}, {"owner"}),
        ("principal", {"teacher", "librarian", "staff", "guardian", "student"}, {"owner", "hq", "principal"}),
        ("teacher", set(), {"student"}),
    ],
)
def test_nobody_gives_a_role_above_their_own(granter: str, may: set[str], may_not: set[str]) -> None:
    assert all(may_grant(POLICY, {granter}, role) for role in may)
    assert not any(may_grant(POLICY, {granter}, role) for role in may_not)
