"""
What one model says of the rows of a gate: log-odds and verdicts, as the service would give them.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from service.core.features import Features
from service.core.site import Thresholds
from service.model.scorer import Scorer
from training.fitting.thresholds import scores_of

ACCEPT, HOLD, REJECT = 0, 1, 2
Bands = NDArray[np.int8]


@dataclass(frozen=True, slots=True)
class Scores:
    """
    A model, and for each comment its log-odds and its verdict: 0 accept, 1 hold, 2 reject.
    """

    scorer: Scorer
    log_odds: NDArray[np.float64]
    bands: Bands

    @classmethod
    def of(cls, scorer: Scorer, comments: Sequence[Features], sites: Sequence[str]) -> "Scores":
        """
        Return what the model says of comments on sites, at its own thresholds.
        """
        given = zip(comments, sites, strict=True)
        log_odds = np.array([scorer.explain(*each).log_odds for each in given], dtype=np.float64)
        return cls(scorer, log_odds, bands_of(log_odds, scorer.thresholds))


def bands_of(log_odds: NDArray[np.float64], thresholds: Thresholds) -> Bands:
    """
    Return the verdict of each score.

    >>> bands_of(np.array([-9.0, 0.0, 9.0]), Thresholds(accept_below=0.4, reject_at=0.99)).tolist()
    [0, 1, 2]
    """
    score = scores_of(log_odds)
    return np.asarray((score >= thresholds.accept_below).astype(np.int8) + (score >= thresholds.reject_at), np.int8)
