"""
Hamlet on a fold: the fit and the score of `training.fitting.crossfit`, on all rows or on as few as a slow peer gets.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from bench.quality.peer import Values
from training.data.split import Fold
from training.fitting import weights
from training.fitting.calibrate import fit_line
from training.fitting.crossfit import Prepared
from training.params import Params


def raw_scores(fold: Fold, prepared: Prepared, params: Params) -> Values:
    """
    Return the raw decision values of a fold's scored rows, as `cross_fit` would.
    """
    fitted = weights.fit(prepared.counts, fold.fit, prepared.is_spam, prepared.weight, params)
    return fitted.decide(prepared.counts, fold.score)


def calibrated(
    raw: Mapping[str, Values], folds: Sequence[Fold], others: Sequence[Fold], prepared: Prepared
) -> dict[str, Values]:
    """
    Return the log-odds of every fold, by a line fitted to the raw values of those `others` that share no row with it.
    """
    found: dict[str, Values] = {}
    for fold in folds:
        known = [other for other in others if not np.isin(fold.score, other.score).any()]
        rows = np.concatenate([other.score for other in known])
        values = np.concatenate([raw[other.name] for other in known])
        found[fold.name] = fit_line(values, prepared.is_spam[rows], prepared.weight[rows]).log_odds(raw[fold.name])
    return found
