"""
Connections to the store, bounded so that a store in trouble cannot eat the 800 ms that an answer may take.
"""

import os
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from sqlite3 import Connection as SqliteConnection
from typing import Any

from pydantic_core import to_json
from sqlalchemy import URL, Connection, Dialect, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DisconnectionError, SQLAlchemyError
from sqlalchemy.pool import ConnectionPoolEntry

from service.errors import StoreUnavailable
from service.store.errors import BadStoreUrl
from service.store.faults import FAULTS

# The setting that gives another URL than the default one, and how a URL is written.
SETTING, FORMS = "HAMLET_DATABASE_URL", "sqlite:///path or postgresql://user@host/name"
# How long a statement waits for another one's lock. Below the deadline of 800 ms, and long next to a commit's 5 ms.
LOCK_MILLISECONDS = 500
STATEMENT_MILLISECONDS = 600
# Of SQLite's pages in each connection; its default is 2,000.
CACHE_KIBIBYTES = 500

_POSTGRESQL: dict[str, Any] = {
    "autocommit": True,
    # libpq and psycopg know no shorter one than 2 s. It is over the deadline, but only a host that swallows packets
    # costs it: one that is down refuses at once, and tcp_user_timeout gives up on most silent ones earlier.
    "connect_timeout": 2,
    "tcp_user_timeout": LOCK_MILLISECONDS,
    "options": f"-c lock_timeout={LOCK_MILLISECONDS} -c statement_timeout={STATEMENT_MILLISECONDS} -c timezone=UTC",
}


def connect(url: str) -> Engine:
    """
    Return an engine for `sqlite:///path` or `postgresql://user@host/name`; nothing is opened yet, and only `migrate`
    makes a file.

    Both drivers run in autocommit, and `engine.begin()` says BEGIN itself: IMMEDIATE on SQLite, which ignores its
    time-out when a transaction that has read wants to write (in a trial 772 of 2,000 deferred ones failed so).

    Raises:
        BadStoreUrl: it is neither, or its driver is not installed.
    """
    parsed = _parse(url)
    if parsed.get_backend_name() == "sqlite":
        arguments = {"timeout": LOCK_MILLISECONDS / 1000, "isolation_level": None}
        engine = create_engine(parsed, connect_args=arguments, hide_parameters=True, json_serializer=_json)
        event.listen(engine, "do_connect", _open_file)
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "checkout", lambda _, entry, __: check_sqlite(entry.info))
    else:
        # The ping is a round trip a request, so that a restarted server costs no lost record.
        engine = create_engine(
            parsed,
            connect_args=_POSTGRESQL,
            pool_pre_ping=True,
            pool_timeout=0.5,
            hide_parameters=True,
            json_serializer=_json,
        )
    event.listen(engine, "begin", _begin)
    return engine


def one_by_one(engine: Engine) -> Engine:
    """
    Return a view of the engine whose statements are a transaction each: one round trip, durable when it returns.
    """
    return engine.execution_options(one_by_one=True)


def open_file(path: str | Path, **options: Any) -> SqliteConnection:
    """
    Open a SQLite file that is there. By itself SQLite makes an empty one in the place of one that was moved away, and
    removes that one's log.
    """
    opened: SqliteConnection = sqlite3.connect(f"{Path(path).absolute().as_uri()}?mode=rw", uri=True, **options)
    return opened


def lacks_file(engine: Engine) -> bool:
    """
    Tell whether the file is missing that a store is in; raises PermissionError where this account may not look.
    """
    return engine.dialect.name == "sqlite" and not Path(engine.url.database or "").exists()


@contextmanager
def unhurried(engine: Engine) -> Iterator[Connection]:
    """
    Open a connection to read by, for statements that may take longer than an answer; they keep no writer waiting.
    """
    if engine.dialect.name == "sqlite":
        with available(), one_by_one(engine).connect() as connection:
            yield connection
        return
    with available(), engine.begin() as connection:
        connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
        yield connection


@contextmanager
def available() -> Iterator[None]:
    """
    Turn every fault of the database into StoreUnavailable. The text of the fault stays in the cause, for the log.
    """
    try:
        yield
    except SQLAlchemyError as error:
        raise unavailable(error) from error


def unavailable(error: BaseException | None = None) -> StoreUnavailable:
    """
    Return what a caller is told of any fault of the database; `error` is counted.
    """
    if error is not None:
        FAULTS.tell(error)
    return StoreUnavailable("the store did not answer as it should; ask again", retry_after=1)


def _json(value: Any) -> str:
    # Dataclasses too, and five times as fast as the standard library's.
    return to_json(value).decode()


def _parse(url: str) -> URL:
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):  # a port that is no number
        # The URL is not quoted back: it may hold a password.
        raise BadStoreUrl(f"{SETTING} is not a database URL; write {FORMS}") from None
    if parsed.drivername in ("sqlite", "sqlite+pysqlite"):
        # With a URI nobody would notice that the file was moved, and no other process sees what is in memory.
        if parsed.database in (None, "", ":memory:") or parsed.query or parsed.host:
            raise BadStoreUrl(f"{SETTING}: SQLite takes the path of a file alone; write {FORMS}")
        return parsed
    if parsed.drivername not in ("postgres", "postgresql", "postgresql+psycopg"):
        raise BadStoreUrl(f"{SETTING}: no store for {parsed.drivername}://; write {FORMS}")
    if find_spec("psycopg") is None:
        raise BadStoreUrl(f"{SETTING}: PostgreSQL needs psycopg: pip install 'hamlet-moderation[postgresql]'")
    return parsed.set(drivername="postgresql+psycopg")


def _open_file(
    _: Dialect, entry: ConnectionPoolEntry, arguments: list[str], options: dict[str, Any]
) -> SqliteConnection:
    # Looked at before it is opened: one that is moved away in the meantime is then opened again.
    path = arguments[0]
    entry.info["file"] = path, _number_of(path)
    return open_file(path, **options)


def _prepare_sqlite(connection: SqliteConnection, _: ConnectionPoolEntry) -> None:
    # FULL syncs the log at every commit: NORMAL is faster, but a power cut takes back what was acknowledged.
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA foreign_keys=ON")
    # What was erased is overwritten, not only let go: a copy of the file must not tell it.
    connection.execute("PRAGMA secure_delete=ON")
    # Decisions are added at the end, and the system keeps whatever else is read at hand for all connections.
    connection.execute(f"PRAGMA cache_size=-{CACHE_KIBIBYTES}")


def check_sqlite(info: Mapping[Any, Any]) -> None:
    """
    Raise DisconnectionError if a pooled connection, by its `info`, is to a file that was moved away or replaced by a
    backup: the file would still be written to, and read by nobody.
    """
    path, number = info["file"]
    if _number_of(path) != number:
        raise DisconnectionError("the file of the store is not the one that was opened")


def _number_of(path: str) -> int | None:
    try:
        return os.stat(path).st_ino  # noqa: PTH116 - for every comment, and a third of the time
    except OSError:
        return None


def _begin(connection: Connection) -> None:
    if not connection.get_execution_options().get("one_by_one"):
        connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.dialect.name == "sqlite" else "BEGIN")
