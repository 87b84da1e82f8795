"""
The command `hamlet-train`: fit a model on labelled files, evaluate one.
"""

import json
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
import numpy as np
from rich.console import Console
from rich.table import Table

from service.core.features import document
from service.core.site import Thresholds
from service.scorer import CURRENT
from training import registry
from training.card import Origin
from training.errors import TrainingError
from training.evaluate import by_part, figures
from training.params import SHIPPED, read_params
from training.progress import track
from training.train import gather, train

COLUMNS = ("ham", "ham_held", "ham_rejected", "spam", "spam_accepted", "spam_rejected", "roc_auc")
PATHS = click.Path(exists=True, path_type=Path)
DATA = click.option(
    "--data", "paths", type=PATHS, multiple=True, required=True, help="File or folder of labelled rows; repeatable."
)
STRICT = click.option("--strict", is_flag=True, help="Fail if any row cannot be used, instead of leaving it out.")


class Commands(click.Group):
    """
    A group whose commands print the message of a TrainingError and exit with 1; a class since click asks for one.
    """

    def invoke(self, context: click.Context) -> object:
        """
        Run the command.
        """
        try:
            return super().invoke(context)
        except TrainingError as error:
            raise click.ClickException(str(error)) from error


@click.group(cls=Commands)
def main() -> None:
    """
    Train Hamlet on labelled comments.
    """


@main.command()
@DATA
@STRICT
@click.option(
    "--out", type=click.Path(path_type=Path), default=Path("models"), show_default=True, help="Models folder."
)
@click.option("--params", type=PATHS, default=SHIPPED, help="Parameters, TOML.  [default: the shipped ones]")
@click.option("--version", help="Name of the new model.  [default: today's next, as 2026-11-23.1]")
def fit(paths: tuple[Path, ...], strict: bool, out: Path, params: Path, version: str | None) -> None:
    """
    Fit, calibrate, evaluate, compile and write a model, and make it the current one.
    """
    now = datetime.now(UTC)
    name = version or registry.next_version(out, now.date())
    registry.check_free(out / name)
    given = " ".join(f"--data {path.name}" for path in paths)
    origin = Origin(now, _commit(), f"hamlet-train fit {given} --params {params.name}")
    train(gather(paths, strict), read_params(params), out, name, origin)


@main.command()
@DATA
@STRICT
@click.option("--model", type=PATHS, help="Folder of a model.  [default: the one that models/CURRENT names]")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of a table.")
def evaluate(paths: tuple[Path, ...], strict: bool, model: Path | None, as_json: bool) -> None:
    """
    Score labelled rows with a model's pipeline and print what its thresholds do to them, by source.
    """
    folder = model or Path("models") / (Path("models") / CURRENT).read_text(encoding="utf-8").strip()
    pipeline = registry.read_pipeline(folder)
    thresholds = Thresholds(**registry.read_card(folder)["thresholds"])
    rows = gather(paths, strict).rows
    log_odds = pipeline.decision_function([document(row.as_comment()) for row in track(rows, "Reading comments")])
    is_spam = np.array([row.is_spam for row in rows])
    sources = [row.source for row in rows]
    found = {
        "all": figures(log_odds, is_spam, thresholds, np.array([])),
        **by_part(sources, log_odds, is_spam, dict.fromkeys(sources, thresholds)),
    }
    if as_json:
        click.echo(json.dumps(found))
        return
    table = Table("rows of", "ham", "held", "rejected", "spam", "accepted", "rejected", "ROC-AUC", title=folder.name)
    for name, values in found.items():
        columns: dict[str, Any] = dict(values)
        table.add_row(name, *("–" if columns[key] is None else f"{columns[key]:.4g}" for key in COLUMNS))
    Console().print(table)


def _commit() -> str | None:
    git = shutil.which("git")
    if git is None:
        return None
    found = subprocess.run([git, "rev-parse", "HEAD"], capture_output=True, text=True, check=False)  # noqa: S603
    return found.stdout.strip() or None
