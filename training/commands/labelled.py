"""
The command `hamlet-train labelled`: what a label is worth to the next comment, for the weights of `core/feedback.py`.
"""

from pathlib import Path

import click
from rich.table import Table

from training.commands.options import STRICT, data
from training.data.corpus import gather
from training.errors import BadData
from training.progress import print_table
from training.replay.labelled import judge, observe


@click.command()
@data("labelled rows with names, in the order in which they came", required=True)
@STRICT
def labelled(paths: tuple[Path, ...], strict: bool) -> None:
    """
    Replay labelled rows and print how much oftener spam comes after spam, as a near-copy or by the same author.
    """
    rows = gather(paths, strict).rows
    if not rows:
        raise BadData("there is no labelled row that can be used")
    table = Table("past", "spam", "ham", "log-odds observed", "proven: the weight")
    for worth in judge(observe(rows)):
        table.add_row(worth.kind, f"{worth.spam:,}", f"{worth.ham:,}", f"{worth.ratio:.2f}", f"{worth.proven:.2f}")
    print_table(table)
