"""
The commands `hamlet sites keys` and `hamlet sites rotate`: what a site's callers may do, and until when.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import click

from service import terminal
from service.commands.options import JSON, NAME
from service.core.site import Scope
from service.periods import PERIOD

if TYPE_CHECKING:
    from service.config import Settings
    from service.store.sites import Sites


@click.group()
def keys() -> None:
    """
    Give a site more keys, and take them away.

    A running service heeds a change within five seconds.
    """


@keys.command()
@NAME
@click.option(
    "--scope",
    "scopes",
    type=click.Choice(Scope, case_sensitive=False),
    multiple=True,
    required=True,
    help="What it is for; may be given more than once. check: comments; feedback: labels; admin: lists.",
)
@JSON
def add(name: str, scopes: tuple[Scope, ...], as_json: bool) -> None:
    """
    Give a site one more key and print it; it cannot be shown again.
    """
    settings = terminal.prepared()
    with sites_of(settings) as store:
        cure = f"`hamlet sites keys list {name}` has its id, by which `remove` stops it; then add another"
        print_key(settings, name, store.add_key(name, frozenset(scopes)), as_json, scopes, cure=cure)


@keys.command("list")
@NAME
@JSON
def list_(name: str, as_json: bool) -> None:
    """
    Print the ids of a site's keys, what they are for, and until when they work.
    """
    with sites_of(terminal.settings()) as store:
        rows = store.keys(name)
    if as_json:
        told = [asdict(row) | {"scopes": sorted(row.scopes)} for row in rows]
        click.echo(json.dumps(told, indent=2, default=datetime.isoformat))
        return
    for row in rows:
        end = f"until {row.expires_at:%Y-%m-%d %H:%M} UTC" if row.expires_at else "no end"
        click.echo(f"{row.id}  {', '.join(sorted(row.scopes)):<22}  {end}")


@keys.command()
@NAME
@click.argument("key_id")
def remove(name: str, key_id: str) -> None:
    """
    Stop one key of a site, by its id: the ten digits after `hamlet_`.
    """
    with sites_of(terminal.settings()) as store:
        store.remove_key(name, key_id)


@click.command()
@NAME
@click.option(
    "--overlap", type=PERIOD, default="0m", metavar="7d", help="How long the earlier keys go on: 30m, 12h, 7d."
)
@JSON
def rotate(name: str, overlap: timedelta, as_json: bool) -> None:
    """
    Give a site a new key for comments and labels; all its earlier ones, those for lists too, stop, at once or after
    an overlap.
    """
    settings = terminal.prepared()
    with sites_of(settings) as store:
        print_key(settings, name, store.rotate(name, overlap), as_json, cure=rotated(name))


def rotated(name: str) -> str:
    """
    Return what helps who has not seen a site's new key.
    """
    return f"the key is in force, and `hamlet sites rotate {name}` gives another"


@contextmanager
def sites_of(settings: Settings, *, may_begin: bool = False) -> Iterator[Sites]:
    from service.store.sites import Sites

    with terminal.store(settings, may_begin=may_begin) as engine:
        yield Sites(engine)


def print_key(
    settings: Settings, name: str, key: str, as_json: bool, scopes: tuple[Scope, ...] = (Scope.CHECK,), *, cure: str
) -> None:
    """
    Print a key that was just made, or `cure` if it cannot be; its twin for Akismet's clients too, if they can use it.
    """
    from service.store.keys import id_of

    for_akismet = akismet_keys(settings, [id_of(key)])[0] if Scope.CHECK in scopes else None
    if as_json:
        terminal.print_once(json.dumps({"site": name, "key": key, "akismet_key": for_akismet}), cure)
        return
    terminal.print_once(key, cure)
    if for_akismet:
        terminal.note(f"for clients of Akismet the key is {for_akismet}")


def akismet_keys(settings: Settings, key_ids: Iterable[str]) -> list[str]:
    """
    Return the keys for Akismet's clients that go with a site's keys.
    """
    from service.store.keys import akismet_key

    return [akismet_key(settings.secret.encode(), key_id) for key_id in key_ids]
