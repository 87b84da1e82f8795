"""
What is held out together: whole sources, and whole groups of rows that resemble each other; never single rows.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.cluster.hierarchy import DisjointSet
from sklearn.model_selection import GroupKFold

from training.data.augment import Dressed
from training.data.duplicates import lowest
from training.data.rows import Row
from training.errors import BadData
from training.params import Params


@dataclass(frozen=True, slots=True)
class Fold:
    """
    Positions to fit and positions to score; nothing that resembles a scored row is fitted.
    """

    name: str
    fit: NDArray[np.int64]
    score: NDArray[np.int64]


def is_fitted(rows: Sequence[Row], params: Params) -> NDArray[np.bool_]:
    """
    Tell which rows may be fitted.
    """
    return np.array([params.source(row.source).role != "evaluate" for row in rows], dtype=bool)


def fewest(is_spam: NDArray[np.bool_]) -> int:
    """
    Return how many rows there are of the rarer label.
    """
    return int(min(is_spam.sum(), (~is_spam).sum()))


def groups_of(rows: Sequence[Row], clusters: Sequence[int]) -> NDArray[np.int64]:
    """
    Return one number a row, equal where rows share a cluster of near-copies or a group that their source names.
    """
    joined = DisjointSet(range(len(rows)))
    first: dict[tuple[str, str], int] = {}
    for position, (row, cluster) in enumerate(zip(rows, clusters, strict=True)):
        joined.merge(position, first.setdefault(("cluster", str(cluster)), position))
        if row.group:
            joined.merge(position, first.setdefault(("group", row.group), position))
    return np.array(lowest(joined))


def apart_from(
    held_out: NDArray[np.int64], rows: Sequence[Row], dressed: Sequence[Dressed], groups: NDArray[np.int64],
    params: Params,
) -> NDArray[np.bool_]:  # fmt: skip
    """
    Tell which rows may be fitted when some are held out: none in a group of theirs, and none with a field that a source
    of theirs has lent it.
    """
    sources = {rows[position].source for position in held_out}
    borrowed = np.array([not item.lenders.isdisjoint(sources) for item in dressed], dtype=bool)
    return np.asarray(is_fitted(rows, params) & ~borrowed & ~np.isin(groups, groups[held_out]))


def by_source(
    rows: Sequence[Row], dressed: Sequence[Dressed], groups: NDArray[np.int64], params: Params
) -> Iterator[Fold]:
    """
    Yield a fold for each source, or sources that are held out together.
    """
    names = np.array([params.source(row.source).fold or row.source for row in rows])
    scored = np.array([params.source(row.source).role != "fit" for row in rows])
    for name in sorted(set(names[scored])):
        held_out = names == name
        fit = apart_from(np.flatnonzero(held_out), rows, dressed, groups, params)
        yield Fold(str(name), np.flatnonzero(fit), np.flatnonzero(held_out & scored))


def by_group(rows: Sequence[Row], groups: NDArray[np.int64], params: Params) -> Iterator[Fold]:
    """
    Yield folds that hold out whole groups, from all sources at once.

    Raises:
        BadData: there is one group only.
    """
    used = np.flatnonzero(is_fitted(rows, params))
    scored = np.array([params.source(row.source).role in ("all", "report") for row in rows])
    folds = min(params.folds.groups, len(set(groups[used])))
    if folds < 2:
        raise BadData("all rows are of one group, so that none can be held out; name a group for each article, or none")
    splitter = GroupKFold(n_splits=folds, shuffle=True, random_state=params.seed)
    for number, (fit, score) in enumerate(splitter.split(used, groups=groups[used]), start=1):
        held_out = used[score]
        yield Fold(f"groups {number} of {folds}", used[fit], held_out[scored[held_out]])
