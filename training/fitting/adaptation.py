"""
What the labels of one site teach beyond a model: weights that are added to the model's for that site alone.

They maximise the likelihood of the labels under the prior that the model is right: each weight is Gaussian around zero,
which stands for what the model says already (Chelba and Acero 2004, "Adaptation of Maximum Entropy Capitalizer: Little
Data Can Help a Lot", EMNLP). Nothing but the site's own labels is needed, and a few dozen help.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.sparse import csr_matrix
from scipy.special import expit
from sklearn.pipeline import FeatureUnion
from threadpoolctl import threadpool_limits

from service.core.features import readings
from training.data.rows import Row
from training.data.split import fewest
from training.errors import BadData
from training.fitting.counts import no_words
from training.fitting.pipeline import BLOCKS, Entries, counters, weighed
from training.fitting.weights import heaviest
from training.params import Params

Values = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Texts:
    """
    Labelled rows of one site as they are learned from: the words of the text and the clues that are of no field, since
    names, homepages and addresses are chosen at will; the label, and how much it counts.
    """

    documents: NDArray[np.object_]
    is_spam: NDArray[np.bool_]
    weight: Values

    @classmethod
    def of(cls, rows: Sequence[Row]) -> Self:
        """
        Return the texts of rows.
        """
        documents = np.empty(len(rows), dtype=object)
        documents[:] = [readings(row.as_comment()).whole for row in rows]
        is_spam, weight = [row.is_spam for row in rows], [row.weight for row in rows]
        return cls(documents, np.array(is_spam, dtype=bool), np.array(weight, dtype=np.float64))

    def take(self, positions: NDArray[np.int64]) -> Self:
        """
        Return the texts at some positions.
        """
        return replace(
            self,
            documents=self.documents[positions],
            is_spam=self.is_spam[positions],
            weight=self.weight[positions],
        )


@dataclass(frozen=True, slots=True)
class Taught:
    """
    What was learned: the counters of a text's entries, and for each of these its weight in log-odds of spam. Their sum
    counts for `least` at least and `most` at most.
    """

    counters: FeatureUnion
    weights: Values
    least: float
    most: float

    def adds(self, texts: Texts) -> Values:
        """
        Return what is added to the log-odds of each text.
        """
        added: Values = self.counters.transform(texts.documents) @ self.weights
        return np.clip(added, self.least, self.most)

    @property
    def entries(self) -> Entries:
        """
        Return every entry that weighs something, by block.
        """
        found = weighed(self.counters, self.weights)
        return {block: {entry: weight for entry, weight in found[block].items() if weight} for block in BLOCKS}


def adapted_log_odds(
    texts: Texts, log_odds: Values, fit: NDArray[np.int64], score: NDArray[np.int64], params: Params
) -> Values:
    """
    Return the log-odds of the texts to score, with what those to fit teach the model that gave all their `log_odds`.

    Raises:
        BadData: a label is missing, or the texts have no word in common.
    """
    return log_odds[score] + learn(texts.take(fit), log_odds[fit], params).adds(texts.take(score))


def learn(texts: Texts, log_odds: Values, params: Params) -> Taught:
    """
    Return what labelled texts of one site teach a model that gave them these log-odds without having seen them.

    Both labels weigh the same in all, as in the model's calibration.

    Raises:
        BadData: a label is missing, or the texts have no word in common.
    """
    documents, is_spam, weight = texts.documents, texts.is_spam, texts.weight
    if not fewest(is_spam):
        raise BadData("labels of both kinds are needed to learn from; one of them is missing")
    given = params.adaptation
    model = replace(params.model, min_df_words=given.min_df, min_df_clues=given.min_df, min_df_characters=given.min_df)
    union = counters(model)
    try:
        counted = csr_matrix(union.fit(documents).transform(documents), dtype=np.float64)
    except ValueError:  # scikit-learn's word for it is that no terms remain
        raise no_words(model) from None
    totals = np.where(is_spam, weight[is_spam].sum(), weight[~is_spam].sum())
    found = _fit(counted, is_spam, weight.sum() / 2 * weight / totals, log_odds, given.C)
    share = np.bincount(counted.indices, minlength=counted.shape[1]) / len(documents)
    kept = heaviest(found, share, given.entries)
    # Rounded to the 32 bits that a compiled model keeps.
    weights = np.zeros(counted.shape[1])
    weights[kept] = found[kept].astype(np.float32)
    return Taught(union, weights, -given.most_taken_off, given.most_added)


def _fit(counted: csr_matrix, is_spam: NDArray[np.bool_], weight: Values, log_odds: Values, C: float) -> Values:  # noqa: N803 - scikit-learn's name for it
    # Without an intercept: labelled is what moderators were shown, and of that no share of spam is that of the site.
    sign = np.where(is_spam, 1.0, -1.0)

    def loss(weights: Values) -> tuple[float, Values]:
        margin = sign * (log_odds + counted @ weights)
        wrong = C * weight * sign * expit(-margin)
        value = C * float(weight @ np.logaddexp(0, -margin)) + float(weights @ weights) / 2
        return value, weights - counted.T @ wrong

    with threadpool_limits(1):  # on a busy machine threads wait longer for each other than they work
        found: Values = minimize(loss, np.zeros(counted.shape[1]), jac=True, method="L-BFGS-B").x
    return found
