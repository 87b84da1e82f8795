"""
Where a share of some measurements ends.
"""

from collections.abc import Sequence


def percentile(ordered: Sequence[float], share: float) -> float:
    """
    Return the measurement, of some in their order, that such a share of them is below.

    >>> percentile([1.0, 2.0, 3.0, 4.0], 0.5), percentile([1.0, 2.0], 0.999)
    (3.0, 2.0)
    """
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
