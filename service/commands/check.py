"""
The command `hamlet check`: a file of comments scored offline.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, BinaryIO

import click

from service import terminal

if TYPE_CHECKING:
    from service.rows import Row

KINDS = click.Choice(["ndjson", "csv"])


@click.command()
@click.argument("file", type=click.File("rb"))
@click.option("--from", "source", type=KINDS, help="What FILE is; csv by default if its name ends so, else ndjson.")
@click.option("--site", default="", help="Score as for this site, which the model may be adapted to.")
@click.option("--format", "target", type=KINDS, default="ndjson", show_default=True, help="What to print.")
def check(file: BinaryIO, source: str | None, site: str, target: str) -> None:
    """
    Score the comments in FILE ("-": standard input), without Redis and store.

    NDJSON has one object a line, CSV a first line of column names. Each comment is printed with `verdict`, `score` and
    `reasons` added, in order. In the place of one that cannot be used stands what is wrong with it, and the exit code
    is 1. In CSV for spreadsheets, a text that would be a formula begins with an apostrophe.
    """
    from service import offline
    from service.model.folder import ModelError
    from service.model.scorer import load_current
    from service.rows import from_csv, from_json_lines, to_csv, to_json_lines

    with terminal.refusing(ModelError):
        scorer = load_current(terminal.settings().models_dir)
    if site and site not in scorer.adaptations:
        terminal.note(f"the model is not adapted to {site}; scored as for any site")
    source = source or ("csv" if getattr(file, "name", "").lower().endswith(".csv") else "ndjson")
    lines = terminal.counted(file)
    is_fine = True

    def told(rows: Iterable[Row]) -> Iterator[Row]:
        nonlocal is_fine
        for row in rows:
            if row.error:
                is_fine = False
                click.echo(f"line {row.number}: {terminal.plain(row.error)}", err=True)
            yield row

    rows = from_csv(lines) if source == "csv" else from_json_lines(lines)
    answers = told(offline.judge(rows, scorer, site))
    sys.stdout.reconfigure(encoding="utf-8", newline="")  # type: ignore[union-attr]
    for text in to_csv(map(offline.in_words, answers), terminal.note) if target == "csv" else to_json_lines(answers):
        sys.stdout.write(terminal.shown(text))
    sys.exit(0 if is_fine else 1)
