"""
The command `hamlet-train behaviour`: a line for each check of the suite, then who failed where a limit is broken.
"""

from collections.abc import Sequence
from pathlib import Path

import click
from rich.table import Table

from service.model.scorer import Scorer
from training.behaviour.checks import Check, Failure, examine, judge_with, read_suite
from training.behaviour.limits import read_limits
from training.commands.options import MODEL, model_folder
from training.progress import print_table

QUOTED = 70
REASONS = 3


@click.command()
@MODEL
def behaviour(model: Path | None) -> None:
    """
    Put a model through the hand-written behavioural suite; exit with 1 if a limit is broken.
    """
    scorer = Scorer.load(model_folder(model))
    checks = examine(read_suite(), judge_with(scorer), scorer.thresholds, read_limits())
    broken = [check for check in checks if check.is_broken]
    _show(checks, f"{scorer.version}: {len(broken)} of {len(checks)} checks broken")
    for check in broken:
        click.echo(f"\n{check.name}, {check.part}: {len(check.failures)}, allowed {check.most}")
        for failure in check.failures:
            click.echo(f"  {line(failure)}")
    if broken:
        raise click.exceptions.Exit(1)


def line(failure: Failure) -> str:
    """
    Return who failed, the log-odds (before and after, if the comment was changed) and the heaviest reasons.
    """
    row, found = failure.row, failure.found
    text = " ".join(row.comment.split())
    quoted = text if len(text) <= QUOTED else f"{text[:QUOTED]}…"
    before = "" if failure.before is None else f"{failure.before:+.2f} → "
    reasons = (f"{reason.code} {reason.weight:+.2f} {' '.join(reason.evidence)}" for reason in found.reasons[:REASONS])
    told = " | ".join(reason.rstrip() for reason in reasons)
    return f"{row.place} {row.kind} ({row.language}) {before}{found.log_odds:+.2f} {row.name!r}: {quoted!r} {told}"


def _show(checks: Sequence[Check], title: str) -> None:
    table = Table("check", "part", title=title)
    for heading in ("tried", "failed", "allowed"):
        table.add_column(heading, justify="right")
    for check in checks:
        counts = (str(check.tried), str(len(check.failures)), str(check.most))
        table.add_row(check.name, check.part, *counts, style="bold red" if check.is_broken else None)
    print_table(table)
