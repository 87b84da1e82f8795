"""
How far a figure may be off: the same figure over rows drawn again and again, whole groups at a time.

Rows of one template or thread stand or fall together, so drawing single rows would promise a precision that is not
there. Each group counts a Poisson number of times in each draw, which is the bootstrap of many groups without drawing
them one by one (Chamandy et al. 2012, "Estimating uncertainty for massive data streams").
"""

import numpy as np
from numpy.typing import NDArray

from training.fitting.thresholds import upper_bound

DRAWS = 200
CONFIDENCE = 0.95
Values = NDArray[np.float64]
Weights = NDArray[np.float32]


def draws(groups: int, seed: int) -> NDArray[np.uint8]:
    """
    Return how often each group counts: once in the first row, which is the sample itself, then one row a draw.
    """
    drawn = np.random.default_rng(seed).poisson(1.0, (DRAWS, groups)).astype(np.uint8)
    return np.concatenate([np.ones((1, groups), dtype=np.uint8), drawn])


def interval(values: Values) -> list[float] | None:
    """
    Return a figure with the ends of its confidence interval, given the figure of the sample and of every draw.

    >>> interval(np.array([0.5, 0.4, 0.5, 0.6]))
    [0.5, 0.405, 0.595]
    """
    known = values[1:][~np.isnan(values[1:])]
    if np.isnan(values[0]) or not len(known):
        return None
    low, high = np.quantile(known, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
    return [round(float(value), 5) for value in (values[0], min(low, values[0]), max(high, values[0]))]


def share(counted: NDArray[np.bool_], weight: Weights, groups: int) -> list[float] | None:
    """
    Return the share of the rows that are counted; `weight` has a row a draw.

    Where no row is counted, or each, no draw differs and the bootstrap would call the share certain; the interval then
    is the one of Clopper and Pearson, as if each group were one comment.
    """
    if not len(counted):
        return None
    return bounded(weighted_share(counted, weight), groups)


def bounded(shares: Values, groups: int) -> list[float] | None:
    """
    Return the interval of shares that so many groups support, also where no draw differs.
    """
    found = interval(shares)
    if found is None or 0 < found[0] < 1:
        return found
    bound = round(upper_bound(0, max(groups, 1), (1 + CONFIDENCE) / 2), 5)
    return [0.0, 0.0, max(bound, found[2])] if found[0] == 0 else [1.0, min(1 - bound, found[1]), 1.0]


def weighted_share(counted: NDArray[np.bool_], weight: Weights) -> Values:
    """
    Return the share in each draw; `counted` is one claim a row, or one a draw and row.
    """
    return ratio((weight * counted).sum(axis=1, dtype=np.float64), weight.sum(axis=1, dtype=np.float64))


def ratio(part: Values, whole: Values) -> Values:
    """
    Return part by whole, NaN where a draw has nothing of the whole.
    """
    return np.asarray(np.divide(part, whole, out=np.full(len(whole), np.nan), where=whole > 0))
