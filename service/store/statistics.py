"""
How many comments of a site were decided how, period by period.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from sqlalchemy import Engine, bindparam, func, select

from service.core.decision import Verdict
from service.store.engine import available, one_by_one
from service.store.tables import decisions

# By the id and not by the time, since the id is in the index, and begins with the milliseconds that it was made at.
_COUNT = (
    select(decisions.c.verdict, func.count())
    .where(
        decisions.c.site_id == bindparam("site"),
        decisions.c.verdict.in_([verdict.value for verdict in Verdict]),
        decisions.c.id >= bindparam("since"),
        decisions.c.id < bindparam("until"),
    )
    .group_by(decisions.c.verdict)
)


@dataclass(frozen=True, slots=True)
class Tally:
    """
    What was decided in a period.
    """

    accepted: int = 0
    held: int = 0
    rejected: int = 0

    @property
    def total(self) -> int:
        """
        All comments of the period.
        """
        return self.accepted + self.held + self.rejected


class Statistics:
    """
    The numbers of all sites. Raises StoreUnavailable when the database does not answer.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = one_by_one(engine)

    def tallies(self, site_id: int, moments: Sequence[datetime]) -> list[Tally]:
        """
        Return what a site decided between each of some moments and the next, one tally less than moments.
        """
        with available(), self._engine.connect() as connection:
            found = []
            for since, until in pairwise(map(_first_id, moments)):
                rows = connection.execute(_COUNT, {"site": site_id, "since": since, "until": until})
                counts = {Verdict(verdict): number for verdict, number in rows}
                found.append(Tally(*(counts.get(verdict, 0) for verdict in Verdict)))
        return found


def _first_id(moment: datetime) -> str:
    """
    Return what all ids from a moment on sort behind (RFC 9562, section 5.7).
    """
    digits = f"{round(moment.timestamp() * 1000):012x}"
    return f"{digits[:8]}-{digits[8:]}"
