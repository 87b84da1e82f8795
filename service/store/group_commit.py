"""
One transaction for all that wait: requests that arrive while one commits share the next, and each waits for its own.
"""

from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from threading import Event, Lock, Thread
from typing import Any

from sqlalchemy import Engine, Insert
from sqlalchemy.exc import IntegrityError

from service.errors import StoreUnavailable

MOST_ROWS = 128
# Longer than the store's own limits for a lock and a statement, so that their error is the one that is seen.
WAIT_SECONDS = 0.7


@dataclass(slots=True)
class _Waiting:
    row: dict[str, Any]
    is_done: Event = field(default_factory=Event)
    error: Exception | None = None


class GroupCommit:
    """
    Inserts rows, one transaction at a time. A class, since it owns the thread that writes.
    """

    def __init__(self, engine: Engine, statement: Insert) -> None:
        self._engine = engine
        self._statement = statement
        self._queue: SimpleQueue[_Waiting] = SimpleQueue()
        self._lock = Lock()
        self._thread: Thread | None = None

    def insert(self, row: dict[str, Any]) -> None:
        """
        Return when the row is on the disk.

        Raises:
            IntegrityError: the row contradicts one that is there.
            SQLAlchemyError: the database cannot take it.
            StoreUnavailable: it took too long; the row may still come to be stored.
        """
        waiting = _Waiting(row)
        self._queue.put(waiting)
        if self._thread is None:
            self._start()
        if not waiting.is_done.wait(WAIT_SECONDS):
            raise StoreUnavailable("the store did not answer in time; ask again", retry_after=1)
        if waiting.error:
            raise waiting.error

    def _start(self) -> None:
        with self._lock:
            if self._thread is None:
                self._thread = Thread(target=self._write, name="group-commit", daemon=True)
                self._thread.start()

    def _write(self) -> None:
        while True:
            group = [self._queue.get()]
            try:
                while len(group) < MOST_ROWS:
                    group.append(self._queue.get_nowait())
            except Empty:
                pass
            self._commit(group)

    def _commit(self, group: list[_Waiting]) -> None:
        try:
            with self._engine.begin() as connection:
                connection.execute(self._statement, [waiting.row for waiting in group])
        except IntegrityError as error:
            if len(group) > 1:
                # One of them contradicts what is there: each alone, so that the others are stored.
                for waiting in group:
                    self._commit([waiting])
                return
            group[0].error = error
        except Exception as error:
            for waiting in group:
                waiting.error = error
        for waiting in group:
            waiting.is_done.set()
