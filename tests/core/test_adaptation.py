"""
What the labels of one site add to a score, with a small model of our own.
"""

import hashlib
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from running_service import tables

from service.core.comment import Comment
from service.core.features import extract
from service.model.scorer import Scorer

# By site: the weights of words and pairs, of clues, and of n-grams.
TAUGHT: dict[str, tuple[dict[str, float], dict[str, float], dict[str, float]]] = {
    "videos": (
        {"channel": 1.0, "my channel": 0.5, "thanks": -1.5},
        {"is:many_links": 0.25, "name:ann": 9.0},
        {"ubs": 0.125},
    ),
    "news": ({"channel": -1.0}, {}, {}),
}


@pytest.fixture
def scorer(tmp_path: Path) -> Scorer:
    arrays: dict[str, Any] = {"intercept": np.float64(-2.0), "ngrams": np.array([2, 3])}
    arrays |= tables(words={"casino": 3.0}, clues={}, characters={})
    arrays["adapted_sites"] = np.frombuffer(json.dumps([*TAUGHT]).encode(), dtype=np.uint8)
    for number, (words, clues, characters) in enumerate(TAUGHT.values()):
        arrays[f"adapted_{number}_bounds"] = np.array([-2.0, 4.0])
        arrays |= tables(f"adapted_{number}_", words=words, clues=clues, characters=characters)
    content = io.BytesIO()
    np.savez_compressed(content, **arrays)
    (tmp_path / "scorer.npz").write_bytes(content.getvalue())
    files = {"scorer.npz": hashlib.sha256(content.getvalue()).hexdigest()}
    thresholds = {"accept_below": 0.3, "reject_at": 0.95, "discard_at": 0.999}
    (tmp_path / "card.json").write_text(json.dumps({"version": "m", "files": files, "thresholds": thresholds}))
    return Scorer.load(tmp_path)


def added(scorer: Scorer, comment: str, site: str = "videos", name: str = "") -> float:
    features = extract(Comment(name, comment))
    return scorer.explain(features, site).log_odds - scorer.explain(features).log_odds


def test_a_comment_is_weighed_by_what_the_labels_of_its_own_site_taught(scorer: Scorer) -> None:
    assert added(scorer, "See my channel") == 1.0 + 0.5
    assert added(scorer, "See my channel", "news") == -1.0
    assert added(scorer, "See my channel", "another") == 0.0


def test_what_a_site_taught_is_one_reason_that_quotes_what_it_goes_by(scorer: Scorer) -> None:
    explanation = scorer.explain(extract(Comment("", "See my Channel, subs at a casino")), "videos")

    taught = {reason.code: reason for reason in explanation.reasons}["site_labels"]
    assert taught.weight == 1.0 + 0.5 + 0.125
    assert taught.evidence == ("Channel", "subs")
    assert explanation.prior + sum(reason.weight or 0.0 for reason in explanation.reasons) == explanation.log_odds


def test_a_comment_of_which_a_site_taught_nothing_has_no_such_reason(scorer: Scorer) -> None:
    explanation = scorer.explain(extract(Comment("", "a casino")), "videos")

    assert [reason.code for reason in explanation.reasons] == ["text"]


def test_nothing_that_an_author_chooses_at_will_is_weighed_by_what_a_site_taught(scorer: Scorer) -> None:
    assert added(scorer, "Hello", name="Ann") == 0.0


def test_the_usual_words_of_a_site_take_little_off_spam_among_them(scorer: Scorer) -> None:
    assert added(scorer, "thanks") == -1.5
    scorer.adaptations["videos"].least = -1.0

    assert added(scorer, "thanks") == -1.0


def test_what_a_site_taught_adds_no_more_than_its_bound(scorer: Scorer) -> None:
    scorer.adaptations["videos"].most = 1.25

    assert added(scorer, "my channel") == 1.25


def test_a_clue_that_a_site_taught_counts_without_a_quote(scorer: Scorer) -> None:
    explanation = scorer.explain(
        extract(Comment("", " ".join(f"http://a{number}.example/" for number in range(5)))), "videos"
    )

    assert [reason.evidence for reason in explanation.reasons if reason.code == "site_labels"] == [()]
