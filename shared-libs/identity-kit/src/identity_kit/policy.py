"""What one application's identity decides for itself."""

from collections.abc import Mapping
from dataclasses import dataclass

from contracts.ids import Application
from contracts.permissions import ROLES


@dataclass(frozen=True)
class Policy:
    """`product` is the application's name in mails that no organisation sends.

    `grants` says which built-in roles the holder of a role may give to others; an owner may give all.
    """

    application: Application
    product: str
    grants: Mapping[str, frozenset[str]]

    @property
    def roles(self) -> tuple[str, ...]:
        """The built-in roles."""
        return ROLES[self.application]
