"""
Records of CSV: a broken one costs its first line, and reading goes on with the next. A quote that nobody closes must
not take all the lines below along.
"""

import csv
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Literal, Self

LARGEST_CELL = 1024 * 1024
# Characters that are read once more, in all: a second or two. Where every line opens a quote, each reads on to the end.
MOST_READ_AGAIN = 100_000_000


@dataclass(frozen=True, slots=True)
class Record:
    """
    The cells from the line `number` on, or what is wrong with it; `is_cut` where nothing behind it can be read.
    """

    number: int
    cells: list[str] = field(default_factory=list)
    error: str = ""
    is_cut: bool = False


def records(lines: Iterable[str], delimiter: str, quoting: Literal[0, 3] = csv.QUOTE_MINIMAL) -> Iterator[Record]:
    """
    Yield each record that is not blank. Of one that is no CSV only the first line is given up, and the next one may
    begin behind it.

    >>> [record.cells or record.error for record in records(['a,"b\\n', "c,d\\n"], ",")]
    ['not CSV: unexpected end of data', ['c', 'd']]
    """
    csv.field_size_limit(LARGEST_CELL)
    source = _Lines(iter(lines))
    reader = csv.reader(source, delimiter=delimiter, quoting=quoting, strict=True)
    while True:
        source.begin()
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            source.go_back()
            is_cut = source.read_again > MOST_READ_AGAIN
            below = "; nothing below it is read" if is_cut else ""
            yield Record(source.number, error=f"not CSV: {error}{below}", is_cut=is_cut)
            if is_cut:
                return
        else:
            if cells:
                yield Record(source.number, cells)


class _Lines:
    """
    The lines of a file for `csv.reader`, which can go back to those behind the first line of a record.
    """

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self._again: deque[str] = deque()
        self._record: list[str] = []
        self.number = 1
        self.read_again = 0

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> str:
        line = self._again.popleft() if self._again else next(self._lines)
        self._record.append(line)
        return line

    def begin(self) -> None:
        """
        Begin a record: `number` is that of its first line.
        """
        self.number += len(self._record)
        self._record.clear()

    def go_back(self) -> None:
        """
        Go back to the line behind the first one of the record.
        """
        self.read_again += sum(map(len, self._record))
        self._again.extendleft(reversed(self._record[1:]))
        del self._record[1:]
