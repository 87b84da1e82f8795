"""
The line and the thresholds that some held-out rows support, and for each row those that it did not help to choose.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.calibrate import Line, fit_line
from training.crossfit import Held, Prepared
from training.params import Params
from training.thresholds import Choice, choose

Values = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Terms:
    """
    What turns the raw value of each row into log-odds, and the thresholds it is judged by: one of each a row.
    """

    slope: Values
    offset: Values
    accept_below: Values
    reject_at: Values

    def log_odds(self, raw: Values, rows: NDArray[np.int64]) -> Values:
        """
        Return the log-odds of some rows from their raw values.
        """
        return self.slope[rows] * raw + self.offset[rows]

    def thresholds(self, rows: NDArray[np.int64]) -> tuple[Values, Values]:
        """
        Return `accept_below` and `reject_at` of some rows.
        """
        return self.accept_below[rows], self.reject_at[rows]


def settle(held: Held, prepared: Prepared, params: Params, among: NDArray[np.bool_]) -> tuple[Line, Choice]:
    """
    Return the line and the thresholds that the marked rows support; rows that may choose nothing are left aside.

    Raises:
        BadData: they lack a label, or their labels say nothing.
    """
    may_choose = np.array([params.source(row.source).role == "all" for row in prepared.rows])
    rows = np.flatnonzero(among & may_choose & ~np.isnan(held.by_source))
    is_spam = prepared.is_spam[rows]
    line = fit_line(held.by_source[rows], is_spam, prepared.weight[rows])
    ham = line.log_odds(held.by_source[rows[~is_spam]])
    spam = line.log_odds(held.by_group[rows[is_spam]])
    return line, choose(ham, spam[~np.isnan(spam)], params.rates)


def settle_each(held: Held, prepared: Prepared, params: Params) -> Terms:
    """
    Return the terms of every measured row, settled without the rows that were held out with it.

    Where all rows were held out together, as of an owner with one site, there are no others, and all settle for all.
    """
    terms = Terms(*(np.full(len(prepared.rows), np.nan) for _ in range(4)))
    measured = ~np.isnan(held.by_source)
    folds = sorted(set(held.fold[measured].tolist()))
    for fold in folds:
        inside = held.fold == fold
        line, choice = settle(held, prepared, params, ~inside if len(folds) > 1 else measured)
        terms.slope[inside], terms.offset[inside] = line.slope, line.offset
        terms.accept_below[inside] = choice.thresholds.accept_below
        terms.reject_at[inside] = choice.thresholds.reject_at
    return terms
