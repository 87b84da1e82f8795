"""
What near-copies are worth: labelled comments replayed in their order, and how much oftener spam has company than ham.
"""

from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import partial

from service.core.campaign import BANDS, Sketcher, resembles
from service.core.commenter import plain_name
from service.core.policy import CAMPAIGN_WEIGHTS
from training.data.rows import LABELS, Row
from training.replay.worth import Worth, by_source, oftener

# Of authors, this comment's included; the first is of one who posts again.
LEVELS = tuple(sorted(fewest for fewest, _ in CAMPAIGN_WEIGHTS))
# What stands for a day where rows have no dates: a busy site's. Of dates we know the day, so its eve counts too.
UNDATED_DAY = 1_000
RECORDS = 16  # as traffic.lua keeps of one key

Counts = dict[str, Counter[int]]


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


def judge(observed: Mapping[str, Counts]) -> list[Worth[int]]:
    """
    Return what company of at least so many authors, and fewer than of the next level, is worth: more never less.
    """
    levels: list[Worth[int]] = []
    for authors in LEVELS:
        spam, ham = (sum(counts[label][authors] for counts in observed.values()) for label in ("spam", "ham"))
        ratio, proven = oftener(observed, authors, Counter.total, "spam", "ham")
        levels.append(Worth(authors, spam, ham, ratio, max(proven, levels[-1].proven if levels else 0.0)))
    return levels


def _day(written: str) -> int | None:
    try:
        return date.fromisoformat(written[:10]).toordinal()
    except ValueError:
        return None
