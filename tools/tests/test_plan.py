import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from fleet.acme import people
from fleet.place import FleetError, Place
from fleet.processes import Process, Reload, plan
from servicekit.fleet import fleet, root


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """With servers that are not ours, so that none is made."""
    return Place(
        tmp_path,
        100,
        "postgresql://admin:secret@db.test:5433/postgres?sslmode=require",
        "redis://cache.test:6379/0",
    )


def planned(place: Place, name: str, *, reload: Reload | None = None) -> Process:
    return next(process for process in plan(place, fleet(), reload=reload).services if process.name == name)


def test_a_services_databases_are_on_the_given_server_as_its_own_roles(place: Place) -> None:
    environment = planned(place, "app1-hrms-service").environment
    for variable, role in (("DATABASE_URL", "app1_hrms"), ("DATABASE_READ_URL", "app1_hrms_ro")):
        url = urlsplit(environment[f"APP1_HRMS_{variable}"])
        assert (url.username, url.hostname, url.port, url.path, url.query) == (
            role, "db.test", 5433, "/app1_hrms", "sslmode=require",
        )  # fmt: skip
        assert url.password == place.secret(role)
    assert not any("admin" in value for value in environment.values())


def test_every_port_moves_with_the_offset(place: Place) -> None:
    numbers = {entry.name: entry.port for entry in fleet().built} | {"api-gateway": fleet().gateway.port}
    ports = {process.name: process.ports for process in plan(place, fleet()).services}
    assert ports == {name: (number + 100, number + 1100) for name, number in numbers.items()}
    hrms = planned(place, "app1-hrms-service")
    assert "--port=8102" in hrms.argv
    assert hrms.environment["APP1_HRMS_METRICS_PORT"] == "9102"
    assert planned(place, "api-gateway").environment["APP1_HRMS_SERVICE_UPSTREAM"] == "http://127.0.0.1:8102"


def test_only_a_user_service_holds_the_identity_secret(place: Place) -> None:
    holders = {
        process.name
        for process in plan(place, fleet()).services
        if any(n.endswith("_SECRET") for n in process.environment)
    }
    assert holders == {"app1-user-service", "app2-user-service"}


def test_a_secret_is_the_same_at_every_call_and_for_nobody_elses_eyes(place: Place) -> None:
    assert place.secret("app1_hrms") == Place(place.root).secret("app1_hrms") != place.secret("app1_user")
    assert (place.dev / "secrets/app1_hrms").stat().st_mode & 0o777 == 0o600


def test_development_reloads_on_a_change_in_the_service_and_in_what_it_depends_on(place: Place) -> None:
    here = Place(root(), place.offset, place.admin_url, place.redis_url)
    arguments = planned(here, "app1-user-service", reload="services").argv
    for source in (
        "app1-business/user-service",
        "shared-libs/identity-kit",
        "shared-libs/servicekit",
        "shared-libs/contracts",
    ):
        assert f"--reload-dir={root() / source / 'src'}" in arguments
    assert f"--reload-dir={root() / 'app1-business/hrms-service/src'}" not in arguments


def test_the_port_offset_stays_as_it_was_where_nothing_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".dev").mkdir()
    monkeypatch.setenv("FLEET_PORT_OFFSET", "200")
    Place.wanted(tmp_path).remember()
    monkeypatch.delenv("FLEET_PORT_OFFSET")
    assert Place.wanted(tmp_path).offset == Place.last_used(tmp_path).offset == 200
    monkeypatch.setenv("FLEET_PORT_OFFSET", "many")
    with pytest.raises(FleetError, match="FLEET_PORT_OFFSET"):
        Place.wanted(tmp_path)


def test_of_two_commands_that_change_a_fleet_one_waits(tmp_path: Path) -> None:
    code = f"""
from pathlib import Path
from fleet.place import Place
with Place(Path({str(tmp_path)!r})).alone():
    print('second', flush=True)"""
    with Place(tmp_path).alone():
        second = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
        assert second.stdout is not None
        assert "waiting" in second.stdout.readline()
    assert second.communicate()[0] == "second\n"


def test_the_demo_companys_people_come_after_their_managers() -> None:
    seen: set[str | None] = {None}
    for person in people():
        assert person.manager in seen
        seen.add(person.number)
    assert [person.number for person in people()] == sorted(number for number in seen if number)
    assert list(people()) == list(people())


def test_mails_lead_to_the_frontend_whose_pages_may_open_websockets(place: Place) -> None:
    page = f"http://localhost:{place.port(3002)}"
    assert planned(place, "app2-user-service").environment["APP2_USER_PUBLIC_URL"] == page
    assert page in planned(place, "api-gateway").environment["GATEWAY_ORIGINS"].split(",")


def test_a_frontend_runs_once_it_is_built(place: Place) -> None:
    assert plan(place, fleet()).frontends == []
    server = place.dev / "web/app1-frontend/app1-business/frontend/server.js"
    server.parent.mkdir(parents=True)
    server.touch()
    [frontend] = plan(place, fleet()).frontends
    assert frontend.argv[1:] == [str(server)]
    assert frontend.environment["FRONTEND_GATEWAY_URL"] == f"http://127.0.0.1:{place.port(8080)}"
