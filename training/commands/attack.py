"""
The command `hamlet-train attack`: what spammers' tricks cost a model.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import click
import numpy as np
from rich.table import Table

from service.core.comment import Comment
from service.core.features import extract
from service.model.scorer import Scorer
from training.attacks.resistance import Cost, Recall, Values, costs_too_much, resistance
from training.commands.options import MODEL, STRICT, data, model_folder
from training.data.corpus import gather
from training.errors import BadData
from training.progress import print_table, track

COLUMNS = ("attack", "rows", "not accepted", "rejected", "recall at 0.5 %", "")


@click.command()
@data("labelled rows with spam", required=True)
@STRICT
@MODEL
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of a table.")
def attack(paths: tuple[Path, ...], strict: bool, model: Path | None, as_json: bool) -> None:
    """
    Attack the spam among labelled rows and print how much of it a model still catches.
    """
    rows = gather(paths, strict).rows
    if not any(row.is_spam for row in rows):
        raise BadData("no row is spam; an attack needs some")
    scorer = Scorer.load(model_folder(model))

    def score(comments: Sequence[Comment]) -> Values:
        return np.array([scorer.explain(extract(comment)).log_odds for comment in comments])

    found = dict(track(resistance(rows, score, scorer.thresholds), "Attacking"))
    if as_json:
        click.echo(json.dumps(found))
    else:
        _show(found, scorer.version)


def _show(found: Mapping[str, Cost], title: str) -> None:
    table = Table(*COLUMNS, title=title)
    for name, cost in found.items():
        mark = "over 5 points" if costs_too_much(cost) else ""
        shares = zip(_shares(cost["before"]), _shares(cost["after"]), strict=True)
        table.add_row(name, str(cost["rows"]), *(f"{before} → {after}" for before, after in shares), mark)
    print_table(table)


def _shares(recall: Recall) -> list[str]:
    values = recall["caught"], recall["rejected"], recall["at_half_percent"]
    return ["–" if value is None else f"{value:.1%}" for value in values]
