"""
The command `hamlet-train`: `fit` and `evaluate` are here, all others in `commands/`.
"""

import json
import os
from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path

import click

from service.model.folder import ModelError
from training.commands import options
from training.commands.adapt import adapt
from training.commands.attack import attack
from training.commands.behaviour import behaviour
from training.commands.campaigns import campaigns
from training.commands.given import check_given, origin_of, read_corpus
from training.commands.imports import imports
from training.commands.labelled import labelled
from training.commands.options import FROM_STORE, MODEL, NEW_VERSION, PARAMS, STRICT, model_folder
from training.commands.promotion import history, promote, rollback
from training.commands.shadow import shadow
from training.data.store import own_rows
from training.errors import TrainingError
from training.fitting.workers import dask, here
from training.gates import missed_sites
from training.params import read_params
from training.partial.fit import train as train_partially
from training.partial.former import Former
from training.progress import say
from training.promotion import registry
from training.promotion.promote import current_version, system_user
from training.promotion.promote import promote as make_current
from training.report import html, tables
from training.report.card import card
from training.report.finished import judge
from training.report.heldout import findings
from training.train import measure, train

DATA = options.data("labelled rows")
TEXTS = click.option(
    "--texts-in-report", is_flag=True, help="Show the worst errors with their comments: for your eyes only."
)


class Commands(click.Group):
    """
    A group whose commands print the message of what can go wrong and exit with 1; a class since click asks for one.
    """

    def invoke(self, context: click.Context) -> object:
        """
        Run the command.
        """
        try:
            return super().invoke(context)
        except BrokenPipeError:
            raise  # who reads the output has seen enough, as click knows
        except (TrainingError, ModelError, OSError) as error:
            raise click.ClickException(str(error)) from error


@click.group(
    cls=Commands, commands=[adapt, attack, campaigns, labelled, behaviour, imports, promote, rollback, history, shadow]
)
def main() -> None:
    """
    Train Hamlet on labelled comments.
    """


@main.command()
@DATA
@FROM_STORE
@STRICT
@click.option(
    "--out", type=click.Path(path_type=Path), default=Path("models"), show_default=True, help="Models folder."
)
@PARAMS
@NEW_VERSION
@click.option("--partial", is_flag=True, help="Learn from a stream, for rows that do not fit into memory.")
@click.option("--begin-with", metavar="VERSION", help="With --partial: go on from the weights of a model in --out.")
@click.option("--dask", "scheduler", metavar="tcp://HOST:PORT", help="Fit the folds on the workers of this scheduler.")
@TEXTS
def fit(
    paths: tuple[Path, ...],
    from_store: bool,
    strict: bool,
    out: Path,
    params_file: Path,
    version: str | None,
    partial: bool,
    begin_with: str | None,
    scheduler: str | None,
    texts_in_report: bool,
) -> None:
    """
    Fit, calibrate, evaluate, compile and write a model; the first of a folder becomes the current one.
    """
    if begin_with and not partial:
        raise click.UsageError("--begin-with goes with --partial")
    if scheduler and partial:
        raise click.UsageError("--partial learns on this machine alone; give it or --dask")
    flags = [name for name, is_given in (("--from-store", from_store), ("--partial", partial)) if is_given]
    flags += ["--begin-with", begin_with] if begin_with else []
    origin = origin_of(" ".join(["fit", *flags]), paths, params_file)
    name = version or registry.next_version(out, origin.created.date())
    registry.check_free(out, name)
    params = read_params(params_file)
    if partial:
        check_given(paths, from_store)
        former = Former.read(registry.folder_of(out, begin_with)) if begin_with else None
        own = own_rows(os.environ) if from_store else ()
        train_partially(
            paths, own, params, out, name, origin, strict=strict, former=former, texts_in_report=texts_in_report
        )
    else:
        with dask(scheduler) if scheduler else nullcontext(here) as workers:
            train(read_corpus(paths, from_store, strict), params, out, name, origin, texts_in_report, workers)
    before = current_version(out)
    if before is None:
        make_current(out, name, system_user(), "the first model", datetime.now(UTC))
    else:
        say(f"Read {out / name / registry.REPORT}, then: hamlet-train promote {name} --data ROWS_THAT_NEITHER_HAS_SEEN")
        for warning in missed_sites.warnings(out, name, before):
            say(f"Warning: {warning}")


@main.command()
@DATA
@FROM_STORE
@STRICT
@MODEL
@click.option(
    "--held-out",
    is_flag=True,
    help="Judge no model, but what `fit` would make of the rows: fit without what is scored.",
)
@PARAMS
@click.option(
    "--report",
    "page",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the plots and tables here, as one HTML page.",
)
@TEXTS
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of tables.")
def evaluate(
    paths: tuple[Path, ...],
    from_store: bool,
    strict: bool,
    model: Path | None,
    held_out: bool,
    params_file: Path,
    page: Path | None,
    texts_in_report: bool,
    as_json: bool,
) -> None:
    """
    Print what a model's thresholds do to labelled rows, and how well it ranks them, with 95 % intervals.
    """
    if held_out and model:
        raise click.UsageError("--held-out judges what would be fitted, --model one that is: give one of them")
    if page and not page.parent.is_dir():
        raise click.UsageError(f"--report: there is no folder {page.parent}")  # and not when all is measured
    params = read_params(params_file)
    corpus = read_corpus(paths, from_store, strict)
    if held_out:
        measured = measure(corpus, params)
        facts = card(corpus, measured, params, "none", origin_of("evaluate --held-out", paths, params_file))
        found = findings("Rows held out", facts, measured, params)
    else:
        found = judge(model_folder(model), corpus.files, corpus.rows, params)
    if page:
        html.write(page, found, texts_in_report)
    if as_json:
        click.echo(json.dumps(found.facts))
        return
    for warning in found.facts["warnings"]:
        say(f"Warning: {warning}")
    tables.show(found.facts["figures"])
