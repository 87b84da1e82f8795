"""
The compiled model: load and verify it, score a comment's tokens, and say which tokens made the score.
"""

import hashlib
import json
import zlib
from array import array
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import repeat
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


class ModelError(Exception):
    """
    A model that cannot be trusted: missing, cut, altered or not understood. The message names the file.
    """


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
        self._words = _table(tables, "words")
        self._clues = _table(tables, "clues")
        self._characters = _table(tables, "characters")
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
            raise ModelError(f"{path}: {error.strerror}") from error
        if hashlib.sha256(content).hexdigest() != card.sha256:
            raise ModelError(f"{path}: its sha256 is not the one on its card; restore the file or the whole folder")
        try:
            return cls(arrays.read(content), card.version, card.thresholds, card.curve, card.created)
        except _NOT_A_MODEL as error:
            raise ModelError(f"{path}: not a compiled model ({error})") from error

    @property
    def vocabulary(self) -> Iterator[str]:
        """
        Yield every word, pair of words and clue that has a weight of its own.
        """
        yield from self._words
        yield from self._clues

    def log_odds(self, tokens: Iterable[str]) -> float:
        """
        Return the log-odds of spam: the prior and the weight of every token and pair of neighbouring words.
        """
        return self.prior + sum(weight for _, weight in self.contributions(tokens))

    def contributions(self, tokens: Iterable[str]) -> list[tuple[str, float]]:
        """
        Return each token with its weight; a word's weight includes that of the pair it makes with the word before.
        """
        found: list[tuple[str, float]] = []
        known, words = self._known, self._words
        before = ""
        for token in tokens:
            weight = known.get(token)
            if weight is None:
                weight = self._learn(token)
            if ":" not in token:
                if before:
                    weight += words.get(f"{before} {token}", 0.0)
                before = token
            found.append((token, weight))
        return found

    def explain(self, features: Features) -> Explanation:
        """
        Return the score of a comment with its reasons, the heaviest first; prior and weights add up to it.
        """
        groups: dict[str, list[tuple[float, str]]] = {}
        for token, weight in self.contributions(features.quotes):
            if weight:
                groups.setdefault(_code(token), []).append((weight, features.quotes[token]))
        reasons = sorted((_reason(code, parts) for code, parts in groups.items()), key=_heaviest)
        return Explanation(self.prior + sum(reason.weight or 0.0 for reason in reasons), self.prior, tuple(reasons))

    def _learn(self, token: str) -> float:
        weight = (self._clues if ":" in token else self._words).get(token, 0.0)
        weight += sum(map(self._characters.get, self._ngrams(token), repeat(0.0)))
        if len(self._known) >= CACHED_WORDS:
            self._known = {}
        self._known[token] = weight
        return weight

    def _ngrams(self, token: str) -> list[str]:
        # As scikit-learn's CountVectorizer(analyzer="char_wb") counts them: a word no longer than n counts once.
        padded = f" {token} "
        length = len(padded)
        found: list[str] = []
        for n in range(self._shortest, self._longest + 1):
            if n >= length:
                found.append(padded)
                break
            found.extend([padded[i : i + n] for i in range(length - n + 1)])
        return found


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
        raise ModelError(f"{path}: {error.strerror}") from error
    except (ValueError, KeyError, TypeError) as error:
        raise ModelError(f"{path}: not a model's card ({error!r})") from error


def current(models: Path) -> Path:
    """
    Return the folder of the model that the file CURRENT names.

    Raises:
        ModelError: nothing is promoted.
    """
    try:
        version = (models / CURRENT).read_text().strip()
    except OSError as error:
        raise ModelError(f"{models / CURRENT}: {error.strerror}; promote a model with hamlet-train") from error
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


def _code(token: str) -> str:
    namespace, _, value = token.partition(":")
    return "text" if not value else value if namespace == "is" else _CODES[namespace]


def _reason(code: str, parts: list[tuple[float, str]]) -> Reason:
    total = sum(weight for weight, _ in parts)
    ranked = sorted(parts, key=lambda part: part[0], reverse=total > 0)
    telling = (quote for weight, quote in ranked if quote and weight * total > 0)
    return Reason(code, total, evidence=tuple(dict.fromkeys(telling))[:QUOTED_WORDS])


def _heaviest(reason: Reason) -> float:
    return -abs(reason.weight or 0.0)
