"""
Runs of characters inside tokens: counted once for each distinct token, since a token stands in many documents, and none
crosses a space.

It belongs to `fitting`, and stays here: every `pipeline.joblib` that was written names `training.characters`.
"""

from collections.abc import Iterable, Sequence

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import CountVectorizer

from service.core.text import words_in
from service.model.token_weights import share_of_characters

_ROWS_AT_ONCE = 8000


class Characters(CountVectorizer):  # type: ignore[misc]  # scikit-learn has no types
    """
    Counts runs of characters as CountVectorizer's `char_wb` does, and those inside words for less, the more words a
    document has: a run says little by itself, and what many of them say adds up to noise.

    It takes the arguments of CountVectorizer that are named here, and `full_words`, see `share_of_characters`.
    """

    def __init__(
        self,
        *,
        ngram_range: tuple[int, int] = (1, 1),
        min_df: int = 1,
        vocabulary: Sequence[str] | None = None,
        full_words: float = np.inf,
    ) -> None:
        super().__init__(
            lowercase=False,
            dtype=np.float32,
            analyzer="char_wb",
            ngram_range=ngram_range,
            min_df=min_df,
            vocabulary=vocabulary,
        )
        self.full_words = full_words

    def transform(self, raw_documents: Iterable[str]) -> csr_matrix:
        """
        Return what stands in each document, as numbers of 64 bits.
        """
        rows, tokens = _tokens(list(raw_documents), self.full_words)
        found = csr_matrix(rows @ super().transform(tokens))
        found.sort_indices()
        return found


def full_words_of(counter: CountVectorizer) -> float:
    """
    Return up to how many words a counter's characters count in full; all of them in a pipeline from before the bound.
    """
    return float(getattr(counter, "full_words", np.inf))


def vocabulary(counter: Characters, documents: Sequence[str]) -> list[str]:
    """
    Return the runs that `counter` would keep of the documents: those in at least `min_df` of them.
    """
    rows, tokens = _tokens(documents, np.inf)
    cut = CountVectorizer(lowercase=False, dtype=np.float32, analyzer="char_wb", ngram_range=counter.ngram_range)
    runs = csr_matrix(cut.fit_transform(tokens))
    documents_with = np.zeros(runs.shape[1], dtype=np.int64)
    for start in range(0, len(documents), _ROWS_AT_ONCE):
        inside = csr_matrix(rows[start : start + _ROWS_AT_ONCE] @ runs)
        documents_with += np.bincount(inside.indices, minlength=runs.shape[1])
    kept: list[str] = cut.get_feature_names_out()[documents_with >= counter.min_df].tolist()
    return kept


def shares(tokens: Sequence[str], full_words: float) -> list[float]:
    """
    Return for what share the characters inside each token of a document count.
    """
    share = share_of_characters(sum(words_in(token) for token in tokens if ":" not in token), full_words)
    return [1.0 if ":" in token else share for token in tokens]


def _tokens(documents: Sequence[str], full_words: float) -> tuple[csr_matrix, list[str]]:
    places: dict[str, int] = {}
    indices: list[int] = []
    counted: list[float] = []
    ends = [0]
    for document in documents:
        tokens = document.split()
        indices.extend(places.setdefault(token, len(places)) for token in tokens)
        counted.extend(shares(tokens, full_words))
        ends.append(len(indices))
    rows = csr_matrix((np.array(counted), indices, ends), shape=(len(documents), len(places)))
    rows.sum_duplicates()
    return rows, list(places)
