"""Who may give whom which role."""

from collections.abc import Iterable

from identity_kit.policy import Policy


def may_grant(policy: Policy, granter: Iterable[str], role: str) -> bool:
    """Whether the holder of the roles `granter` may give `role` to somebody."""
    return "owner" in granter or any(role in policy.grants.get(own, ()) for own in granter)
