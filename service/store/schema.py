"""
The tables brought up to date by Alembic, by whichever process comes first.
"""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine

from service.store.engine import available, lacks_file, one_by_one
from service.store.errors import BadStoreUrl, NoStore, StoreTooNew, StoreTooOld, UnknownRevision

# Any number that no other program on the same PostgreSQL database uses: "hamlet" in ASCII.
ADVISORY_LOCK = 0x68616D6C6574


def migrate(engine: Engine) -> None:
    """
    Bring the tables to the newest revision in one transaction; processes that start together wait for the first.

    Raises:
        BadStoreUrl: the folder of a SQLite database cannot be made or written, or only the database's log is there.
        StoreTooNew: a newer Hamlet has been here.
        StoreUnavailable: the database cannot be opened or written.
    """
    with available():
        if engine.dialect.name == "sqlite":
            with _sqlite_to_itself(engine):
                _upgrade(engine)
        else:
            _upgrade(engine)


def require_file(engine: Engine) -> None:
    """
    Raise NoStore if the file is missing that the store is in; whether there is anything in it is not looked at.
    """
    with suppress(PermissionError):  # opening it says so
        if lacks_file(engine):
            raise _no_store(engine)


def require_newest(engine: Engine) -> None:
    """
    Leave the tables as they are, and see that this Hamlet can use them.

    Raises:
        NoStore: there are none.
        StoreTooOld, StoreTooNew: another Hamlet made them.
        StoreUnavailable: the database cannot be opened.
    """
    require_file(engine)
    with available(), one_by_one(engine).connect() as connection:
        _, script, current = _known(connection)
    newest = script.get_current_head()
    if current is None:
        raise _no_store(engine)
    _refuse_newer(script, current)
    if current != newest:
        raise StoreTooOld(
            f"the store is at revision {current}, this Hamlet at {newest}; make a backup, and `hamlet serve` brings it "
            "up to date"
        )


def revisions(engine: Engine) -> tuple[str | None, str | None]:
    """
    Return the revision of the tables, None if there are none, and the newest that this Hamlet knows.
    """
    with available(), one_by_one(engine).connect() as connection:
        _, script, current = _known(connection)
        return current, script.get_current_head()


def downgrade(engine: Engine, revision: str) -> None:
    """
    Bring the tables back to an earlier revision in one transaction, for an older Hamlet. What that one does not know of
    is lost.

    Raises:
        UnknownRevision: there is none of this name, or the tables are older.
        StoreUnavailable: the database cannot be opened or written.
    """
    with available(), engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
        config, script, current = _known(connection)
        below = [each.revision for each in script.iterate_revisions(current, "base")][1:] if current else []
        if revision not in below:
            raise UnknownRevision(f"the tables are at revision {current}; they can go back to {', '.join(below)}")
        command.downgrade(config, revision)


@contextmanager
def _sqlite_to_itself(engine: Engine) -> Iterator[None]:
    # A lock file of our own, since SQLite does not wait when two connections change its journal's mode at once.
    path = Path(engine.url.database or "")
    log = path.with_name(f"{path.name}-wal")
    try:
        if log.exists() and not path.exists():
            # Beside an empty file SQLite would remove it, and what was acknowledged last is in it alone.
            raise BadStoreUrl(f"{path} is missing, and its log is still there: put it back, or move the log away too")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(0o600)  # as the files that SQLite puts beside it then are
        lock = path.with_name(f"{path.name}.lock").open("w")
    except OSError as error:
        raise BadStoreUrl(f"{path}: {error.strerror}; name a database in a folder that can be written") from None
    with lock as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        with one_by_one(engine).connect() as connection:
            connection.exec_driver_sql("PRAGMA journal_mode=WAL")  # stays with the file
        yield


def _upgrade(engine: Engine) -> None:
    current, newest = revisions(engine)
    if current == newest:  # as for nearly every command, which need not wait for whoever writes
        return
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            # A migration may take longer than an answer; both are as before at the end of the transaction.
            connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
            connection.exec_driver_sql("SET LOCAL lock_timeout = 0")
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({ADVISORY_LOCK})")
        _upgrade_alone(connection)


def _upgrade_alone(connection: Connection) -> None:
    config, script, current = _known(connection)
    if current == script.get_current_head():
        return
    if current is not None:
        _refuse_newer(script, current)
    command.upgrade(config, "head")


def _refuse_newer(script: ScriptDirectory, current: str) -> None:
    if current not in {revision.revision for revision in script.walk_revisions()}:
        raise StoreTooNew(
            f"the store is at revision {current}, which this Hamlet does not know; start the newer one, "
            "or restore a backup from before it"
        )


def _no_store(engine: Engine) -> NoStore:
    return NoStore(
        f"there is no store at {engine.url.database}; HAMLET_STATE_DIR, or else HAMLET_DATABASE_URL, says where it is"
    )


def _known(connection: Connection) -> tuple[Config, ScriptDirectory, str | None]:
    """
    Return what Alembic is told, the migrations of this Hamlet, and the revision of the tables.
    """
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", "service.store:migrations")
    return config, ScriptDirectory.from_config(config), MigrationContext.configure(connection).get_current_revision()
