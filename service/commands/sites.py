"""
The commands `hamlet sites`: who may call, and within which limits. They work while the service runs, and before.
"""

from __future__ import annotations

import json
from dataclasses import asdict

import click

from service import terminal
from service.commands.coral import coral
from service.commands.options import JSON, NAME, NEW_NAME
from service.commands.site_keys import keys, print_key, rotate, rotated, sites_of
from service.commands.site_settings import set_, show


@click.group()
def sites() -> None:
    """
    Register the sites that may call, and set their limits and thresholds.

    A running service heeds a change within five seconds.
    """


@sites.command()
@NEW_NAME
@JSON
def add(name: str, as_json: bool) -> None:
    """
    Register a site and print its key, which cannot be shown again.
    """
    settings = terminal.prepared(may_begin=True)
    with sites_of(settings, may_begin=True) as store:
        print_key(settings, name, store.add(name), as_json, cure=rotated(name))


@sites.command()
@NAME
def disable(name: str) -> None:
    """
    Refuse a site's keys until it is enabled.
    """
    with sites_of(terminal.settings()) as store:
        store.disable(name)


@sites.command()
@NAME
def enable(name: str) -> None:
    """
    Let a disabled site's keys work again.
    """
    with sites_of(terminal.settings()) as store:
        store.enable(name)


@sites.command("list")
@JSON
def list_(as_json: bool) -> None:
    """
    Print all sites with their limits and their own thresholds.
    """
    with sites_of(terminal.settings()) as store:
        rows = store.list()
    if as_json:
        click.echo(json.dumps([asdict(row) for row in rows], indent=2))
        return
    for row in rows:
        own = {name: number for name, number in asdict(row.thresholds).items() if number is not None}
        state = "disabled" if row.disabled else "log only" if row.log_only else "enabled"
        shown = " ".join(f"{name}={number}" for name, number in {**asdict(row.limits), **own}.items())
        click.echo(f"{row.name}  {state}  {shown}")


for command in (set_, show, rotate, keys, coral):
    sites.add_command(command)
