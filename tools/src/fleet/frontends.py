"""The frontends: built when their sources have changed, and where they are found."""

import hashlib
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path

from servicekit.fleet import Frontend

from fleet import node
from fleet.place import FleetError, Place

_SHARED = ("shared-libs/web", "package-lock.json", "tsconfig.base.json")
_NOT_SOURCES = {".next", "node_modules", "tests", "next-env.d.ts"}


def address(place: Place, entry: Frontend) -> str:
    """Where a browser on this machine finds it.

    `localhost`, because the session's cookies are Secure: without TLS, browsers take such from that name.
    """
    return f"http://localhost:{place.port(entry.port)}"


def built(place: Place, entry: Frontend) -> Path:
    """The folder of what was built last, if anything was."""
    return place.dev / "web" / entry.name


def release(place: Place, entry: Frontend) -> str:
    """What was built last, by its sources."""
    mark = built(place, entry) / "release"
    return mark.read_text() if mark.exists() else ""


def outdated(place: Place, entries: Iterable[Frontend]) -> Iterator[Frontend]:
    """Those that differ from what was built last, where npm's packages are installed at all."""
    if (place.root / "node_modules/next").is_dir():
        yield from (entry for entry in entries if _digest(place, entry) != release(place, entry))


def build(place: Place, entry: Frontend) -> None:
    """Build a frontend, and put it beside the one that may be running.

    Raises:
        FleetError: its source cannot be built.
    """
    source, target = place.root / entry.folder, built(place, entry)
    digest = _digest(place, entry)
    command = [str(node.program("npm")), "run", "--silent", "build"]
    done = subprocess.run(
        command, cwd=source, env=node.environment(), capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise FleetError(f"{entry.name} cannot be built:\n{(done.stdout + done.stderr)[-4000:]}")
    made = source / ".next/standalone"
    shutil.copytree(source / ".next/static", made / entry.folder / ".next/static")
    if (source / "public").is_dir():
        shutil.copytree(source / "public", made / entry.folder / "public")
    (made / "release").write_text(digest)
    shutil.rmtree(target, ignore_errors=True)
    target.parent.mkdir(parents=True, exist_ok=True)
    made.rename(target)


def _digest(place: Place, entry: Frontend) -> str:
    digest = hashlib.sha256()
    for path in _sources(place.root / part for part in (entry.folder, *_SHARED)):
        digest.update(f"{path.relative_to(place.root)}\0{path.stat().st_size}\0".encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def _sources(paths: Iterable[Path]) -> Iterator[Path]:
    for path in sorted(paths):
        if path.name in _NOT_SOURCES:
            continue
        if path.is_dir():
            yield from _sources(path.iterdir())
        else:
            yield path
