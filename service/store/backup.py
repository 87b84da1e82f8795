"""
A copy of SQLite's file while it is in use, proven to be whole; PostgreSQL has `pg_dump` for that.
"""

import os
import shutil
import sqlite3
from contextlib import closing, suppress
from pathlib import Path

from sqlalchemy import Engine

from service.store.engine import open_file
from service.store.errors import BadBackup


def copy(engine: Engine, target: Path) -> int:
    """
    Write a copy of the store to a new file, as it is at the beginning of this call, and return its size in bytes.
    Comments are decided meanwhile.

    Raises:
        BadBackup: the store is no SQLite file, the file is there already or cannot be written, or the copy is not
            whole.
    """
    source = file_of(engine)
    if target.exists():
        raise BadBackup(f"{target} exists; a backup is never written over")
    part = target.with_name(f"{target.name}.part")
    try:
        _make_private(part)
        with closing(open_file(source)) as store, closing(sqlite3.connect(part)) as file:
            # In one step, which keeps no writer waiting: several would begin anew each time that somebody has written.
            store.backup(file)
            file.execute("PRAGMA journal_mode=DELETE")  # one file, without a log beside it
        revision_of(part)
        part.rename(target)
    except (sqlite3.Error, OSError) as error:
        raise BadBackup(f"{target} cannot be written: {getattr(error, 'strerror', error)}") from error
    finally:
        part.unlink(missing_ok=True)
    return target.stat().st_size


def revision_of(file: Path) -> str:
    """
    Return the revision of the tables of a copy, which is read from its first page to its last.

    Raises:
        BadBackup: it is no store of Hamlet, or not whole.
    """
    try:
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as store:
            (found,) = store.execute("PRAGMA integrity_check(1)").fetchone()
            (revision,) = store.execute("SELECT version_num FROM alembic_version").fetchone()
    except (sqlite3.Error, TypeError) as error:
        raise BadBackup(f"{file} is no store of Hamlet: {error}") from error
    if found != "ok":
        raise BadBackup(f"{file} is not whole: {found}")
    return str(revision)


def put_back(engine: Engine, backup: Path, aside: Path) -> str:
    """
    Put a copy in the place of the store, which is moved aside, and return the revision of the copy's tables. Nothing
    may have the store open.

    Raises:
        BadBackup: the copy is not whole, there is no room for it, or its name is needed; nothing was changed.
    """
    target = file_of(engine)
    revision = revision_of(backup)
    new = target.with_name(f"{target.name}.new")
    if aside.exists():
        raise BadBackup(f"{aside} exists, and is never written over; nothing was changed, so try again")
    if new.resolve() == backup.resolve():
        raise BadBackup(f"{backup} has the name of what is put in place; give it another")
    try:
        _make_private(new)
        shutil.copyfile(backup, new)
        with new.open("r+b") as file:
            os.fsync(file.fileno())  # or a power cut leaves the store's name to a file that is empty
    except OSError as error:
        with suppress(OSError):
            new.unlink()
        raise BadBackup(f"{new} cannot be written: {error.strerror}; nothing was changed") from error
    for ending in ("", "-wal", "-shm"):
        old = target.with_name(f"{target.name}{ending}")
        if old.exists():
            old.rename(aside.with_name(f"{aside.name}{ending}"))
    new.rename(target)
    return revision


def file_of(engine: Engine) -> Path:
    """
    Return the file of a store. Raises BadBackup if it is in none.
    """
    if engine.dialect.name != "sqlite":
        raise BadBackup("the store is in PostgreSQL; docs/backup.md says how `pg_dump` and `pg_restore` go")
    return Path(engine.url.database or "")


def _make_private(file: Path) -> None:
    # Before there is a comment in it: afterwards is too late.
    file.unlink(missing_ok=True)
    file.touch(0o600, exist_ok=False)
