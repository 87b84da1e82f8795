"""
The newest labels of the site's own moderators, judged by a model that was fitted before them.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from training.data.rows import Row
from training.data.split import apart_from, fewest
from training.evaluation.figures import Figures, by_part
from training.evaluation.parts import masks
from training.evaluation.settle import refit
from training.fitting.crossfit import Held, Prepared
from training.params import Params

SHARE = 0.2
# Own labels of either kind among the newest that are needed for a figure.
FEWEST = 20


def newest_labels(held: Held, prepared: Prepared, params: Params) -> dict[str, dict[str, Figures]]:
    """
    Return the figures of the newest fifth of the own labels; none if there are too few.

    Neither they nor their near-copies, whoever labelled these, are fitted or choose the line and the thresholds.
    """
    score = newest(prepared.rows)
    if fewest(prepared.is_spam[score]) < FEWEST:
        return {}
    fit = apart_from(score, prepared.rows, prepared.dressed, prepared.groups, params)
    scored = refit(held, prepared, params, fit=np.flatnonzero(fit), among=fit, score=score)
    if scored is None:
        return {}
    parts = {"all": np.ones(len(score), dtype=bool)} | masks([row.source for row in scored.rows])
    return by_part(scored, {"source": parts})


def newest(rows: Sequence[Row]) -> NDArray[np.int64]:
    """
    Return the positions of the newest fifth of the own labels.
    """
    own = sorted((row.date, position) for position, row in enumerate(rows) if row.is_own)
    return np.array(sorted(position for _, position in own[len(own) - int(SHARE * len(own)) :]), dtype=np.int64)
