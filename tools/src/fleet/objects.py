"""Files that services keep, in folders or buckets named by a URL."""

from collections.abc import Iterable
from pathlib import Path

import obstore
from obstore.store import ObjectStore
from servicekit.object_store import object_store


async def fetch(url: str, place: str, folder: Path) -> list[str]:
    """Copy what lies at a place into a folder; says the names."""
    store = object_store(url)
    names = await _names(store, place)
    for name in names:
        await _copy(store, f"{place}/{name}", folder / name)
    return names


async def fetch_all(url: str, folder: Path) -> int:
    """Copy all that lies in a store below a folder; says how many files there were."""
    store = object_store(url)
    count = 0
    async for batch in obstore.list(store):
        for each in batch:
            file = folder / each["path"]
            file.parent.mkdir(parents=True, exist_ok=True)
            await _copy(store, each["path"], file)
            count += 1
    return count


async def bring_all(url: str, folder: Path, names: Iterable[str]) -> None:
    """Copy files below a folder into a store, under the same names."""
    store = object_store(url)
    for name in names:
        await obstore.put_async(store, name, folder / name)


async def bring(url: str, place: str, files: Iterable[Path]) -> None:
    """Copy files to a place."""
    store = object_store(url)
    for file in files:
        await obstore.put_async(store, f"{place}/{file.name}", file)


async def remove(url: str, place: str) -> int:
    """Delete what lies at a place; says how many files there were."""
    store = object_store(url)
    names = await _names(store, place)
    await obstore.delete_async(store, [f"{place}/{name}" for name in names])
    return len(names)


async def _names(store: ObjectStore, place: str) -> list[str]:
    found = obstore.list(store, prefix=place)
    return [each["path"].rpartition("/")[2] async for batch in found for each in batch]


async def _copy(store: ObjectStore, path: str, to: Path) -> None:
    content = await obstore.get_async(store, path)
    with to.open("wb") as target:
        async for piece in content.stream():
            target.write(piece)
