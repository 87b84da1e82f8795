"""
Which rows no learner of a fold may see: those of its sources, or of its groups, and what borrowed a field from them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from zlib import crc32

from training.data.augment import Dressed
from training.data.rows import Row
from training.params import Params


@dataclass(frozen=True, slots=True)
class Folds:
    """
    The names of the folds by source, in order, the fold of each source, and how many folds of groups come after them.
    """

    names: Sequence[str]
    of_source: dict[str, int]
    groups: int

    @property
    def group_names(self) -> list[str]:
        """
        The names of the folds by group.
        """
        return [f"groups {number + 1} of {self.groups}" for number in range(self.groups)]

    def held_out(self, item: Dressed, row: Row) -> int:
        """
        Return the folds that hold out a dressed row as a number, of which each fold has a bit.
        """
        bits = 1 << self.of_source[row.source] | 1 << (len(self.names) + self.group(row))
        for lender in item.lenders:
            bits |= 1 << self.of_source[lender]
        return bits

    def group(self, row: Row) -> int:
        """
        Return the group fold of a row: that of the group that its source names, else of what near-copies share.

        That is the least hash of its pairs of neighbouring words, which two texts share as often as they share pairs.
        """
        if row.group:
            return crc32(row.group.encode()) % self.groups
        words = row.comment.casefold().split()
        least = min(
            (crc32(f"{one} {other}".encode()) for one, other in pairwise(words)), default=crc32(row.comment.encode())
        )
        return least % self.groups


def folds_of(sources: Iterable[str], params: Params) -> Folds:
    """
    Return the folds of some sources: one each, or `most_folds`, and as many of groups as in memory.
    """
    names = sorted({params.source(source).fold or source for source in sources})
    most = params.partial.most_folds
    shared = [f"sources {number + 1} of {most}" for number in range(most)] if len(names) > most else names
    number_of = {name: number % most for number, name in enumerate(names)}
    return Folds(shared, {s: number_of[params.source(s).fold or s] for s in sources}, params.folds.groups)
