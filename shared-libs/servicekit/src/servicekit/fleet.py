"""infrastructure/fleet.toml, read and typed."""

import os
import tomllib
from functools import cache
from pathlib import Path

from contracts.ids import Application
from pydantic import BaseModel, ConfigDict


class Gateway(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    folder: str
    package: str
    port: int


class Frontend(BaseModel):
    """An application's Next.js server."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    application: Application
    folder: str
    port: int


class ServiceEntry(BaseModel):
    """One service: where it lies, what it listens on, what it hears."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    application: Application
    folder: str
    package: str
    port: int
    database: str
    prefix: str
    built: bool
    hears: tuple[str, ...] = ()
    public: tuple[str, ...] = ()
    tenantless: tuple[str, ...] = ()

    @property
    def env_prefix(self) -> str:
        """`app1-user-profile-service` → `APP1_USER_PROFILE_`."""
        return self.name.removesuffix("-service").replace("-", "_").upper() + "_"

    @property
    def upstream_variable(self) -> str:
        """Environment variable that says where the service is found."""
        return self.name.replace("-", "_").upper() + "_UPSTREAM"

    def upstreams(self) -> list[str]:
        """Base addresses of the service's replicas, by default fleet.toml's port on loopback."""
        given = os.environ.get(self.upstream_variable)
        return given.split(",") if given else [f"http://127.0.0.1:{self.port}"]


class Fleet(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    gateway: Gateway
    frontend: tuple[Frontend, ...] = ()
    service: tuple[ServiceEntry, ...]

    @property
    def built(self) -> tuple[ServiceEntry, ...]:
        return tuple(entry for entry in self.service if entry.built)

    def named(self, name: str) -> ServiceEntry:
        return next(entry for entry in self.service if entry.name == name)

    def at(self, application: Application, prefix: str) -> ServiceEntry | None:
        """The built service behind a prefix of an application."""
        return next((e for e in self.built if e.application == application and e.prefix == prefix), None)

    def hearing(self, application: Application, fact: str) -> tuple[ServiceEntry, ...]:
        """Built services of an application that subscribe to a fact."""
        return tuple(e for e in self.built if e.application == application and fact in e.hears)


def root() -> Path:
    """The folder that holds the services' folders: the repository, or /app in an image.

    Raises:
        FileNotFoundError: neither FLEET_ROOT is set nor does an ancestor of the
            working directory or of this file hold infrastructure/fleet.toml.
    """
    if given := os.environ.get("FLEET_ROOT"):
        return Path(given)
    for start in (Path.cwd(), Path(__file__).parent):
        for folder in (start, *start.parents):
            if (folder / "infrastructure" / "fleet.toml").is_file():
                return folder
    raise FileNotFoundError("infrastructure/fleet.toml not found: set FLEET_ROOT")


def load(path: Path) -> Fleet:
    return Fleet.model_validate(tomllib.loads(path.read_text()))


@cache
def fleet() -> Fleet:
    return load(root() / "infrastructure" / "fleet.toml")
