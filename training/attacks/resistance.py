"""
What each attack costs a model: recall of spam before and after it, on the rows that it changes.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import TypedDict

import numpy as np
from numpy.typing import NDArray

from service.core.comment import Comment
from service.core.site import Thresholds
from training.attacks.catalogue import ATTACKS, attack
from training.data.rows import Row
from training.fitting.thresholds import scores_of

# The mark: no attack may cost more of the recall than this.
MOST_COST = 0.05
HALF_PERCENT = 0.005
Values = NDArray[np.float64]
Score = Callable[[Sequence[Comment]], Values]


class Recall(TypedDict):
    """
    The share of spam that is not accepted, that is rejected, and that is above all but 0.5 % of the good comments.
    """

    caught: float
    rejected: float
    at_half_percent: float | None


class Cost(TypedDict):
    """
    What one attack does to the rows that it finds something to work on.
    """

    rows: int
    before: Recall
    after: Recall


def resistance(rows: Sequence[Row], score: Score, thresholds: Thresholds) -> Iterator[tuple[str, Cost]]:
    """
    Yield every attack with its cost.

    Ham rows, if there are any, are left as they are; they are what 0.5 % false positives is measured on.
    """
    ham = score([row.as_comment() for row in rows if not row.is_spam])
    spam = [row.as_comment() for row in rows if row.is_spam]
    before = score(spam)
    for name in ATTACKS:
        after = [attack(name, comment) for comment in spam]
        changed = np.array([old != new for old, new in zip(spam, after, strict=True)], dtype=bool)
        if changed.any():
            scored = score([new for new, is_changed in zip(after, changed, strict=True) if is_changed])
            yield (
                name,
                {
                    "rows": int(changed.sum()),
                    "before": _recall(before[changed], ham, thresholds),
                    "after": _recall(scored, ham, thresholds),
                },
            )


def costs_too_much(cost: Cost) -> bool:
    """
    Tell whether an attack takes more than five points of the spam that is caught, at the thresholds or at 0.5 %.
    """
    before, after = cost["before"], cost["after"]
    lost = [before["caught"] - after["caught"]]
    if before["at_half_percent"] is not None and after["at_half_percent"] is not None:
        lost.append(before["at_half_percent"] - after["at_half_percent"])
    return max(lost) > MOST_COST + 1e-9


def _recall(spam: Values, ham: Values, thresholds: Thresholds) -> Recall:
    score = scores_of(spam)
    return {
        "caught": float((score >= thresholds.accept_below).mean()),
        "rejected": float((score >= thresholds.reject_at).mean()),
        "at_half_percent": float((spam > np.quantile(ham, 1 - HALF_PERCENT)).mean()) if len(ham) else None,
    }
