"""
The compiled model: load and verify it, score a comment's tokens, and say which tokens made the score.
"""

import hashlib
import zlib
from array import array
from collections.abc import Mapping, Sequence
from datetime import datetime
from math import inf
from pathlib import Path
from typing import Any, Self
from zipfile import BadZipFile

from service.core.decision import Explanation, Reason
from service.core.features import PASSAGE, Features, Readings, Text, passage_starts
from service.core.light_dataclass import light_dataclass
from service.core.remembered import Recurring
from service.core.site import Thresholds
from service.core.thresholds import Curve
from service.model import arrays
from service.model.adaptation import adaptations
from service.model.folder import Distrust, ModelError, current, read_card
from service.model.token_weights import CACHED_CLUES, TokenWeights, Weighed, in_one_text, quoting

# What each link that weighs against a comment counts for behind the one that weighs most: one more never helps.
FURTHER = 0.1
_NOT_A_MODEL = (ValueError, LookupError, TypeError, RuntimeError, SyntaxError, EOFError, BadZipFile, zlib.error)
_CODES = {"name": "name", "url": "author_url", "link": "links"}
# Of a model that was fitted before there was such a number: no passage or paragraph counts, and nothing bounds what
# links take off.
_OF_OLDER_MODELS = {"passage_margin": inf, "paragraph_margin": inf, "author_share": 1.0, "links_margin": inf}


@light_dataclass()
class Pooling:
    """
    How the parts of a comment make one score: what is taken off for a passage and for a paragraph, for what share a
    name and a homepage count, and what links may take off at most. All but the share are log-odds.
    """

    passage_margin: float
    paragraph_margin: float
    author_share: float
    links_margin: float

    def times(self, slope: float) -> "Pooling":
        """
        Return the same after a calibration of that slope.
        """
        return Pooling(
            self.passage_margin * slope, self.paragraph_margin * slope, self.author_share, self.links_margin * slope
        )

    @property
    def of_fields(self) -> tuple[tuple[float, float], ...]:
        """
        Return for what share each of `Features.fields` counts and what it may take off at most: a name and a homepage
        nothing.
        """
        return (self.author_share, 0.0), (self.author_share, 0.0), (1.0, self.links_margin)

    def of_text(self, read: Readings) -> list[tuple[str, float]]:
        """
        Return what a text may be read as, each with what is taken off for it.
        """
        passages = [(document, self.passage_margin) for document in read.passages]
        return [(read.whole, 0.0), *passages, *((document, self.paragraph_margin) for document in read.paragraphs)]


class Scorer:
    """
    A linear model over tokens, whose weights are `tokens`; `adaptations` are what the labels of some sites taught
    beyond it, by the site's name.

    This is a class because the reasons of clues already seen are remembered.
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
        self.pooling = Pooling(
            **{name: tables[name][0] if name in tables else usual for name, usual in _OF_OLDER_MODELS.items()}
        )
        self._of_fields = self.pooling.of_fields
        self.tokens = TokenWeights(tables)
        self.adaptations = adaptations(tables)
        self._known_clues = Recurring(self._clue, most=CACHED_CLUES)

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

    def explain(self, features: Features, site: str = "") -> Explanation:
        """
        Return the score of a comment on a site with its reasons, the heaviest first; prior and weights add up to it.

        Its text counts as the whole, as its heaviest passage, or as its heaviest paragraph by itself, these less a
        margin, whichever is most: what spam says among honest text. Of the links the one counts that weighs most, and a
        tenth of what others weigh against the comment: whoever sells can add as many as readers trust. So links take
        little off, and a name and a homepage, chosen at will, nothing, and speak against a comment for a share alone.
        """
        reasons = self._text(features)
        if features.paragraphs and self.pooling.paragraph_margin < inf:
            reasons = max([reasons, *map(self._paragraph, features.paragraphs)], key=_total)
        for field, (share, most) in zip(features.fields, self._of_fields, strict=True):
            if field and (against := self._field(field, share, most)):
                reasons.append(against)
        if site in self.adaptations and (taught := self.adaptations[site].reason(features)):
            reasons.append(taught)
        reasons.sort(key=_heaviest)
        return Explanation(self.prior + _total(reasons), self.prior, tuple(reasons))

    def _text(self, features: Features) -> list[Reason]:
        """
        Return the reasons of a text, whose words count as a whole or as a passage.
        """
        words, every = features.words, features.all_words
        weights, insides, lengths = weighed = self.tokens.of_words(words)
        more = self.tokens.more(lengths)
        whole = sum(weights) + more * sum(insides)
        reasons = self._of_clues(features.clues)
        if passage := self._passage(every, weighed if words is every else self.tokens.of_words(every), whole):
            reasons.append(passage)
        elif whole:
            reasons.append(quoting("text", in_one_text(weights, insides, more), list(words.values()), whole))
        return reasons

    def _paragraph(self, paragraph: Text) -> list[Reason]:
        """
        Return the reasons of a paragraph as if it were the whole text, less a margin.
        """
        weights, insides, lengths = self.tokens.of_words(paragraph.words)
        alone = in_one_text(weights, insides, self.tokens.more(lengths))
        words = quoting("passage", alone, list(paragraph.words.values()), sum(alone), self.pooling.paragraph_margin)
        return [words, *self._of_clues(paragraph.clues)]

    def _of_clues(self, clues: Mapping[str, str]) -> list[Reason]:
        known = [(self._known_clues[clue], quote) for clue, quote in clues.items()]
        return [
            Reason(reason.code, reason.weight, evidence=(quote,)) if quote else reason
            for reason, quote in known
            if reason.weight
        ]

    def _passage(self, words: Mapping[str, str], weighed: Weighed, whole: float) -> Reason | None:
        """
        Return the reason of the heaviest passage, if it weighs more than the whole and the margin.
        """
        starts = passage_starts(len(words)) if self.pooling.passage_margin < inf else []
        if not starts:
            return None
        written = list(words)
        weights, insides, lengths = weighed
        has_halves = sum(lengths) < len(lengths)
        heaviest, begin, first_pair = -inf, 0, 0.0
        for start in starts:
            end = start + PASSAGE
            # The first word of a passage makes no pair with the one before it.
            pair = self.tokens.of_pair(written[start - 1], written[start]) if start else 0.0
            weight = sum(weights[start:end]) - pair
            if has_halves:
                weight += self.tokens.more(lengths[start:end]) * sum(insides[start:end])
            if weight > heaviest:
                heaviest, begin, first_pair = weight, start, pair
        if heaviest - self.pooling.passage_margin <= whole:
            return None
        passage = slice(begin, begin + PASSAGE)
        alone = in_one_text(weights[passage], insides[passage], self.tokens.more(lengths[passage]))
        alone[0] -= first_pair
        return quoting("passage", alone, list(words.values())[passage], heaviest, self.pooling.passage_margin)

    def _field(self, field: Sequence[Mapping[str, str]], share: float, most: float) -> Reason | None:
        """
        Return the reason of a field: of what it may be read as that which weighs most, where it takes off no more than
        `most`, and a tenth of the others; all of it for its share. None if that comes to nothing.
        """
        clues = self._known_clues
        weighed = [[clues[token].weight or 0.0 for token in tokens] for tokens in field]
        totals = [*map(sum, weighed)]
        heaviest = max(totals)
        total = max(heaviest, -most)
        if len(totals) > 1:
            total += FURTHER * (sum([each for each in totals if each > 0]) - max(heaviest, 0.0))
        total *= share
        if not total:
            return None
        place = totals.index(heaviest)
        tokens = field[place]
        code = clues[next(iter(tokens))].code
        return quoting(code, weighed[place], list(tokens.values()), heaviest, heaviest - total)

    def _clue(self, clue: str) -> Reason:
        """
        Return the reason that a clue is where it quotes nothing.
        """
        namespace, _, value = clue.partition(":")
        code = value if namespace == "is" else _CODES[namespace]
        return Reason(code, self.tokens.of_clue(clue))


def load_current(models: Path) -> Scorer:
    """
    Return the model that is in use.

    Raises:
        ModelError: nothing is promoted, or what is promoted cannot be trusted.
    """
    return Scorer.load(current(models))


def _total(reasons: list[Reason]) -> float:
    return sum([reason.weight or 0.0 for reason in reasons])


def _heaviest(reason: Reason) -> float:
    return -abs(reason.weight or 0.0)
