"""
What serving reads of a model's card.
"""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from service.core.site import Thresholds
from service.core.thresholds import Curve, Point, Side
from service.model.folder import ModelError, read_card

CARD = {
    "version": "m",
    "files": {"scorer.npz": "0" * 64},
    "thresholds": {"accept_below": 0.3, "reject_at": 0.95, "discard_at": 0.999},
}
CURVE = {
    "confidence": 0.95,
    "max_false_reject": {
        "points": [{"rate": 0.001, "score": None, "bound": None}, {"rate": 0.01, "score": 0.9, "bound": 0.008}],
        "otherwise": 1.0,
    },
    "max_spam_accepted": {"points": [], "otherwise": 0.0},
}


def folder_with(card: object, folder: Path) -> Path:
    (folder / "card.json").write_text(json.dumps(card))
    return folder


def test_a_card_has_thresholds_and_the_curve_for_other_rates(tmp_path: Path) -> None:
    card = read_card(folder_with({**CARD, "curve": CURVE}, tmp_path))

    assert card.thresholds == Thresholds(0.3, 0.95, 0.999)
    rejects = Side((Point(0.001, None, None), Point(0.01, 0.9, 0.008)), 1.0)
    assert card.curve == Curve(0.95, rejects, Side((), 0.0))


def test_an_older_card_has_no_curve(tmp_path: Path) -> None:
    assert read_card(folder_with(CARD, tmp_path)).curve is None


def test_a_card_says_when_the_model_was_made(tmp_path: Path) -> None:
    card = read_card(folder_with({**CARD, "created": "2026-11-24T04:44:53+00:00"}, tmp_path))

    assert card.created == datetime(2026, 11, 24, 4, 44, 53, tzinfo=UTC)


@pytest.mark.parametrize("curve", [[], {"confidence": 0.95}, {**CURVE, "max_spam_accepted": {"points": 1}}])
def test_a_curve_that_is_none_is_refused(curve: object, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="not a model's card"):
        read_card(folder_with({**CARD, "curve": curve}, tmp_path))


@pytest.mark.parametrize(
    "card", [{**CARD, "version": 5}, {**CARD, "thresholds": {"accept_below": None, "reject_at": 0.95}}]
)
def test_a_card_with_something_else_than_a_version_or_scores_is_refused(card: object, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="not a model's card"):
        read_card(folder_with(card, tmp_path))


def test_a_card_that_is_nested_beyond_reason_is_refused(tmp_path: Path) -> None:
    (tmp_path / "card.json").write_text("[" * 100_000)

    with pytest.raises(ModelError, match="not a model's card"):
        read_card(tmp_path)


def test_what_is_no_card_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="not a model's card"):
        read_card(folder_with([CARD], tmp_path))
