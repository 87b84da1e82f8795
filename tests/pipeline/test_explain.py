"""
What a report says of a single score: the entries that moved it most.
"""

from math import inf

from service.core.comment import Comment
from service.model.scorer import Pooling
from training.evaluation.explain import Rule, clues_of

ENTRIES = {"words": {"casino": 2.0, "agree": -3.0}, "clues": {}, "characters": {"ca": 0.5}}
HONEST = " ".join(f"w{number}" for number in range(40))
COMMENT = Comment("", f"agree {HONEST} casino {HONEST.replace('w', 'v')}")


def test_a_passage_that_decides_is_what_moved_the_score() -> None:
    clues = clues_of(COMMENT, ENTRIES, Rule((2, 2), full_words=1.5, pooling=Pooling(1.0, inf, 1.0, inf)))

    assert clues[0] == ("casino", 2.0 + 0.5 * 0.5)
    assert "agree" not in dict(clues)


def test_a_paragraph_that_decides_is_what_moved_the_score() -> None:
    comment = Comment("", f"agree {HONEST}\n\nbuy a casino")

    clues = clues_of(comment, ENTRIES, Rule((2, 2), full_words=4, pooling=Pooling(inf, 0.25, 1.0, inf)))

    assert clues[0] == ("casino", 2.0 + 0.5)
    assert "agree" not in dict(clues)


def test_without_passages_it_is_the_whole() -> None:
    clues = clues_of(COMMENT, ENTRIES, Rule((2, 2), full_words=4, pooling=Pooling(inf, inf, 1.0, inf)))

    assert clues[0] == ("agree", -3.0)
    assert "casino" not in dict(clues)


def test_a_field_that_takes_off_more_than_it_may_moved_nothing() -> None:
    entries = {"words": {"casino": 2.0}, "clues": {"name:ann": -1.0, "link:a.example": 1.0}, "characters": {}}
    comment = Comment("Ann", "casino http://a.example http://b.example")

    clues = clues_of(comment, entries, Rule((2, 2), full_words=4, pooling=Pooling(inf, inf, 1.0, 0.5)))

    assert dict(clues) == {"casino": 2.0, "link:a.example": 1.0, "rare words": 0.0}
