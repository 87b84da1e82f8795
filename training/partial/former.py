"""
A model that was written before, as a fit goes on from it.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from training.characters import full_words_of
from training.data.seen import Seen
from training.errors import BadModel
from training.fitting.bounds import Bounds
from training.fitting.calibrate import Line
from training.fitting.pipeline import BLOCKS, Entries, entries_of
from training.partial.learning import Start
from training.partial.vocabulary import Chosen
from training.promotion import registry


@dataclass(frozen=True, slots=True)
class Former:
    """
    The entries of a model with their weights before they were calibrated, which rows it may have seen, how many there
    were, and how often it learned from each; None if it was fitted in memory.
    """

    version: str
    seen: Seen
    rows: int
    passes: int | None
    full_words: float
    weights: Entries
    intercept: float

    @classmethod
    def read(cls, folder: Path) -> Self:
        """
        Return the model of a folder.

        Raises:
            BadModel: a file is missing, or not what its card says.
        """
        card, pipeline = registry.read_card(folder), registry.read_pipeline(folder)
        union, regression = pipeline.named_steps["features"], pipeline.named_steps["classifier"]
        try:
            line = Line(**card["calibration"])
            seen, rows, partial = Seen.of(card), int(card["rows"]["used"]), card.get("partial", {})
        except (KeyError, TypeError) as error:
            raise BadModel(f"{folder}: its card says too little to go on from it ({error})") from error
        weights = {
            block: {entry: weight / line.slope for entry, weight in entries.items()}
            for block, entries in entries_of(pipeline).items()
        }
        intercept = (float(regression.intercept_[0]) - line.offset) / line.slope
        return cls(
            folder.name,
            seen,
            partial.get("rows", rows),
            partial.get("passes"),
            full_words_of(dict(union.transformer_list)["characters"]),
            weights,
            intercept,
        )

    def start(self, chosen: Chosen, scale: NDArray[np.float64], bounds: Bounds, passes: int) -> Start:
        """
        Return what learners over a vocabulary that holds all these entries begin with, as if each row had been learned
        from so many times.
        """
        values = [self.weights[block].get(entry, 0.0) for block in BLOCKS for entry in chosen.vocabularies[block]]
        return Start((np.array(values) - bounds.added) / scale, self.intercept, self.rows * passes)
