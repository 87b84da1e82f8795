"""
What waits to be told to sites and what was given up, as their owner looks at it.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, func, select, update

from service.core.events import State
from service.store.engine import available, one_by_one
from service.store.tables import outbox, sites


@dataclass(frozen=True, slots=True)
class Entry:
    """
    What waits or was given up, as its owner sees it; `state` may be one that only a newer Hamlet knows.
    """

    id: str
    site: str
    state: str
    attempts: int
    created_at: datetime
    due_at: datetime
    fault: str | None


@dataclass(frozen=True, slots=True)
class Size:
    """
    How many rows wait, since when the oldest does, and how many were given up.
    """

    pending: int
    oldest: datetime | None
    dead: int


class Backlog:
    """
    The outbox of all sites from outside. Every call raises StoreUnavailable when the database does not answer.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def size(self) -> Size:
        state = outbox.c.state
        counting = select(state, func.count(), func.min(outbox.c.created_at)).where(state != State.DONE.value)
        with available(), one_by_one(self._engine).connect() as connection:
            found = {row[0]: row for row in connection.execute(counting.group_by(state))}
        pending, dead = found.get(State.PENDING.value), found.get(State.DEAD.value)
        return Size(pending[1] if pending else 0, pending[2] if pending else None, dead[1] if dead else 0)

    def entries(self, most: int) -> list[Entry]:
        """
        Return what was given up or waits, the oldest first.
        """
        listing = (
            select(outbox, sites.c.name)
            .join(sites)
            .where(outbox.c.state != State.DONE.value)
            .order_by(outbox.c.number)
            .limit(most)
        )
        with available(), one_by_one(self._engine).connect() as connection:
            rows = connection.execute(listing).all()
        return [Entry(row.id, row.name, row.state, row.attempts, row.created_at, row.due_at, row.fault) for row in rows]

    def revive(self, now: datetime) -> int:
        """
        Have everything that was given up told again, with all its attempts before it; return how much that is.
        """
        again = {"state": State.PENDING.value, "due_at": now, "attempts": 0}
        with available(), self._engine.begin() as connection:
            return connection.execute(update(outbox).where(outbox.c.state == State.DEAD.value).values(again)).rowcount
