"""
What is yet to be told to sites, and kept until it has been told.

Each row is told by one process at a time: whoever claims it puts off its due time, and if that process dies, the row is
due again then. So a site is told at least once, and knows by the event's id when it is told a second time. What
concerns one comment is told in the order in which it happened.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Engine, Row, and_, delete, func, or_, select, update

from service.core.events import Kind, State
from service.store.announcing import announce_held, has_webhooks
from service.store.callers import checking_keys
from service.store.engine import available, one_by_one
from service.store.outlets import Outlet
from service.store.tables import outbox, outlets, sites

# So many rows of a site are claimed at once, for each way to tell it.
MOST_OF_SITE = 5
# What was told is kept to tell it from what was not (`announce_held`); what was given up, to be looked at.
DONE_DAYS, DEAD_DAYS = timedelta(days=7), timedelta(days=30)
# What is due later than the longest pause allows was put off by a clock that has been put back since.
FURTHEST = timedelta(days=1)

# What only a newer Hamlet knows how to tell waits for one.
_IS_KNOWN = outbox.c.kind.in_([kind.value for kind in Kind])
_EARLIER = outbox.alias("earlier")
_IS_FIRST = ~(
    select(_EARLIER.c.number)
    .where(
        _EARLIER.c.subject == outbox.c.subject,
        _EARLIER.c.kind == outbox.c.kind,
        _EARLIER.c.state == State.PENDING.value,
        _EARLIER.c.number < outbox.c.number,
    )
    .exists()
)
_PLACE = func.row_number().over(partition_by=(outbox.c.site_id, outbox.c.kind), order_by=outbox.c.due_at).label("place")
_WITH_SITE = select(outbox, sites.c.name, outlets.c.home, outlets.c.webhook, outlets.c.nonce).join(
    sites, sites.c.id == outbox.c.site_id
).outerjoin(outlets, outlets.c.site_id == outbox.c.site_id)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Due:
    """
    What is to be told now. `attempts` counts this one; outlet and keys are as the site has them now.
    """

    number: int
    id: str
    kind: Kind
    site: str
    outlet: Outlet
    key_ids: Sequence[str]
    url: str | None
    body: dict[str, Any]
    attempts: int


class Outbox:
    """
    The outbox of all sites. Every call raises StoreUnavailable when the database does not answer.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def announce(self, now: datetime) -> int:
        """
        Put in what was held lately, and return how much.
        """
        # Where no site asks for it, nothing waits for the lock of writers.
        with available(), one_by_one(self._engine).connect() as connection:
            if not has_webhooks(connection):
                return 0
        with available(), self._engine.begin() as connection:
            return announce_held(connection, now)

    def claim(self, now: datetime, lease: timedelta, most: int) -> list[Due]:
        """
        Return what is due, the longest waiting first, and of no site so much that a site which does not answer would
        keep the others waiting; nobody else is given it before the lease is over.
        """
        is_time = or_(outbox.c.due_at <= now, outbox.c.due_at > now + FURTHEST)
        is_due = (outbox.c.state == State.PENDING.value) & _IS_KNOWN & is_time
        with available(), one_by_one(self._engine).connect() as connection:
            if connection.execute(select(outbox.c.number).where(is_due).limit(1)).first() is None:
                return []
        with available(), self._engine.begin() as connection:
            # Another replica that claims at this moment skips these rows; on SQLite it waits for its turn to write.
            places = select(outbox.c.number, _PLACE).where(is_due, _IS_FIRST).subquery()
            fair = select(places.c.number).where(places.c.place <= MOST_OF_SITE)
            chosen = select(outbox.c.number).where(is_due, outbox.c.number.in_(fair)).order_by(outbox.c.due_at)
            numbers = connection.scalars(chosen.limit(most).with_for_update(skip_locked=True)).all()
            claimed = {"due_at": now + lease, "attempts": outbox.c.attempts + 1}
            connection.execute(update(outbox).where(outbox.c.number.in_(numbers)).values(claimed))
            rows = connection.execute(_WITH_SITE.where(outbox.c.number.in_(numbers)).order_by(outbox.c.number)).all()
            key_ids = checking_keys(connection, {row.site_id for row in rows}, now)
        return [_due(row, key_ids[row.site_id]) for row in rows]

    def settle(self, number: int, state: State, due_at: datetime, fault: str | None = None) -> None:
        """
        Keep what became of a row: told, given up, or to be told again from a moment on.
        """
        values = {"state": state.value, "due_at": due_at, "fault": fault}
        with available(), self._engine.begin() as connection:
            connection.execute(update(outbox).where(outbox.c.number == number).values(values))

    def sweep(self, done_before: datetime, dead_before: datetime) -> None:
        """
        Forget what was told and what was given up before some moments.
        """
        old = or_(
            and_(outbox.c.state == State.DONE.value, outbox.c.due_at < done_before),
            and_(outbox.c.state == State.DEAD.value, outbox.c.due_at < dead_before),
        )
        with available(), self._engine.begin() as connection:
            connection.execute(delete(outbox).where(old))


def _due(row: Row[Any], key_ids: Sequence[str]) -> Due:
    outlet = Outlet(row.site_id, row.home, row.webhook, row.nonce)
    return Due(row.number, row.id, Kind(row.kind), row.name, outlet, key_ids, row.url, row.body, row.attempts)
