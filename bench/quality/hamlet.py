"""
Hamlet on a fold: the fit and the score of `training.fitting.crossfit`, on all rows or on as few as a slow peer gets;
and on a video, adapted to others.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from bench.quality.peer import Values
from training.data.split import Fold, fewest
from training.fitting import weights
from training.fitting.adaptation import Texts, learn
from training.fitting.calibrate import fit_line
from training.fitting.crossfit import Prepared
from training.params import Params


def raw_scores(fold: Fold, prepared: Prepared, params: Params) -> Values:
    """
    Return the raw decision values of a fold's scored rows, as `cross_fit` would.
    """
    fitted = weights.fit(prepared.counts, fold.fit, prepared.is_spam, prepared.weight, params)
    return fitted.decide(prepared.counts, fold.score)


def adapted(
    log_odds: Mapping[str, Values], videos: Sequence[Fold], sources: Sequence[Fold], prepared: Prepared, params: Params
) -> dict[str, Values]:
    """
    Return the log-odds of each video: by the model that was fitted without any, adapted to those of the others that
    the fold may fit, as `hamlet-train adapt` does for a site.
    """
    known = np.full(len(prepared.rows), np.nan)
    for fold in sources:
        known[fold.score] = log_odds[fold.name]
    found: dict[str, Values] = {}
    for video in videos:
        (source,) = {prepared.rows[row].source for row in video.score}
        fit = [row for row in video.fit.tolist() if prepared.rows[row].source == source]
        found[video.name] = known[video.score]
        if fewest(prepared.is_spam[fit]):
            learned, judged = (Texts.of([prepared.rows[row] for row in rows]) for rows in (fit, video.score.tolist()))
            found[video.name] += learn(learned, known[fit], params).adds(judged)
    return found


def calibrated(raw: Mapping[str, Values], folds: Sequence[Fold], prepared: Prepared) -> dict[str, Values]:
    """
    Return the log-odds of every fold, by a line fitted to the raw values of the others.
    """
    found: dict[str, Values] = {}
    for fold in folds:
        known = [other for other in folds if other is not fold]
        rows = np.concatenate([other.score for other in known])
        values = np.concatenate([raw[other.name] for other in known])
        found[fold.name] = fit_line(values, prepared.is_spam[rows], prepared.weight[rows]).log_odds(raw[fold.name])
    return found
