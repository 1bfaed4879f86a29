"""One line and two figures per request."""

from datetime import UTC, datetime

from prometheus_client import Counter, Gauge, Histogram
from pydantic_core import to_json
from servicekit import output
from servicekit.observability import REQUESTS, SECONDS

from gateway.settings import Settings

REFUSALS = Counter("gateway_refusals_total", "Requests the gateway itself refused or broke off.", ["code"])
IN_FLIGHT = Gauge("gateway_in_flight", "Requests under way.", ["service"])
SOCKETS = Gauge("gateway_sockets", "WebSockets open.", ["service"])
CIRCUIT_OPEN = Gauge("gateway_circuit_open", "Whether a service is left alone for its failures.", ["service"])


class Telemetry:
    """Counts and logs requests."""

    def __init__(self, settings: Settings) -> None:
        self._json = settings.environment == "production"
        self._logging = settings.log_level in {"debug", "info"}
        self._counters: dict[tuple[str, str, int], Counter] = {}
        self._histograms: dict[tuple[str, str], Histogram] = {}

    def record(
        self,
        *,
        service: str,
        method: str,
        path: str,
        status: int,
        seconds: float,
        request_id: str,
        tenant: str | None,
        user: str | None,
        client: str,
        code: str | None,
    ) -> None:
        """Note a request that ended. The query is no part of it: it may hold what is nobody's business."""
        counter = self._counters.get((service, method, status))
        if counter is None:
            counter = self._counters[service, method, status] = REQUESTS.labels(service, method, status)
            self._histograms[service, method] = SECONDS.labels(service, method)
        counter.inc()
        self._histograms[service, method].observe(seconds)
        if code is not None:
            REFUSALS.labels(code).inc()
        if not self._logging:
            return
        moment = datetime.now(UTC).isoformat(timespec="milliseconds")
        if self._json:
            fields = {
                "event": "request",
                "level": "info",
                "timestamp": moment,
                "service": service,
                "method": method,
                "path": path,
                "status": status,
                "ms": round(seconds * 1000, 2),
                "request_id": request_id,
                "tenant": tenant,
                "user": user,
                "client": client,
                "code": code,
            }
            line = to_json(fields, exclude_none=True).decode()
        else:
            took = f"{seconds * 1000:.1f}ms"
            line = f"{moment} {status} {method} {path} {took} {tenant or '-'} {request_id} {code or ''}"
        output.later(line)
