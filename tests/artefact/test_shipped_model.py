"""
The model in the repository: whole, equal to its pipeline, and sane about a few comments that anybody would judge alike.
"""

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.special import logit

from service.core.comment import Comment
from service.core.decision import Reason
from service.core.features import extract
from service.core.site import Thresholds
from service.core.summary import REASONS, phrase
from service.model.scorer import Scorer, load_current
from training.data.files import read
from training.data.rows import Row
from training.fitting.compile import prove_equal
from training.promotion import registry

MODELS = Path(__file__).parents[2] / "models"
COMMENTS = Path(__file__).parent / "comments.jsonl"
LARGEST = 10_000_000


@pytest.fixture(scope="module")
def scorer() -> Scorer:
    return load_current(MODELS)


@pytest.fixture(scope="module")
def folder(scorer: Scorer) -> Path:
    return MODELS / scorer.version


@pytest.fixture(scope="module")
def card(folder: Path) -> dict[str, Any]:
    return registry.read_card(folder)


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    return [row for row in read(COMMENTS) if isinstance(row, Row)]


def log_odds(scorer: Scorer, name: str, comment: str, url: str = "") -> float:
    return scorer.explain(extract(Comment(name, comment, url=url))).log_odds


def limit_of(thresholds: Thresholds, name: str) -> float:
    return float(logit(getattr(thresholds, name)))


def test_both_files_are_the_ones_on_the_card(folder: Path, card: dict[str, Any]) -> None:
    digests = {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in card["files"]}

    assert digests == card["files"]
    assert set(digests) == {"pipeline.joblib", "scorer.npz"}


def test_the_card_carries_the_version_of_its_folder(folder: Path, card: dict[str, Any]) -> None:
    assert card["version"] == folder.name


def test_moderators_are_told_every_clue_of_the_model_in_words(folder: Path) -> None:
    with np.load(folder / "scorer.npz") as arrays:
        clues = arrays["clues"].tobytes().decode().split("\n")
    codes = [clue.removeprefix("is:") for clue in clues if clue.startswith("is:")]

    bare = [code for code in codes if code not in REASONS and phrase(Reason(code)) == code.replace("_", " ")]

    assert codes
    assert bare == []


def test_all_shipped_models_together_stay_small() -> None:
    assert sum(path.stat().st_size for path in MODELS.rglob("*") if path.is_file()) < LARGEST


def test_the_evaluation_set_has_no_wrong_row(rows: list[Row]) -> None:
    assert len(rows) == len(COMMENTS.read_text(encoding="utf-8").splitlines())


def test_the_compiled_model_equals_the_pipeline_on_the_evaluation_set(folder: Path, rows: list[Row]) -> None:
    comments = [row.as_comment() for row in rows]

    assert prove_equal(registry.read_pipeline(folder), folder, comments) < 1e-9


def test_the_newspaper_corpus_was_not_fitted(card: dict[str, Any]) -> None:
    assert card["sources"]["c3_globeandmail"]["role"] == "evaluate"


def test_the_card_proves_its_rates_with_confidence(card: dict[str, Any]) -> None:
    bounds, rates = card["bounds"], card["rates"]

    assert bounds["ham_rejected_bound"] <= rates["ham_rejected"]
    assert bounds["spam_accepted_bound"] <= rates["spam_accepted"]


def test_no_good_comment_of_the_evaluation_set_is_rejected(scorer: Scorer, rows: list[Row]) -> None:
    limit = limit_of(scorer.thresholds, "reject_at")

    rejected = [r.comment for r in rows if not r.is_spam and log_odds(scorer, r.name, r.comment, r.url) >= limit]

    assert rejected == []


def test_no_spam_of_the_evaluation_set_is_accepted(scorer: Scorer, rows: list[Row]) -> None:
    limit = limit_of(scorer.thresholds, "accept_below")

    accepted = [r.comment for r in rows if r.is_spam and log_odds(scorer, r.name, r.comment, r.url) < limit]

    assert accepted == []


@pytest.mark.parametrize(
    "comment",
    [
        "You are a disgrace, senator. Resign, you lying coward, and take your idiot friends with you.",
        "What a bunch of crap. This government is full of thieves and morons!!!",
        "lol",
        "LOL",
        "no",
    ],
)
def test_rude_or_short_is_not_spam(scorer: Scorer, comment: str) -> None:
    assert log_odds(scorer, "Ann", comment) < limit_of(scorer.thresholds, "reject_at")


def test_a_casino_with_a_link_is_not_accepted(scorer: Scorer) -> None:
    score = log_odds(
        scorer, "Casino Bonus", "Best online casino bonus, play slots: http://casino.example", "http://casino.example"
    )

    assert score >= limit_of(scorer.thresholds, "accept_below")


def test_an_honest_homepage_alone_rejects_nobody(scorer: Scorer) -> None:
    comment = "I agree with the second point, but the numbers in the table look old."

    score = log_odds(scorer, "Margaret Hale", comment, "https://margarethale.example.org")

    assert score < limit_of(scorer.thresholds, "reject_at")


def test_evaluation_rows_are_not_among_the_fitted_ones(rows: list[Row]) -> None:
    written = (Path(__file__).parents[2] / "training" / "written").glob("*.jsonl")
    fitted = {
        json.loads(line)["comment"] for path in written for line in path.read_text(encoding="utf-8").split("\n") if line
    }

    assert not fitted & {row.comment for row in rows}
