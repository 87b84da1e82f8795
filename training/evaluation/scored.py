"""
Rows with their scores, as every figure and picture takes them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from training.data.rows import Row
from training.evaluation.bootstrap import Values, draws
from training.fitting.thresholds import scores_of


@dataclass(frozen=True, slots=True)
class Scored:
    """
    Rows with scores by models that have not seen them, and for each row the thresholds that it did not help to choose.

    Thresholds are scores, as the service compares them. `group` numbers what is drawn together; `drawn` has its
    weights, a row a draw.
    """

    rows: Sequence[Row]
    log_odds: Values
    accept_below: Values
    reject_at: Values
    group: NDArray[np.int64]
    drawn: NDArray[np.uint8]

    @classmethod
    def of(
        cls,
        rows: Sequence[Row],
        log_odds: Values,
        thresholds: tuple[Values | float, Values | float],
        groups: NDArray[np.int64],
        seed: int,
    ) -> Self:
        """
        Return scored rows; the thresholds are one pair for all rows, or one a row.
        """
        numbers, group = np.unique(groups, return_inverse=True)
        accept_below, reject_at = (np.broadcast_to(np.asarray(value, float), len(rows)) for value in thresholds)
        return cls(rows, log_odds, accept_below, reject_at, group, draws(len(numbers), seed))

    @property
    def is_spam(self) -> NDArray[np.bool_]:
        """
        Return which rows are labelled spam.
        """
        return np.array([row.is_spam for row in self.rows], dtype=bool)

    @property
    def score(self) -> Values:
        """
        Return the scores as the service gives them.
        """
        return scores_of(self.log_odds)

    def take(self, chosen: NDArray[np.bool_] | NDArray[np.int64]) -> Self:
        """
        Return some of the rows, drawn as they are among all.
        """
        positions = np.arange(len(self.rows))[chosen]
        return replace(
            self,
            rows=[self.rows[position] for position in positions],
            log_odds=self.log_odds[positions],
            accept_below=self.accept_below[positions],
            reject_at=self.reject_at[positions],
            group=self.group[positions],
        )

    def weight(self) -> NDArray[np.float32]:
        """
        Return how often each row counts, a row a draw.
        """
        return self.drawn[:, self.group].astype(np.float32)
