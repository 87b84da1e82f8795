"""
What an entry of the vocabulary may add to a score, or take from it, and what is added to what was fitted.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.fitting.pipeline import BLOCKS
from training.params import Model

# In the names of a homepage's clues ("url:.com") and in the runs of characters that show that it is one.
HOMEPAGE = "rl:"
# What follows is by how many doublings a comment is longer than one word, see `service/core/clues.py`.
LENGTH = "is:length_"
# One of 15 to 30 distinct words, the usual, is neither long nor short.
USUAL = 4
Values = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Bounds:
    """
    The least and the most that each entry of some vocabularies may weigh as it was fitted, and what is added to that.
    """

    least: Values
    most: Values
    added: Values

    def apply(self, fitted: Values) -> Values:
        """
        Return what the entries count for.
        """
        return np.clip(fitted, self.least, self.most) + self.added


def bounds(vocabularies: Mapping[str, Sequence[str]], model: Model) -> Bounds:
    """
    Return the bounds of each entry of the vocabularies, in the order of `BLOCKS`.

    A homepage speaks for nobody below `least_of_homepages`: honest ones are lent to ham before fitting, so that an
    unknown one, as spammers buy by the dozen, weighed for ham.

    The longer a comment, the more its words add up to by chance, which a fit to these words cannot know: of good
    comments with their source held out, 0.6 % of those of up to five words were held, and 7.4 % of those of 81 to 300.
    So each doubling adds `per_doubling`.
    """
    names = [name for block in BLOCKS for name in vocabularies[block]]
    most = np.repeat([model.most_of(block) for block in BLOCKS], [len(vocabularies[block]) for block in BLOCKS])
    is_homepage = np.array([HOMEPAGE in name for name in names], dtype=bool)
    doublings = [int(name.removeprefix(LENGTH)) - USUAL if name.startswith(LENGTH) else 0 for name in names]
    least = np.where(is_homepage, np.maximum(-most, model.least_of_homepages), -most)
    return Bounds(least, most, model.per_doubling * np.array(doublings))
