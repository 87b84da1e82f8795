"""
The rows of files and of a site's moderators, cleaned and corrected, and what of the files is no row to learn from.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

from training.data.clean import clean
from training.data.corrections import corrected
from training.data.files import Rejected, files_of, read
from training.data.rows import Row
from training.errors import BadData
from training.progress import say, track


@dataclass(frozen=True, slots=True)
class Corpus:
    """
    What was read: the files, their good rows cleaned, and the lines that were no good.
    """

    files: Sequence[Path]
    rows: Sequence[Row]
    rejected: Sequence[Rejected]


@dataclass(slots=True)
class LeftOut:
    """
    Lines that are no rows, and how many rows were left out since nobody can be sure of their label.
    """

    rejected: list[Rejected] = field(default_factory=list)
    unsure: int = 0

    def check(self, strict: bool) -> None:
        """
        Raise BadData if a line is no row where all must be.
        """
        if strict and self.rejected:
            raise BadData(f"{len(self.rejected)} wrong rows, the first at {self.rejected[0]}")

    def __str__(self) -> str:
        return f"{len(self.rejected)} left out as wrong, {self.unsure} as unsure"


def gather(paths: Sequence[Path], strict: bool, own: Iterable[Row] = ()) -> Corpus:
    """
    Return every row of the files that the paths name and those of the site's `own` moderators, and every line that is
    no row.

    Raises:
        BadData: a path is wrong, or, if strict, a line is.
    """
    files = files_of(paths)
    left_out = LeftOut()
    rows = list(usable(track(files, "Reading"), left_out))
    labelled = [clean(row) for row in own]
    rows.extend(labelled)
    if labelled:
        say(f"{len(labelled):,} labels of the store")
    say(f"{len(rows):,} rows, {len(files)} files, {left_out}")
    left_out.check(strict)
    return Corpus(files, rows, left_out.rejected)


def usable(files: Iterable[Path], left_out: LeftOut) -> Iterator[Row]:
    """
    Yield the rows of files, cleaned and corrected, and put down in `left_out` what else is there.
    """
    for row in chain.from_iterable(map(read, files)):
        if isinstance(row, Rejected):
            left_out.rejected.append(row)
            say(f"Left out {row}")
        elif told := corrected(clean(row)):
            yield told
        else:
            left_out.unsure += 1
