"""Logs, metrics, request ids and trace context."""

import atexit
import logging
import re
import secrets
from typing import Any, Literal

import structlog
from prometheus_client import Counter, Histogram, start_http_server

from servicekit import output
from servicekit.settings import DeployableSettings

REQUESTS = Counter("http_requests_total", "Requests answered.", ["route", "method", "status"])
SECONDS = Histogram(
    "http_request_seconds",
    "Time from the first byte of a request to the last byte of its answer.",
    ["route", "method"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
)

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
_TRACEPARENT = re.compile(r"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")


def request_id(given: str | None) -> str:
    """The client's request id where it is a harmless token, else a new one."""
    return given if given and _REQUEST_ID.fullmatch(given) else secrets.token_hex(12)


def traceparent(given: str | None) -> str:
    """A W3C trace context: the given one with a new span of ours, or a new trace.

    Whether the trace is sampled is not for a client to say: the flag is kept off.
    """
    trace = given[3:35] if given and _TRACEPARENT.fullmatch(given) else secrets.token_hex(16)
    return f"00-{trace}-{secrets.token_hex(8)}-00"


# structlog's renderer for terminals makes a line cost twice as much, and every request has one.
_in_a_line = structlog.processors.LogfmtRenderer(key_order=["timestamp", "level", "event"])


def _readable(logger: Any, method: str, event: structlog.typing.EventDict) -> str:
    """`timestamp=… level=info event=request method=GET …`, and below it the traceback where there is one."""
    traceback = event.pop("exception", None)
    line = _in_a_line(logger, method, event)
    return f"{line}\n{traceback}" if traceback else line


class _Lines:
    """Where structlog's lines go: what tells of trouble at once."""

    def __init__(self, *_: object) -> None: ...

    debug = info = staticmethod(output.later)
    warning = error = critical = staticmethod(output.now)


class _Handler(logging.Handler):
    """The same for lines of the standard library's loggers."""

    def emit(self, record: logging.LogRecord) -> None:
        try:
            output.now(self.format(record))
        except Exception:  # noqa: BLE001 - as its own handlers do
            self.handleError(record)


def configure_logging(environment: Literal["development", "test", "production"], level: str) -> None:
    """One line per event on standard output: JSON in production, readable elsewhere."""
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer() if environment == "production" else _readable
    )
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, structlog.processors.format_exc_info, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=_Lines,
        cache_logger_on_first_use=True,
    )
    # Libraries that log the standard way, uvicorn among them, come out in the same form.
    handler = _Handler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,  # else the renderer shows local variables, secrets too
                renderer,
            ],
        )
    )
    logging.basicConfig(handlers=[handler], level=level.upper(), force=True)
    atexit.register(output.flush)
    for name in ("uvicorn", "uvicorn.error"):
        logging.getLogger(name).handlers.clear()
        logging.getLogger(name).propagate = True
    for name in ("httpx", "httpcore", "alembic", "servicekit.fair_pool"):
        logging.getLogger(name).setLevel(logging.WARNING)


def serve_metrics(settings: DeployableSettings, port: int) -> None:
    """Answer Prometheus on a port of its own, which the gateway never leads to."""
    chosen = port + 1000 if settings.metrics_port is None else settings.metrics_port
    if chosen:
        start_http_server(chosen)
