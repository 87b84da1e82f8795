"""
The command `hamlet thresholds`: what other thresholds would have done to a site's own decisions.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from service import terminal
from service.commands.options import JSON, SITE, given, threshold_options
from service.core.decision import Verdict
from service.core.site import OwnThresholds, Thresholds

if TYPE_CHECKING:
    from service.core.replay import Replay, Tally
    from service.core.thresholds import Curve, Side

# What is tried beside the site's own: rates, each instead of a score, where the model proves them; otherwise scores.
RATES = (
    ("max_false_reject", "reject_at", (0.0002, 0.0005, 0.001, 0.005)),
    ("max_spam_accepted", "accept_below", (0.005, 0.01, 0.02, 0.05, 0.1)),
)
SCORES = (("reject_at", (0.9, 0.99, 0.999, 1.0)), ("accept_below", (0.05, 0.1, 0.2, 0.3, 0.5)))


@click.command()
@SITE
@click.option("--last", type=click.IntRange(1), default=10_000, show_default=True, help="How many decisions.")
@threshold_options
@JSON
def thresholds(site: str, last: int, as_json: bool, **options: Any) -> None:
    """
    Print what today's and other thresholds would have done to the last decisions of a site; nothing is changed.

    The scores are those that were recorded. What a rule decided, or no model scored, keeps its verdict.
    """
    from service.core.replay import replay
    from service.core.thresholds import in_force, remarks
    from service.model.folder import ModelError, current, read_card
    from service.store.history import recent
    from service.store.site_settings import with_thresholds
    from service.store.sites import Sites

    settings, changes = terminal.settings(), given(options)
    with terminal.store(settings) as engine, terminal.refusing(ModelError):
        card = read_card(current(settings.models_dir))
        own = Sites(engine).named(site).thresholds
        asked = with_thresholds(own, changes)
        tried = {"in force": own, **({_typed(changes): asked} if changes else {}), **_range(own, card.curve)}
        choices = {typed: in_force(card.thresholds, card.curve, what) for typed, what in tried.items()}
        result = replay(recent(engine, site, last), [*choices.values()])
    rows = [_row(*row) for row in zip(choices, choices.values(), result.tallies, strict=True)]
    others = result.models.total() - result.models[card.version]
    notes = remarks(card.curve, asked)
    if others:
        notes.append(f"{others:,} were scored by another model than {card.version}, whose scores may differ")
    if as_json:
        facts = {"site": site, "model": card.version, "decisions": result.recorded.total(), "fixed": result.fixed}
        recorded = {verdict.value: result.recorded[verdict] for verdict in Verdict}
        click.echo(json.dumps({**facts, "recorded": recorded, "choices": rows, "notes": notes}, indent=2))
    else:
        _print(site, rows, result)
        terminal.note(*notes)


def _range(own: OwnThresholds, curve: Curve | None) -> dict[str, OwnThresholds]:
    found: list[dict[str, float | None]] = []
    if curve is None:
        found = [{name: score} for name, scores in SCORES for score in scores]
    else:
        for name, score_name, rates in RATES:
            gives_way: dict[str, float | None] = {} if getattr(own, score_name) is None else {score_name: None}
            side: Side = getattr(curve, name)
            proven = {point.rate for point in side.points if point.score is not None}
            found += [{**gives_way, name: rate} for rate in rates if rate in proven]
    return {_typed(changes): replace(own, **changes) for changes in found}


def _typed(changes: Mapping[str, float | None]) -> str:
    from service.store.site_settings import option

    return " ".join(f"{option(name)} {'default' if number is None else number}" for name, number in changes.items())


def _row(typed: str, thresholds: Thresholds, tally: Tally) -> dict[str, Any]:
    bounds = {"accept_below": thresholds.accept_below, "reject_at": thresholds.reject_at}
    verdicts = {verdict.value: tally.verdicts[verdict] for verdict in Verdict}
    return {"choice": typed, **bounds, **verdicts, "changed": tally.changed}


def _print(site: str, rows: Sequence[Mapping[str, Any]], result: Replay) -> None:
    total = result.recorded.total()
    click.echo(f"The last {total:,} decisions of {site}; {result.fixed:,} were decided without a threshold.\n")
    width = max(len(row["choice"]) for row in rows)
    click.echo(f"{'':<{width}}  accept below  reject at    accept      hold    reject   changed")
    recorded = "".join(f"{result.recorded[verdict]:>10,}" for verdict in Verdict)
    click.echo(f"{'as recorded':<{width}}  {'':<23}{recorded}")
    for row in rows:
        bounds = f"{row['accept_below']:>12.4f}  {row['reject_at']:>9.6f}"
        counts = "".join(f"{row[column]:>10,}" for column in (*Verdict, "changed"))
        click.echo(f"{row['choice']:<{width}}  {bounds}{counts}")
