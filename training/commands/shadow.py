"""
The command `hamlet-train shadow`: what another model would say of the comments that a service is deciding on.
"""

import json
import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click
from rich.table import Table

from service.core.decision import Verdict
from service.core.labels import Label
from service.model.scorer import Scorer, load_current
from service.periods import PERIOD
from training.commands.options import MODELS, VERSION
from training.data.store import own_store
from training.progress import print_table, say
from training.promotion.registry import folder_of
from training.promotion.shadow import Disagreement, Shadow, compare, watched, with_labels

MOST_SHOWN = 20


@click.command()
@VERSION
@MODELS
@click.option("--site", help="The site's name; all sites if not given.")
@click.option("--last", type=click.IntRange(0), default=1_000, show_default=True, help="How many comments of a site.")
@click.option(
    "--for", "period", type=PERIOD, default="0m", metavar="30m", help="Then go on with those that come: 30m, 12h, 7d."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def shadow(version: str, models: Path, site: str | None, last: int, period: timedelta, as_json: bool) -> None:
    """
    Score a service's comments with VERSION beside the model in use, and print where the two disagree.

    Verdicts are not touched: this reads the store, in a process of its own. Ctrl-C or SIGTERM ends it with what was
    seen.
    """
    champion, candidate = load_current(models), Scorer.load(folder_of(models, version))
    with own_store(os.environ) as engine, _until_told() as clock:
        until = datetime.now(UTC) + period
        say(f"Scoring until {until:%Y-%m-%d %H:%M} UTC")
        seen = watched(engine, site, last, until, clock, time.sleep)
        found = compare(seen, champion, candidate)
        found.disagreements = with_labels(engine, found.disagreements)
    if as_json:
        click.echo(json.dumps(_facts(found, champion.version, version)))
    else:
        _show(found, champion.version, version)


@contextmanager
def _until_told() -> Iterator[Callable[[], datetime]]:
    """
    Give a clock that is past every moment once somebody wants this to end.
    """
    stop = False

    def end(*_: object) -> None:
        nonlocal stop
        stop = True

    before = {number: signal.signal(number, end) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield lambda: datetime.max.replace(tzinfo=UTC) if stop else datetime.now(UTC)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _facts(found: Shadow, champion: str, candidate: str) -> dict[str, object]:
    return {
        "champion": champion,
        "candidate": candidate,
        "scored": found.verdicts.total(),
        "fixed": found.fixed,
        "verdicts": {one: {other: found.verdicts[one, other] for other in Verdict} for one in Verdict},
        "milliseconds": found.cost,
        "labels_agreed_with": {who: _agreed(found, who) for who in ("champion", "candidate")},
        "disagreements": [asdict(each) for each in found.disagreements],
    }


def _show(found: Shadow, champion: str, candidate: str) -> None:
    differ = f"{len(found.disagreements):,} with another verdict"
    click.echo(f"{found.verdicts.total():,} comments by {champion}, in use, and by {candidate}: {differ}.")
    if found.fixed:
        click.echo(f"{found.fixed:,} were decided by a rule.")
    if found.cost:
        click.echo(f"A comment took {found.cost[0]:.3f} ms and {found.cost[1]:.3f} ms (medians).")
    changes = Table("in use", "candidate", "comments", "said ham", "said spam", "nearer: in use", "nearer: candidate")
    for (one, other), count in sorted(found.verdicts.items()):
        if one is not other:
            these = [each for each in found.disagreements if (each.champion, each.candidate) == (one, other)]
            labels = [sum(each.label is label for each in these) for label in (Label.HAM, Label.SPAM)]
            rights = [sum(each.right == who for each in these) for who in ("champion", "candidate")]
            changes.add_row(one, other, f"{count:,}", *map(str, labels + rights))
    if changes.row_count:
        print_table(changes)
    for each in found.disagreements[:MOST_SHOWN]:
        click.echo(_line(each))
    if len(found.disagreements) > MOST_SHOWN:
        click.echo(f"and {len(found.disagreements) - MOST_SHOWN:,} more; --json has them all")


def _line(each: Disagreement) -> str:
    scores = f"{each.champion:<6} {each.champion_score:.4f} -> {each.candidate:<6} {each.candidate_score:.4f}"
    return f"{each.site}  {each.decision_id}  {scores}  {each.label or ''}".rstrip()


def _agreed(found: Shadow, who: str) -> int:
    return sum(each.right == who for each in found.disagreements)
