"""
The comments that wait for a moderator, the newest first, a page at a time.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, func, literal_column, select

from service.core.decision import Decision
from service.store.decisions import decision_of
from service.store.engine import available, one_by_one
from service.store.tables import IS_WAITING, decisions, sites

# Nobody needs to know by how much more a queue is too long, and counting on would make the query slow.
MOST_COUNTED = 10_000

_WAITING = select(
    *(decisions.c.answer, decisions.c.received_at, decisions.c.name, decisions.c.comment, decisions.c.details)
).where(IS_WAITING)
_COUNTED = select(literal_column("1")).select_from(decisions).where(IS_WAITING).limit(MOST_COUNTED).subquery()
_SINCE = (
    select(decisions.c.received_at)
    .where(decisions.c.site_id == sites.c.id, IS_WAITING)
    .order_by(decisions.c.id)
    .limit(1)
    .scalar_subquery()
)
# By the site, since the index of what waits begins with it: one look a site, however much was decided.
_LENGTH = select(select(func.count()).select_from(_COUNTED).scalar_subquery(), func.min(_SINCE)).select_from(sites)


@dataclass(frozen=True, slots=True)
class Length:
    """
    How many comments wait, counted up to 10,000, and since when the oldest of them does.
    """

    waiting: int
    oldest: datetime | None


@dataclass(frozen=True, slots=True)
class Waiting:
    """
    A held comment of which nobody has said yet what it was; `details` has the fields without a column of their own.
    """

    decision: Decision
    received_at: datetime
    name: str
    comment: str
    details: Mapping[str, object]


class Queue:
    """
    The queues of all sites. Raises StoreUnavailable when the database does not answer.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = one_by_one(engine)

    def length(self) -> Length:
        """
        Return how much waits at all sites together.
        """
        with available(), self._engine.connect() as connection:
            return Length(*connection.execute(_LENGTH).one())

    def page(self, site_id: int, most: int, before: str = "") -> Sequence[Waiting]:
        """
        Return the newest comments that wait at a site; with `before`, those whose decisions are older than this id.

        What is decided meanwhile shifts no page, since the next one begins after an id and not after a number of rows.
        """
        query = _WAITING.where(decisions.c.site_id == site_id).order_by(decisions.c.id.desc()).limit(most)
        if before:
            query = query.where(decisions.c.id < before)
        with available(), self._engine.connect() as connection:
            rows = connection.execute(query).all()
        return [Waiting(decision_of(row.answer), *row[1:]) for row in rows]
