"""
What a label is worth to the next comment: rows replayed in their order, and how much oftener spam follows spam.
"""

from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence
from functools import partial

from service.core.campaign import BANDS, Sketcher, resembles
from service.core.commenter import COMMON_NAMES, plain_name
from service.core.contacts import contacts
from service.label_fields import FEWEST_SHARED_HUNDREDTHS, MOST_COPIES
from training.data.rows import LABELS, Row
from training.replay.worth import Worth, by_source, oftener

# What came before a row: near-copies or comments of its author, all of one label.
KINDS = ("copy of spam", "copy of ham", "author of spam", "author of ham")
Counts = dict[str, Counter[str]]


def observe(rows: Iterable[Row]) -> dict[str, Counts]:
    """
    Return for each source, for each label, how many rows there are, under "", and with each kind of past.
    """
    found: dict[str, Counts] = {}
    for source, own in by_source(rows):
        found[source] = {label: Counter() for label in LABELS}
        for row, before in zip(own, _pasts(own), strict=True):
            found[source][row.label].update(["", *before])
    return found


def judge(observed: Mapping[str, Counts]) -> list[Worth[str]]:
    """
    Return what each kind of past is worth.
    """
    found = []
    for kind in KINDS:
        same, other, sign = ("spam", "ham", 1) if kind.endswith("spam") else ("ham", "spam", -1)
        spam, ham = (sum(counts[label][kind] for counts in observed.values()) for label in ("spam", "ham"))
        ratio, proven = oftener(observed, kind, lambda counts: counts[""], same, other)
        found.append(Worth(kind, spam, ham, sign * ratio, sign * proven))
    return found


def _pasts(rows: Sequence[Row]) -> list[set[str]]:
    sketch = Sketcher(b"replay").sketch
    latest: defaultdict[int, deque[int]] = defaultdict(partial(deque, maxlen=MOST_COPIES))
    of_author: defaultdict[str, set[str]] = defaultdict(set)
    sketches: list[tuple[int, ...]] = []
    found = []
    for own, row in enumerate(rows):
        mine = sketch(row.as_comment())
        sketches.append(mine)
        met = {other for band in mine[:BANDS] for other in latest[band] if resembles(mine, sketches[other])}
        copied = {rows[other].label for other in met if rows[other].is_spam or _is_same(rows, sketches, own, other)}
        name = plain_name(row.name)
        known = of_author[name] if name not in COMMON_NAMES and name else set()
        found.append(
            {f"copy of {label}" for label in copied if len(copied) == 1}
            | {f"author of {label}" for label in known if len(known) == 1}
        )
        known.add(row.label)
        for band in mine[:BANDS]:
            latest[band].append(own)
    return found


def _is_same(rows: Sequence[Row], sketches: Sequence[tuple[int, ...]], own: int, other: int) -> bool:
    """
    Tell whether a row is near enough to a good one, and adds no contact to it.
    """
    longer = max(len(sketches[own]), len(sketches[other]))
    if 100 * len({*sketches[own]} & {*sketches[other]}) < FEWEST_SHARED_HUNDREDTHS * longer:
        return False
    leads_to = contacts(rows[own].as_comment())
    return leads_to == frozenset() or (leads_to is not None and leads_to == contacts(rows[other].as_comment()))
