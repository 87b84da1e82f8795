"""
The commands `hamlet sites`: who may call, and within which limits. They work while the service runs, and before.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, fields
from typing import TYPE_CHECKING, Any

import click

from service import terminal
from service.core.site import Limits

if TYPE_CHECKING:
    from service.store.sites import Sites

NAME = click.argument("name")
JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON and nothing else.")


@click.group()
def sites() -> None:
    """
    Register the sites that may call, and set their limits.

    A running service heeds a change within five seconds.
    """


@sites.command()
@NAME
@JSON
def add(name: str, as_json: bool) -> None:
    """
    Register a site and print its key, which cannot be shown again.
    """
    with _store() as store:
        _print_key(name, store.add(name), as_json)


@sites.command()
@NAME
@JSON
def rotate(name: str, as_json: bool) -> None:
    """
    Give a site a new key; its earlier ones stop working.
    """
    with _store() as store:
        _print_key(name, store.rotate(name), as_json)


@sites.command()
@NAME
def disable(name: str) -> None:
    """
    Refuse a site's keys until it is enabled.
    """
    with _store() as store:
        store.disable(name)


@sites.command()
@NAME
def enable(name: str) -> None:
    """
    Let a disabled site's keys work again.
    """
    with _store() as store:
        store.enable(name)


@sites.command("list")
@JSON
def list_(as_json: bool) -> None:
    """
    Print all sites with their limits and thresholds.
    """
    with _store() as store:
        rows = store.list()
    if as_json:
        click.echo(json.dumps([asdict(row) for row in rows], indent=2))
        return
    for row in rows:
        bounds = {"accept_below": row.accept_below, "reject_at": row.reject_at}
        own = {name: number for name, number in {**asdict(row.limits), **bounds}.items() if number is not None}
        state = "disabled" if row.disabled else "enabled"
        click.echo(f"{row.name}  {state}  " + " ".join(f"{name}={number}" for name, number in own.items()))


def _limit_options(command: Any) -> Any:
    for limit in reversed(fields(Limits)):
        option = f"--{limit.name.replace('_', '-')}"
        command = click.option(
            option, type=click.IntRange(0), help=f"Comments; {limit.default} by default, 0 for no limit."
        )(command)
    return command


@sites.command("set")
@NAME
@_limit_options
@click.option("--accept-below", type=click.FloatRange(0, 1), help="Accept what scores less than this.")
@click.option("--reject-at", type=click.FloatRange(0, 1), help="Reject what scores this or more.")
def set_(name: str, accept_below: float | None, reject_at: float | None, **limits: int | None) -> None:
    """
    Change a site's limits and thresholds; what is not given stays.
    """
    with _store() as store:
        given = {limit: number for limit, number in limits.items() if number is not None}
        store.configure(name, limits=given, accept_below=accept_below, reject_at=reject_at)


@contextmanager
def _store() -> Iterator[Sites]:
    from service import state
    from service.config import SettingsError
    from service.errors import StoreUnavailable
    from service.store.engine import connect
    from service.store.errors import StoreError
    from service.store.schema import migrate
    from service.store.sites import Sites

    with terminal.refusing(SettingsError, StoreError, StoreUnavailable):
        engine = connect(state.prepare(terminal.settings()).store_url)
        migrate(engine)
        yield Sites(engine)
        engine.dispose()


def _print_key(name: str, key: str, as_json: bool) -> None:
    click.echo(json.dumps({"site": name, "key": key}) if as_json else key)
