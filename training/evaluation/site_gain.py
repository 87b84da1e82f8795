"""
What a site's own labels bring, judged by comments that they were not learned from.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import GroupKFold

from training.data.rows import Row
from training.errors import BadData
from training.evaluation import figures
from training.evaluation.scored import Scored
from training.evaluation.settle import Values
from training.fitting.adaptation import Texts, adapted_log_odds
from training.params import Params

BEFORE, AFTER = "as it is", "adapted"


def held_out(rows: Sequence[Row], groups: NDArray[np.int64], log_odds: Values, params: Params) -> Values:
    """
    Return the log-odds of each row of a site with what rows of other groups teach beyond the model that gave them
    `log_odds`.

    Raises:
        BadData: all rows are of one group, or those of other groups have one label only.
    """
    folds = min(params.folds.groups, len(set(groups.tolist())))
    if folds < 2:
        raise BadData("all rows are of one group, so that none can be held out; name a group for each article, or none")
    texts, found = Texts.of(rows), log_odds.copy()
    for fit, score in GroupKFold(folds, shuffle=True, random_state=params.seed).split(rows, groups=groups):
        found[score] = adapted_log_odds(texts, log_odds, fit, score, params)
    return found


def gain(
    rows: Sequence[Row], groups: NDArray[np.int64], before: Values, after: Values, thresholds: tuple[float, float],
    params: Params,
) -> dict[str, figures.Figures]:  # fmt: skip
    """
    Return the figures of a site by the log-odds before and after it was adapted, at the same thresholds.
    """
    scored = {
        name: Scored.of(rows, log_odds, thresholds, groups, params.seed)
        for name, log_odds in ((BEFORE, before), (AFTER, after))
    }
    return {name: figures.figures(each, figures.limits_of(each)) for name, each in scored.items()}
