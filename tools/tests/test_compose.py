"""docker-compose.yml says of each service what fleet.toml says."""

import re
import shutil
import subprocess
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml
from servicekit.fleet import Gateway, ServiceEntry, fleet, root

TEXT = (root() / "infrastructure/docker/fleet.yml").read_text()
SERVICES: dict[str, dict[str, Any]] = yaml.safe_load(TEXT)["services"]
SERVERS_AND_ONE_SHOTS = {"postgres", "redis", "databases", "keys", "demo", "toolbox"}

every_service = pytest.mark.parametrize("entry", fleet().built, ids=lambda entry: entry.name)


def containers(entry: ServiceEntry) -> dict[str, dict[str, Any]]:
    return {part: SERVICES[f"{entry.name}{part}"] for part in ("-migrate", "", "-worker")}


def test_compose_runs_every_built_service_and_nothing_that_is_not_built() -> None:
    of_services = {f"{entry.name}{part}" for entry in fleet().built for part in ("-migrate", "", "-worker")}
    others = {fleet().gateway.name, *(entry.name for entry in fleet().frontend)}
    assert SERVICES.keys() == of_services | others | SERVERS_AND_ONE_SHOTS


def test_each_image_is_built_from_its_folder_package_and_port() -> None:
    deployables: list[Gateway | ServiceEntry] = [fleet().gateway, *fleet().built]
    for deployable in deployables:
        expected = {"MEMBER": deployable.folder, "PACKAGE": deployable.package, "PORT": deployable.port}
        assert SERVICES[deployable.name]["build"]["args"] == expected


@every_service
def test_migration_api_and_worker_are_one_image(entry: ServiceEntry) -> None:
    parts = containers(entry)
    assert {part["image"].rpartition("/")[2] for part in parts.values()} == {entry.name}
    assert parts["-migrate"]["command"] == f"python -m servicekit migrate {entry.package}"
    assert parts["-worker"]["command"] == f"python -m servicekit worker {entry.package}"


@every_service
def test_api_and_worker_start_when_the_migrations_are_done(entry: ServiceEntry) -> None:
    parts = containers(entry)
    for part in ("", "-worker"):
        migrated = parts[part]["depends_on"][f"{entry.name}-migrate"]
        assert migrated == {"condition": "service_completed_successfully"}


@every_service
def test_a_service_is_given_its_own_database_and_no_other(entry: ServiceEntry) -> None:
    for part in containers(entry).values():
        given = {name: urlsplit(url) for name, url in part["environment"].items() if "DATABASE" in name}
        assert {name: (url.username, url.path) for name, url in given.items()} == {
            f"{entry.env_prefix}DATABASE_URL": (entry.database, f"/{entry.database}"),
            f"{entry.env_prefix}DATABASE_READ_URL": (f"{entry.database}_ro", f"/{entry.database}"),
        }


def test_the_databases_are_made_with_every_password_that_init_sql_asks_for() -> None:
    asked = re.findall(r"\\getenv \w+ (\w+)", (root() / "infrastructure/postgres/init.sql").read_text())
    given = SERVICES["databases"]["environment"]
    assert {name: given.get(name) for name in asked} == {name: f"${{{name}}}" for name in asked}


@every_service
def test_a_service_is_found_where_it_listens(entry: ServiceEntry) -> None:
    callers = [
        SERVICES[fleet().gateway.name],
        *(part for e in fleet().built for part in containers(e).values()),
    ]
    for caller in callers:
        assert caller["environment"][entry.upstream_variable] == f"http://{entry.name}:{entry.port}"


@every_service
def test_the_demo_waits_for_every_service(entry: ServiceEntry) -> None:
    assert SERVICES["demo"]["depends_on"][entry.name] == {"condition": "service_healthy"}


def test_each_frontend_is_built_from_its_folder_and_found_by_mails_and_sockets() -> None:
    for entry in fleet().frontend:
        port = f"${{{entry.name.replace('-', '_').upper()}_PORT}}"
        assert SERVICES[entry.name]["build"]["args"] == {"FOLDER": entry.folder, "PORT": entry.port}
        assert SERVICES[entry.name]["ports"] == [f"${{GATEWAY_ADDRESS}}:{port}:{entry.port}"]
        origins = SERVICES[fleet().gateway.name]["environment"]["GATEWAY_ORIGINS"].split(",")
        assert f"http://localhost:{port}" in origins
        users = next(e for e in fleet().built if e.prefix == "user" and e.application == entry.application)
        for part in containers(users).values():
            assert part["environment"][f"{users.env_prefix}PUBLIC_URL"] == f"http://localhost:{port}"


def test_only_the_gateway_and_the_frontends_are_published_and_by_default_on_loopback() -> None:
    published = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    assert published.keys() == {fleet().gateway.name, *(entry.name for entry in fleet().frontend)}
    assert published[fleet().gateway.name] == [
        f"${{GATEWAY_ADDRESS}}:${{GATEWAY_PORT}}:{fleet().gateway.port}"
    ]
    assert (example()["GATEWAY_ADDRESS"], example()["GATEWAY_PORT"]) == ("127.0.0.1", "8080")


def example() -> dict[str, str]:
    lines = (root() / ".env.example").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))


def test_the_example_gives_every_value_that_compose_asks_for_and_no_other() -> None:
    asked = set(re.findall(r"\$\{(\w+)\}", TEXT)) - {"COMPOSE_PROJECT_NAME"}
    assert example().keys() == asked


def test_no_password_or_secret_stands_in_the_compose_file() -> None:
    for service in SERVICES.values():
        for name, value in service.get("environment", {}).items():
            if name.endswith(("PASSWORD", "SECRET")):
                assert re.fullmatch(r"\$\{\w+\}", value)
            elif "DATABASE" in name:
                assert re.fullmatch(r"\$\{\w+\}", urlsplit(value).password or "")


def has_compose() -> bool:
    docker = shutil.which("docker")
    return (
        docker is not None
        and subprocess.run([docker, "compose", "version"], check=False, capture_output=True).returncode == 0
    )


@pytest.mark.skipif(not has_compose(), reason="docker compose is not installed here")
def test_docker_compose_accepts_the_file() -> None:
    ran = subprocess.run(
        ["docker", "compose", "config", "--quiet"], cwd=root(), check=False, capture_output=True, text=True
    )
    assert (ran.returncode, ran.stderr) == (0, "")
