"""Print an application's OpenAPI document, made from the services' code: nothing has to run.

The same document as the gateway's `/openapi/<application>.json`.
"""

import argparse
import json
import os
import tempfile
from importlib import import_module
from pathlib import Path
from typing import get_args

from contracts.ids import Application
from fleet.keys import make_keys
from fleet.place import Place
from fleet.processes import plan
from gateway.openapi import merge
from servicekit.fleet import fleet, root


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("application", choices=get_args(Application))
    application = parser.parse_args().application
    os.environ["FLEET_ROOT"] = str(root())
    services = [entry for entry in fleet().built if entry.application == application]
    with tempfile.TemporaryDirectory() as folder:
        # The services read their settings when they are imported; nothing of this is opened.
        place = Place(Path(folder), 0, "postgresql://nobody@127.0.0.1/postgres", "redis://127.0.0.1")
        make_keys(place.dev / "keys", [fleet().gateway.name, *(entry.name for entry in services)])
        for process in plan(place, fleet()).services:
            os.environ |= process.environment
        apps = {entry: import_module(f"{entry.package}.main").app for entry in services}
        print(json.dumps(merge(application, {entry: app.openapi() for entry, app in apps.items()}), indent=1))


if __name__ == "__main__":
    main()
