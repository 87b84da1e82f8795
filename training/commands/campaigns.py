"""
The command `hamlet-train campaigns`: what near-copies of a comment are worth, for `CAMPAIGN_WEIGHTS`.
"""

from collections import Counter
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path

import click
from rich.table import Table

from training.commands.options import STRICT, data
from training.data.corpus import gather
from training.data.rows import LABELS
from training.errors import BadData
from training.progress import print_table
from training.replay.campaigns import LEVELS, Counts, judge, observe
from training.replay.worth import Worth

RANGES = ("1 author", *(f"{low} to {high - 1}" for low, high in pairwise(LEVELS[1:])), f"{LEVELS[-1]} or more")


@click.command()
@data("labelled rows with names, in the order in which they came", required=True)
@STRICT
def campaigns(paths: tuple[Path, ...], strict: bool) -> None:
    """
    Replay labelled rows and print how much oftener spam has near-copies than ham, by how many authors they have.
    """
    observed = observe(gather(paths, strict).rows)
    if not observed:
        raise BadData("no source has names, without which nobody can tell one author from many")
    print_table(_sources(observed))
    print_table(_levels(judge(observed)))


def _sources(observed: Mapping[str, Counts]) -> Table:
    table = Table("rows of", *(column for label in LABELS for column in (label, *RANGES)))
    for source, counts in observed.items():
        table.add_row(source, *(share for label in LABELS for share in _shares(counts[label])))
    return table


def _shares(counted: Counter[int]) -> list[str]:
    rows = counted.total()
    return [f"{rows:,}", *(f"{counted[level] / rows:.2%}" if rows else "–" for level in LEVELS)]


def _levels(levels: list[Worth[int]]) -> Table:
    table = Table("authors", "spam", "ham", "log-odds observed", "proven: the weight")
    for of, level in zip(RANGES, levels, strict=True):
        table.add_row(of, f"{level.spam:,}", f"{level.ham:,}", f"{level.ratio:.2f}", f"{level.proven:.2f}")
    return table
