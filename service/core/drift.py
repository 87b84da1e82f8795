"""
Scores as shares of bins, and how far one time's shares are from another's.
"""

from collections.abc import Sequence
from math import log

BINS = 20
# Below so many scores on a side the index says more of chance than of drift.
FEWEST_SCORES = 100


def histogram(scores: Sequence[float], bins: int = BINS) -> list[int]:
    """
    Return how many scores, from 0 to 1, are in each of some bins of one width.

    >>> histogram([0.0, 0.1, 0.5, 1.0], 4)
    [2, 0, 1, 1]
    """
    counts = [0] * bins
    for score in scores:
        counts[min(int(score * bins), bins - 1)] += 1
    return counts


def stability_index(before: Sequence[float], now: Sequence[float]) -> float | None:
    """
    Return the population stability index of two times' scores; None where either has fewer than a hundred.

    It is the sum of (q - p) log(q / p) over ten bins that each had a tenth of the scores before, with half a score
    added to each bin so that an empty one is no infinity. By convention 0.1 is worth a look and 0.25 a change
    (N. Siddiqi, Credit Risk Scorecards, 2006).

    >>> scores = [number / 200 for number in range(200)]
    >>> stability_index(scores, scores), stability_index(scores, [0.9] * 200) > 0.25, stability_index(scores, [])
    (0.0, True, None)
    """
    if min(len(before), len(now)) < FEWEST_SCORES:
        return None
    ordered = sorted(before)
    edges = sorted({ordered[len(ordered) * tenth // 10] for tenth in range(1, 10)})
    pairs = zip(_shares(before, edges), _shares(now, edges), strict=True)
    return sum((q - p) * log(q / p) for p, q in pairs)


def _shares(scores: Sequence[float], edges: Sequence[float]) -> list[float]:
    counts = [0.5] * (len(edges) + 1)
    for score in scores:
        counts[sum(score >= edge for edge in edges)] += 1
    return [count / sum(counts) for count in counts]
