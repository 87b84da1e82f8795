"""
What every contender fits and scores: the splits of training, and each video of YouTube left out.
"""

from collections.abc import Iterator, Sequence
from random import Random

import numpy as np
from numpy.typing import NDArray

from training.data.rows import Row
from training.data.split import Fold, by_source, fewest, is_fitted
from training.fitting.crossfit import Prepared
from training.params import Params

VIDEOS = "youtube_uci"


def source_folds(prepared: Prepared, params: Params) -> list[Fold]:
    """
    Return a fold for each source that is held out, without those that leave one label alone to be fitted.
    """
    folds = by_source(prepared.rows, prepared.dressed, prepared.groups, params)
    return [fold for fold in folds if fewest(prepared.is_spam[fold.fit])]


def video_folds(prepared: Prepared, params: Params) -> Iterator[Fold]:
    """
    Yield a fold for each video: all else is fitted, the other videos included, but nothing that resembles it.
    """
    videos = np.array([row.group if row.source == VIDEOS else "" for row in prepared.rows])
    fitted = is_fitted(prepared.rows, params)
    for video in sorted(set(videos.tolist()) - {""}):
        held_out = videos == video
        alike = np.isin(prepared.groups, prepared.groups[held_out])
        yield Fold(video, np.flatnonzero(fitted & ~alike), np.flatnonzero(held_out))


def sample(rows: Sequence[Row], positions: Sequence[int], size: int, seed: int) -> NDArray[np.int64]:
    """
    Return so many of the positions, in order, every source and label in its share; all of them if there are fewer.
    """
    shuffled = list(positions)
    Random(seed).shuffle(shuffled)
    parts: dict[tuple[str, str], list[int]] = {}
    for position in shuffled:
        parts.setdefault((rows[position].source, rows[position].label), []).append(position)
    ranked = [((rank + 0.5) / len(part), position) for part in parts.values() for rank, position in enumerate(part)]
    return np.array(sorted(position for _, position in sorted(ranked)[:size]), dtype=np.int64)
