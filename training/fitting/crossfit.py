"""
Scores of rows by models that have not seen them: their source for good comments, their template for spam.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.data.augment import Dressed
from training.data.rows import Row
from training.data.split import Fold, by_group, by_source, fewest
from training.errors import BadData
from training.fitting import weights
from training.fitting.counts import Counts
from training.fitting.weights import Weights
from training.fitting.workers import Workers, here
from training.params import Params
from training.progress import track

Values = NDArray[np.float64]
# Python's own texts: numpy's have a width, at which it cuts longer ones.
Names = NDArray[np.object_]


@dataclass(frozen=True, slots=True)
class Prepared:
    """
    The rows of a fit, position by position: dressed for fitting, counted, with group, label and weight.
    """

    rows: Sequence[Row]
    dressed: Sequence[Dressed]
    counts: Counts
    groups: NDArray[np.int64]
    is_spam: NDArray[np.bool_]
    weight: Values


@dataclass(frozen=True, slots=True)
class Held:
    """
    Raw decision values of held-out rows, NaN where a row was not scored, and the models that gave them.

    `fold` names what was held out with a row, and `model` and `group_model` the one of `models` that scored it.
    `fallback` lists sources that could not be held out whole, since nothing of one label would have been left; their
    rows have the value of the fold that held out their group.
    """

    by_source: Values
    by_group: Values
    fold: Names
    fallback: tuple[str, ...]
    models: Mapping[str, Weights]
    model: Names
    group_model: Names


def cross_fit(prepared: Prepared, params: Params, workers: Workers = here) -> Held:
    """
    Return the held-out scores of every row whose source is used for figures. `workers` fit the folds.

    Raises:
        BadData: not even groups can be held out, since one label has too few of them.
    """
    by_source_folds = list(by_source(prepared.rows, prepared.dressed, prepared.groups, params))
    whole = [fold for fold in by_source_folds if _has_both(fold, prepared)]
    from_groups, group_model, models = _score(
        list(by_group(prepared.rows, prepared.groups, params)), prepared, params, "Groups", workers
    )
    from_sources, names, of_sources = _score(whole, prepared, params, "Sources", workers)
    model = names.copy()
    fallback: list[str] = []
    for fold in by_source_folds:
        if not _has_both(fold, prepared):
            from_sources[fold.score] = from_groups[fold.score]
            model[fold.score] = group_model[fold.score]
            names[fold.score] = fold.name
            fallback.append(fold.name)
    return Held(from_sources, from_groups, names, tuple(fallback), {**models, **of_sources}, model, group_model)


def _score(
    folds: list[Fold], prepared: Prepared, params: Params, what: str, workers: Workers
) -> tuple[Values, Names, dict[str, Weights]]:
    values = np.full(len(prepared.rows), np.nan)
    names = np.full(len(prepared.rows), "", dtype=object)
    models: dict[str, Weights] = {}
    if not all(_has_both(fold, prepared) for fold in folds):
        raise BadData("a group fold is left with one label: too few different texts of it; add labelled rows")
    calls = [(fold.fit, prepared.is_spam, prepared.weight, params) for fold in folds]
    fits = track(workers(weights.fit, prepared.counts, calls), f"{what} held out", len(folds))
    for fold, fitted in zip(folds, fits, strict=True):
        models[fold.name] = fitted
        values[fold.score] = fitted.decide(prepared.counts, fold.score)
        names[fold.score] = fold.name
    return values, names, models


def _has_both(fold: Fold, prepared: Prepared) -> bool:
    return fewest(prepared.is_spam[fold.fit]) > 0
