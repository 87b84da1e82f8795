"""
Which rows are used: no source, and no kind of spam, may own the model.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from random import Random

from training.data.rows import Row
from training.params import Params

LINK_MARKS = ("http", "www.", "href=")


def select(rows: Sequence[Row], kept: Iterable[int], params: Params) -> list[int]:
    """
    Return the positions that stay of the kept ones when every source is capped as its parameters say.

    Ham with a link comes first, since it is rare and decides whether honest links are held.
    """
    parts: dict[tuple[str, str, bool], list[int]] = defaultdict(list)
    for position in kept:
        row = rows[position]
        parts[row.source, row.label, row.is_trackback and row.is_spam].append(position)
    chosen: list[int] = []
    random = Random(params.seed)
    for (name, label, is_trackback), positions in sorted(parts.items()):
        source = params.source(name)
        cap = source.trackbacks if is_trackback else source.cap_spam if label == "spam" else source.cap_ham
        random.shuffle(positions)
        if label == "ham":
            positions.sort(key=lambda position: not _has_link(rows[position]))
        chosen.extend(positions[:cap])
    return sorted(chosen)


def _has_link(row: Row) -> bool:
    return any(mark in row.comment for mark in LINK_MARKS)
