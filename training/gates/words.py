"""
Words that lead a candidate, and not the champion: spam that is let in, or ham that is thrown out, because of one word.

Twenty false labels on spam with a word of its own teach that the word is honest. Overall figures do not move, since no
honest row holds the word. But log-odds add up, so what a word would do to any comment is known from its weight.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from service.model.scorer import Scorer
from training.data.rows import Row
from training.gates.outcome import Outcome
from training.gates.scores import ACCEPT, REJECT, Scores, bands_of

LET_IN, THROWN_OUT = "spam accepted with one word", "ham rejected with one word"
# Words that are tried in each direction, on so many comments.
WORDS, COMMENTS = 200, 200
# The share of the comments that one word may turn; more only if it turns half as many for the champion. A word of a
# source that was new to the candidate let in 24 % of the spam, one that twenty false labels taught 61 to 78 %. No
# honest word had any ham rejected, one that twenty false labels taught 16 %.
MOST = {LET_IN: 0.30, THROWN_OUT: 0.10}
KNOWN = 0.5
# A word that leads alone needs less: what a source taught moves many words together, and a planted word moves by
# itself. Among 58,678 rows twenty false labels had a word let in 24 comments more than the champion, and the next one
# 8; of 500 honest labels of a source that was new the first two words let in 15 and 13 more.
ALONE, FURTHER = 0.08, 2.0
Positions = NDArray[np.int64]


def probe(
    rows: Sequence[Row], documents: Sequence[str], candidate: Scores, champion: Scores, site: str = ""
) -> list[Outcome]:
    """
    Return an outcome for each word that leads the candidate, or, of a direction without any, for the word that turns
    most comments: it leads if it turns more than a share of all, or a smaller one and far more than any other word.

    Tried are the words that the candidate knows and whose weights moved most; of an adapted site, what they weigh there
    and the words of which its labels said anything.
    """
    taught = candidate.scorer.adaptations.get(site)
    vocabulary = (taught or candidate.scorer).tokens.vocabulary
    # What is about the whole comment, such as its length, no author adds by a word.
    words = sorted(word for word in vocabulary if not word.startswith("is:"))
    order = np.argsort([weight(candidate.scorer, word, site) - weight(champion.scorer, word, site) for word in words])
    is_spam = np.array([row.is_spam for row in rows], dtype=bool)
    caught = is_spam & (candidate.bands != ACCEPT) & (champion.bands != ACCEPT)
    accepted = ~is_spam & (candidate.bands == ACCEPT) & (champion.bands == ACCEPT)
    found: list[Outcome] = []
    for gate, concerned, moved, turned in (
        (LET_IN, caught, order[:WORDS], ACCEPT),
        (THROWN_OUT, accepted, order[::-1][:WORDS], REJECT),
    ):
        if concerned.any():
            tried = _spread(np.flatnonzero(concerned), champion.log_odds)
            outcomes = _lone_failed(
                [_try(gate, words[place], site, documents, tried, (candidate, champion), turned) for place in moved]
            )
            leading = [outcome for outcome in outcomes if not outcome.has_passed]
            found.extend(leading or [max(outcomes, key=lambda outcome: outcome.candidate or 0)])
    return [replace(outcome, part=f"{outcome.part}, on {site}") for outcome in found] if site else found


def weight(scorer: Scorer, word: str, site: str = "") -> float:
    """
    Return what a word, a pair of words or a clue adds to the log-odds of a comment of few words on a site. In a longer
    one the characters inside it count for less. A name and a homepage take nothing off and add a share, a link takes
    off no more than links may, and what a site's labels taught counts within its bounds.
    """
    added = sum(scorer.tokens.weights(word.split()))
    if taught := scorer.adaptations.get(site):
        return added + taught.bounded(sum(taught.tokens.weights(word.split())))
    if ":" not in word:
        return added
    of_fields = dict(zip(("name", "url", "link"), scorer.pooling.of_fields, strict=True))
    share, most = of_fields.get(word.partition(":")[0], (1.0, 0.0))
    return share * max(added, -most)


def _try(
    gate: str, word: str, site: str, documents: Sequence[str], tried: Positions, models: tuple[Scores, Scores],
    turned: int,
) -> Outcome:  # fmt: skip
    absent = np.array([f" {word} " not in f" {documents[row]} " for row in tried])
    ours, theirs = (
        int(
            (
                bands_of(scores.log_odds[tried] + absent * weight(scores.scorer, word, site), scores.scorer.thresholds)
                == turned
            ).sum()
        )
        for scores in models
    )
    has_passed = ours <= MOST[gate] * len(tried) or theirs >= KNOWN * ours
    return Outcome(gate, word, len(tried), ours, theirs, f"{MOST[gate]:.0%} or {1 / KNOWN:g} × champion", has_passed)


def _lone_failed(outcomes: Sequence[Outcome]) -> list[Outcome]:
    """
    Return the outcomes, with that of the word failed that leads alone, if one does.
    """
    first = max(outcomes, key=_more)
    # A pair says the same as the words in it.
    others = (_more(each) for each in outcomes if not set(each.part.split()) & set(first.part.split()))
    if _more(first) <= max(ALONE * first.rows, FURTHER * max(others, default=0)):
        return [*outcomes]
    limit = f"{ALONE:.0%} or {FURTHER:g} × any other word"
    failed = replace(first, has_passed=False, limit=limit)
    return [failed if each is first and each.has_passed else each for each in outcomes]


def _more(outcome: Outcome) -> int:
    return (outcome.candidate or 0) - (outcome.champion or 0)


def _spread(positions: Positions, log_odds: NDArray[np.float64]) -> Positions:
    # From the nearest to the threshold to the farthest, evenly.
    ordered = positions[np.argsort(log_odds[positions], kind="stable")]
    places = np.linspace(0, len(ordered) - 1, min(COMMENTS, len(ordered)))
    return np.asarray(ordered[places.astype(np.int64)])
