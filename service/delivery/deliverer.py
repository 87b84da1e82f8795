"""
The loop that tells sites what is due, tries again for a day, and then gives up.
"""

import logging
import random
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from datetime import datetime, timedelta

from service import metrics
from service.core.events import State
from service.delivery.addresses import NotAllowed
from service.delivery.messages import message
from service.delivery.sending import Sender
from service.errors import StoreUnavailable
from service.store.backlog import Backlog
from service.store.outbox import DEAD_DAYS, DONE_DAYS, Due, Outbox

POLL_SECONDS = 2.0
# Between rounds while something is due. SQLite gives its lock to nobody in particular, and who waits for it looks every
# 1 to 100 ms: beside rounds without a pause a comment in a hundred waited 0.1 s, and now and then one for its 0.5 s.
PAUSE_SECONDS = 0.05
# At once: a site that does not answer keeps one thread for ten seconds, and the others serve the rest.
THREADS = 4
BATCH = 20
# Longer than all of a batch can take, slow name servers included, or a second replica would tell it again.
LEASE = timedelta(minutes=5)
# The first pause, doubled each time up to the longest: all attempts together take about a day.
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=10), timedelta(hours=6)
MOST_ATTEMPTS = 15

logger = logging.getLogger("hamlet.delivery")


@dataclass(frozen=True, slots=True)
class Deliverer:
    """
    The parts of the loop. `random` is from 0 to 1.
    """

    outbox: Outbox
    backlog: Backlog
    sender: Sender
    secret: bytes
    clock: Callable[[], datetime]
    random: Callable[[], float] = random.random

    def round(self) -> int:
        """
        Put in what was held, tell what is due, and return how much that was.

        Raises:
            StoreUnavailable: the store does not answer; what was not settled is told again after the lease.
        """
        self.outbox.announce(self.clock())
        due = self.outbox.claim(self.clock(), LEASE, BATCH)
        for each, fault in self._told(due):
            self._settle(each, fault)
        now = self.clock()
        if due:
            self.outbox.sweep(now - DONE_DAYS, now - DEAD_DAYS)
        self._measure(now)
        return len(due)

    def _told(self, due: Sequence[Due]) -> Iterator[tuple[Due, str | None]]:
        if not due:
            return
        with ThreadPoolExecutor(THREADS, thread_name_prefix="delivery") as threads:
            telling = {threads.submit(self._tell, each): each for each in due}
            for future in as_completed(telling):
                yield telling[future], future.result()

    def _tell(self, due: Due) -> str | None:
        try:
            what = message(due, self.secret, self.clock())
        except NotAllowed as error:
            return str(error)
        return self.sender.post(what.url, what.body, what.headers)

    def _settle(self, due: Due, fault: str | None) -> None:
        now = self.clock()
        if fault is None:
            outcome, state = "delivered", State.DONE
        elif due.attempts < MOST_ATTEMPTS:
            outcome, state = "failed", State.PENDING
        else:
            outcome, state = "dead", State.DEAD
        at = now + self.pause(due.attempts) if state is State.PENDING else now
        self.outbox.settle(due.number, state, at, fault)
        metrics.OUTBOX_SENT.labels(due.kind.value, outcome).inc()
        if fault:
            logger.warning(
                "a %s was not delivered, attempt %d: %s", due.kind, due.attempts, fault, extra={"site": due.site}
            )

    def pause(self, attempts: int) -> timedelta:
        """
        Return how long to wait after so many attempts, spread so that what failed together does not come back at once.
        """
        doubled: timedelta = min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** (attempts - 1))
        return doubled * (0.5 + self.random() / 2)

    def _measure(self, now: datetime) -> None:
        size = self.backlog.size()
        metrics.OUTBOX_PENDING.set(size.pending)
        metrics.OUTBOX_DEAD.set(size.dead)
        metrics.OUTBOX_OLDEST.set((now - size.oldest).total_seconds() if size.oldest else 0)


def deliver(deliverer: Deliverer, wait: Callable[[float], object]) -> None:
    """
    Deliver round after round, until `wait` returns something true instead of waiting for so many seconds.
    """
    told = 0
    while not wait(PAUSE_SECONDS if told else POLL_SECONDS):
        told = 0
        try:
            told = deliverer.round()
        except StoreUnavailable:
            logger.warning("nothing can be delivered now: the store does not answer")
        except Exception as error:
            # Whatever it was, tomorrow's messages must not depend on a restart.
            logger.error("unexpected error", exc_info=error)
