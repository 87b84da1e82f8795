"""
Runs of characters, cut once for each distinct token: none crosses a space, so a document has those of its tokens.

A token stands in many documents, and cutting was most of what counting costs. The counts are those of CountVectorizer.
"""

from collections.abc import Sequence

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import CountVectorizer

_ROWS_AT_ONCE = 8000


def counts(counter: CountVectorizer, documents: Sequence[str]) -> csr_matrix:
    """
    Return what `counter`, of `char_wb` and with a fixed vocabulary, counts in each document.
    """
    rows, tokens = _tokens(documents)
    found = csr_matrix(rows @ counter.transform(tokens))
    found.sort_indices()
    return found


def vocabulary(counter: CountVectorizer, documents: Sequence[str]) -> list[str]:
    """
    Return the runs that `counter`, of `char_wb`, would keep of the documents: those in at least `min_df` of them.
    """
    rows, tokens = _tokens(documents)
    cut = CountVectorizer(lowercase=False, dtype=np.float32, analyzer="char_wb", ngram_range=counter.ngram_range)
    runs = csr_matrix(cut.fit_transform(tokens))
    documents_with = np.zeros(runs.shape[1], dtype=np.int64)
    for start in range(0, len(documents), _ROWS_AT_ONCE):
        inside = csr_matrix(rows[start : start + _ROWS_AT_ONCE] @ runs)
        documents_with += np.bincount(inside.indices, minlength=runs.shape[1])
    kept: list[str] = cut.get_feature_names_out()[documents_with >= counter.min_df].tolist()
    return kept


def _tokens(documents: Sequence[str]) -> tuple[csr_matrix, list[str]]:
    places: dict[str, int] = {}
    indices: list[int] = []
    ends = [0]
    for document in documents:
        indices.extend(places.setdefault(token, len(places)) for token in document.split())
        ends.append(len(indices))
    rows = csr_matrix((np.ones(len(indices), dtype=np.float32), indices, ends), shape=(len(documents), len(places)))
    rows.sum_duplicates()
    return rows, list(places)
