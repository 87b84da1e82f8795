"""
The commands `hamlet lists`: what a site lets through, turns away or holds on its own account.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, TextIO

import click

from service import terminal
from service.clock import now
from service.commands.options import JSON, SITE
from service.core.entries import Action, Kind
from service.periods import PERIOD

if TYPE_CHECKING:
    from service.core.entries import Entry
    from service.listing import Listing, Rehearsed

MOST_SHOWN = 20
# As large as a number of an entry can get.
MOST_ID = 2**31 - 1


def _entry_options(command: Any) -> Any:
    for option in (
        click.option("--note", default="", help="Why, for whoever reads the list later."),
        click.option("--for", "period", type=PERIOD, metavar="30d", help="How long they count: 30m, 12h, 30d."),
        click.option("--kind", type=click.Choice(Kind, case_sensitive=False), help="By default what it looks like."),
        click.option(
            "--action",
            type=click.Choice(Action, case_sensitive=False),
            default=Action.REJECT,
            help="reject by default; discard is a reject that no moderator need look at.",
        ),
        click.option(
            "--file", type=click.File("r", "utf-8"), help="Take the lines of a file too; - is standard input."
        ),
        click.argument("values", nargs=-1),
    ):
        command = option(command)
    return command


@click.group()
def lists() -> None:
    """
    Let comments through, turn them away or hold them by words, expressions, domains, addresses, e-mails or authors.

    A running service heeds a change within five seconds.
    """


@lists.command()
@SITE
@_entry_options
def add(site: str, **given: Any) -> None:
    """
    Put VALUES on a site's lists. What is there already gets the new action, end and note.
    """
    entries = _entries(**given)
    with _listing() as listing:
        stored = listing.add(site, entries, "command line")
    _note(entries)
    count = f"{len(stored):,} {'entry' if len(stored) == 1 else 'entries'}"
    click.echo(f"{given['action'].value}: {count} on the lists of {site}.")


@lists.command("try")
@SITE
@click.option("--last", type=click.IntRange(1), default=10_000, show_default=True, help="How many comments.")
@_entry_options
@JSON
def try_(site: str, last: int, as_json: bool, **given: Any) -> None:
    """
    Print what VALUES on a site's lists would have done to its last comments; nothing is changed.
    """
    from service.api.lists_body import trial_answer

    entries = _entries(**given)
    with _listing() as listing:
        rehearsed = listing.rehearse(site, entries, last)
    if as_json:
        click.echo(json.dumps(trial_answer(rehearsed, []), indent=2))
        return
    _print(site, rehearsed)
    _note(entries)
    terminal.note(*rehearsed.notes)


@lists.command("list")
@SITE
@click.option("--lines", is_flag=True, help="One value a line, as `--file` reads them, without actions and ends.")
@JSON
def list_(site: str, lines: bool, as_json: bool) -> None:
    """
    Print a site's lists.
    """
    from service.core.entry_lines import to_line

    with _listing() as listing:
        entries = listing.of(site)
    if as_json:
        click.echo(json.dumps([asdict(entry) for entry in entries], indent=2, default=datetime.isoformat))
        return
    for entry in entries:
        line = to_line(entry.kind, entry.value)
        if not lines or sys.stdout.isatty():  # what a program is to read again stays as it is
            line = terminal.plain(line)
        until = f"  until {entry.expires_at:%Y-%m-%d %H:%M} UTC" if entry.expires_at else ""
        note = f"  ({terminal.plain(entry.note)})" if entry.note else ""
        click.echo(line if lines else f"{entry.id:>6}  {entry.action.value:<8}{entry.kind.value:<8}{line}{until}{note}")


@lists.command()
@SITE
@click.argument("ids", nargs=-1, required=True, type=click.IntRange(1, MOST_ID))
def remove(site: str, ids: tuple[int, ...]) -> None:
    """
    Take entries off a site's lists, by the numbers that `list` prints.
    """
    with _listing() as listing:
        count = listing.remove(site, ids)
    click.echo(f"{count:,} of {len(ids):,} entries removed.")
    if count < len(set(ids)):
        raise terminal.Refusal(f"the others are no entries of {site!r}; `hamlet lists list` shows what is there")


@contextmanager
def _listing() -> Iterator[Listing]:
    from service.listing import Listing

    settings = terminal.prepared()
    with terminal.store(settings) as engine:
        yield Listing(engine, settings.people_secrets, now)


def _entries(
    values: Sequence[str], file: TextIO | None, action: Action, kind: Kind | None, period: timedelta | None, note: str
) -> list[Entry]:
    from service.core.entry_values import BadEntry
    from service.listing import entry

    end = now() + period if period else None
    found = [(f"{value!r}", value) for value in values]
    if file:
        try:
            lines = file.read().removeprefix("\ufeff").splitlines()
        except UnicodeDecodeError:
            raise terminal.Refusal(f"{file.name} is not in UTF-8; save it so") from None
        found += [(f"line {number}", line) for number, line in enumerate(lines, 1) if line.strip()]
    if not found:
        raise click.UsageError("give values, or a --file with one a line")
    entries = []
    for place, value in found:
        try:
            entries.append(entry(value, action, kind, end, note))
        except BadEntry as error:
            raise terminal.Refusal(f"{place}: {terminal.plain(str(error))}") from None
    return entries


def _note(entries: Sequence[Entry]) -> None:
    from service.listing import remarks

    terminal.note(*remarks(entries))


def _print(site: str, rehearsed: Rehearsed) -> None:
    from service.core.decision import Verdict

    trial = rehearsed.trial
    matched = sum(counts.total() for _, counts in trial.hits)
    click.echo(f"Of the last {trial.comments:,} comments of {site} they would have decided on {matched:,}.")
    for (before, after), change in trial.changes.items():
        click.echo(f"  {before.value:<6} -> {after.value:<6}  {change.count:>8,}  such as {' '.join(change.examples)}")
    hits = sorted(((each, counts) for each, counts in trial.hits if counts), key=lambda hit: -hit[1].total())
    if hits:
        click.echo(f"{'recorded as':<40}{''.join(f'{verdict.value:>8}' for verdict in Verdict)}")
    for each, counts in hits[:MOST_SHOWN]:
        click.echo(f"{terminal.plain(each.value)[:38]:<40}{''.join(f'{counts[verdict]:>8,}' for verdict in Verdict)}")
    if len(hits) > MOST_SHOWN:
        click.echo(f"and {len(hits) - MOST_SHOWN:,} more; --json prints them all")
