"""What people do in a browser, on the frontends as they are built and a whole fleet behind them.

The journeys are scripts for Node beside this file. They fail as well where a page on their way logs an
error, breaks its Content-Security-Policy or has something that axe calls serious. How to run one by hand
and see its screenshots: docs/frontends.md.
"""

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from fleet import frontends, node
from fleet.place import Place
from fleet.testing import RunningFleet
from servicekit.fleet import fleet, root

JOURNEYS = Path(__file__).with_name("journeys")
CHROMIUMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

Travel = Callable[..., str]


@pytest.fixture(scope="module")
def chromium() -> str:
    found = next(filter(None, map(shutil.which, CHROMIUMS)), None)
    if found is None:
        pytest.fail("these tests open pages in Chromium: apt-get install --no-install-recommends chromium")
    return found


@pytest.fixture(scope="module")
def pages(running_fleet: RunningFleet) -> dict[str, str]:
    """Where both frontends are, by application; each is built once for this checkout."""
    checkout = Place(root())
    if not (root() / "node_modules/next").is_dir():
        pytest.fail("the npm packages are missing: `make test` installs them")
    with checkout.alone():
        for entry in frontends.outdated(checkout, fleet().frontend):
            frontends.build(checkout, entry)
    (running_fleet.place.dev / "web").symlink_to(checkout.dev / "web")
    running_fleet.run("up")
    return {entry.application: frontends.address(running_fleet.place, entry) for entry in fleet().frontend}


@pytest.fixture
def travel(running_fleet: RunningFleet, pages: dict[str, str], chromium: str) -> Travel:
    """Run a journey to its end; what it prints."""

    def travel(journey: str, *arguments: str) -> str:
        shots = Path(os.environ.get("SHOTS", root() / ".dev/screenshots"), "-".join((journey, *arguments)))
        settings = {
            "CHROMIUM": chromium,
            "MAIL_FOLDER": str(running_fleet.place.dev / "mail"),
            "BUSINESS": pages["business"],
            "SCHOOL": pages["school"],
            "SHOTS": str(shots),
        }
        done = subprocess.run(
            [node.program("node"), JOURNEYS / f"{journey}.mjs", *arguments],
            env=os.environ | settings,
            capture_output=True,
            text=True,
            check=False,
            timeout=900,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    return travel


@pytest.mark.parametrize("journey", ["joining", "leave", "chat", "lending"])
def test_people_get_through(journey: str, travel: Travel) -> None:
    travel(journey)


@pytest.mark.parametrize("application", ["business", "school"])
def test_every_page_is_accessible_and_fits_a_phone(
    application: str, travel: Travel, count: Callable[..., None]
) -> None:
    looked_at = [json.loads(line) for line in travel("pages", application).splitlines()]
    for counts in looked_at:
        count(**counts)
    (sign_in,) = (counts for counts in looked_at if counts["page"] == "/login")
    assert sign_in["script_bytes"] < 200_000
