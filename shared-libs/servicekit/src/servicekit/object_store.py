"""Where objects lie: a folder in development, a bucket in production."""

from functools import lru_cache

from obstore.store import ObjectStore, from_url


@lru_cache
def object_store(url: str) -> ObjectStore:
    """The store that a URL names: `file:///…`, whose folder is made, or `s3://bucket/…` and the like."""
    return from_url(url, mkdir=True) if url.startswith("file:") else from_url(url)
