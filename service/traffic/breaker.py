"""
A circuit breaker: when a server has failed a few times running, stop waiting for it.
"""

import threading
from collections.abc import Callable

FAILURES_TO_OPEN = 3
FIRST_PAUSE = 1.0
LONGEST_PAUSE = 30.0


class Breaker:
    """
    Lets every call through while the server answers, and one probe a pause while it does not.

    Pauses are in seconds and double up to `LONGEST_PAUSE`. A probe that is never reported, because its thread died,
    only costs its pause: the next call after it is the next probe.
    """

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._failures = 0
        self._pause = FIRST_PAUSE
        self._probe_at = 0.0

    @property
    def is_open(self) -> bool:
        """
        Whether only probes reach the server now.
        """
        return self._failures >= FAILURES_TO_OPEN

    def admits(self) -> bool:
        """
        Tell whether the server may be called. Whoever is told so reports `succeeded` or `failed`.
        """
        # Read without the lock: while all is well this is the only cost, and a stale answer costs one call.
        if self._failures < FAILURES_TO_OPEN:
            return True
        with self._lock:
            now = self._monotonic()
            if now < self._probe_at:
                return False
            self._pause = min(self._pause * 2, LONGEST_PAUSE)
            self._probe_at = now + self._pause
            return True

    def succeeded(self) -> None:
        """
        Close: the server has answered.
        """
        if self._failures:
            with self._lock:
                self._failures = 0

    def failed(self) -> None:
        """
        Count a failure in a row; the one that makes them too many opens the breaker.
        """
        with self._lock:
            self._failures += 1
            # Later ones were under way when it opened, or are probes: their pause was set when they were let through.
            if self._failures == FAILURES_TO_OPEN:
                self._pause = FIRST_PAUSE
                self._probe_at = self._monotonic() + self._pause
