"""
Time-ordered splits: fitted on what was written before a day, measured on what came after it.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from training.data.split import fewest
from training.evaluation.figures import Figures, of_masks
from training.evaluation.parts import masks
from training.evaluation.settle import refit
from training.fitting.crossfit import Held, Prepared
from training.params import Params

# Rows of each label that are needed on both sides of a day, and rows of a source before it for it to be measured.
FEWEST = 50
# Shares of the dated spam that lie before a day.
SPLITS = (0.1, 0.25, 0.5)


def later_rows(held: Held, prepared: Prepared, params: Params) -> dict[str, dict[str, Figures]]:
    """
    Return the figures of later rows by the day that they were split at, over all and by source; none without dates.

    Only rows with a date are fitted, and only sources that were there before the day are measured. The line and the
    thresholds are those that earlier rows support.
    """
    dates = np.array([row.date[:10] for row in prepared.rows])
    found: dict[str, dict[str, Figures]] = {}
    for day in _days(dates, prepared):
        fit, score = split(dates, day, prepared, params)
        if min(fewest(prepared.is_spam[rows]) for rows in (fit, score)) < FEWEST:
            continue
        earlier = (dates != "") & (dates < day)
        scored = refit(held, prepared, params, fit=fit, among=earlier, score=score)
        if scored is None:
            continue
        parts = {"all": np.ones(len(score), dtype=bool)} | masks([row.source for row in scored.rows])
        enough = {name: inside for name, inside in parts.items() if inside.sum() >= FEWEST}
        found[f"from {day} on"] = of_masks(scored, enough)
    return found


def split(
    dates: NDArray[np.str_], day: str, prepared: Prepared, params: Params
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """
    Return the rows to fit and the later rows to score; nothing scored resembles a fitted row or has lent it a field.
    """
    sources = np.array([row.source for row in prepared.rows])
    roles = np.array([params.source(source).role for source in sources])
    before = (dates != "") & (dates < day) & (roles != "evaluate")
    known, times = np.unique(sources[before], return_counts=True)
    after = (dates >= day) & np.isin(roles, ("all", "report")) & np.isin(sources, known[times >= FEWEST])
    scored = set(sources[after].tolist())
    borrowed = np.array([bool(item.lenders & scored) for item in prepared.dressed])
    fit = np.flatnonzero(before & ~borrowed)
    return fit, np.flatnonzero(after & ~np.isin(prepared.groups, prepared.groups[fit]))


def _days(dates: NDArray[np.str_], prepared: Prepared) -> Iterator[str]:
    spam = np.sort(dates[prepared.is_spam & (dates != "")])
    if len(spam) >= FEWEST:
        yield from sorted({str(spam[int(share * len(spam))]) for share in SPLITS})
