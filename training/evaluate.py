"""
What the thresholds do to comments: false positives first, then what is missed.
"""

from collections.abc import Mapping, Sequence
from typing import TypedDict

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit
from sklearn.metrics import average_precision_score, brier_score_loss, roc_auc_score

from service.core.site import Thresholds

FALSE_POSITIVE_RATES = (0.001, 0.005, 0.01)
# Fewer ham rows than this cannot show a rate of one in a hundred; the ham of all sources stands in for them.
FEWEST_HAM = 150
Values = NDArray[np.float64]


class Figures(TypedDict):
    """
    The errors on one set of rows. Rates are None where there are no rows to measure them on.
    """

    ham: int
    ham_held: float | None
    ham_rejected: float | None
    spam: int
    spam_accepted: float | None
    spam_rejected: float | None
    recall: dict[str, float] | None
    roc_auc: float | None
    pr_auc: float | None
    brier: float | None


def figures(log_odds: Values, is_spam: NDArray[np.bool_], thresholds: Thresholds, other_ham: Values) -> Figures:
    """
    Return what the thresholds do to rows of known labels.

    `recall` is the share of spam above the score that so few of the good comments reach. Rows with too little ham of
    their own are measured against `other_ham`.
    """
    score = expit(log_odds)
    ham, spam = score[~is_spam], score[is_spam]
    both = bool(len(ham) and len(spam))
    reference = log_odds[~is_spam] if len(ham) >= FEWEST_HAM else other_ham
    return {
        "ham": len(ham),
        "ham_held": _share(ham >= thresholds.accept_below),
        "ham_rejected": _share(ham >= thresholds.reject_at),
        "spam": len(spam),
        "spam_accepted": _share(spam < thresholds.accept_below),
        "spam_rejected": _share(spam >= thresholds.reject_at),
        "recall": _recalls(log_odds[is_spam], reference) if len(spam) and len(reference) else None,
        "roc_auc": _round(roc_auc_score(is_spam, log_odds)) if both else None,
        "pr_auc": _round(average_precision_score(is_spam, log_odds)) if both else None,
        "brier": _round(brier_score_loss(is_spam, score, labels=[False, True])) if both else None,
    }


def by_part(
    parts: Sequence[str], log_odds: Values, is_spam: NDArray[np.bool_], thresholds: Mapping[str, Thresholds]
) -> dict[str, Figures]:
    """
    Return the figures of every source or language; `thresholds` names those of each part.
    """
    names = np.array(parts)
    found: dict[str, Figures] = {}
    for part in sorted(set(parts)):
        inside = names == part
        other_ham = log_odds[~is_spam & ~inside]
        found[part] = figures(log_odds[inside], is_spam[inside], thresholds[part], other_ham)
    return found


def _recalls(spam: Values, ham: Values) -> dict[str, float]:
    return {f"{rate:g}": _round((spam > np.quantile(ham, 1 - rate)).mean()) for rate in FALSE_POSITIVE_RATES}


def _share(errors: NDArray[np.bool_]) -> float | None:
    return _round(errors.mean()) if len(errors) else None


def _round(value: float | np.floating) -> float:
    return round(float(value), 5)
