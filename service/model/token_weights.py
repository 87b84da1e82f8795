"""
What the tokens of a comment weigh: each by itself, in the pair that it ends, and by the n-grams inside it.
"""

from array import array
from collections.abc import Iterable, Iterator, Mapping
from math import inf, sqrt
from typing import Any

from service.core.decision import Reason
from service.core.features import PASSAGE
from service.core.remembered import Recurring
from service.core.text import words_in
from service.model import weight_tables

# What is remembered of tokens: to weigh a new one takes some look-ups a letter.
CACHED_WORDS, CACHED_CLUES = 8_192, 4_096
QUOTED_WORDS = 5
_NO_PAIRS: Mapping[str, float] = {}
# For each of neighbouring words: what it weighs in a passage, what the n-grams inside it do, how many words it is.
Weighed = tuple[list[float], list[float], list[float]]


class TokenWeights:
    """
    The weights of words, pairs of words and clues, and of the n-grams inside them: of a clue in full, of a word for the
    share that `share_of_characters` tells.

    This is a class because the weights of words already seen are remembered.
    """

    def __init__(self, tables: Mapping[str, "array[Any]"], prefix: str = "") -> None:
        """
        Take them from those tables of a compiled model whose names begin with the prefix.
        """
        self._shortest, self._longest = (int(n) for n in tables["ngrams"])
        # Of a model that was fitted before there was such a number all n-grams count in full.
        self.full_words: float = tables["full_words"][0] if "full_words" in tables else inf
        # Nearly all that is weighed is passages, and all of these have as many words.
        self._passage_share = share_of_characters(PASSAGE, self.full_words)
        self._words, self._pairs = weight_tables.apart(weight_tables.of(tables, f"{prefix}words"))
        self._clues = dict(weight_tables.of(tables, f"{prefix}clues"))
        characters = weight_tables.of(tables, f"{prefix}characters")
        self._characters = weight_tables.by_beginning(characters, self._shortest)
        self._known = Recurring(self._word, most=CACHED_WORDS)

    @property
    def ngrams(self) -> tuple[int, int]:
        """
        Return the sizes of the n-grams, the smallest and the largest.
        """
        return self._shortest, self._longest

    @property
    def vocabulary(self) -> Iterator[str]:
        """
        Yield every word, pair of words and clue that has a weight of its own.
        """
        yield from self._words
        yield from (f"{first} {second}" for second, firsts in self._pairs.items() for first in firsts)
        yield from self._clues

    def weights(self, tokens: Iterable[str]) -> list[float]:
        """
        Return the weight of each token of a text; a word's includes that of the pair it makes with the word before.
        """
        tokens = list(tokens)
        weights, insides, lengths = self.of_words(token for token in tokens if ":" not in token)
        of_words = iter(in_one_text(weights, insides, self.more(lengths)))
        return [self.of_clue(token) if ":" in token else next(of_words) for token in tokens]

    def of_words(self, words: Iterable[str]) -> Weighed:
        """
        Return what each of neighbouring words weighs in a passage, with the pair that it ends, what the n-grams inside
        it do, and how many words it stands for.
        """
        weights, insides, lengths = [], [], []
        before, known = "", self._known
        for word in words:
            weight, inside, length, firsts = known[word]
            if before in firsts:
                weight += firsts[before]
            weights.append(weight)
            insides.append(inside)
            lengths.append(length)
            before = word
        return weights, insides, lengths

    def of_pair(self, first: str, second: str) -> float:
        """
        Return what two neighbouring words weigh beyond what each does.
        """
        return self._pairs.get(second, _NO_PAIRS).get(first, 0.0)

    def of_clue(self, clue: str) -> float:
        """
        Return the weight of a clue.
        """
        return self._clues.get(clue, 0.0) + self._ngrams(clue)

    def more(self, lengths: list[float]) -> float:
        """
        Return how much more than in a passage the n-grams inside the words of a text count; none in a passage, but of
        tokens that are half a word.
        """
        return share_of_characters(sum(lengths), self.full_words) - self._passage_share

    def _word(self, word: str) -> tuple[float, float, float, Mapping[str, float]]:
        """
        Return the weight of a word in a passage, that of the n-grams inside it, how many words it stands for, and what
        it adds behind certain other words.
        """
        inside = self._ngrams(word)
        weight = self._words.get(word, 0.0) + self._passage_share * inside
        return weight, inside, words_in(word), self._pairs.get(word, _NO_PAIRS)

    def _ngrams(self, token: str) -> float:
        # As scikit-learn's CountVectorizer(analyzer="char_wb") counts n-grams: a word no longer than n counts once.
        padded, shortest, characters = f" {token} ", self._shortest, self._characters
        length = len(padded)
        weight = 0.0
        for start in range(length - shortest + 1):
            rest = start + shortest
            if alike := characters.get(padded[start:rest]):
                for end in range(rest, min(start + self._longest, length) + 1):
                    if ngram := alike.get(padded[rest:end]):
                        weight += ngram
        return weight


def in_one_text(weights: list[float], insides: list[float], more: float) -> list[float]:
    """
    Return what words weigh in a text where the n-grams inside them count for `more` than in a passage.
    """
    return [weight + more * inside for weight, inside in zip(weights, insides, strict=True)]


def quoting(code: str, weights: list[float], quotes: list[str], total: float, less: float = 0.0) -> Reason:
    """
    Return a reason that weighs `total`, less something, and quotes what most made it so; what has no quote is left out.
    """
    if len(quotes) == 1 and quotes[0]:  # as of most clues
        return Reason(code, total - less, evidence=tuple(quotes))
    evidence: dict[str, None] = {}
    for place in sorted(range(len(weights)), key=weights.__getitem__, reverse=total > 0):
        if weights[place] * total <= 0 or len(evidence) == QUOTED_WORDS:
            break
        if quotes[place]:
            evidence[quotes[place]] = None
    return Reason(code, total - less, evidence=tuple(evidence))


def share_of_characters(words: float, full: float) -> float:
    """
    Return for what share the n-grams inside the words of a comment count: all of it up to `full` distinct words, and
    beyond by the root of their number, as the sum of so many chances grows.

    >>> share_of_characters(6, 6.0), share_of_characters(24, 6.0)
    (1.0, 0.5)
    """
    return sqrt(full / words) if words > full else 1.0
