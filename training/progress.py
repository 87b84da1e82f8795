"""
How far a long step is: a bar on a terminal, one line a step elsewhere.
"""

from collections.abc import Iterable, Iterator
from time import monotonic
from typing import TypeVar

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

T = TypeVar("T")

console = Console(stderr=True, highlight=False)


def say(line: str) -> None:
    """
    Print one line for the person who waits, to standard error.
    """
    console.print(line, markup=False, soft_wrap=True)


def track(items: Iterable[T], step: str, total: int | None = None) -> Iterator[T]:
    """
    Yield the items, showing how far the step is.
    """
    columns = SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
    started = monotonic()
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        yield from progress.track(items, total=total, description=step)
    say(f"{step}: {monotonic() - started:.1f} s")
