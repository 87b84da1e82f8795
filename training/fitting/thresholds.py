"""
Where to accept and where to reject: chosen by what errors cost, with a bound that held-out rows must prove.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit
from scipy.stats import beta

from service.core.policy import MOST_LOG_ODDS
from service.core.site import Thresholds
from service.core.thresholds import Curve, Point, Side
from training.params import Rates

# The rates that a site may set; one between two of them counts as the stricter one.
FALSE_REJECTS = (0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05)
SPAM_ACCEPTED = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2)

Values = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Choice:
    """
    Thresholds with what stands behind them: rows counted, errors among them, and the upper bounds that follow.

    `curve` has the thresholds for other rates.
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
    curve: Curve


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
    table = curve(ham, spam, rates)
    ham, spam = np.sort(scores_of(ham)), np.sort(scores_of(spam))
    unsupported: list[str] = []
    reject_at = _reject_at(ham, rates.ham_rejected, rates.confidence).score
    if reject_at is None:
        unsupported.append(
            f"{len(ham)} held-out good comments cannot prove {rates.ham_rejected:g}: nothing is rejected"
        )
        reject_at = table.max_false_reject.otherwise
    accept_below = _accept_below(spam, rates.spam_accepted, rates.confidence).score
    if accept_below is None:
        unsupported.append(
            f"{len(spam)} held-out spam cannot prove {rates.spam_accepted:g}: only below all spam accepted"
        )
        accept_below = table.max_spam_accepted.otherwise
    accept_below = min(accept_below, reject_at)
    highest = max(reject_at, float(ham[-1]) if len(ham) else 1.0)
    discard_at = float(expit(logit(highest) + rates.discard_margin))
    rejected, accepted = int((ham >= reject_at).sum()), int((spam < accept_below).sum())
    return Choice(
        Thresholds(accept_below, reject_at, discard_at),
        len(ham),
        rejected,
        upper_bound(rejected, len(ham), rates.confidence),
        float((ham >= accept_below).mean()) if len(ham) else 0.0,
        len(spam),
        accepted,
        upper_bound(accepted, len(spam), rates.confidence),
        tuple(unsupported),
        table,
    )


def curve(ham: Values, spam: Values, rates: Rates) -> Curve:
    """
    Return the thresholds for the rates that a site may set, as held-out log-odds of ham and of spam prove them with
    the confidence of `rates`. A rate that they cannot prove has none: then nothing is rejected, or nothing accepted
    that scores above the lowest spam.
    """
    ham, spam = np.sort(scores_of(ham)), np.sort(scores_of(spam))
    rejected = [_reject_at(ham, rate, rates.confidence) for rate in FALSE_REJECTS]
    accepted = [_accept_below(spam, rate, rates.confidence) for rate in SPAM_ACCEPTED]
    lowest = float(spam[0]) if len(spam) else 0.0
    return Curve(rates.confidence, Side(tuple(rejected), 1.0), Side(tuple(accepted), lowest))


def scores_of(log_odds: Values) -> Values:
    """
    Return scores as the service gives them: none is ever 1, so that a threshold of 1 rejects nothing.
    """
    return np.asarray(expit(np.clip(log_odds, -MOST_LOG_ODDS, MOST_LOG_ODDS)))


def _reject_at(ham: Values, rate: float, confidence: float) -> Point:
    allowed = most_errors(len(ham), rate, confidence)
    if allowed < 0:
        return Point(rate, None, None)
    # In scores, not in log-odds: near 1 the next log-odds up would have the same score.
    score = min(1.0, float(np.nextafter(ham[len(ham) - 1 - allowed], np.inf)))
    return Point(rate, score, upper_bound(int((ham >= score).sum()), len(ham), confidence))


def _accept_below(spam: Values, rate: float, confidence: float) -> Point:
    allowed = most_errors(len(spam), rate, confidence)
    if allowed < 0:
        return Point(rate, None, None)
    score = float(spam[allowed])
    return Point(rate, score, upper_bound(int((spam < score).sum()), len(spam), confidence))
