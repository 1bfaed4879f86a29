"""`fleet secrets`: the Secrets that infrastructure/kubernetes refers to, for `kubectl apply -f -`.

Values are made once and kept in a folder. What only others can give, such as the mail server's
password, is read from `<secret>.env` in that folder: lines of NAME=value.
"""

import os
from pathlib import Path
from typing import Any

from servicekit.fleet import Fleet

from fleet.keys import make_keys
from fleet.place import Place
from fleet.processes import plan

_SECRET = ("_DATABASE_URL", "_DATABASE_READ_URL", "_SECRET")  # ends of settings that are no ConfigMap's


def manifests(folder: Path, fleet: Fleet) -> dict[str, Any]:
    """A Kubernetes List of Secrets, and of the ConfigMap with everybody's public keys.

    ADMIN_DATABASE_URL and REDIS_URL name servers that are managed elsewhere; without them
    they are those of overlays/dev.
    """
    here = Place(folder)
    password = here.secret("postgres")
    admin_url = (
        os.environ.get("ADMIN_DATABASE_URL") or f"postgresql://postgres:{password}@postgres:5432/postgres"
    )
    redis_url = os.environ.get("REDIS_URL") or "redis://redis:6379/0"
    processes = plan(Place(folder, admin_url=admin_url, redis_url=redis_url), fleet).services
    environments = {process.name: process.environment for process in processes}
    names = [fleet.gateway.name, *(entry.name for entry in fleet.built)]
    keys = here.dev / "keys"
    make_keys(keys, names)
    secrets = {
        "fleet": {"FLEET_REDIS_URL": redis_url},
        "operator": {"ADMIN_DATABASE_URL": admin_url},
        "postgres": {"username": "postgres", "password": password},
        "database-passwords": {
            f"{entry.env_prefix}DATABASE_{part}PASSWORD": here.secret(role)
            for entry in fleet.built
            for part, role in (("", entry.database), ("READ_", f"{entry.database}_ro"))
        },
    }
    for name in names:
        secrets[name] = {key: value for key, value in environments[name].items() if key.endswith(_SECRET)}
        secrets[f"{name}-key"] = {"signing-key.pem": (keys / f"{name}.pem").read_text()}
    items = [
        _resource("Secret", name, "stringData", {**values, **_given(folder / f"{name}.env")})
        for name, values in secrets.items()
    ]
    trusted = {"trusted.json": (keys / "trusted.json").read_text()}
    return {
        "apiVersion": "v1",
        "kind": "List",
        "items": [*items, _resource("ConfigMap", "trusted-keys", "data", trusted)],
    }


def _resource(kind: str, name: str, field: str, values: dict[str, str]) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": kind, "metadata": {"name": name}, field: values}


def _given(file: Path) -> dict[str, str]:
    lines = file.read_text().splitlines() if file.exists() else []
    return dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))
