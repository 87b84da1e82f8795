"""
The commands `hamlet backup`, `hamlet restore` and `hamlet downgrade`: copies of the store, and the way to an older one.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from service import terminal
from service.clock import now

if TYPE_CHECKING:
    from sqlalchemy import Engine

FILE = click.argument("file", type=click.Path(dir_okay=False, path_type=Path))


@click.command()
@FILE
def backup(file: Path) -> None:
    """
    Write a copy of the SQLite store to FILE, while the service runs, and prove that it is whole.
    """
    from service.store.backup import copy
    from service.store.schema import require_file

    with terminal.as_it_is(terminal.settings()) as engine:
        require_file(engine)
        size = copy(engine, file)
    click.echo(f"{file}: {size:,} bytes, whole. It holds no secret: keep those of the state folder too, elsewhere.")


@click.command()
@FILE
def restore(file: Path) -> None:
    """
    Put the copy FILE in the place of the SQLite store, which is moved aside; the service must be stopped.
    """
    from service.store.backup import file_of, put_back

    with _alone(may_begin=True) as engine:
        store = file_of(engine)
        aside = store.with_name(f"{store.name}.before-{now():%Y%m%dT%H%M%S}")
        revision = put_back(engine, file, aside)
    moved = f"; what was there is {aside}" if aside.exists() else ""
    click.echo(f"{store} is {file} now, at revision {revision}{moved}")


@click.command()
@click.argument("revision")
def downgrade(revision: str) -> None:
    """
    Bring the tables back to REVISION, for an older Hamlet; the service must be stopped. Make a backup first.
    """
    from service.store.schema import downgrade as bring_back

    with _alone() as engine:
        bring_back(engine, revision)
    click.echo(f"the tables are at revision {revision}; install the Hamlet that knows no later one before you start it")


@contextmanager
def _alone(*, may_begin: bool = False) -> Iterator[Engine]:
    from service import state
    from service.config import SettingsError
    from service.errors import StoreUnavailable
    from service.store.engine import connect
    from service.store.errors import StoreError

    with terminal.refusing(SettingsError, StoreError, StoreUnavailable):
        settings = terminal.prepared(may_begin=may_begin)
        with state.locked(settings.state_dir):
            engine = connect(settings.store_url)
            yield engine
            engine.dispose()
