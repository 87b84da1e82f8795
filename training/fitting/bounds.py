"""
What an entry of the vocabulary may add to a score, or take from it.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from training.fitting.pipeline import BLOCKS
from training.params import Model

# In the names of a homepage's clues ("url:.com") and in the runs of characters that show that it is one.
HOMEPAGE = "rl:"
Bounds = tuple[NDArray[np.float64], NDArray[np.float64]]


def bounds(vocabularies: Mapping[str, Sequence[str]], model: Model) -> Bounds:
    """
    Return the least and the most that each entry of the vocabularies may weigh, in the order of `BLOCKS`.

    A homepage speaks for nobody below `least_of_homepages`: honest ones are lent to ham before fitting, so that an
    unknown one, as spammers buy by the dozen, weighed for ham.
    """
    most = np.repeat([model.most_of(block) for block in BLOCKS], [len(vocabularies[block]) for block in BLOCKS])
    is_homepage = np.array([HOMEPAGE in name for block in BLOCKS for name in vocabularies[block]], dtype=bool)
    return np.where(is_homepage, np.maximum(-most, model.least_of_homepages), -most), most
