"""
The commands `hamlet outbox`: what sites could not be told yet.
"""

from __future__ import annotations

import json
from dataclasses import asdict

import click

from service import terminal
from service.clock import now
from service.commands.options import JSON

MOST_ENTRIES = 1_000


@click.group()
def outbox() -> None:
    """
    Look at the callbacks and webhooks that wait or were given up.
    """


@outbox.command("list")
@JSON
def list_(as_json: bool) -> None:
    """
    Print what waits and what was given up, the oldest first, with what was wrong the last time.
    """
    from service.store.backlog import Backlog

    with terminal.store(terminal.settings()) as engine:
        entries = Backlog(engine).entries(MOST_ENTRIES)
    if as_json:
        click.echo(json.dumps([asdict(entry) for entry in entries], indent=2, default=str))
        return
    for entry in entries:
        due = {"pending": f"at {entry.due_at:%Y-%m-%d %H:%M:%S}", "dead": "given up"}.get(entry.state, entry.state)
        tried = f"after attempt {entry.attempts}: {entry.fault}" if entry.fault else "for the first time"
        click.echo(f"{entry.id}  {entry.site}  {due} {tried}")


@outbox.command()
def retry() -> None:
    """
    Have everything that was given up told again.
    """
    from service.store.backlog import Backlog

    with terminal.store(terminal.settings()) as engine:
        count = Backlog(engine).revive(now())
    click.echo(f"{count} to be told again")
