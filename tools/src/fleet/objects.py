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
        content = await obstore.get_async(store, f"{place}/{name}")
        with (folder / name).open("wb") as target:
            async for piece in content.stream():
                target.write(piece)
    return names


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
