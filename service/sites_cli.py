"""
The commands `hamlet sites`: who may call, and within which limits. They work while the service runs, and before.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from service import terminal
from service.site_settings_cli import JSON, NAME, akismet_keys, set_, show

if TYPE_CHECKING:
    from service.config import Settings
    from service.store.sites import Sites


@click.group()
def sites() -> None:
    """
    Register the sites that may call, and set their limits and thresholds.

    A running service heeds a change within five seconds.
    """


@sites.command()
@NAME
@JSON
def add(name: str, as_json: bool) -> None:
    """
    Register a site and print its key, which cannot be shown again.
    """
    settings = terminal.settings()
    with _store(settings) as store:
        _print_key(settings, name, store.add(name), as_json)


@sites.command()
@NAME
@JSON
def rotate(name: str, as_json: bool) -> None:
    """
    Give a site a new key; its earlier ones stop working.
    """
    settings = terminal.settings()
    with _store(settings) as store:
        _print_key(settings, name, store.rotate(name), as_json)


@sites.command()
@NAME
def disable(name: str) -> None:
    """
    Refuse a site's keys until it is enabled.
    """
    with _store(terminal.settings()) as store:
        store.disable(name)


@sites.command()
@NAME
def enable(name: str) -> None:
    """
    Let a disabled site's keys work again.
    """
    with _store(terminal.settings()) as store:
        store.enable(name)


@sites.command("list")
@JSON
def list_(as_json: bool) -> None:
    """
    Print all sites with their limits and their own thresholds.
    """
    with _store(terminal.settings()) as store:
        rows = store.list()
    if as_json:
        click.echo(json.dumps([asdict(row) for row in rows], indent=2))
        return
    for row in rows:
        own = {name: number for name, number in asdict(row.thresholds).items() if number is not None}
        state = "disabled" if row.disabled else "log only" if row.log_only else "enabled"
        shown = " ".join(f"{name}={number}" for name, number in {**asdict(row.limits), **own}.items())
        click.echo(f"{row.name}  {state}  {shown}")


for command in (set_, show):
    sites.add_command(command)


@contextmanager
def _store(settings: Settings) -> Iterator[Sites]:
    from service.store.sites import Sites

    with terminal.store(settings) as engine:
        yield Sites(engine)


def _print_key(settings: Settings, name: str, key: str, as_json: bool) -> None:
    from service.store.keys import id_of

    for_akismet = akismet_keys(settings, [id_of(key)])[0]
    if as_json:
        click.echo(json.dumps({"site": name, "key": key, "akismet_key": for_akismet}))
        return
    click.echo(key)
    click.echo(f"note: for clients of Akismet the key is {for_akismet}", err=True)
