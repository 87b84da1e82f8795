"""
A model that knows some words, written by hand.
"""

from array import array
from collections.abc import Mapping
from typing import Any

from service.core.site import Thresholds
from service.scorer import Scorer


def scorer_by_hand(words: Mapping[str, float], thresholds: Thresholds) -> Scorer:
    """
    Return a model of these words and no others, with their weights.
    """
    tables: dict[str, array[Any]] = {"intercept": array("d", [0.0]), "ngrams": array("q", [2, 3])}
    for name, table in (("words", words), ("clues", {"is:nothing": 0.0}), ("characters", {"~~": 0.0})):
        tables[name] = array("B", "\n".join(table).encode())
        tables[f"{name}_weights"] = array("d", table.values())
    return Scorer(tables, "by hand", thresholds)
