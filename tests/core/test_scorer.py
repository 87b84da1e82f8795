"""
The compiled model, with a small one of our own.
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
from service.model.folder import ModelError
from service.model.scorer import Scorer, load_current

WORDS = {"casino": 2.0, "article": -1.0, "best casino": 0.5}
CLUES = {"name:loans": 1.5, "is:one_link": 0.25, "url:.com": 0.125}
CHARACTERS = {"cas": 0.5, " c": 0.25, "no ": -0.125, " casi": 1.0}


def write_model(folder: Path, **changes: Any) -> Path:
    arrays: dict[str, Any] = {"intercept": np.float64(-2.0), "ngrams": np.array([2, 5])}
    arrays |= tables(words=WORDS, clues=CLUES, characters=CHARACTERS)
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **(arrays | changes))
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "scorer.npz").write_bytes(buffer.getvalue())
    write_card(folder)
    return folder


def write_card(folder: Path) -> None:
    digest = hashlib.sha256((folder / "scorer.npz").read_bytes()).hexdigest()
    thresholds = {"accept_below": 0.3, "reject_at": 0.95, "discard_at": 0.999}
    card = {"version": folder.name, "files": {"scorer.npz": digest}, "thresholds": thresholds}
    (folder / "card.json").write_text(json.dumps(card))


def test_a_token_weighs_itself_the_pair_that_it_ends_and_the_characters_inside_it(tmp_path: Path) -> None:
    scorer = Scorer.load(write_model(tmp_path / "m"))

    weights = scorer.tokens.weights(["best", "casino", "name:loans"])

    assert weights == [0.0, 2.0 + 0.5 + (0.5 + 0.25 - 0.125 + 1.0), 1.5]


def test_clues_do_not_pair_with_words(tmp_path: Path) -> None:
    scorer = Scorer.load(write_model(tmp_path / "m"))

    assert sum(scorer.tokens.weights(["best", "is:one_link", "casino"])) == sum(
        scorer.tokens.weights(["best", "casino", "is:one_link"])
    )


def test_an_explanation_adds_up_and_quotes_what_was_written(tmp_path: Path) -> None:
    scorer = Scorer.load(write_model(tmp_path / "m"))
    features = extract(Comment(name="Loans", comment="BEST Casino http://a.example/", url="http://example.com"))

    explanation = scorer.explain(features)

    assert explanation.prior + sum(reason.weight or 0 for reason in explanation.reasons) == explanation.log_odds
    assert explanation.log_odds == pytest.approx(scorer.prior + sum(scorer.tokens.weights(features.document.split())))
    evidence = {reason.code: reason.evidence for reason in explanation.reasons}
    assert evidence == {"text": ("Casino",), "name": ("Loans",), "one_link": (), "author_url": ("http://example.com",)}


def test_characters_inside_words_count_for_less_in_a_long_comment_and_those_of_clues_in_full(tmp_path: Path) -> None:
    scorer = Scorer.load(write_model(tmp_path / "m", full_words=np.float64(2)))

    weights = scorer.tokens.weights(["casino", *(f"w{number}" for number in range(7)), "name:cas"])

    assert weights[0] == pytest.approx(2.0 + 0.5 * (0.5 + 0.25 - 0.125 + 1.0))
    assert weights[-1] == 0.5


def test_a_pair_of_a_script_without_spaces_is_half_a_word(tmp_path: Path) -> None:
    scorer = Scorer.load(write_model(tmp_path / "m", full_words=np.float64(2)))

    weights = scorer.tokens.weights(["casino", "東京", "京都", "都市"])

    assert weights[0] == pytest.approx(2.0 + (2 / 2.5) ** 0.5 * (0.5 + 0.25 - 0.125 + 1.0))


def test_an_explanation_weighs_characters_as_the_score_does(tmp_path: Path) -> None:
    scorer = Scorer.load(write_model(tmp_path / "m", full_words=np.float64(2)))
    features = extract(Comment(name="Loans", comment="The best casino of them all, and no other casino is like it"))

    explanation = scorer.explain(features)

    assert explanation.log_odds == pytest.approx(scorer.prior + sum(scorer.tokens.weights(features.document.split())))
    assert explanation.log_odds < Scorer.load(write_model(tmp_path / "before")).explain(features).log_odds


@pytest.mark.parametrize("comment", [Comment("trusted", "hello"), Comment("", "hello", url="http://github.com")])
def test_a_name_and_a_homepage_speak_for_no_comment(comment: Comment, tmp_path: Path) -> None:
    scorer = Scorer.load(write_model(tmp_path / "m", **tables(clues={"name:trusted": -3.0, "url:github.com": -3.0})))

    explanation = scorer.explain(extract(comment))

    assert (explanation.log_odds, explanation.reasons) == (-2.0, ())


def test_a_name_and_a_homepage_speak_against_a_comment_for_their_share(tmp_path: Path) -> None:
    scorer = Scorer.load(write_model(tmp_path / "m", author_share=np.float64(0.5)))
    comment = Comment("Loans", "hello", url="http://example.com")

    explanation = scorer.explain(extract(comment))

    assert {each.code: each.weight for each in explanation.reasons} == {"name": 0.75, "author_url": 0.0625}


LINKS = {"link:shop.example": 1.0, "link:.com": 0.5, "link:github.com": -3.0}


@pytest.mark.parametrize("number", [1, 4, 20])
def test_of_the_links_the_one_counts_that_weighs_most(number: int, tmp_path: Path) -> None:
    scorer = Scorer.load(write_model(tmp_path / "m", **tables(clues=LINKS), links_margin=np.float64(0.75)))
    honest = " ".join(f"http://github.com/{place}" for place in range(number))

    explanation = scorer.explain(extract(Comment(name="", comment=f"{honest} http://shop.example")))

    assert [(each.code, each.weight, each.evidence) for each in explanation.reasons] == [
        ("links", 1.0, ("http://shop.example",))
    ]


def test_of_each_further_link_that_weighs_against_a_comment_a_tenth_counts(tmp_path: Path) -> None:
    links = {"link:a.example": 1.0, "link:b.example": 2.0, "link:c.example": 3.0, "link:github.com": -3.0}
    scorer = Scorer.load(write_model(tmp_path / "m", **tables(clues=links)))
    addresses = " ".join(f"http://{host}" for host in ("a.example", "b.example", "github.com", "c.example"))

    explanation = scorer.explain(extract(Comment(name="", comment=addresses)))

    (reason,) = explanation.reasons
    assert (reason.code, reason.evidence) == ("links", ("http://c.example",))
    assert reason.weight == pytest.approx(3.3)


def test_links_take_off_no_more_than_their_margin(tmp_path: Path) -> None:
    scorer = Scorer.load(write_model(tmp_path / "m", **tables(clues=LINKS), links_margin=np.float64(0.75)))

    explanation = scorer.explain(extract(Comment(name="", comment="http://github.com/a and http://github.com/b")))

    assert [(each.code, each.weight) for each in explanation.reasons] == [("links", -0.75)]
    assert explanation.log_odds == -2.75


def test_of_a_model_from_before_nothing_bounds_what_links_take_off(tmp_path: Path) -> None:
    scorer = Scorer.load(write_model(tmp_path / "m", **tables(clues=LINKS)))

    assert scorer.explain(extract(Comment(name="", comment="http://github.com/a"))).log_odds == -4.5


HONEST = " ".join(f"article w{number}" for number in range(60))
SELLS = "Buy at the best Casino"
AMONG_HONEST_TEXT = f"{HONEST} the best Casino {HONEST.replace('w', 'v')}"
BEHIND_A_PARAGRAPH = f"{HONEST}\n\n{SELLS}"


def test_spam_among_honest_text_weighs_as_its_passage_less_a_margin(tmp_path: Path) -> None:
    scorer = Scorer.load(write_model(tmp_path / "m", passage_margin=np.float64(0.5)))
    features = extract(Comment(name="", comment=AMONG_HONEST_TEXT))

    explanation = scorer.explain(features)

    assert "casino" not in features.words
    (reason,) = [reason for reason in explanation.reasons if reason.code == "passage"]
    assert (reason.weight, reason.evidence) == (2.0 + 0.5 + (0.5 + 0.25 - 0.125 + 1.0) - 0.5, ("Casino",))
    assert explanation.log_odds == explanation.prior + sum(each.weight or 0 for each in explanation.reasons)


def test_spam_between_honest_paragraphs_weighs_as_it_does_alone_less_a_margin(tmp_path: Path) -> None:
    clues = tables(clues={"is:length_2": 0.5, "is:length_7": -3.0})
    scorer = Scorer.load(write_model(tmp_path / "m", **clues, paragraph_margin=np.float64(0.25)))
    alone, hidden = (
        scorer.explain(extract(Comment(name="", comment=comment))) for comment in (SELLS, BEHIND_A_PARAGRAPH)
    )

    assert hidden.log_odds == alone.log_odds - 0.25
    assert hidden.log_odds == hidden.prior + sum(each.weight or 0 for each in hidden.reasons)
    assert {each.code: each.evidence for each in hidden.reasons} == {"passage": ("Casino",), "length_2": ()}


@pytest.mark.parametrize(
    ("margin", "comment"), [("passage_margin", AMONG_HONEST_TEXT), ("paragraph_margin", BEHIND_A_PARAGRAPH)]
)
def test_a_part_that_does_not_weigh_more_than_the_whole_and_its_margin_changes_nothing(
    margin: str, comment: str, tmp_path: Path
) -> None:
    scorer = Scorer.load(write_model(tmp_path / "m", **{margin: np.float64(9)}))

    assert [reason.code for reason in scorer.explain(extract(Comment("", comment))).reasons] == ["text"]


@pytest.mark.parametrize("comment", [AMONG_HONEST_TEXT, BEHIND_A_PARAGRAPH])
def test_a_model_from_before_reads_neither_passages_nor_paragraphs(comment: str, tmp_path: Path) -> None:
    scorer = Scorer.load(write_model(tmp_path / "m"))

    assert [reason.code for reason in scorer.explain(extract(Comment("", comment))).reasons] == ["text"]


def test_what_was_forgotten_is_scored_the_same_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.model.token_weights.CACHED_WORDS", 2)
    scorer = Scorer.load(write_model(tmp_path / "m"))
    words = ["casino", "article", "other", "words", "casinos"]

    assert scorer.tokens.weights(words) == scorer.tokens.weights(words)


def test_a_model_without_a_card_is_not_loaded(tmp_path: Path) -> None:
    folder = write_model(tmp_path / "m")
    (folder / "card.json").unlink()

    with pytest.raises(ModelError, match=r"card\.json"):
        Scorer.load(folder)


def test_a_flipped_byte_is_noticed(tmp_path: Path) -> None:
    folder = write_model(tmp_path / "m")
    content = bytearray((folder / "scorer.npz").read_bytes())
    content[len(content) // 2] ^= 1
    (folder / "scorer.npz").write_bytes(content)

    with pytest.raises(ModelError, match="sha256"):
        Scorer.load(folder)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"\x80\x04."])
def test_a_file_that_is_no_model_is_not_loaded_even_with_a_matching_card(tmp_path: Path, content: bytes) -> None:
    folder = write_model(tmp_path / "m")
    (folder / "scorer.npz").write_bytes(content)
    write_card(folder)

    with pytest.raises(ModelError, match="not a compiled model"):
        Scorer.load(folder)


class Bomb:
    def __init__(self, victim: Path) -> None:
        self.victim = victim

    def __reduce__(self) -> tuple[Any, tuple[str]]:
        return Path.touch, (self.victim,)  # type: ignore[return-value]


def test_a_pickle_inside_the_model_is_never_run(tmp_path: Path) -> None:
    victim = tmp_path / "ran"
    folder = write_model(tmp_path / "m", words=np.array([Bomb(victim)], dtype=object))

    with pytest.raises(ModelError):
        Scorer.load(folder)

    assert not victim.exists()


def test_words_without_weights_are_not_loaded(tmp_path: Path) -> None:
    folder = write_model(tmp_path / "m", words_weights=np.zeros(1, dtype=np.float32))

    with pytest.raises(ModelError, match="words"):
        Scorer.load(folder)


@pytest.mark.parametrize("changes", [{"intercept": np.zeros(0)}, {"ngrams": np.zeros(3)}])
def test_a_table_that_is_too_short_or_too_long_is_not_loaded(tmp_path: Path, changes: dict[str, Any]) -> None:
    folder = write_model(tmp_path / "m", **changes)

    with pytest.raises(ModelError, match="not a compiled model"):
        Scorer.load(folder)


def test_the_model_in_use_is_the_one_that_current_names(tmp_path: Path) -> None:
    write_model(tmp_path / "2026-11-23.1")
    (tmp_path / "CURRENT").write_text("2026-11-23.1\n")

    assert load_current(tmp_path).version == "2026-11-23.1"


def test_without_current_the_error_names_the_cure(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="hamlet-train"):
        load_current(tmp_path)
