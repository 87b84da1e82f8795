"""
The command `hamlet-train import`: exports of other systems to labelled rows.
"""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

import click
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from training.data.rows import LABELS
from training.errors import BadData
from training.importers.convert import Tally, convert, find
from training.progress import console, print_table, say

ENDINGS = (".jsonl", ".jsonl.gz")


@click.command("import")
@click.argument(
    "files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="FILE..."
)
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), required=True, help="New file: .jsonl or .jsonl.gz."
)
@click.option("--source", help="Name of the site, where the files do not say.  [default: each file's name]")
@click.option("--label", type=click.Choice(LABELS), help="What the comments are whose file does not say.")
def imports(files: tuple[Path, ...], out: Path, source: str | None, label: str | None) -> None:
    """
    Write the comments that other systems exported as labelled rows for `fit`.

    The format is told by what is in a file, packed by gzip or zip or not. E-mail and IP addresses are left out.
    """
    if not out.name.endswith(ENDINGS):
        raise click.UsageError(f"--out must end in {' or '.join(ENDINGS)}")
    if not out.parent.is_dir():
        raise click.UsageError(f"--out: there is no folder {out.parent}")
    columns = TextColumn("{task.description}", markup=False), BarColumn(), DownloadColumn(), TimeRemainingColumn()
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("")

        def opens(path: Path) -> BinaryIO:
            bar.reset(task, total=path.stat().st_size, description=path.name)
            return bar.open(path, "rb", task_id=task)

        tallies = find(files, source, opens)
        convert(tallies, out, label or "")
    _show(tallies)
    _warn(tallies)
    if not any(tally.labels for tally in tallies):
        raise BadData(f"no labelled comment in {', '.join(path.name for path in files)}: {out} is not written")


def _show(tallies: Sequence[Tally]) -> None:
    table = Table("file", "format", *LABELS, "left out")
    for tally in tallies:
        counts = (f"{count:,}" for count in (*(tally.labels[label] for label in LABELS), tally.skipped.total()))
        table.add_row(tally.export.name, tally.format.name, *counts)
    print_table(table)


def _warn(tallies: Sequence[Tally]) -> None:
    for tally in tallies:
        for reason, count in tally.skipped.most_common():
            places = tally.places[reason]
            more = ", …" if count > len(places) else ""
            say(f"Left out {count:,}: {reason} ({'; '.join(places)}{more})")
        if not tally.labels and not tally.skipped:
            say(f"Warning: {tally.export.name}: no comment in it")
        for damage in tally.damage:
            say(f"Warning: {damage}")
    labels = sum((tally.labels for tally in tallies), Counter[str]())
    for missing in LABELS:
        if labels and missing not in labels:
            say(f"Warning: no {missing} among them, and fit needs both labels")
            for cure in sorted({tally.format.spam for tally in tallies if tally.format.spam and missing == "spam"}):
                say(cure)
