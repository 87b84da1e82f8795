"""
What the labels of one site teach beyond the model: a small model of its own, whose sum is one more reason.
"""

import json
from array import array
from collections.abc import Mapping
from typing import Any

from service.core.decision import Reason
from service.core.features import Features
from service.core.remembered import Recurring
from service.model.token_weights import CACHED_CLUES, TokenWeights, in_one_text, quoting

CODE = "site_labels"
# In the compiled model: the names of the adapted sites, as JSON.
SITES = "adapted_sites"


class Adaptation:
    """
    Weights that are added to the model's for the comments of one site, over the words of a text and the clues that are
    of no field: a name, a homepage and an address are chosen at will, and nothing that a site taught hangs on them.
    """

    def __init__(self, tables: Mapping[str, "array[Any]"], prefix: str) -> None:
        """
        Take them from those tables of a compiled model whose names begin with the prefix.
        """
        self.tokens = TokenWeights(tables, prefix)
        self._known_clues = Recurring(self.tokens.of_clue, most=CACHED_CLUES)
        self.least: float
        self.most: float
        self.least, self.most = tables[f"{prefix}bounds"]

    def reason(self, features: Features) -> Reason | None:
        """
        Return what the site's labels add to the log-odds of a comment; None if that is nothing.

        They take off no more than `least` and add no more than `most`, whatever they say: with honest words around spam
        a site's own would be the best disguise, and no label alone may reject what the model accepts.
        """
        words, clues = features.words, features.clues
        weights, insides, lengths = self.tokens.of_words(words)
        weighed = [
            *in_one_text(weights, insides, self.tokens.more(lengths)),
            *map(self._known_clues.__getitem__, clues),
        ]
        total = sum(weighed)
        counted = self.bounded(total)
        if not counted:
            return None
        return quoting(CODE, weighed, [*words.values(), *clues.values()], total, total - counted)

    def bounded(self, total: float) -> float:
        """
        Return for how much a sum of weights counts.
        """
        return max(self.least, min(self.most, total))


def prefix_of(number: int) -> str:
    """
    Return how the tables of an adapted site begin, by its place among all.
    """
    return f"adapted_{number}_"


def adaptations(tables: Mapping[str, "array[Any]"]) -> dict[str, Adaptation]:
    """
    Return what each site's labels taught a compiled model, by the site's name.
    """
    sites = json.loads(tables[SITES].tobytes()) if SITES in tables else []
    return {site: Adaptation(tables, prefix_of(number)) for number, site in enumerate(sites)}


def missed(card: Mapping[str, Any], in_use: Mapping[str, Any], version: str | None) -> list[str]:
    """
    Return the sites that the model in use, of that version, is adapted to and another is not, by their cards.

    One that was adapted from the model in use misses none: the labels of a site that it left out say it no more.
    """
    adapted, other = (each.get("adapted", {}) for each in (card, in_use))
    if adapted.get("from") == version:
        return []
    return sorted(other.get("sites", {}).keys() - adapted.get("sites", {}).keys())
