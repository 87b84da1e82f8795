"""
What is told on a terminal: how far a long step is, by a bar or, elsewhere, by one line a step; and tables.
"""

from collections.abc import Iterable, Iterator
from time import monotonic
from typing import TypeVar

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

T = TypeVar("T")

console = Console(stderr=True, highlight=False)


def say(line: str) -> None:
    """
    Print one line for the person who waits, to standard error.
    """
    console.print(line, markup=False, soft_wrap=True)


def print_table(table: Table, width: int | None = None) -> None:
    """
    Print a table to standard output, with brackets as they were written: rich would take them for styles.

    Args:
        table: What to print.
        width: How much it needs where the output is no terminal, which rich takes for 80.
    """
    output = Console(highlight=False, markup=False)
    if width and not output.is_terminal:
        output = Console(highlight=False, markup=False, width=width)
    output.print(table)


def track(items: Iterable[T], step: str, total: int | None = None) -> Iterator[T]:
    """
    Yield the items, showing how far the step is.
    """
    columns = SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
    started = monotonic()
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        yield from progress.track(items, total=total, description=step)
    say(f"{step}: {monotonic() - started:.1f} s")
