"""Which category of patrons an account belongs to."""

from collections.abc import Collection

_OF_ROLE = {"teacher": "teacher", "guardian": "guardian", "student": "student"}
_ORDER = ("teacher", "staff", "guardian", "student")


def category_of(roles: Collection[str]) -> str:
    """The category of an account with these roles; whoever is no teacher, guardian or pupil is staff."""
    categories = {_OF_ROLE.get(role, "staff") for role in roles}
    return min(categories, key=_ORDER.index, default="staff")
