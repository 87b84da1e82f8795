"""
Words that lead a candidate, with two models written by hand.
"""

from collections.abc import Sequence

import pytest
from scorer_by_hand import NO_CLUES, scorer_by_hand

from service.core.features import extract
from service.core.site import Thresholds
from training.data.rows import Row
from training.gates.scores import Scores
from training.gates.words import LET_IN, probe

# A hundred comments of spam, the first a little over the threshold, each further one by a little more.
SPAM = [f"spam{number:03}" for number in range(100)]
DOCUMENTS = [*SPAM, "thanks"]
ROWS = [*(Row("", "spam", "", text) for text in SPAM), Row("", "ham", "", "thanks")]
BEFORE = {"thanks": -2.0, "zorvexa": 0.0, "kang": 0.0, "dede": 0.0, "kang dede": 0.0}


def scores(weights: dict[str, float]) -> Scores:
    """
    Return what a model of these words and clues and of the spam says, from which links take at most 1.25.
    """
    words = {word: 0.1 * (place + 1) for place, word in enumerate(SPAM)}
    words |= {word: weight for word, weight in weights.items() if ":" not in word}
    clues = NO_CLUES | {clue: weight for clue, weight in weights.items() if ":" in clue}
    thresholds = Thresholds(accept_below=0.5, reject_at=0.99999, discard_at=0.999999)
    scorer = scorer_by_hand(words, thresholds, clues, links_margin=1.25)
    return Scores.of(scorer, [extract(row.as_comment()) for row in ROWS], [row.site for row in ROWS])


def leading(candidate: dict[str, float]) -> Sequence[str]:
    found = probe(ROWS, DOCUMENTS, scores(BEFORE | candidate), scores(BEFORE))
    return [outcome.part for outcome in found if outcome.gate == LET_IN and not outcome.has_passed]


def test_a_word_that_lets_in_a_third_of_the_spam_leads() -> None:
    assert leading({"zorvexa": -3.55, "kang": -2.95}) == ["zorvexa"]


def test_a_word_that_lets_in_far_more_than_any_other_leads_by_a_smaller_share() -> None:
    assert leading({"zorvexa": -1.25, "kang": -0.45}) == ["zorvexa"]


def test_words_that_moved_together_lead_by_a_large_share_only() -> None:
    assert leading({"zorvexa": -1.25, "kang": -1.05}) == []


def test_a_word_does_not_hide_the_pair_that_it_is_in() -> None:
    assert leading({"kang": -1.25, "kang dede": -0.15}) == ["kang dede"]


def test_a_word_alone_that_lets_in_next_to_nothing_leads_nothing() -> None:
    assert leading({"zorvexa": -0.65}) == []


@pytest.mark.parametrize("clue", ["name:ann", "url:ann.example", "is:one_link"])
def test_what_takes_nothing_off_by_itself_leads_nothing(clue: str) -> None:
    assert leading({clue: -9.0}) == []


def test_a_link_leads_by_what_links_may_take_off() -> None:
    assert leading({"link:ann.example": -9.0, "kang": -0.45}) == ["link:ann.example"]
    assert leading({"link:ann.example": -9.0, "kang": -1.05}) == []
