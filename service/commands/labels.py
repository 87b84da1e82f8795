"""
The commands `hamlet labels`: what somebody said and does not count, until it is looked at here.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from service import terminal
from service.clock import now
from service.commands.options import JSON, NAME

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from service.store.labelled import LabelledComments

MOST_LABELS = 1_000


@click.group()
def labels() -> None:
    """
    Look at labels that were set aside: too many of one key, or a burst of them against the model.
    """


@labels.command("list")
@NAME
@JSON
def list_(name: str, as_json: bool) -> None:
    """
    Print what was set aside of a site, the latest first, with the comments, and why.
    """
    with _labelled(name) as (_, labelled):
        found = labelled.set_aside(name, MOST_LABELS)
    if as_json:
        click.echo(json.dumps([asdict(about) for about in found], indent=2, default=str))
        return
    for about in found:
        given, score = about.given, about.subject.score
        scored = "no score" if score is None else f"score {score:.4f}"
        who = f" by {terminal.plain(given.who)}" if given.who else ""
        click.echo(f"{given.id}  {given.label}{who}  {scored}  {given.set_aside}")
        click.echo(f"    {terminal.plain(about.subject.comment.comment)[:160]}")


@labels.command()
@NAME
@click.argument("ids", nargs=-1)
@click.option("--all", "are_all", is_flag=True, help="All that `list` prints.")
def release(name: str, ids: tuple[str, ...], are_all: bool) -> None:
    """
    Let labels count that were set aside; a running service heeds it within five minutes.
    """
    if bool(ids) == are_all:
        raise click.UsageError("name the labels, or give --all")
    from service.store.labels import release as let_count

    with _labelled(name) as (engine, labelled):
        chosen = ids or [about.given.id for about in labelled.set_aside(name, MOST_LABELS)]
        count = let_count(engine, name, chosen, now())
    click.echo(f"{count} count from now on")
    if count < len(set(ids)):
        raise terminal.Refusal(f"the others are not set aside at {name!r}; `hamlet labels list` shows what is")


@contextmanager
def _labelled(site: str) -> Iterator[tuple[Engine, LabelledComments]]:
    from service.store.labelled import LabelledComments
    from service.store.sites import Sites

    with terminal.store(terminal.settings()) as engine:
        Sites(engine).named(site)
        yield engine, LabelledComments(engine)
