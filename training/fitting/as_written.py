"""
Rows as they were written, counted reading by reading, and what they weigh: as the service adds it up.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from service.core.features import Readings
from service.model.scorer import FURTHER, Pooling

Values = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Written:
    """
    Rows as they were written, part by part, and each part in its readings: the text as the whole, and as passages and
    paragraphs, for which something is taken off, and then each field.

    `row` and `part` tell of which row and which of its parts each line of `counts` is a reading; the text is part 0.
    `share` and `least` are the share for which each part counts and the least that it counts for, if a row has it.
    """

    counts: csr_matrix
    row: NDArray[np.int64]
    part: NDArray[np.int64]
    less: Values
    share: Values
    least: Values

    def highest(self, weights: Values, rows: NDArray[np.int64]) -> Values:
        """
        Return what each of the rows weighs, as `Scorer.explain` adds it up: of each part the reading that weighs most,
        and of a field for their share the others.
        """
        inside = np.flatnonzero(np.isin(self.row, rows))
        places = self.row[inside], self.part[inside]
        weighed = self.counts[inside] @ weights - self.less[inside]
        heaviest = np.full((1 + int(self.row.max(initial=0)), len(self.least)), -np.inf)
        np.maximum.at(heaviest, places, weighed)
        against = np.zeros(heaviest.shape)
        np.add.at(against, places, np.maximum(weighed, 0.0) * (self.part[inside] > 0))
        further = FURTHER * np.maximum(against - np.maximum(heaviest, 0.0), 0.0)
        counted = np.where(np.isneginf(heaviest), 0.0, self.share * (np.maximum(heaviest, self.least) + further))
        return np.asarray(counted.sum(axis=1)[rows])

    def outweighing(self, weights: Values, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """
        Return the lines of the passages and paragraphs, one of a row at most, that count instead of its text.
        """
        text = np.flatnonzero((self.part == 0) & np.isin(self.row, rows))
        # In the type of the counts, or all of these were copied into a wider one.
        weighed = (self.counts @ weights.astype(self.counts.dtype))[text] - self.less[text]
        heaviest_first = text[np.lexsort((-weighed, self.row[text]))]
        _, heaviest = np.unique(self.row[heaviest_first], return_index=True)
        _, whole = np.unique(self.row, return_index=True)
        return np.setdiff1d(heaviest_first[heaviest], whole)


def count_readings(
    written: Sequence[Readings], count_each: Callable[[Sequence[str]], csr_matrix], pooling: Pooling
) -> Written:
    """
    Return rows, given by their readings, as `count_each` counts these.
    """
    lines = [
        (document, row, part, less)
        for row, read in enumerate(written)
        for part, documents in enumerate(
            [pooling.of_text(read), *([(each, 0.0) for each in field] for field in read.fields)]
        )
        for document, less in documents
    ]
    documents, row, part, less = zip(*lines, strict=True)
    share, most = zip((1.0, np.inf), *pooling.of_fields, strict=True)
    return Written(
        count_each(documents), np.array(row), np.array(part), np.array(less), np.array(share), -np.array(most)
    )
