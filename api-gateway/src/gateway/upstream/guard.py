"""What keeps a failing service from harming the others, and the others from harming it."""

import time

from gateway.errors import ServiceOverloaded, UpstreamUnavailable

_IN_A_ROW = 5  # failures that open the circuit, whatever the share
_ENOUGH = 10  # failures within `_WINDOW` that open it where they are half of all requests
_WINDOW = 10.0  # seconds
_FIRST_PAUSE = 0.1  # seconds until an open circuit lets one request try; doubled up to
_LAST_PAUSE = 0.5
_HANGING = 2.0  # seconds until another may try while the one before is without an answer
_RETRIES = 3  # at once, or a fifth of what is under way


class Guard:
    """Circuit, bulkhead and retry budget of one service.

    Failures are connections refused or lost, answers that break the protocol and
    those that do not come in time. What a service answers is its own affair.
    """

    def __init__(self, most: int) -> None:
        """Let `most` requests be under way at once."""
        self.in_flight = 0
        self._most = most
        self._retrying = 0
        self._open = False
        self._probe_at = 0.0
        self._pause = _FIRST_PAUSE
        self._in_a_row = 0
        self._asked = self._failed = 0
        self._since = 0.0

    @property
    def open(self) -> bool:
        return self._open

    def enter(self) -> None:
        """Begin a request; each ends with `leave`.

        Raises:
            UpstreamUnavailable: the circuit is open.
            ServiceOverloaded: too many are under way.
        """
        if self._open:
            now = time.monotonic()
            if now < self._probe_at:
                raise UpstreamUnavailable
            self._probe_at = now + _HANGING
        if self.in_flight >= self._most:
            raise ServiceOverloaded
        self.in_flight += 1

    def leave(self) -> None:
        self.in_flight -= 1

    def succeeded(self) -> None:
        self._asked += 1
        self._in_a_row = 0
        self._open = False

    def failed(self) -> None:
        now = time.monotonic()
        if now - self._since > _WINDOW:
            self._since, self._asked, self._failed = now, 0, 0
        self._asked += 1
        self._failed += 1
        self._in_a_row += 1
        mostly = self._failed >= _ENOUGH and self._failed * 2 >= self._asked
        if self._open:
            self._pause = min(self._pause * 2, _LAST_PAUSE)
            self._probe_at = min(self._probe_at, now + self._pause)
        elif self._in_a_row >= _IN_A_ROW or mostly:
            self._open = True
            self._pause = _FIRST_PAUSE
            self._probe_at = now + self._pause

    def may_retry(self) -> bool:
        """Whether the budget has room for a retry; each that begins ends with `retried`."""
        if self._retrying >= max(_RETRIES, self.in_flight // 5):
            return False
        self._retrying += 1
        return True

    def retried(self) -> None:
        self._retrying -= 1
