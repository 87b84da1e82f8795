"""
Compare all filters on labelled rows and print the table as text that can be pasted.
"""

import sys
from pathlib import Path

import click

from bench.quality.contest import contenders, run
from bench.quality.folds import sample, source_folds, video_folds
from bench.quality.table import markdown, parts
from service.core.features import document
from training.commands.options import data
from training.data.corpus import gather
from training.data.duplicates import thin
from training.errors import BadData, TrainingError
from training.fitting.crossfit import Prepared
from training.params import Params, read_params
from training.progress import say, track
from training.train import prepare


@click.command()
@data("labelled rows", required=True)
@click.option("--rows", default=0, help="Use so many rows only, to try it.  [default: all]")
@click.option(
    "--slow-rows", default=0, help="Rows a fold that SpamAssassin and rspamd learn, to save an hour.  [default: all]"
)
def main(paths: tuple[Path, ...], rows: int, slow_rows: int) -> None:
    """
    Score every held-out comment with Hamlet and the filters that anyone can run, and print a Markdown table.
    """
    params = read_params()
    prepared = _prepared(paths, rows, params)
    sources, videos = source_folds(prepared, params), list(video_folds(prepared, params))
    if not sources:
        raise BadData("no source can be held out: rows of two sources are needed, and of both labels in what is left")
    outcomes = [
        run(contender, sources, videos, prepared, params) for contender in contenders(prepared, params, slow_rows)
    ]
    for line in markdown(list(parts(prepared, sources, videos, params)), outcomes, len(prepared.rows)):
        print(line)


def _prepared(paths: tuple[Path, ...], most: int, params: Params) -> Prepared:
    rows = gather(paths, strict=False).rows
    if most:
        rows = [rows[position] for position in sample(rows, range(len(rows)), most, params.seed)]
        say(f"{len(rows):,} of them, every source and label in its share")
    documents = [document(row.as_comment()) for row in track(rows, "Reading comments as words and clues")]
    return prepare(rows, thin(rows, documents, params.duplicates.similarity, params.duplicates.keep), params)


try:
    main()
except TrainingError as error:
    sys.exit(f"Error: {error}")
