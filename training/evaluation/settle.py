"""
The line and the thresholds that some held-out rows support, and for each row those that it did not help to choose.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.errors import BadData
from training.evaluation.scored import Scored
from training.fitting import weights
from training.fitting.calibrate import Line, fit_line
from training.fitting.crossfit import Held, Prepared
from training.fitting.thresholds import Choice, choose, most_errors
from training.params import Params

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

    Of what a site's moderators said only the good comments count, for where rejecting begins, unless the other rows
    prove too little. Moderators are shown what was held, and of that no model could accept one spam comment in fifty
    and not hold nearly everything: 205 such labels among 2,500 spam had 30 % of the good comments of other sources held
    where 9 % had been.

    Raises:
        BadData: they lack a label, or their labels say nothing.
    """
    may_choose = among & ~np.isnan(held.by_source)
    may_choose &= np.array([params.source(row.source).role == "all" for row in prepared.rows])
    is_own = may_choose & np.array([row.is_own for row in prepared.rows])
    if is_own.any() and _prove_enough(held, prepared, params, may_choose & ~is_own):
        return _settled(held, prepared, params, may_choose & ~is_own, is_own & ~prepared.is_spam)
    return _settled(held, prepared, params, may_choose, np.zeros(len(is_own), dtype=bool))


def _prove_enough(held: Held, prepared: Prepared, params: Params, rows: NDArray[np.bool_]) -> bool:
    rates = params.rates
    ham = int((rows & ~prepared.is_spam).sum())
    spam = int((rows & prepared.is_spam & ~np.isnan(held.by_group)).sum())
    return all(
        most_errors(found, rate, rates.confidence) >= 0
        for found, rate in ((ham, rates.ham_rejected), (spam, rates.spam_accepted))
    )


def _settled(
    held: Held, prepared: Prepared, params: Params, rows: NDArray[np.bool_], own_ham: NDArray[np.bool_]
) -> tuple[Line, Choice]:
    is_spam = prepared.is_spam
    line = fit_line(held.by_source[rows], is_spam[rows], prepared.weight[rows])
    # The model will serve the site that the own labels are of, so it may know the site.
    ham = np.concatenate([held.by_source[rows & ~is_spam], held.by_group[own_ham]])
    spam = held.by_group[rows & is_spam]
    return line, choose(line.log_odds(ham), line.log_odds(spam[~np.isnan(spam)]), params.rates)


def refit(
    held: Held, prepared: Prepared, params: Params, *, fit: NDArray[np.int64], among: NDArray[np.bool_],
    score: NDArray[np.int64],
) -> Scored | None:  # fmt: skip
    """
    Return some rows as a model fitted on others scores them, by the line and the thresholds that the rows `among` all
    support; None if they support none.
    """
    try:
        line, choice = settle(held, prepared, params, among)
    except BadData:
        return None
    fitted = weights.fit(prepared.counts, fit, prepared.is_spam, prepared.weight, params)
    return Scored.of(
        [prepared.rows[row] for row in score],
        line.log_odds(fitted.decide(prepared.counts, score)),
        (choice.thresholds.accept_below, choice.thresholds.reject_at),
        prepared.groups[score],
        params.seed,
    )


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
