"""
The vocabulary of a stream, counted within a bound of memory and then exact: what is frequent is never lost.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import CountVectorizer

from training.fitting.pipeline import BLOCKS, Entries, Vocabularies
from training.fitting.weights import log_count_ratio
from training.params import Model, Params


@dataclass(frozen=True, slots=True)
class Chosen:
    """
    The entries of each block, with how many spam and ham comments hold each, in the order of columns; `missed` is by
    how much a count may be too low.
    """

    vocabularies: Vocabularies
    spam: NDArray[np.float64]
    ham: NDArray[np.float64]
    missed: int

    def scale(self, model: Model) -> NDArray[np.float64]:
        """
        Return by what each column is multiplied: how far it leans to one label.
        """
        ratio = log_count_ratio(self.spam, self.ham)
        ratio[len(ratio) - len(self.vocabularies["characters"]) :] *= model.character_scale
        return ratio


class Tokens:
    """
    Counts in how many comments of each label a token is, and forgets the rarest whenever there are too many.

    G. Manku and R. Motwani, Approximate frequency counts over data streams (2002): each time that the rarest are
    dropped, a token that comes again may have lost as much as they had, so `missed` bounds what any count can lack.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self.missed = 0
        self.counts: Mapping[bool, Counter[str]] = {True: Counter(), False: Counter()}

    def add(self, tokens: Iterable[str], *, is_spam: bool) -> None:
        """
        Count the tokens of some comments.
        """
        self.counts[is_spam].update(tokens)
        if self._size() <= self._most:
            return
        rarest = 0
        while self._size() > self._most * 3 // 4:  # or the next comments would have it begin again
            rarest += 1
            self._drop(rarest)
        self.missed += rarest

    def _size(self) -> int:
        return sum(map(len, self.counts.values()))

    def _drop(self, most: int) -> None:
        spam, ham = self.counts[True], self.counts[False]
        for own, other in ((spam, ham), (ham, spam)):
            for token in [token for token, count in own.items() if count + other[token] <= most]:
                del own[token]
                other.pop(token, None)


def tokens_of(document: str) -> list[str]:
    """
    Return the words, pairs of words and clues of a document, as the pipeline's blocks `words` and `clues` count them.

    >>> tokens_of("cheap has:url loans")
    ['cheap', 'loans', 'cheap loans', 'has:url']
    """
    words, clues = split(document)
    return [*words, *(f"{one} {other}" for one, other in pairwise(words)), *clues]


def split(document: str) -> tuple[list[str], list[str]]:
    """
    Return the words and the clues of a document.
    """
    tokens = document.split()
    words = [token for token in tokens if ":" not in token]
    return words, [token for token in tokens if 0 < token.find(":") < len(token) - 1]


def choose(tokens: Tokens, params: Params, kept: Entries | None = None) -> Chosen:
    """
    Return the vocabulary of the tokens, chosen as `counts.columns` does; `kept` are entries that stay in any case.

    Characters inside words are those of the words that were counted, so their counts are sums over words.
    """
    model = params.model
    kinds: dict[str, dict[bool, Counter[str]]] = {
        "words": {label: _only(found, is_clue=False) for label, found in tokens.counts.items()},
        "clues": {label: _only(found, is_clue=True) for label, found in tokens.counts.items()},
        "characters": _characters(tokens, params),
    }
    bounds = {
        "words": (model.min_df_words, model.max_words),
        "clues": (model.min_df_clues, None),
        "characters": (model.min_df_characters, model.max_characters),
    }
    vocabularies: dict[str, Sequence[str]] = {}
    spam: list[int] = []
    ham: list[int] = []
    for block in BLOCKS:
        counts, (fewest, most) = kinds[block], bounds[block]
        total = counts[True] + counts[False]
        frequent = [token for token, count in total.most_common(most) if count >= fewest]
        vocabularies[block] = sorted({*frequent, *(kept[block] if kept else ())})
        spam += [counts[True][token] for token in vocabularies[block]]
        ham += [counts[False][token] for token in vocabularies[block]]
    return Chosen(vocabularies, np.array(spam, dtype=float), np.array(ham, dtype=float), tokens.missed)


def _only(counts: Counter[str], *, is_clue: bool) -> Counter[str]:
    return Counter({token: count for token, count in counts.items() if (":" in token) is is_clue})


def _characters(tokens: Tokens, params: Params) -> dict[bool, Counter[str]]:
    found = Tokens(params.partial.most_counted)
    analyse = CountVectorizer(analyzer="char_wb", ngram_range=params.model.ngrams, lowercase=False).build_analyzer()
    for label, counts in tokens.counts.items():
        grams = found.counts[label]
        for number, (token, count) in enumerate(counts.items()):
            if " " not in token:
                for gram in dict.fromkeys(analyse(token)):
                    grams[gram] += count
            if number % 10_000 == 0:
                found.add((), is_spam=label)  # drops the rarest where there are too many
    return {label: found.counts[label] for label in (True, False)}
