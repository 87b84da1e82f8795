"""
The compiled model: load and verify it, score a comment's tokens, and say which tokens made the score.
"""

import hashlib
import json
import sys
import zlib
from array import array
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from operator import itemgetter
from pathlib import Path
from typing import Any, Self
from zipfile import BadZipFile

from pydantic import AwareDatetime, TypeAdapter

from service import arrays
from service.core.decision import Explanation, Reason
from service.core.features import Features
from service.core.site import Thresholds
from service.core.thresholds import Curve

CURRENT = "CURRENT"
# Words that the cache holds; a flood of new words makes it start again, which costs a handful of look-ups a word.
CACHED_WORDS = 50_000
QUOTED_WORDS = 5
_NOT_A_MODEL = (ValueError, KeyError, SyntaxError, EOFError, BadZipFile, zlib.error)
_CURVE: TypeAdapter[Curve | None] = TypeAdapter(Curve | None)
_CREATED: TypeAdapter[datetime | None] = TypeAdapter(AwareDatetime | None)
_CODES = {"name": "name", "url": "author_url", "link": "links"}


class Distrust(StrEnum):
    """
    Why a model cannot be trusted.
    """

    MISSING = "missing"
    ALTERED = "altered"
    NOT_UNDERSTOOD = "not_understood"


class ModelError(Exception):
    """
    A model that cannot be trusted: missing, cut, altered or not understood. The message names the file.
    """

    def __init__(self, reason: Distrust, message: str) -> None:
        super().__init__(message)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Card:
    """
    What serving needs of `card.json`.
    """

    version: str
    sha256: str
    thresholds: Thresholds
    curve: Curve | None
    created: datetime | None


class Scorer:
    """
    A linear model over tokens. Every token has one weight: its own, and those of the n-grams inside it.

    This is a class because the weights of words already seen are remembered.
    """

    def __init__(
        self,
        tables: Mapping[str, "array[Any]"],
        version: str,
        thresholds: Thresholds,
        curve: Curve | None = None,
        created: datetime | None = None,
    ) -> None:
        self.version = version
        self.thresholds = thresholds
        self.curve = curve
        self.created = created
        self.prior: float = tables["intercept"][0]
        self._shortest, self._longest = (int(n) for n in tables["ngrams"])
        self._words, self._pairs = _apart(_table(tables, "words"))
        self._clues = _table(tables, "clues")
        self._characters = _by_beginning(_table(tables, "characters"), self._shortest)
        self._known: dict[str, float] = {}

    @classmethod
    def load(cls, folder: Path) -> Self:
        """
        Return the model of a folder that `hamlet-train` wrote, never unpickling anything.

        Raises:
            ModelError: a file is missing, does not match its card, or holds something else than weights.
        """
        card = read_card(folder)
        path = folder / "scorer.npz"
        try:
            content = path.read_bytes()
        except OSError as error:
            raise ModelError(Distrust.MISSING, f"{path}: {error.strerror}") from error
        if hashlib.sha256(content).hexdigest() != card.sha256:
            message = f"{path}: its sha256 is not the one on its card; restore the file or the whole folder"
            raise ModelError(Distrust.ALTERED, message)
        try:
            return cls(arrays.read(content), card.version, card.thresholds, card.curve, card.created)
        except _NOT_A_MODEL as error:
            raise ModelError(Distrust.NOT_UNDERSTOOD, f"{path}: not a compiled model ({error})") from error

    @property
    def vocabulary(self) -> Iterator[str]:
        """
        Yield every word, pair of words and clue that has a weight of its own.
        """
        yield from self._words
        yield from (f"{first} {second}" for second, firsts in self._pairs.items() for first in firsts)
        yield from self._clues

    def log_odds(self, tokens: Iterable[str]) -> float:
        """
        Return the log-odds of spam: the prior and the weight of every token and pair of neighbouring words.
        """
        return self.prior + sum(self.weights(tokens))

    def weights(self, tokens: Iterable[str]) -> list[float]:
        """
        Return the weight of each token; a word's weight includes that of the pair it makes with the word before.
        """
        found: list[float] = []
        known, pairs = self._known, self._pairs
        before = ""
        for token in tokens:
            weight = known.get(token)
            if weight is None:
                weight = self._learn(token)
            if ":" not in token:
                if (firsts := pairs.get(token)) and before in firsts:
                    weight += firsts[before]
                before = token
            found.append(weight)
        return found

    def explain(self, features: Features) -> Explanation:
        """
        Return the score of a comment with its reasons, the heaviest first; prior and weights add up to it.
        """
        groups: dict[str, list[tuple[float, str]]] = {}
        weights = self.weights(features.quotes)
        for (token, quote), weight in zip(features.quotes.items(), weights, strict=True):
            if weight:
                code = _code(token) if ":" in token else "text"
                if parts := groups.get(code):
                    parts.append((weight, quote))
                else:
                    groups[code] = [(weight, quote)]
        reasons = [_reason(code, parts) for code, parts in groups.items()]
        reasons.sort(key=_heaviest)
        return Explanation(self.prior + sum(weights), self.prior, tuple(reasons))

    def _learn(self, token: str) -> float:
        weight = (self._clues if ":" in token else self._words).get(token, 0.0)
        # As scikit-learn's CountVectorizer(analyzer="char_wb") counts n-grams: a word no longer than n counts once.
        padded, shortest, characters = f" {token} ", self._shortest, self._characters
        length = len(padded)
        longest = min(self._longest, length)
        for start in range(length - shortest + 1):
            if alike := characters.get(padded[start : start + shortest]):
                for end in range(start + shortest, min(start + longest, length) + 1):
                    if ngram := alike.get(padded[start:end]):
                        weight += ngram
        if len(self._known) >= CACHED_WORDS:
            self._known = {}
        self._known[token] = weight
        return weight


def read_card(folder: Path) -> Card:
    """
    Return what the card of a model folder says.

    Raises:
        ModelError: there is no card, or it lacks what serving needs.
    """
    path = folder / "card.json"
    try:
        card = json.loads(path.read_bytes())
        version, digest, thresholds = card["version"], card["files"]["scorer.npz"], Thresholds(**card["thresholds"])
        curve, created = _CURVE.validate_python(card.get("curve")), _CREATED.validate_python(card.get("created"))
        return Card(version, digest, thresholds, curve, created)
    except OSError as error:
        raise ModelError(Distrust.MISSING, f"{path}: {error.strerror}") from error
    except (ValueError, KeyError, TypeError) as error:
        raise ModelError(Distrust.NOT_UNDERSTOOD, f"{path}: not a model's card ({error!r})") from error


def current(models: Path) -> Path:
    """
    Return the folder of the model that the file CURRENT names.

    Raises:
        ModelError: nothing is promoted.
    """
    try:
        version = (models / CURRENT).read_text().strip()
    except OSError as error:
        message = f"{models / CURRENT}: {error.strerror}; promote a model with hamlet-train"
        raise ModelError(Distrust.MISSING, message) from error
    return models / version


def load_current(models: Path) -> Scorer:
    """
    Return the model that is in use.

    Raises:
        ModelError: nothing is promoted, or what is promoted cannot be trusted.
    """
    return Scorer.load(current(models))


def _table(tables: Mapping[str, "array[Any]"], name: str) -> dict[str, float]:
    keys = tables[name].tobytes().decode().split("\n")
    weights = tables[f"{name}_weights"]
    if len(keys) != len(weights):
        raise ValueError(f"{len(keys)} {name} for {len(weights)} weights")
    return dict(zip(keys, weights, strict=True))


def _apart(words: Mapping[str, float]) -> tuple[dict[str, float], dict[str, dict[str, float]]]:
    """
    Return the single words, and the pairs by their second word: small tables stay in the processor's cache, where a
    large one costs a miss for each pair of a text.
    """
    single: dict[str, float] = {}
    pairs: dict[str, dict[str, float]] = {}
    for key, weight in words.items():
        first, space, second = key.partition(" ")
        if space:
            pairs.setdefault(sys.intern(second), {})[sys.intern(first)] = weight
        else:
            single[key] = weight
    return single, pairs


def _by_beginning(characters: Mapping[str, float], length: int) -> dict[str, dict[str, float]]:
    """
    Return the n-grams in small tables, one for each beginning of so many characters, for the same reason.
    """
    found: dict[str, dict[str, float]] = {}
    for ngram, weight in characters.items():
        found.setdefault(ngram[:length], {})[ngram] = weight
    return found


@lru_cache(maxsize=4_096)
def _code(token: str) -> str:
    namespace, _, value = token.partition(":")
    return "text" if not value else value if namespace == "is" else _CODES[namespace]


def _reason(code: str, parts: list[tuple[float, str]]) -> Reason:
    if len(parts) == 1:  # as of most clues
        ((weight, quote),) = parts
        return Reason(code, weight, evidence=(quote,) if quote else ())
    total = sum([weight for weight, _ in parts])
    telling = [part for part in parts if part[1] and part[0] * total > 0]
    telling.sort(key=_weight, reverse=total > 0)
    return Reason(code, total, evidence=tuple(dict.fromkeys([quote for _, quote in telling]))[:QUOTED_WORDS])


_weight = itemgetter(0)


def _heaviest(reason: Reason) -> float:
    return -abs(reason.weight or 0.0)
