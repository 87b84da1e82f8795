"""
Documents as matrices over a fixed vocabulary, as the pipeline would count them, for passes over the same rows.

Character n-grams never cross a word (`char_wb`), so those of a document are the sum of those of its tokens: each
distinct token is cut once, and remembered for the passes to come, and the rest is a product of two sparse matrices.
"""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, diags, hstack, vstack

from service.core.text import words_in
from service.model.token_weights import share_of_characters
from training.fitting.pipeline import Vocabularies
from training.params import Model
from training.partial.vocabulary import split

# Tokens whose n-grams are remembered, some 100 MB.
MOST_KNOWN = 150_000
# Documents whose counts are lists of numbers at once; as a matrix they take a tenth of that.
PORTION = 4_000


class Encoder:
    """
    Counts the entries of a vocabulary. A class, since the look-up tables belong to it.
    """

    def __init__(self, model: Model, vocabularies: Vocabularies) -> None:
        self._tables = [
            {token: place for place, token in enumerate(vocabularies[block])} for block in ("words", "clues")
        ]
        self._ngrams, self._full_words = model.ngrams, model.full_words
        self._characters = {gram: place for place, gram in enumerate(vocabularies["characters"])}
        self._known: dict[str, list[int]] = {}

    def __call__(self, documents: Sequence[str]) -> tuple[csr_matrix, csr_matrix]:
        """
        Return the counts of documents, a row each, and the same of their words alone.
        """
        parts = [split(document) for document in documents]
        numbers: dict[str, int] = {}
        every = [[numbers.setdefault(token, len(numbers)) for token in document.split()] for document in documents]
        tokens = list(numbers)
        of_token = _counts([self._grams(token) for token in tokens], len(self._characters))
        share = diags(
            [share_of_characters(sum(map(words_in, of)), self._full_words) for of, _ in parts], dtype=np.float32
        )
        in_words, in_clues = (
            _counts([[at for at in of if (":" in tokens[at]) is is_clue] for of in every], len(tokens)) @ of_token
            for is_clue in (False, True)
        )
        in_words = share @ in_words
        words = self._matrix([[*of, *(f"{one} {other}" for one, other in pairwise(of))] for of, _ in parts], 0)
        clues = self._matrix([of for _, of in parts], 1)
        blocks = (
            (words, clues, in_words + in_clues),
            (words, csr_matrix(clues.shape, dtype=np.float32), in_words),
        )
        full, without = (csr_matrix(hstack(each, format="csr", dtype=np.float32)) for each in blocks)
        return full, without

    def as_written(self, documents: Sequence[str]) -> csr_matrix:
        """
        Return the counts of any number of documents, a row each.
        """
        portions = [self(documents[start : start + PORTION])[0] for start in range(0, len(documents), PORTION)]
        return csr_matrix(vstack(portions, format="csr"))

    def _grams(self, token: str) -> list[int]:
        """
        Return the places of a token's n-grams, as scikit-learn's `char_wb` cuts them, in a sixth of the time.
        """
        if token in self._known:
            return self._known[token]
        text, table = f" {token} ", self._characters
        low, high = self._ngrams
        # A token that is no longer than a size is counted once, and not for the sizes above.
        sizes = range(low, max(low, min(high, len(text))) + 1)
        found = [
            table[gram]
            for size in sizes
            for at in range(max(1, len(text) - size + 1))
            if (gram := text[at : at + size]) in table
        ]
        if len(self._known) < MOST_KNOWN:
            self._known[token] = found
        return found

    def _matrix(self, tokens: Sequence[Sequence[str]], table: int) -> csr_matrix:
        places = self._tables[table]
        return _counts([[places[token] for token in of if token in places] for of in tokens], len(places))


def _counts(rows: Sequence[Sequence[int]], width: int) -> csr_matrix:
    ends: NDArray[np.int64] = np.cumsum([0, *map(len, rows)])
    indices = np.fromiter((place for row in rows for place in row), dtype=np.int32, count=int(ends[-1]))
    matrix = csr_matrix((np.ones(len(indices), dtype=np.float32), indices, ends), shape=(len(rows), width))
    matrix.sum_duplicates()
    return matrix
