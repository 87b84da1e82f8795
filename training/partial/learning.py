"""
Learners by stochastic gradient descent: the one that is shipped, and for each fold one that never sees its rows.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, vstack
from sklearn.linear_model import SGDClassifier

from training.fitting.bounds import Bounds
from training.fitting.weights import Weights, heaviest
from training.params import Params

Values = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Start:
    """
    Weights to go on from, one a column as the learners have them (without the scale), and how many rows made them.
    """

    weights: Values
    intercept: float
    rows: int


class Learner:
    """
    One classifier. A class, since all that is learned changes it.

    The loss and the penalty are those of `pipeline.classifier`; what is minimised is the mean over rows, so `alpha`
    stands for 1 / (C * rows), and stays as it is for more rows: sources differ more than rows do. What is taken is the
    mean of the weights after each portion (Polyak and Juditsky 1992), which the last rows cannot sway.
    """

    def __init__(self, columns: int, params: Params, start: Start | None = None) -> None:
        self._machine = SGDClassifier(loss="log_loss", alpha=params.partial.alpha, random_state=params.seed)
        self._sum = np.zeros(columns + 1)
        self._rows = 0
        if start:
            self._go_on(columns, start)

    def learn(self, rows: csr_matrix, is_spam: NDArray[np.bool_], weight: Values) -> None:
        """
        Learn from some rows; those of no weight are as if they were not there.
        """
        self._machine.partial_fit(rows, is_spam, classes=[False, True], sample_weight=weight)
        self._rows += len(weight)
        self._sum += len(weight) * np.append(self._machine.coef_[0], self._machine.intercept_[0]).astype(float)

    def weights(self, scale: Values, share: Values, bounds: Bounds, entries: int) -> Weights:
        """
        Return the weights of the columns as they are, within `bounds`, all but the largest dropped.
        """
        mean = self._sum / self._rows
        values = bounds.apply(scale * mean[:-1])
        kept = heaviest(values, share, entries)
        return Weights(kept, values[kept], float(mean[-1]))

    def _go_on(self, columns: int, start: Start) -> None:
        empty = csr_matrix((2, columns), dtype=np.float32)
        self._machine.partial_fit(empty, np.array([False, True]), classes=[False, True])
        self._machine.coef_[:] = start.weights
        self._machine.intercept_[:] = start.intercept
        # The step shrinks with the rows that were learned from; a first step would be so large as to undo them.
        self._rows = 2 * start.rows  # each with and without its clues
        self._machine.t_ = self._rows + 1.0
        self._sum = self._rows * np.append(start.weights, start.intercept)


def twice(full: csr_matrix, bare: csr_matrix, scale: Values) -> csr_matrix:
    """
    Return rows as they are and as their words alone, as `weights.fit` learns them, each column multiplied.
    """
    both = csr_matrix(vstack([full, bare], format="csr"))
    both.data *= scale.astype(np.float32)[both.indices]
    return both


def both_weights(weight: Values) -> Values:
    """
    Return the weights of rows for `twice`: half for each.
    """
    return np.tile(weight / 2, 2)
