"""
The command `hamlet recheck`: what the model in use makes of the comments that are stored.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from service import terminal
from service.commands.options import JSON
from service.core.decision import Verdict

if TYPE_CHECKING:
    from service.rechecking import Rechecked

# Changes that a person is shown of each site.
MOST_SHOWN = 20
COLUMNS = ("site", "id", "model", "verdict", "score", "new_verdict", "new_score")


def _moment(typed: str) -> datetime:
    try:
        moment = datetime.fromisoformat(typed)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise click.BadParameter(f"{typed!r} is no date; write 2026-11-01, or 2026-11-01T12:00:00, in UTC") from None


@click.command()
@click.option("--site", help="The site's name; all sites if not given.")
@click.option(
    "--since",
    type=_moment,
    metavar="DATE",
    help="Only what came since then: 2026-11-01, or 2026-11-01T12:00:00, in UTC.",
)
@click.option("--last", type=click.IntRange(1), default=10_000, show_default=True, help="How many comments of a site.")
@click.option("--csv", "as_csv", is_flag=True, help="Print every change as CSV and nothing else.")
@JSON
def recheck(site: str | None, since: datetime | None, last: int, as_csv: bool, as_json: bool) -> None:
    """
    Score the last comments of the sites again, and print which verdicts would be others today; nothing is changed.

    The model and the thresholds are those in use now; what was known of a comment when it came stays. What a rule
    decided keeps its verdict.
    """
    from service import rechecking
    from service.model.folder import ModelError
    from service.model.scorer import load_current
    from service.store.history import kept
    from service.store.sites import Sites

    if as_csv and as_json:
        raise click.UsageError("--csv and --json exclude each other")
    settings = terminal.settings()
    with terminal.store(settings) as engine, terminal.refusing(ModelError):
        scorer = load_current(settings.models_dir)
        sites = [Sites(engine).named(site)] if site else Sites(engine).list()
        found = {}
        for each in sites:
            history = kept(engine, each.name, last, since)
            found[each.name] = rechecking.recheck(history, scorer, each.name, each.thresholds)
    if as_json:
        by_site = [_as_json(name, result) for name, result in found.items()]
        click.echo(json.dumps({"model": scorer.version, "sites": by_site}, indent=2))
    elif as_csv:
        _print_csv(found)
    else:
        for name, result in found.items():
            _print(name, result, scorer.version)


def _as_json(name: str, result: Rechecked) -> dict[str, Any]:
    verdicts = {before: {after: result.verdicts[before, after] for after in Verdict} for before in Verdict}
    changes = [*_changes(name, result)]
    return {"site": name, "rechecked": result.verdicts.total(), "fixed": result.fixed, "verdicts": verdicts} | {
        "changed": [{column: change[column] for column in COLUMNS[1:]} for change in changes]
    }


def _print_csv(found: Mapping[str, Rechecked]) -> None:
    from service.rows import line_of

    click.echo(line_of(COLUMNS), nl=False)
    for name, result in found.items():
        for change in _changes(name, result):
            click.echo(line_of(change[column] for column in COLUMNS), nl=False)


def _print(name: str, result: Rechecked, model: str) -> None:
    changes = [*_changes(name, result)]
    total = result.verdicts.total()
    click.echo(f"{name}: {total:,} comments by model {model}, {len(changes):,} would get another verdict.")
    if result.fixed:
        click.echo(f"{result.fixed:,} were decided by a rule, and stay.")
    for (before, after), number in sorted(result.verdicts.items()):
        if before is not after:
            click.echo(f"  {before:<6} -> {after:<6} {number:>9,}")
    for change in changes[:MOST_SHOWN]:
        scores = (_shown(change["score"]), _shown(change["new_score"]))
        click.echo(f"  {change['id']}  {change['verdict']:<6} {scores[0]} -> {change['new_verdict']:<6} {scores[1]}")
    if len(changes) > MOST_SHOWN:
        click.echo(f"  and {len(changes) - MOST_SHOWN:,} more; --csv prints them all")


def _changes(name: str, result: Rechecked) -> Iterator[dict[str, Any]]:
    for change in result.changes:
        old = change.decision
        values = (name, old.id, old.model, old.verdict.value, old.score, change.verdict.value, change.score)
        yield dict(zip(COLUMNS, values, strict=True))


def _shown(score: float | None) -> str:
    return "  none" if score is None else f"{score:.4f}"
