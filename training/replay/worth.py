"""
What the past of a comment is worth: how much oftener spam has it than ham, and what of that is proven.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from math import log
from typing import Generic, TypeVar

from training.data.rows import Row
from training.fitting.thresholds import upper_bound
from training.progress import track

CONFIDENCE = 0.95
Kind = TypeVar("Kind", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Worth(Generic[Kind]):
    """
    How many rows have such a past, and what it says of them.

    `ratio` is the log of how much oftener spam has it than ham; `proven` is the end of its interval that is nearer to
    nothing, the worst over all sources left out in turn.
    """

    kind: Kind
    spam: int
    ham: int
    ratio: float
    proven: float


def by_source(rows: Iterable[Row]) -> Iterator[tuple[str, list[Row]]]:
    """
    Yield the rows of each source, trackbacks left out.
    """
    sources: defaultdict[str, list[Row]] = defaultdict(list)
    for row in rows:
        if not row.is_trackback:
            sources[row.source].append(row)
    yield from track(sorted(sources.items()), "Replaying sources")


def oftener(
    observed: Mapping[str, Mapping[str, Counter[Kind]]],
    kind: Kind,
    rows: Callable[[Counter[Kind]], int],
    one: str,
    other: str,
) -> tuple[float, float]:
    """
    Return the log of how much oftener rows of one label are of a kind than those of the other, and the lower end of its
    interval, nothing if that is below nothing; `rows` says how many were counted.

    The interval is Clopper and Pearson's at both ends, the worst over all sources left out in turn, since they differ
    more than chance.
    """

    def counted(label: str, left_out: str) -> tuple[int, int]:
        chosen = [counts[label] for name, counts in observed.items() if name != left_out]
        return sum(counts[kind] for counts in chosen), sum(map(rows, chosen))

    found = [_compare(counted(one, left_out), counted(other, left_out)) for left_out in ("", *observed)]
    return found[0][0], min(proven for _, proven in found)


def _compare(one: tuple[int, int], other: tuple[int, int]) -> tuple[float, float]:
    (hits, hits_of), (misses, misses_of) = one, other
    ratio = log((hits + 0.5) / (hits_of + 1)) - log((misses + 0.5) / (misses_of + 1))
    least = 1 - upper_bound(hits_of - hits, hits_of, CONFIDENCE)
    return ratio, max(0.0, log(least / upper_bound(misses, misses_of, CONFIDENCE))) if least else 0.0
