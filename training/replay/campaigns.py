"""
What near-copies are worth: labelled comments replayed in their order, and how much oftener spam has company than ham.
"""

from collections import Counter, defaultdict, deque
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from math import log
from typing import TypeVar

from service.core.campaign import BANDS, Sketcher, resembles
from service.core.commenter import plain_name
from service.core.policy import CAMPAIGN_WEIGHTS
from training.data.rows import LABELS, Row
from training.fitting.thresholds import upper_bound
from training.progress import track

# Of authors, this comment's included; the first is of one who posts again.
LEVELS = tuple(sorted(fewest for fewest, _ in CAMPAIGN_WEIGHTS))
CONFIDENCE = 0.95
# What stands for a day where rows have no dates: a busy site's. Of dates we know the day, so its eve counts too.
UNDATED_DAY = 1_000
RECORDS = 16  # as traffic.lua keeps of one key

Counts = dict[str, Counter[int]]
K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Level:
    """
    Rows with company of at least so many authors and fewer than of the next level, and what they say.

    `ratio` is the log of how much oftener spam is at this level than ham; `proven` is the lower end of its interval,
    the worst over all sources left out in turn.
    """

    authors: int
    spam: int
    ham: int
    ratio: float
    proven: float


def replay(rows: Sequence[Row]) -> list[int]:
    """
    Return for each row of one source how many authors its near-copies of the last day have, 0 if it has none.
    """
    days = [_day(row.date) for row in rows]
    dated = all(days)
    order = sorted(range(len(rows)), key=lambda position: days[position] or 0) if dated else range(len(rows))
    sketch = Sketcher(b"replay").sketch
    latest: defaultdict[int, deque[int]] = defaultdict(partial(deque, maxlen=RECORDS))
    sketches: dict[int, tuple[int, ...]] = {}
    authors = [0] * len(rows)
    for own in order:
        mine = sketches[own] = sketch(rows[own].as_comment())
        since = (days[own] or 0) - 1 if dated else own - UNDATED_DAY
        met = {
            other
            for band in mine[:BANDS]
            for other in latest[band]
            if ((days[other] or 0) if dated else other) >= since and resembles(mine, sketches[other])
        }
        if met:
            authors[own] = len({plain_name(rows[other].name) for other in (own, *met)})
        for band in mine[:BANDS]:
            latest[band].append(own)
    return authors


def observe(rows: Iterable[Row]) -> dict[str, Counts]:
    """
    Return for each source, for each label, how many rows are at each level, 0 being without company.

    A source of which fewer than half the rows have names is left out: nobody can tell its authors apart.
    """
    found: dict[str, Counts] = {}
    for source, own in by_source(rows):
        if sum(bool(row.name) for row in own) * 2 < len(own):
            continue
        found[source] = {label: Counter() for label in LABELS}
        for row, authors in zip(own, replay(own), strict=True):
            found[source][row.label][max((level for level in LEVELS if level <= authors), default=0)] += 1
    return found


def by_source(rows: Iterable[Row]) -> Iterator[tuple[str, list[Row]]]:
    """
    Yield the rows of each source, trackbacks left out.
    """
    sources: defaultdict[str, list[Row]] = defaultdict(list)
    for row in rows:
        if not row.is_trackback:
            sources[row.source].append(row)
    yield from track(sorted(sources.items()), "Replaying sources")


def judge(observed: Mapping[str, Counts]) -> list[Level]:
    """
    Return what each level is worth, more authors never being worth less.
    """
    levels: list[Level] = []
    for authors in LEVELS:
        spam, ham = (sum(counts[label][authors] for counts in observed.values()) for label in ("spam", "ham"))
        ratio, proven = oftener(observed, authors, Counter.total, "spam", "ham")
        levels.append(Level(authors, spam, ham, ratio, max(proven, levels[-1].proven if levels else 0.0)))
    return levels


def oftener(
    observed: Mapping[str, Mapping[str, Counter[K]]], kind: K, rows: Callable[[Counter[K]], int], one: str, other: str
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


def _day(written: str) -> int | None:
    try:
        return date.fromisoformat(written[:10]).toordinal()
    except ValueError:
        return None
