"""
Figures that need no threshold: how well scores rank, and whether they are the probabilities that they claim to be.

Every function takes weights with a row a draw (`bootstrap.draws`) and returns one value a draw, NaN where a draw lacks
a label. They agree with scikit-learn's, which take one set of weights at a time.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from training.evaluation.bootstrap import Values, Weights, ratio

BINS = 10
Labels = NDArray[np.bool_]


def descending(log_odds: Values, is_spam: Labels, weight: Weights) -> tuple[Values, Values]:
    """
    Return the weight of ham and of spam at or above each distinct score, the highest first.
    """
    order = np.argsort(-log_odds, kind="stable")
    ordered = log_odds[order]
    starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]])
    weight, is_spam = weight[:, order], is_spam[order]
    ham, spam = (
        np.cumsum(np.add.reduceat(weight * label, starts, axis=1), axis=1, dtype=np.float64)
        for label in (~is_spam, is_spam)
    )
    return ham, spam


def roc_auc(ham: Values, spam: Values) -> Values:
    """
    Return how often spam scores above ham, a tie counting half.
    """
    steps = np.diff(ham, axis=1, prepend=0)
    above = spam - np.diff(spam, axis=1, prepend=0) / 2
    return ratio((steps * above).sum(axis=1), ham[:, -1] * spam[:, -1])


def pr_auc(ham: Values, spam: Values) -> Values:
    """
    Return the average precision, in the mixture of ham and spam that the rows have.
    """
    precision = np.divide(spam, ham + spam, out=np.zeros_like(spam), where=ham + spam > 0)
    return ratio((np.diff(spam, axis=1, prepend=0) * precision).sum(axis=1), spam[:, -1] * (ham[:, -1] > 0))


def limits(ham: Values, weight: Weights, rate: float) -> Values:
    """
    Return the score in each draw that at most the given share of ham lies above; ham as log-odds.
    """
    order = np.argsort(-ham, kind="stable")
    above = np.cumsum(weight[:, order], axis=1, dtype=np.float64)
    within = (above <= rate * above[:, -1:]).sum(axis=1)
    return np.asarray(ham[order][np.minimum(within, len(ham) - 1)])


def errors_of_probability(log_odds: Values, is_spam: Labels, weight: Weights) -> tuple[Values, Values]:
    """
    Return the Brier score and the expected calibration error, both labels weighing the same as in `fitting.calibrate`.

    The latter is the mean distance of score and share of spam over ten bins of equal width (Naeini et al. 2015).
    """
    score = expit(log_odds)
    even = _even(is_spam, weight)
    brier = even @ (score - is_spam) ** 2
    inside = np.minimum((score * BINS).astype(int), BINS - 1)[:, None] == np.arange(BINS)
    claimed, true = even @ (inside * score[:, None]), even @ (inside * is_spam[:, None])
    return brier, np.abs(claimed - true).sum(axis=1)


def _even(is_spam: Labels, weight: Weights) -> Values:
    totals = [weight[:, label].sum(axis=1, dtype=np.float64) for label in (~is_spam, is_spam)]
    per_ham, per_spam = (ratio(np.full(len(weight), 0.5), total)[:, None] for total in totals)
    return np.asarray(weight * np.where(is_spam, per_spam, per_ham))
