"""
A model that was written before, as a fit goes on from it.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from training.characters import full_words_of
from training.data.rows import Row
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
    The entries of a model with their weights before they were calibrated, the sources that it has seen, when it was
    made (ISO 8601), from how many rows, and how often it learned from each; None if it was fitted in memory.
    """

    version: str
    sources: frozenset[str]
    created: str
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
            created, rows, partial = str(card["created"]), int(card["rows"]["used"]), card.get("partial", {})
            sources = frozenset([*card["sources"], *partial.get("sources_before", ())])
        except (KeyError, TypeError) as error:
            raise BadModel(f"{folder}: its card says too little to go on from it ({error})") from error
        weights = {
            block: {entry: weight / line.slope for entry, weight in entries.items()}
            for block, entries in entries_of(pipeline).items()
        }
        intercept = (float(regression.intercept_[0]) - line.offset) / line.slope
        return cls(
            folder.name,
            sources,
            created,
            partial.get("rows", rows),
            partial.get("passes"),
            full_words_of(dict(union.transformer_list)["characters"]),
            weights,
            intercept,
        )

    def may_have_seen(self, row: Row) -> bool:
        """
        Tell whether the model may have been fitted on a row: later rows of its sources are new to it.
        """
        return row.source in self.sources and row.date <= self.created

    def start(self, chosen: Chosen, scale: NDArray[np.float64], bounds: Bounds, passes: int) -> Start:
        """
        Return what learners over a vocabulary that holds all these entries begin with, as if each row had been learned
        from so many times.
        """
        values = [self.weights[block].get(entry, 0.0) for block in BLOCKS for entry in chosen.vocabularies[block]]
        return Start((np.array(values) - bounds.added) / scale, self.intercept, self.rows * passes)
