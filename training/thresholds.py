"""
Where to accept and where to reject: chosen by what errors cost, with a bound that held-out rows must prove.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit
from scipy.stats import beta

from service.core.site import Thresholds
from training.params import Rates

Values = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Choice:
    """
    Thresholds with what stands behind them: rows counted, errors among them, and the upper bounds that follow.
    """

    thresholds: Thresholds
    ham: int
    ham_rejected: int
    ham_rejected_bound: float
    ham_held: float
    spam: int
    spam_accepted: int
    spam_accepted_bound: float
    unsupported: tuple[str, ...]


def upper_bound(errors: int, trials: int, confidence: float) -> float:
    """
    Return the highest rate that so many errors still leave possible (Clopper and Pearson 1934, one-sided).

    >>> round(upper_bound(0, 2995, 0.95), 6), upper_bound(3, 3, 0.95)
    (0.001, 1.0)
    """
    return 1.0 if errors >= trials else float(beta.ppf(confidence, errors + 1, trials - errors))


def most_errors(trials: int, rate: float, confidence: float) -> int:
    """
    Return how many errors in so many trials still prove the rate; -1 if not even none would.
    """
    low, high = -1, trials
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if upper_bound(middle, trials, confidence) <= rate else (low, middle)
    return low


def choose(ham: Values, spam: Values, rates: Rates) -> Choice:
    """
    Return the thresholds that held-out log-odds of ham and of spam support.

    Where there are too few rows for a bound, more is held: nothing is rejected, or nothing accepted that scores
    above the lowest spam, and `unsupported` says so.
    """
    ham, spam = np.sort(ham), np.sort(spam)
    unsupported: list[str] = []
    allowed = most_errors(len(ham), rates.ham_rejected, rates.confidence)
    if allowed < 0:
        unsupported.append(
            f"{len(ham)} held-out good comments cannot prove {rates.ham_rejected:g}: nothing is rejected"
        )
    reject_at = np.inf if allowed < 0 else float(np.nextafter(ham[len(ham) - 1 - allowed], np.inf))
    allowed = most_errors(len(spam), rates.spam_accepted, rates.confidence)
    if allowed < 0:
        unsupported.append(
            f"{len(spam)} held-out spam cannot prove {rates.spam_accepted:g}: only below all spam accepted"
        )
    accept_below = float(spam[max(allowed, 0)]) if len(spam) else -np.inf
    accept_below = min(accept_below, reject_at)
    discard_at = max(reject_at, float(ham[-1]) if len(ham) else np.inf) + rates.discard_margin
    thresholds = Thresholds(float(expit(accept_below)), float(expit(reject_at)), float(expit(discard_at)))
    rejected, accepted = int((ham >= reject_at).sum()), int((spam < accept_below).sum())
    return Choice(
        thresholds,
        len(ham),
        rejected,
        upper_bound(rejected, len(ham), rates.confidence),
        float((ham >= accept_below).mean()) if len(ham) else 0.0,
        len(spam),
        accepted,
        upper_bound(accepted, len(spam), rates.confidence),
        tuple(unsupported),
    )
