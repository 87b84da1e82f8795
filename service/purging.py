"""
The use case: what is older than its owner keeps it is erased, once a day beside the service or by `hamlet purge`.
"""

import logging
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from sqlalchemy import Engine

from service.config import Settings
from service.errors import StoreUnavailable
from service.hash_secrets import HashSecrets, needed_for
from service.signing_in import LONGEST
from service.store.outbox import DEAD_DAYS, DONE_DAYS, Outbox
from service.store.retention import Retention
from service.training_jobs import TrainingJobs

# Not while everything starts, then once a day; sooner again where the store did not answer.
FIRST_SECONDS, DAY_SECONDS, AGAIN_SECONDS = 60.0, 86_400.0, 600.0

DOUBTED = (
    "nothing is erased today: by this machine's clock the last purge was more than a week ago. If the clock is wrong, "
    "put it right; else what is too old is erased tomorrow, or now by `hamlet purge`"
)

logger = logging.getLogger("hamlet.purge")


@dataclass(frozen=True, slots=True)
class Purged:
    """
    How much was erased: comments and labelled comments, entries of lists that had expired, sessions of moderators,
    what a training printed, and secrets of hashes of which there are none any more.
    """

    decisions: int
    labels: int
    entries: int
    sessions: int
    trainings: int
    secrets: int


@dataclass(frozen=True, slots=True)
class Purge:
    """
    The parts that are to forget, and for how many days comments and labels are kept; 0 is for good.
    """

    store: Retention
    outbox: Outbox
    jobs: TrainingJobs
    secrets: HashSecrets
    days: int
    label_days: int
    clock: Callable[[], datetime]

    def run(self, pause: Callable[[float], object] = time.sleep) -> Purged:
        """
        Erase what is too old. After each batch `pause` waits as long as it took, so that comments get in between.

        Raises:
            StoreUnavailable: the store does not answer; what was erased by then stays so.
        """
        now = self.clock()
        comments, labels = self.ends(now)
        decisions = _sum(self.store.erase_decisions(comments, now), pause) if self.days else 0
        said = _sum(self.store.erase_labels(labels, now), pause) if self.label_days else 0
        self.outbox.sweep(now - DONE_DAYS, now - DEAD_DAYS)
        entries, sessions = self.store.drop_entries(now), self.store.drop_sessions(now - LONGEST)
        trainings = int(self.jobs.forget(comments)) if self.days else 0
        needed = needed_for(self.days, self.label_days)
        secrets = self.secrets.drop(now - needed) if needed else 0
        self.store.settle()
        self.store.has_run(now)
        return Purged(decisions, said, entries, sessions, trainings, secrets)

    def is_doubtful(self) -> bool:
        """
        Tell whether the clock is so far ahead of the last purge that it may be wrong.
        """
        return not self.store.trusts(self.clock())

    def ends(self, now: datetime) -> tuple[datetime, datetime]:
        """
        Return before when comments and labels are too old.
        """
        return now - timedelta(days=self.days), now - timedelta(days=self.label_days)


def assemble(settings: Settings, engine: Engine, clock: Callable[[], datetime]) -> Purge:
    jobs = TrainingJobs(settings.state_dir / "training", {}, clock)
    days = settings.retention_days, settings.label_retention_days
    return Purge(Retention(engine), Outbox(engine), jobs, HashSecrets(settings.state_dir), *days, clock)


def daily(purge: Purge, count: Callable[[Mapping[str, int]], None], wait: Callable[[float], object]) -> None:
    """
    Purge soon and then every day, until `wait` returns something true instead of waiting for so many seconds; `count`
    is told what was erased. A clock far ahead gets a day in which it can be put right, since what is erased does not
    come back.
    """
    seconds = FIRST_SECONDS
    while not wait(seconds):
        seconds = DAY_SECONDS
        try:
            if purge.is_doubtful():
                logger.warning(DOUBTED)
                continue
            purged = purge.run(wait)
        except StoreUnavailable:
            logger.warning("what is too old is erased later: the store does not answer")
            seconds = AGAIN_SECONDS
        except Exception as error:
            # Whatever it was, tomorrow's purge must not depend on a restart.
            logger.error("unexpected error", exc_info=error)
        else:
            count(asdict(purged))
            logger.info("erased what is too old: %d comments, %d labels", purged.decisions, purged.labels)


def _sum(batches: Iterator[int], pause: Callable[[float], object]) -> int:
    total, began = 0, time.monotonic()
    for count in batches:
        total += count
        if pause(time.monotonic() - began):
            break  # the service ends; the next purge goes on from here
        began = time.monotonic()
    return total
