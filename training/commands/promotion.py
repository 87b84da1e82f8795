"""
The commands `hamlet-train promote`, `rollback` and `history`: which model the service uses, and why.
"""

import json
import os
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import click
from rich.table import Column, Table

from service.model.promotions import Promotion
from training.commands.options import MODELS, STRICT, VERSION, data
from training.data.corpus import gather
from training.data.store import own_rows
from training.gates import missed_sites
from training.gates.examine import examine
from training.gates.table import as_json, show
from training.params import read_params
from training.progress import print_table, say
from training.promotion.promote import Examination, current_version, roll_back, system_user
from training.promotion.promote import history as read_history
from training.promotion.promote import promote as make_current

REFUSED = 2

WHO = click.option("--who", default=system_user, help="Who does so.  [default: the user of the system]")


@click.command()
@VERSION
@data("labelled rows that neither model has seen")
@click.option("--from-store", is_flag=True, help="Add the newest labels of the moderators.")
@STRICT
@click.option("--dry-run", is_flag=True, help="Only report what the gates find.")
@click.option("--force", metavar="REASON", default="", help="Promote past gates that fail; the history keeps why.")
@click.option("--json", "is_json", is_flag=True, help="Print one JSON object instead of a table.")
@MODELS
@WHO
@click.option("--reason", default="", help="Why, for the history.")
def promote(
    version: str,
    paths: tuple[Path, ...],
    from_store: bool,
    strict: bool,
    dry_run: bool,
    force: str,
    is_json: bool,
    models: Path,
    who: str,
    reason: str,
) -> None:
    """
    Make VERSION the model in use if it passes the gates, and running services take it up; exit with 2 if it does not.
    """
    if current_version(models) and not (paths or from_store or force):
        raise click.UsageError(
            "the model in use is compared with: give rows that neither has seen by --data, --from-store, or both"
        )
    corpus = gather(paths, strict, own_rows(os.environ) if from_store else ())
    report = examine(models, version, corpus.files, corpus.rows, read_params())
    for warning in report.warnings:
        say(f"Warning: {warning}")
    if is_json:
        click.echo(json.dumps(as_json(report), ensure_ascii=False))
    else:
        show(report)
    failed = tuple(outcome.name for outcome in report.failed)
    if failed and (dry_run or not force):
        say(f"{version} is not promoted, {len(failed)} of {len(report.outcomes)} gates failed: {', '.join(failed)}")
        raise click.exceptions.Exit(REFUSED)
    if not dry_run:
        examined = Examination(report.champion, failed)
        promotion = make_current(models, version, who, force or reason, datetime.now(UTC), examined)
        _tell(promotion, to_stderr=is_json)


@click.command()
@MODELS
@WHO
@click.option("--reason", default="", help="Why, for the history.")
def rollback(models: Path, who: str, reason: str) -> None:
    """
    Go back to the model that was in use before this one was promoted.
    """
    back = roll_back(models, who, reason, datetime.now(UTC))
    _tell(back)
    if sites := missed_sites.missed(models, back.version, back.before):
        say(missed_sites.told(back.version, back.before, sites))


@click.command()
@MODELS
@click.option("--json", "is_json", is_flag=True, help="Print one JSON object a promotion instead of a table.")
def history(models: Path, is_json: bool) -> None:
    """
    Print which model was made the current one when, by whom and why.
    """
    found = read_history(models)
    if is_json:
        for promotion in found:
            click.echo(json.dumps(asdict(promotion), ensure_ascii=False))
        return
    # What the other commands are given is never cut; a day and its hour may stand below each other.
    table = Table("when (UTC)", Column("version", no_wrap=True), Column("before", no_wrap=True), "what", "who", "why")
    for each in found:
        forced = f"forced past {len(each.failed)} gates" if each.is_forced else "promoted"
        what = "rolled back" if each.is_rollback else forced
        table.add_row(each.at[:16].replace("T", " "), each.version, each.before or "", what, each.who, each.reason)
    print_table(table)
    click.echo(f"in use: {current_version(models) or 'none'}")


def _tell(promotion: Promotion, *, to_stderr: bool = False) -> None:
    instead = f" instead of {promotion.before}" if promotion.before else ""
    click.echo(f"{promotion.version} is current{instead}; running services take it up within seconds", err=to_stderr)
