"""
What a tutorial would fit with scikit-learn, on the same rows: its scores are log-odds.
"""

import numpy as np
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import CountVectorizer, HashingVectorizer, TfidfTransformer
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import MultinomialNB
from sklearn.pipeline import make_pipeline

from bench.quality.peer import Values
from training.data.rows import Row
from training.data.split import Fold
from training.fitting.crossfit import Prepared
from training.progress import say

# Counted once for all folds, by hashes: so many columns that few words share one.
COLUMNS = 2**22
FEWEST = 2


def text_of(row: Row) -> str:
    """
    Return all that a mail filter would read of a row: author, URL and text.
    """
    return f"{row.name}\n{row.url}\n{row.comment}"


class NaiveBayes:
    """
    `MultinomialNB` over the words of `CountVectorizer`, nothing set.
    """

    def __init__(self, prepared: Prepared) -> None:
        """
        Keep the texts: dressed to fit, as written to score.
        """
        self._dressed = [text_of(item.row) for item in prepared.dressed]
        self._written = [text_of(row) for row in prepared.rows]
        self._is_spam = prepared.is_spam

    def __call__(self, fold: Fold) -> Values:
        """
        Return the log-odds of the rows that the fold scores.
        """
        model = make_pipeline(CountVectorizer(), MultinomialNB())
        model.fit([self._dressed[row] for row in fold.fit], self._is_spam[fold.fit])
        ham, spam = model.predict_log_proba([self._written[row] for row in fold.score]).T
        log_odds: Values = spam - ham
        return log_odds


class TfidfRegression:
    """
    Logistic regression over TF-IDF of words and pairs, and of 2 to 5 characters inside words.

    Words are counted once; how rare each is, is learned from the rows of a fold, and those in fewer than two of them
    weigh nothing.
    """

    def __init__(self, prepared: Prepared) -> None:
        """
        Count all texts; a minute.
        """
        say("Counting words and characters for TF-IDF")
        dressed = [text_of(item.row) for item in prepared.dressed]
        written = [text_of(row) for row in prepared.rows]
        kinds = ({"ngram_range": (1, 2)}, {"analyzer": "char_wb", "ngram_range": (2, 5)})
        counters = [HashingVectorizer(n_features=COLUMNS, norm=None, alternate_sign=False, **kind) for kind in kinds]
        self._dressed = [csr_matrix(counter.transform(dressed), dtype=np.float32) for counter in counters]
        self._written = [csr_matrix(counter.transform(written), dtype=np.float32) for counter in counters]
        self._is_spam = prepared.is_spam

    def __call__(self, fold: Fold) -> Values:
        """
        Return the log-odds of the rows that the fold scores.
        """
        blocks = [
            _weighed(dressed[fold.fit], written[fold.score])
            for dressed, written in zip(self._dressed, self._written, strict=True)
        ]
        fitted, scored = (hstack(part, format="csr") for part in zip(*blocks, strict=True))
        # The optimum of the default solver, reached in a tenth of its time; the tolerance is the default's.
        model = LogisticRegression(solver="liblinear", dual=True, random_state=0).fit(fitted, self._is_spam[fold.fit])
        log_odds: Values = model.decision_function(scored)
        return log_odds


def _weighed(fitted: csr_matrix, scored: csr_matrix) -> tuple[csr_matrix, csr_matrix]:
    rows_with = np.bincount(fitted.indices, minlength=fitted.shape[1])
    used = np.flatnonzero(rows_with >= FEWEST)
    weigh = TfidfTransformer().fit(fitted[:, used])
    return weigh.transform(fitted[:, used]), weigh.transform(scored[:, used])
