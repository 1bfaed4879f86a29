"""Which headers go on, which stop here, and which the gateway reads itself."""

import re
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

from contracts.context import CONTEXT_HEADER
from servicekit.observability import traceparent
from starlette.types import Scope

from gateway.errors import BadFraming, BadPath, HeaderRepeated, HeadersTooLarge, TargetTooLong
from gateway.upstream.connection import Headers

MOST_HEADERS = 100
HEADERS_LIMIT = 32_768  # bytes, names and values
TARGET_LIMIT = 8_192  # bytes, path and query

# Read here and, where the service is to know, written anew. Each may come once, but for the lists.
_READ = frozenset(
    {
        b"authorization",
        b"connection",
        b"content-length",
        b"host",
        b"idempotency-key",
        b"traceparent",
        b"transfer-encoding",
        b"x-application",
        b"x-forwarded-for",
        b"x-forwarded-proto",
        b"x-request-id",
        b"x-tenant-id",
    }
)
_LISTS = frozenset({b"connection", b"x-forwarded-for"})
_STOPPED = frozenset(
    {
        b"cookie",
        b"expect",
        b"forwarded",
        b"keep-alive",
        b"te",
        b"trailer",
        b"tracestate",
        b"upgrade",
        b"via",
        b"x-real-ip",
    }
)
_STOPPED_PREFIXES = (b"proxy-", b"x-internal-", b"x-tenant", b"x-user", b"x-application", b"x-forwarded-")

_ANSWER_STOPPED = frozenset(
    {
        b"connection",
        b"date",  # this server's own
        b"keep-alive",
        b"server",  # as above
        b"trailer",
        b"upgrade",
        b"x-request-id",  # ours is added
    }
)
_ANSWER_STOPPED_PREFIXES = (b"proxy-", b"x-internal-", b"x-tenant", b"x-user")
_CONTEXT = CONTEXT_HEADER.encode()
_PLAIN_CONNECTION = frozenset({b"close", b"keep-alive"})

_BAD_PATH = re.compile(r"//|/\.{1,2}(?:/|$)|[\\\x00-\x1f\x7f]")
_BAD_RAW_PATH = re.compile(rb"%2f|%5c", re.IGNORECASE)


def check_target(scope: Scope) -> None:
    """Refuse a path that two readers could understand differently.

    Raises:
        BadPath: dot segments however encoded, empty segments, encoded slashes, control characters.
        TargetTooLong: path and query together.
    """
    raw: bytes = scope["raw_path"]
    if len(raw) + len(scope["query_string"]) > TARGET_LIMIT:
        raise TargetTooLong
    if _BAD_PATH.search(scope["path"]) or (b"%" in raw and _BAD_RAW_PATH.search(raw)):
        raise BadPath


def split(headers: Headers) -> tuple[dict[bytes, bytes], list[bytes]]:
    """What the gateway reads, by name, and the rest that goes on, as lines to be joined.

    Raises:
        HeadersTooLarge: too many, or together too long.
        HeaderRepeated: one that may come once came twice.
    """
    if len(headers) > MOST_HEADERS:
        raise HeadersTooLarge(f"A request may have {MOST_HEADERS} headers.")
    read: dict[bytes, bytes] = {}
    kept: list[bytes] = []
    size = 0
    for name, value in headers:
        size += len(name) + len(value)
        if name in _READ:
            if name in read:
                if name not in _LISTS:
                    raise HeaderRepeated(name.decode("latin-1"))
                value = read[name] + b"," + value  # noqa: PLW2901 - a list in two lines is one list
            read[name] = value
        # A name with an underscore is another's name with a dash to some readers.
        elif name not in _STOPPED and b"_" not in name and not name.startswith(_STOPPED_PREFIXES):
            kept += (name, b": ", value, b"\r\n")
    if size > HEADERS_LIMIT:
        raise HeadersTooLarge(f"A request's headers may have {HEADERS_LIMIT} bytes.")
    if b"connection" in read:
        _drop_named(read[b"connection"], kept)
    return read, kept


def _drop_named(connection: bytes, kept: list[bytes]) -> None:
    """Drop what a Connection header declares to be for this hop alone."""
    named = {token.strip() for token in connection.lower().split(b",")} - _PLAIN_CONNECTION
    if named:
        for at in range(len(kept) - 4, -1, -4):
            if kept[at] in named:
                del kept[at : at + 4]


def framing(read: dict[bytes, bytes]) -> tuple[int | None, bool]:
    """How the body comes: its announced length, and whether it comes in chunks. (None, False): there is none.

    Raises:
        BadFraming: both, or a coding that is not understood.
    """
    coding, length = read.get(b"transfer-encoding"), read.get(b"content-length")
    if coding is None:
        return None if length is None else int(length), False
    if length is not None or coding.lower() != b"chunked":
        raise BadFraming("A body has a Content-Length or Transfer-Encoding: chunked.")
    return None, True


def request_head(
    scope: Scope,
    read: dict[bytes, bytes],
    kept: list[bytes],
    *,
    service: str,
    context: bytes,
    request_id: str,
    client: str,
    scheme: str,
    length: int | None,
    chunked: bool,
) -> bytes:
    """The head of a request as the service gets it, from what `split` made of the client's."""
    host = read.get(b"host", b"")
    lines = [scope["method"].encode(), b" ", scope["raw_path"]]
    if scope["query_string"]:
        lines += (b"?", scope["query_string"])
    lines.append(b" HTTP/1.1\r\n")
    lines += kept
    lines += (
        b"host: ",
        host or service.encode(),
        b"\r\nx-request-id: ",
        request_id.encode(),
        b"\r\ntraceparent: ",
        traceparent(text(read.get(b"traceparent"))).encode(),
        b"\r\nx-forwarded-for: ",
        client.encode("latin-1"),
        b"\r\nx-forwarded-proto: ",
        scheme.encode(),
        b"\r\nx-forwarded-host: ",
        host,
        b"\r\n",
        _CONTEXT,
        b": ",
        context,
    )
    if b"idempotency-key" in read:
        lines += (b"\r\nidempotency-key: ", read[b"idempotency-key"])
    if chunked:
        lines.append(b"\r\ntransfer-encoding: chunked")
    elif length is not None:
        lines.append(b"\r\ncontent-length: %d" % length)
    lines.append(b"\r\n\r\n")
    return b"".join(lines)


def answer_headers(status: int, headers: Headers, request_id: bytes) -> Headers:
    """A service's headers as the client gets them."""
    kept = [
        header
        for header in headers
        if header[0] not in _ANSWER_STOPPED and not header[0].startswith(_ANSWER_STOPPED_PREFIXES)
    ]
    for name, value in headers:
        if name == b"connection" and value.lower() not in _PLAIN_CONNECTION:
            named = {token.strip() for token in value.lower().split(b",")}
            kept = [header for header in kept if header[0] not in named]
    if status in (204, 304):  # the server would wait for the body that a length announces
        kept = [header for header in kept if header[0] != b"content-length"]
    kept.append((b"x-request-id", request_id))
    return kept


def origin(
    scope: Scope, read: dict[bytes, bytes], trusted: tuple[IPv4Network | IPv6Network, ...]
) -> tuple[str, str]:
    """The address of who asks, and the scheme: what trusted proxies say, else what we see."""
    address: str = scope["client"][0] if scope["client"] else ""
    scheme: str = scope["scheme"]
    if not trusted or not _among(address, trusted):
        return address, scheme
    if read.get(b"x-forwarded-proto") in (b"http", b"https"):
        scheme = read[b"x-forwarded-proto"].decode()
    hops = (text(read.get(b"x-forwarded-for")) or "").split(",")
    while hops and _among(address, trusted):
        hop = hops.pop().strip()
        if _parsed(hop) is None:
            break
        address = hop
    return address, scheme


def text(value: bytes | None) -> str | None:
    """A header's value as Python has it."""
    return None if value is None else value.decode("latin-1")


def _among(address: str, networks: tuple[IPv4Network | IPv6Network, ...]) -> bool:
    parsed = _parsed(address)
    return parsed is not None and any(parsed in network for network in networks)


@lru_cache(maxsize=1024)  # the same proxies and clients come again
def _parsed(address: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(address)
    except ValueError:
        return None
