"""
What is older than a site owner keeps it, erased a batch at a time, while comments come in and are decided.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine, Table, delete, func, select

from service.store.engine import available, one_by_one, unhurried
from service.store.erasing import MOST_IDS, erase_decisions, erase_labels
from service.store.insert import insert_into
from service.store.statistics import first_id, moment_of
from service.store.tables import decisions, labels, lists, moderator_sessions, retention

# Beside the tables' names in `retention`: when the last purge was, and since when a clock far ahead of it is doubted.
_LAST, _DOUBTED = "purge", "doubt"
# A day, less what clocks are corrected by in it.
PLAUSIBLE, LONG_ENOUGH = timedelta(days=7), timedelta(hours=20)

Erase = Callable[[Connection, Sequence[str], datetime], int]


class Retention:
    """
    The store as far as it is to forget. Every call raises StoreUnavailable when the database does not answer; what was
    erased by then stays so, and the next call goes on from there.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def erase_decisions(self, before: datetime, now: datetime) -> Iterator[int]:
        """
        Erase the comments that came before a moment, and yield how many after each batch.
        """
        return self._erase(decisions, erase_decisions, before, now)

    def erase_labels(self, before: datetime, now: datetime) -> Iterator[int]:
        """
        Erase the comments of labels that were given before a moment, and yield how many after each batch.
        """
        return self._erase(labels, erase_labels, before, now)

    def due(self, before: datetime, labels_before: datetime) -> tuple[int, int]:
        """
        Return how many decisions and how many labels would be erased.
        """
        found = []
        with unhurried(self._engine) as connection:
            for table, moment in ((decisions, before), (labels, labels_before)):
                old = (table.c.id > _until(connection, table.name), table.c.id < first_id(moment))
                query = select(func.count()).where(*old, table.c.erased_at.is_(None))
                found.append(connection.execute(query).scalar_one())
        return found[0], found[1]

    def drop_entries(self, now: datetime) -> int:
        """
        Drop the entries of lists that have expired, and return how many.
        """
        with available(), self._engine.begin() as connection:
            return connection.execute(delete(lists).where(lists.c.expires_at <= now)).rowcount

    def drop_sessions(self, began_before: datetime) -> int:
        """
        Drop the sessions of moderators that began before a moment, and return how many.
        """
        with available(), self._engine.begin() as connection:
            old = moderator_sessions.c.began_at < began_before
            return connection.execute(delete(moderator_sessions).where(old)).rowcount

    def trusts(self, now: datetime) -> bool:
        """
        Tell whether a clock can be trusted: it is at most a week ahead of the last purge, or has been further ahead for
        a day.
        """
        with available(), self._engine.begin() as connection:
            last, doubted = _until(connection, _LAST), _until(connection, _DOUBTED)
            if not last or first_id(now - PLAUSIBLE) <= last:
                return True
            is_new = not doubted or first_id(now) < doubted
            if is_new:
                _go_on(connection, _DOUBTED, first_id(now))
            return not is_new and doubted <= first_id(now - LONG_ENOUGH)

    def last_run(self) -> datetime | None:
        """
        Return when the last purge was; None if there was none.
        """
        with available(), one_by_one(self._engine).connect() as connection:
            last = _until(connection, _LAST)
        return moment_of(last) if last else None

    def has_run(self, now: datetime) -> None:
        """
        Keep when the last purge was; nothing is doubted any more.
        """
        with available(), self._engine.begin() as connection:
            _go_on(connection, _LAST, first_id(now))
            connection.execute(delete(retention).where(retention.c.what == _DOUBTED))

    def settle(self) -> None:
        """
        Let nothing that was erased stay in SQLite's log, as far as nobody reads it at this moment.
        """
        if self._engine.dialect.name == "sqlite":
            with available(), one_by_one(self._engine).connect() as connection:
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")

    def _erase(self, table: Table, erase: Erase, before: datetime, now: datetime) -> Iterator[int]:
        end = first_id(before)
        while True:
            with available(), self._engine.begin() as connection:
                last = _until(connection, table.name)
                old = select(table.c.id).where(table.c.id > last, table.c.id < end).order_by(table.c.id)
                ids = connection.scalars(old.limit(MOST_IDS)).all()
                if not ids:
                    return
                count = erase(connection, ids, now)
                _go_on(connection, table.name, ids[-1])
            yield count


def _until(connection: Connection, what: str) -> str:
    return connection.scalar(select(retention.c.until).where(retention.c.what == what)) or ""


def _go_on(connection: Connection, what: str, until: str) -> None:
    row = insert_into(retention, connection.dialect).values(what=what, until=until)
    connection.execute(row.on_conflict_do_update(index_elements=[retention.c.what], set_={"until": until}))
