"""
Fit one fold, or the final model, to weights: how much a row counts, and which weights are worth keeping.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, diags, vstack

from training.data.rows import Row
from training.fitting.bounds import bounds
from training.fitting.counts import Counts, columns, no_words
from training.fitting.pipeline import classifier
from training.params import Params


@dataclass(frozen=True, slots=True)
class Weights:
    """
    A linear model over the columns of a `Counts`: all weights but those of `columns` are zero.
    """

    columns: NDArray[np.int64]
    values: NDArray[np.float64]
    intercept: float

    def decide(self, counts: Counts, rows: NDArray[np.int64]) -> NDArray[np.float64]:
        """
        Return the raw decision values of rows as written.
        """
        return counts.written.highest(self.over(counts), rows) + self.intercept

    def over(self, counts: Counts) -> NDArray[np.float64]:
        """
        Return the weight of every column.
        """
        dense = np.zeros(len(counts.names))
        dense[self.columns] = self.values
        return dense


def log_count_ratio(spam: NDArray[np.float64], ham: NDArray[np.float64]) -> NDArray[np.float64]:
    """
    Return how far each column leans to one label, as naive Bayes counts it, without its sign, by its counts in both.

    Columns scaled by it are penalised less the more they lean (Wang and Manning 2012): recall at 0.5 % false positives
    on unseen sources rose from 0.285 to 0.322, the mean of seven.
    """
    spam, ham = 1 + spam, 1 + ham
    ratio: NDArray[np.float64] = np.abs(np.log((spam / spam.sum()) / (ham / ham.sum())))
    return ratio


def row_weights(rows: Sequence[Row], groups: NDArray[np.int64], params: Params) -> NDArray[np.float64]:
    """
    Return how much each row counts when fitting: its label's weight times its source's, less if its group is large, and
    balanced so that a language says nothing by itself.
    """
    sizes = Counter(groups.tolist())
    most = params.duplicates.rows_a_group
    pairs = zip(rows, groups.tolist(), strict=True)
    weight = np.array(
        [row.weight * params.source(row.source).weight * min(1.0, most / sizes[group]) for row, group in pairs]
    )
    languages = np.array([row.language for row in rows])
    is_spam = np.array([row.is_spam for row in rows])
    return weight * _language_balance(languages, is_spam, weight, params)


def balance_sources(rows: Sequence[Row], weight: NDArray[np.float64], params: Params) -> NDArray[np.float64]:
    """
    Return weights of the same sum in which a source and label counts for the root of what its rows weighed; then times
    the source's emphasis.

    What few sources say in few rows carries further than what one says in many: recall at 0.5 % false positives on
    unseen sources rose from 0.332 to 0.348, the mean of seven.
    """
    parts = np.array([f"{row.source} {row.label}" for row in rows])
    factor = np.ones(len(rows))
    for part in np.unique(parts):
        inside = parts == part
        factor[inside] = weight[inside].sum() ** -0.5
    emphasis = np.array([params.source(row.source).emphasis for row in rows])
    balanced: NDArray[np.float64] = weight * factor * (weight.sum() / (weight * factor).sum()) * emphasis
    return balanced


def _language_balance(
    languages: NDArray[np.str_], is_spam: NDArray[np.bool_], weight: NDArray[np.float64], params: Params
) -> NDArray[np.float64]:
    # Nearly all Japanese and Russian rows that anyone has labelled are spam. Ham of a rare language counts more, and
    # spam of a language at most by the odds that spam has overall.
    factor = np.ones(len(languages))
    odds = weight[is_spam].sum() / max(weight[~is_spam].sum(), 1e-9)
    for language in np.unique(languages):
        ham, spam = (languages == language) & ~is_spam, (languages == language) & is_spam
        factor[ham] = np.clip(np.sqrt(params.languages.enough_ham / max(ham.sum(), 1)), 1.0, params.languages.most)
        fair = odds * (weight * factor)[ham].sum() / max(weight[spam].sum(), 1e-9)
        factor[spam] = np.clip(fair, params.languages.least, 1.0)
    return factor


def fit(
    counts: Counts, rows: NDArray[np.int64], is_spam: NDArray[np.bool_], weight: NDArray[np.float64], params: Params
) -> Weights:
    """
    Return the weights fitted on the rows, with and without their clues; all but the largest `entries` are dropped.

    A link, a length or a homepage explains spam so well that nothing would be left for its words to learn, and praise
    that a template made would pass wherever it comes without them. So each row counts half as it is, and half as its
    words alone: recall at 0.5 % false positives on unseen sources rose from 0.345 to 0.373, the mean of seven, and on
    flattery from 0.22 to 0.42.

    Words and characters are bounded: "check out" is spam under a video and a reader's tip on a blog. On unseen sources
    (1,200 rows of each and of each label) recall at 0.1 % false positives rose from 0.346 to 0.373, and of the spam
    15.7 % passed where 5 % of the good comments are held, not 17.0 %.

    A weight counts for as much as it moves scores: its size times the root of the share of rows that have it. Pruning
    happens in every fold as in the final model, so that the thresholds hold for the model that is shipped.

    What counts of a comment may be a passage instead of its text, and of many passages one is heavy by chance. So there
    is a second fit, of the rows and of what the weights of the first find in them, with its row's label, for
    `heaviest_part` of its row (after Andrews, Tsochantaridis and Hofmann 2003, who choose the instance of a bag so): of
    an unseen newspaper's good comments half as many are held. It is without links: honest texts with some would teach
    that links are honest.

    Raises:
        BadData: the rows are so few that no word can be learned.
    """
    used = columns(counts, rows, params.model)
    if not len(used):
        raise no_words(params.model)
    dressed = counts.dressed[rows][:, used]
    share = np.bincount(dressed.indices, minlength=len(used)) / len(rows)

    def learn(matrix: csr_matrix, of_row: NDArray[np.int64], weight: NDArray[np.float64]) -> Weights:
        label = is_spam[of_row]
        scale = log_count_ratio(*(weight[inside] @ matrix[inside] for inside in (label, ~label)))
        scale[counts.inside("characters", used)] *= params.model.character_scale
        regression = classifier(params.model).fit(matrix @ diags(scale), label, sample_weight=weight)
        values = bounds(counts.entries(used), params.model).apply(scale * regression.coef_[0].astype(np.float64))
        kept = heaviest(values, share, params.model.entries)
        return Weights(used[kept], values[kept], float(regression.intercept_[0]))

    twice = vstack([dressed, counts.bare[rows][:, used]]).tocsr()
    of_row, half = np.tile(rows, 2), np.tile(weight[rows] / 2, 2)
    of_texts = learn(twice, of_row, half)
    if not params.model.heaviest_part:
        return of_texts
    parts, of_part = counts.heaviest_parts(of_texts.over(counts), rows, params.model)
    return learn(
        vstack([twice, parts[:, used]]).tocsr(),
        np.concatenate([of_row, of_part]),
        np.concatenate([half, params.model.heaviest_part * weight[of_part]]),
    )


def heaviest(values: NDArray[np.float64], share: NDArray[np.float64], most: int) -> NDArray[np.int64]:
    """
    Return the places, in order, of the weights that move scores most; `share` is of the rows that have each.
    """
    importance = np.abs(values) * np.sqrt(share)
    places: NDArray[np.int64] = np.sort(np.argsort(-importance, kind="stable")[:most])
    return places
