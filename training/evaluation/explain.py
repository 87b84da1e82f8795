"""
Why a model erred on a row, and what it goes by: the heaviest entries of its vocabulary.

Only entries are named, which several comments share, never the text of a row.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from sklearn.feature_extraction.text import CountVectorizer

from service.core.comment import Comment
from service.core.decision import Reason
from service.core.features import readings
from service.model.scorer import Pooling
from training.characters import shares
from training.data.rows import Row
from training.evaluation.scored import Scored
from training.fitting.pipeline import Entries

WORST, MOST_OF_A_SOURCE, CLUES, WEIGHTS = 12, 3, 6, 24
RARE = "rare words"
Clue = tuple[str, float]


@dataclass(frozen=True, slots=True)
class Rule:
    """
    How a model adds up its entries: the sizes of its parts of words, up to how many words these count in full, and how
    it pools the parts of a comment.
    """

    ngrams: tuple[int, int]
    full_words: float
    pooling: Pooling


@dataclass(frozen=True, slots=True)
class Error:
    """
    A row that a model got wrong: its score, and what moved the score most, in log-odds.
    """

    row: Row
    score: float
    clues: Sequence[Clue]


def worst(scored: Scored, clues: Callable[[int], Sequence[Clue]]) -> list[Error]:
    """
    Return the ham that scores highest and the spam that scores lowest, a few of each source; ham first.

    `clues` tells what moved the score of the row at a position.
    """
    is_spam, scores = scored.is_spam, scored.score
    found: list[Error] = []
    for label, sign in ((~is_spam, 1.0), (is_spam, -1.0)):
        taken: Counter[str] = Counter()
        for position in np.flatnonzero(label)[np.argsort(-sign * scored.log_odds[label], kind="stable")]:
            row = scored.rows[position]
            if taken[row.source] < MOST_OF_A_SOURCE:
                taken[row.source] += 1
                found.append(Error(row, float(scores[position]), clues(int(position))))
            if taken.total() == WORST:
                break
    return found


def clues_of(comment: Comment, entries: Entries, rule: Rule, taught: Reason | None = None) -> list[Clue]:
    """
    Return what moved the score of a comment most, the heaviest first, with what the labels of its site taught.

    As in the service, a word's weight includes that of the pair that it ends and, for their share, of the parts inside
    it; the words are those of the heaviest passage or paragraph where that decides, and of the links those of the
    heaviest are named. A field that takes off more than it may is left out. Words that are no entry themselves may be a
    person's own; they are counted together.
    """
    read = readings(comment)
    texts = [(_moved(document, entries, rule), less) for document, less in rule.pooling.of_text(read)]
    moved = dict(max(texts, key=lambda text: _total(text[0]) - text[1])[0])
    for field, (share, most) in zip(read.fields, rule.pooling.of_fields, strict=True):
        counted = max((_moved(document, entries, rule) for document in field), key=_total, default={})
        if _total(counted) > -most:
            moved |= {token: moved.get(token, 0.0) + share * weight for token, weight in counted.items()}
    if taught:
        moved[taught.code] = taught.weight or 0.0
    return sorted(moved.items(), key=lambda clue: -abs(clue[1]))[:CLUES]


def _moved(document: str, entries: Entries, rule: Rule) -> Mapping[str, float]:
    inside = CountVectorizer(analyzer="char_wb", ngram_range=rule.ngrams, lowercase=False).build_analyzer()
    moved: defaultdict[str, float] = defaultdict(float)
    before = ""
    tokens = document.split()
    for token, share in zip(tokens, shares(tokens, rule.full_words), strict=True):
        own = entries["clues" if ":" in token else "words"]
        moved[token if token in own else RARE] += own.get(token, 0.0) + share * sum(
            entries["characters"].get(part, 0.0) for part in inside(token)
        )
        if ":" not in token:
            moved[token if token in own else RARE] += own.get(f"{before} {token}", 0.0)
            before = token
    return moved


def _total(moved: Mapping[str, float]) -> float:
    return sum(moved.values())


def heaviest(entries: Entries) -> dict[str, dict[str, list[Clue]]]:
    """
    Return for each block the entries that weigh most towards spam and towards ham.
    """
    found: dict[str, dict[str, list[Clue]]] = {}
    for block, weights in entries.items():
        ranked = sorted((item for item in weights.items() if item[1]), key=lambda item: item[1])
        found[block] = {"spam": ranked[::-1][:WEIGHTS], "ham": ranked[:WEIGHTS]}
    return found
