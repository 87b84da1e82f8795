"""
What goes wrong in the store, by kind: counted by whoever listens, and in the log once a second at most.
"""

import logging
import time
from collections.abc import Callable
from threading import Lock

BUSY, FULL, CONNECTION, OTHER = "busy", "full", "connection", "other"
# How SQLite, then PostgreSQL, say that somebody else has the lock, that there is no room, and that nothing is there.
_SIGNS = {
    BUSY: ("locked", "lock timeout", "statement timeout", "QueuePool limit"),
    FULL: ("is full", "No space left"),
    CONNECTION: ("unable to open", "connection", "server closed", "terminating", "shutting down", "does not exist"),
}

logger = logging.getLogger("hamlet.store")


class Faults:
    """
    Told of each fault. A class, since it remembers when it last wrote to the log.
    """

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._lock = Lock()
        self._log_again_at = float("-inf")
        self.listener: Callable[[str], None] = lambda _: None

    def tell(self, error: BaseException) -> None:
        kind = kind_of(error)
        self.listener(kind)
        with self._lock:
            now = self._monotonic()
            if now < self._log_again_at:
                return
            self._log_again_at = now + 1
        logger.warning("the store does not answer as it should (%s)", kind)


def kind_of(error: BaseException) -> str:
    """
    Return what kind of fault an error of the driver's is, by its text.
    """
    text = str(error)
    return next((kind for kind, signs in _SIGNS.items() if any(sign in text for sign in signs)), OTHER)


# One for the process, as for its log: every part of the store tells it, and the application listens.
FAULTS = Faults()
