"""What people do in a browser, on the frontends as they are built and a whole fleet behind them.

The journeys are scripts for Node beside this file. They fail as well where a page on their way logs an
error, breaks its Content-Security-Policy or has something that axe calls serious. How to run one by hand
and see its screenshots: docs/frontends.md.
"""

import json
import os
import shutil
import subprocess
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from fleet import frontends, node
from fleet.place import Place
from fleet.testing import Organisation, RunningFleet
from servicekit.fleet import fleet, root
from servicekit.tenant_schema import schema_of

JOURNEYS = Path(__file__).with_name("journeys")
CHROMIUMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

# Through the API they take minutes, and what is seen of them is the same.
TEN_THOUSAND_HIRED = """
WITH job AS (INSERT INTO {schema}.positions (name, version) VALUES ('Weaver', 1) RETURNING id),
hired AS (
  INSERT INTO {schema}.employees (employee_no, first_name, last_name, email, date_of_joining, version)
  SELECT 'W' || lpad(g::text, 5, '0'), 'Person', 'Number ' || lpad((g * 7919 % 10000)::text, 5, '0'),
    g || '@journey.test', date '2000-01-01' + g * 104729 % 9000, 1
  FROM generate_series(1, 10000) g
  RETURNING id, date_of_joining
)
INSERT INTO {schema}.employment_records (employee_id, valid_from, position_id, employment_type)
SELECT hired.id, date_of_joining, job.id, 'full_time' FROM hired, job
"""
TEN_THOUSAND_SAID = """
WITH channel AS (
  UPDATE {schema}.channels SET last_seq = last_seq + 10000 RETURNING id, last_seq - 10000 AS before
), said AS (
  INSERT INTO {schema}.messages (channel_id, seq, author_id, client_msg_id, text, version, created_at)
  SELECT id, before + g, $1, uuidv7(), 'message ' || g, 1, now() - (10000 - g) * interval '2 minutes'
  FROM channel, generate_series(1, 10000) g
  RETURNING *
)
INSERT INTO {schema}.channel_events (channel_id, seq, kind, actor_id, message_id, data, created_at)
SELECT channel_id, seq, 'message_created', author_id, id, '{{}}', created_at FROM said
"""

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
            "GATEWAY": running_fleet.gateway,
            "WEB": str(running_fleet.place.dev / "web"),
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


@pytest.mark.parametrize("journey", ["joining", "leave", "editing", "chat", "lending", "outage"])
def test_people_get_through(journey: str, travel: Travel) -> None:
    travel(journey)


@pytest.mark.parametrize("application", ["business", "school"])
def test_the_palette_leads_there_and_german_is_complete(application: str, travel: Travel) -> None:
    travel("german", application)


@pytest.fixture
async def crowded(running_fleet: RunningFleet) -> AsyncIterator[Organisation]:
    """A company that nobody else looks at."""
    organisation = await running_fleet.register("business")
    yield organisation
    await organisation.client.aclose()


async def test_a_directory_of_ten_thousand_is_scrolled_sorted_and_searched(
    running_fleet: RunningFleet, crowded: Organisation, travel: Travel, count: Callable[..., None]
) -> None:
    statement = TEN_THOUSAND_HIRED.format(schema=schema_of(crowded.id))
    await running_fleet.query("app1_hrms", statement)
    count(**json.loads(travel("directory", crowded.id)))


async def test_a_channel_of_ten_thousand_messages_is_read_to_the_oldest_and_back(
    running_fleet: RunningFleet, crowded: Organisation, travel: Travel, count: Callable[..., None]
) -> None:
    author = (await crowded.client.get("/user/me")).json()["id"]
    statement = TEN_THOUSAND_SAID.format(schema=schema_of(crowded.id))
    await running_fleet.query("app1_chat", statement, author)
    count(**json.loads(travel("history", crowded.id)))


@pytest.mark.parametrize("application", ["business", "school"])
def test_every_page_is_accessible_and_fits_a_phone(
    application: str, travel: Travel, count: Callable[..., None]
) -> None:
    looked_at = [json.loads(line) for line in travel("pages", application).splitlines()]
    for counts in looked_at:
        count(**counts)
    (sign_in,) = (counts for counts in looked_at if counts["page"] == "/login")
    assert sign_in["script_bytes"] < 200_000
