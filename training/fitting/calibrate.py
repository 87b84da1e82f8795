"""
Raw decision values to log-odds, by a straight line (Platt 1999), folded into the regression itself.

A line keeps the score a sum of its reasons; isotonic steps would not. Its prior is even odds: both labels weigh the
same, so that a score of one half means "as likely spam as not" where every second comment is spam.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from training.errors import BadData

Values = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Line:
    """
    Log-odds as `slope` times the raw value plus `offset`.
    """

    slope: float
    offset: float

    def log_odds(self, raw: Values) -> Values:
        """
        Return the calibrated log-odds of raw decision values.
        """
        return self.slope * raw + self.offset


def fit_line(raw: Values, is_spam: NDArray[np.bool_], weight: Values) -> Line:
    """
    Return the line that makes held-out raw values log-odds, both labels weighing the same in total.

    Raises:
        BadData: one label is missing, or higher raw values do not mean spam.
    """
    if is_spam.all() or not is_spam.any():
        raise BadData(
            "held-out rows of both labels are needed to calibrate, whichever source is left out; add rows of the "
            "missing one, or give all the same `source` if they are of one site"
        )
    totals = np.where(is_spam, weight[is_spam].sum(), weight[~is_spam].sum())
    regression = LogisticRegression(C=1e6).fit(
        raw.reshape(-1, 1), is_spam, sample_weight=len(raw) / 2 * weight / totals
    )
    slope = float(regression.coef_[0, 0])
    if slope <= 0:
        raise BadData(
            "held-out spam does not score above held-out ham: the labels say nothing that can be learned, "
            f"or are too few: {len(raw):,} rows, 200 of each label are a beginning"
        )
    return Line(slope, float(regression.intercept_[0]))


def fold_in(weights: Values, intercept: float, line: Line) -> tuple[Values, float]:
    """
    Return weights and intercept whose sum is the calibrated log-odds; weights exact in 32 bits.

    Rounding here, in the pipeline, lets `scorer.npz` keep 32 bits and still agree to the last digit.
    """
    rounded = (weights * line.slope).astype(np.float32).astype(np.float64)
    return rounded, line.slope * intercept + line.offset
