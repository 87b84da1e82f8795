"""
How many comments of a site were decided how, period by period.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise

from sqlalchemy import Engine, and_, bindparam, func, or_, select

from service.core.decision import Verdict
from service.core.labels import Label
from service.store.engine import available, one_by_one
from service.store.labelled import IN_FORCE
from service.store.tables import decisions, labels

# By the id and not by the time, since the id is in the index, and begins with the milliseconds that it was made at.
_COUNT = select(*(func.count().filter(decisions.c.verdict == verdict.value) for verdict in Verdict)).where(
    decisions.c.site_id == bindparam("site"),
    decisions.c.id >= bindparam("since"),
    decisions.c.id < bindparam("until"),
)
_CORRECTED = (
    select(labels.c.label, func.count())
    .where(
        labels.c.site_id == bindparam("site"),
        labels.c.at >= bindparam("since"),
        labels.c.at < bindparam("until"),
        or_(
            and_(labels.c.label == Label.SPAM.value, labels.c.verdict == Verdict.ACCEPT.value),
            and_(labels.c.label == Label.HAM.value, labels.c.verdict == Verdict.REJECT.value),
        ),
        IN_FORCE,
    )
    .group_by(labels.c.label)
)


@dataclass(frozen=True, slots=True)
class Tally:
    """
    What was decided in a period, and what was said in it of earlier comments: spam that had been accepted, and ham that
    had been rejected. Of what was held, no label tells a mistake.
    """

    accepted: int = 0
    held: int = 0
    rejected: int = 0
    missed_spam: int = 0
    false_positives: int = 0

    @property
    def total(self) -> int:
        return self.accepted + self.held + self.rejected


class Statistics:
    """
    The numbers of all sites. Raises StoreUnavailable when the database does not answer.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = one_by_one(engine)

    def tallies(self, site_id: int, moments: Sequence[datetime]) -> list[Tally]:
        """
        Return what a site decided, and what was corrected, between each of some moments and the next: one tally fewer
        than moments.
        """
        with available(), self._engine.connect() as connection:
            found = []
            for since, until in pairwise(moments):
                ids = {"site": site_id, "since": first_id(since), "until": first_id(until)}
                accepted, held, rejected = tuple(connection.execute(_COUNT, ids).one())
                period = {"site": site_id, "since": since, "until": until}
                corrected: dict[str, int] = dict(connection.execute(_CORRECTED, period).all())
                found.append(Tally(accepted, held, rejected, *(corrected.get(label.value, 0) for label in Label)))
        return found


def first_id(moment: datetime) -> str:
    """
    Return a text that sorts before all ids made from a moment on (RFC 9562, section 5.7).
    """
    digits = f"{round(moment.timestamp() * 1000):012x}"
    return f"{digits[:8]}-{digits[8:]}"


def moment_of(id_: str) -> datetime:
    """
    Return the moment that an id, or what `first_id` made, was made in.

    >>> moment_of(first_id(datetime(2026, 11, 24, 12, tzinfo=UTC))).isoformat()
    '2026-11-24T12:00:00+00:00'
    """
    return datetime.fromtimestamp(int(id_[:8] + id_[9:13], 16) / 1000, UTC)
