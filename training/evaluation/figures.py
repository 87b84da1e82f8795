"""
What a model does to comments of known labels: false positives first, then what is missed, each with its interval.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from training.data.split import fewest
from training.evaluation import curves
from training.evaluation.bootstrap import Values, bounded, interval, share, weighted_share
from training.evaluation.scored import Scored

# What was done to the rows that are judged.
SOURCES, TEMPLATES, GIVEN = "sources held out", "templates held out", "rows as given"
FIELDS, LATER, ARTICLES, NEWEST = "fields taken away", "later rows", "articles left out", "newest own labels"
FALSE_POSITIVE_RATES = (0.001, 0.005, 0.01)
# Fewer ham rows than this cannot show a rate of one in a hundred; the ham of all rows stands in for them.
FEWEST_HAM = 150
# With fewer rows of a label, ranks are anecdotes: five rows in order would be a perfect model.
FEWEST_RANKED = 20
# Counts as they are; everything else as value, low and high end. What cannot be measured is left out.
Figures = dict[str, int | list[float]]


def figures(scored: Scored, limits: Mapping[float, Values]) -> Figures:
    """
    Return the figures of some rows.

    `recall` at a rate is the share of spam above the score that so few of the good comments reach. Rows with too little
    ham of their own are measured against `limits`, the scores that so few of other good comments reach in each draw.
    """
    weight, is_spam = scored.weight(), scored.is_spam
    ham, spam = _groups(scored, ~is_spam), _groups(scored, is_spam)
    rejected, accepted = scored.score >= scored.reject_at, scored.score < scored.accept_below
    found: dict[str, int | list[float] | None] = {
        "ham": int((~is_spam).sum()),
        "ham_groups": ham,
        "ham_rejected": share(rejected[~is_spam], weight[:, ~is_spam], ham),
        "ham_held": share(~accepted[~is_spam], weight[:, ~is_spam], ham),
        "spam": int(is_spam.sum()),
        "spam_groups": spam,
        "spam_accepted": share(accepted[is_spam], weight[:, is_spam], spam),
        "spam_rejected": share(rejected[is_spam], weight[:, is_spam], spam),
    }
    if spam:
        found |= _recall(scored, weight, limits)
    if fewest(is_spam) >= FEWEST_RANKED:
        ranks = curves.descending(scored.log_odds, is_spam, weight)
        brier, ece = curves.errors_of_probability(scored.log_odds, is_spam, weight)
        found |= {"roc_auc": interval(curves.roc_auc(*ranks)), "pr_auc": interval(curves.pr_auc(*ranks))}
        found |= {"brier": interval(brier), "calibration_error": interval(ece)}
    return {name: value for name, value in found.items() if value is not None}


def by_part(scored: Scored, parts: Mapping[str, Mapping[str, NDArray[np.bool_]]]) -> dict[str, dict[str, Figures]]:
    """
    Return the figures of every part of every dimension, such as each source.
    """
    limits = limits_of(scored)
    return {dimension: of_masks(scored, masks, limits) for dimension, masks in parts.items()}


def of_masks(
    scored: Scored, masks: Mapping[str, NDArray[np.bool_]], limits: Mapping[float, Values] | None = None
) -> dict[str, Figures]:
    """
    Return the figures of the rows that each mask marks; the limits are those of all rows if not given.
    """
    limits = limits_of(scored) if limits is None else limits
    return {name: figures(scored.take(inside), limits) for name, inside in masks.items()}


def limits_of(scored: Scored) -> dict[float, Values]:
    """
    Return for each rate the score that so few of all the good comments reach, in each draw; none without ham.
    """
    ham = scored.take(~scored.is_spam)
    if not len(ham.rows):
        return {}
    weight = ham.weight()
    return {rate: curves.limits(ham.log_odds, weight, rate) for rate in FALSE_POSITIVE_RATES}


def _recall(
    scored: Scored, weight: NDArray[np.float32], limits: Mapping[float, Values]
) -> dict[str, list[float] | None]:
    is_spam = scored.is_spam
    own = limits_of(scored) if (~is_spam).sum() >= FEWEST_HAM else limits
    spam, inside = scored.log_odds[is_spam], weight[:, is_spam]
    return {
        f"recall_at_{rate:g}": bounded(weighted_share(spam > limit[:, None], inside), _groups(scored, is_spam))
        for rate, limit in own.items()
    }


def _groups(scored: Scored, among: NDArray[np.bool_]) -> int:
    return len(np.unique(scored.group[among]))
