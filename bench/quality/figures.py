"""
What scores are worth, ties included: false positives first.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

import numpy as np
from sklearn.metrics import roc_auc_score

from bench.quality.peer import Values

RATES = (0.001, 0.005, 0.01)


@dataclass(frozen=True, slots=True)
class Figures:
    """
    Shares: of ham taken for spam and of spam let through at even odds, of spam caught at each of RATES; and ROC-AUC.
    """

    false_positives: float
    let_through: float
    recalls: tuple[float, ...]
    roc_auc: float


def figures(ham: Values, spam: Values, even: float) -> Figures:
    """
    Return the figures of scores; only what scores above `even`, which means even odds, counts as taken for spam.
    """
    labels = np.repeat([0, 1], [len(ham), len(spam)])
    auc = float(roc_auc_score(labels, np.concatenate([ham, spam])))
    recalls = tuple(recall(ham, spam, rate) for rate in RATES)
    return Figures(float((ham > even).mean()), float((spam <= even).mean()), recalls, auc)


def recall(ham: Values, spam: Values, rate: float) -> float:
    """
    Return the share of spam that the best threshold catches at which at most `rate` of the ham is caught as well.

    A threshold is a score: of rows that tie, all are caught or none. Nothing is interpolated.

    >>> recall(np.array([0.1, 0.2, 1.0]), np.array([0.9, 1.0, 1.0]), 0.01)
    0.0
    """
    allowed = int(rate * len(ham) + 1e-9)
    if allowed >= len(ham):
        return 1.0
    return float((spam > np.sort(ham)[-1 - allowed]).mean())


def mean(found: Sequence[Figures]) -> Figures:
    """
    Return the mean of each figure.
    """
    recalls = tuple(fmean(column) for column in zip(*(each.recalls for each in found), strict=True))
    false_positives, let_through, auc = (
        fmean(getattr(each, what) for each in found) for what in ("false_positives", "let_through", "roc_auc")
    )
    return Figures(false_positives, let_through, recalls, auc)
