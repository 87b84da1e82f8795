"""
A model that knows some words, written by hand.
"""

from array import array
from collections.abc import Mapping
from typing import Any

from service.core.site import Thresholds
from service.model.scorer import Scorer

NO_CLUES = {"is:nothing": 0.0}


def scorer_by_hand(
    words: Mapping[str, float], thresholds: Thresholds, clues: Mapping[str, float] = NO_CLUES, **more: float
) -> Scorer:
    """
    Return a model of these words and clues and no others, with their weights, and with the numbers that are named.
    """
    numbers = {"intercept": 0.0, **more}
    tables: dict[str, array[Any]] = {name: array("d", [number]) for name, number in numbers.items()}
    tables["ngrams"] = array("q", [2, 3])
    for name, table in (("words", words), ("clues", clues), ("characters", {"~~": 0.0})):
        tables[name] = array("B", "\n".join(table).encode())
        tables[f"{name}_weights"] = array("d", table.values())
    return Scorer(tables, "by hand", thresholds)
