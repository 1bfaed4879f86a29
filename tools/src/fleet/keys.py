"""Keys with which the gateway and the services sign for each other."""

import json
from collections.abc import Iterable
from pathlib import Path

from servicekit.auth import new_signing_key, public_jwks

from fleet.place import kept


def make_keys(folder: Path, names: Iterable[str]) -> None:
    """Write `<name>.pem` for each deployable, and the public halves of all to trusted.json.

    Keys that exist stay.
    """
    private = {name: kept(folder / f"{name}.pem", new_signing_key) for name in names}
    trusted = {name: public_jwks(pem) for name, pem in private.items()}
    (folder / "trusted.json").write_text(json.dumps(trusted, indent=2) + "\n")
