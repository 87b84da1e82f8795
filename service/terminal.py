"""
What the commands share: the settings with their warnings, the store, errors as one line, progress on a terminal.
"""

from __future__ import annotations

import errno
import io
import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, BinaryIO

import click

from service.config import Settings, SettingsError, variable, warnings
from service.private_files import NO_ROOM

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from service.traffic.redis_client import Client


# What the system says of output that is not a file of ours, which would be named; a pipe that ends is none of it.
_NOT_WRITTEN = (*NO_ROOM, errno.EIO)
_CURE = "hamlet.cure"


class Refusal(click.ClickException):
    """
    Something that only the caller can cure: exit code 2.
    """

    exit_code = 2


def settings(*, warned: bool = True) -> Settings:
    """
    Return the settings, if `warned` after a warning for each variable that looks like one and is none.
    """
    for warning in warnings(os.environ) if warned else ():
        click.echo(f"warning: {warning}", err=True)
    try:
        return Settings.from_environment(os.environ)
    except SettingsError as error:
        raise Refusal(str(error)) from None


def prepared(given: Settings | None = None, *, may_begin: bool = False) -> Settings:
    """
    Return the settings, read if they are not given, with the secrets of the state folder, which is made where it is
    missing; only if `may_begin` also where there is no store yet.
    """
    from service import state
    from service.store.engine import connect
    from service.store.errors import StoreError
    from service.store.schema import require_file

    given = given or settings()
    with refusing(SettingsError, StoreError):
        if not may_begin:
            require_file(connect(given.store_url))
        return state.prepare(given)


@contextmanager
def refusing(*causes: type[Exception]) -> Iterator[None]:
    """
    Say some errors in a line on standard error, and end.
    """
    try:
        yield
    except causes as error:
        # What a driver says of an address that does not answer; it names host and user, never a password.
        cause = str(getattr(error.__cause__, "orig", "")).partition("\n")[0]
        where = "HAMLET_DATABASE_URL, or else HAMLET_STATE_DIR, says where it is"
        raise Refusal(f"the store does not answer: {cause}; {where}" if cause else str(error)) from None


@contextmanager
def store(settings: Settings, *, may_begin: bool = False) -> Iterator[Engine]:
    """
    Open the store, whose tables must be up to date, and say what is wrong with it, or with what it was asked for, in a
    line.

    Only if `may_begin` one is made where there is none: of an empty one a backup would be whole, and a person erased.
    Older tables are left to `hamlet serve`: brought forward by any command, they would be lost to the older Hamlet.
    """
    from service import state
    from service.store.engine import lacks_file
    from service.store.errors import NoStore
    from service.store.schema import migrate, require_newest

    with as_it_is(settings) as engine:
        try:
            require_newest(engine)
        except NoStore:
            if not may_begin:
                raise
            state.prepare(settings)
            is_new = lacks_file(engine)
            migrate(engine)
            if is_new:
                # Typed in another folder than the service was started in, a key of it would be known to nobody.
                where = variable("database_url" if settings.database_url else "state_dir")
                note(f"{engine.url.database} is new; if you meant another, set {where}")
        yield engine


@contextmanager
def as_it_is(settings: Settings) -> Iterator[Engine]:
    """
    Open the store, whatever revision its tables are at, and say what is wrong with it in a line.
    """
    from service.errors import StoreUnavailable
    from service.store.engine import connect
    from service.store.errors import StoreError

    with refusing(SettingsError, StoreError, StoreUnavailable), _in_utf8():
        engine = connect(settings.store_url)
        yield engine
        engine.dispose()


@contextmanager
def _in_utf8() -> Iterator[None]:
    try:
        yield
    except UnicodeEncodeError as error:
        # Bytes of an argument that Python could not read; nothing that is stored has any.
        raise Refusal(f"{error.object!r} is not in UTF-8; type it in a terminal whose locale is") from None


def redis(url: str) -> Client:
    """
    Return a client of Redis, and say in a line what is wrong with its URL; whether it answers is not asked.
    """
    from service.traffic.redis_client import connect

    try:
        return connect(url)
    except ValueError as error:
        raise Refusal(f"{variable('redis_url')} cannot be used: {error}") from None


class Commands(click.Group):
    """
    A group of commands that says in a line that standard output cannot be written, as on a full disk.
    """

    def make_context(self, *arguments: Any, **options: Any) -> click.Context:
        """
        Read the command line; `--help` and `--version` print while this is done.
        """
        with _printing({}):
            return super().make_context(*arguments, **options)

    def invoke(self, context: click.Context) -> Any:
        """
        Run a command; all that it printed is written when this returns.
        """
        with _printing(context.meta):
            return super().invoke(context)


@contextmanager
def _printing(meta: Mapping[str, Any]) -> Iterator[None]:
    try:
        try:
            yield
        finally:
            if sys.stdout:
                sys.stdout.flush()
    except OSError as error:
        if not _is_of_output(error):
            raise
        # Or Python would try once more when it ends, and say so in lines of its own.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        cure = f"; {meta[_CURE]}" if _CURE in meta else ""
        raise Refusal(f"standard output cannot be written: {error.strerror}{cure}") from None


def _is_of_output(error: OSError) -> bool:
    if error.filename or error.errno not in _NOT_WRITTEN or not isinstance(sys.stdout, io.TextIOWrapper):
        return False
    if sys.stdout.write_through:
        # Nothing is left by which it could be told from another file's; what was read had no lack of room.
        return error.errno != errno.EIO
    try:
        sys.stdout.flush()  # what could not be written is still there, and fails again
    except OSError:
        return True
    return False


def print_once(text: str, cure: str) -> None:
    """
    Print what cannot be shown again; `cure` is said where it could not be printed.
    """
    click.get_current_context().meta[_CURE] = cure
    click.echo(text)


def note(*texts: str) -> None:
    """
    Print on standard error what is good to know.
    """
    for text in texts:
        click.echo(f"note: {plain(text)}", err=True)


def plain(text: str) -> str:
    r"""
    Return on one line what somebody typed elsewhere, with nothing in it that a terminal would heed.

    >>> plain("Buy\n\x1b[2Jnow")
    'Buy ?[2Jnow'
    """
    return _harmless(" ".join(text.split()))


def shown(text: str) -> str:
    """
    Return what goes to standard output: as it is, or on a terminal with nothing in it that this would heed.
    """
    return _harmless(text, but="\r\n") if sys.stdout.isatty() else text


def _harmless(text: str, but: str = "") -> str:
    return "".join(character if character.isprintable() or character in but else "?" for character in text)


def counted(file: BinaryIO) -> Iterable[bytes]:
    """
    Yield the lines of a file, split at line feeds alone, with a bar on standard error if that is a terminal.
    """
    if not sys.stderr.isatty():
        yield from file
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    size = os.fstat(file.fileno()).st_size or None
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task("0 lines", total=size)
        for number, line in enumerate(file, 1):
            yield line
            progress.update(task, advance=len(line), description=f"{number:,} lines", refresh=False)
