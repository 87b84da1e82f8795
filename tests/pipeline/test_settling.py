"""
Which rows choose the line and the thresholds: those whose labels say what comes, not those that moderators were shown.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from scipy.special import expit
from small_fit import PARAMS

from training.data.rows import Row
from training.evaluation.settle import settle
from training.fitting.calibrate import Line
from training.fitting.crossfit import Held, Prepared
from training.fitting.thresholds import Choice, most_errors

UNUSED: Any = None
Scored = tuple[Row, float]


def scored(source: str, label: str, scores: Sequence[float]) -> list[Scored]:
    row = Row(source, label, "Ann", "A comment.", is_own=source.startswith("store:"))
    return [(row, score) for score in scores]


def settled(found: Sequence[Scored]) -> tuple[Line, Choice]:
    rows, scores = [row for row, _ in found], np.array([score for _, score in found])
    names = np.array([row.source for row in rows])
    prepared = Prepared(
        rows, UNUSED, UNUSED, np.arange(len(rows)), np.array([row.is_spam for row in rows]), np.ones(len(rows))
    )
    held = Held(scores, scores, names, (), {}, names, names)
    return settle(held, prepared, PARAMS, np.ones(len(rows), dtype=bool))


def spread(middle: float, rows: int) -> list[float]:
    return [middle + score for score in np.random.default_rng(7).normal(size=rows)]


# Enough to prove one good comment in 1,000, and one spam comment in 50.
OTHERS = [*scored("blog", "ham", spread(-2.0, 4000)), *scored("blog", "spam", spread(2.0, 600))]


def test_labels_of_what_was_held_do_not_make_more_be_held() -> None:
    # What moderators are shown is what could not be told: its spam scores like ham.
    shown = [*scored("store:news", "spam", spread(-1.0, 100)), *scored("store:news", "ham", spread(-1.0, 100))]

    line, choice = settled([*OTHERS, *shown])

    line_before, before = settled(OTHERS)
    assert (line, choice.thresholds.accept_below) == (line_before, before.thresholds.accept_below)
    assert (choice.spam, choice.ham) == (600, 4100)


def test_nothing_that_moderators_called_good_is_discarded_and_rejecting_begins_above_most_of_it() -> None:
    good = spread(2.0, 100)

    line, choice = settled([*OTHERS, *scored("store:news", "ham", good)])

    scores = expit(line.log_odds(np.array(good)))
    assert choice.thresholds.discard_at > scores.max()
    assert (scores >= choice.thresholds.reject_at).sum() <= most_errors(4100, 0.001, 0.95)


def test_labels_of_moderators_choose_where_no_others_prove_the_rates() -> None:
    few = [*scored("blog", "ham", spread(-3.0, 200)), *scored("blog", "spam", spread(3.0, 200))]
    own = [*scored("store:news", "ham", spread(-3.0, 4000)), *scored("store:news", "spam", spread(3.0, 400))]

    _, choice = settled([*few, *own])

    assert (choice.ham, choice.spam, choice.unsupported) == (4200, 600, ())


def test_labels_of_moderators_choose_where_there_are_no_others_of_a_label() -> None:
    own = [*scored("store:news", "ham", spread(-3.0, 4000)), *scored("store:news", "spam", spread(3.0, 400))]

    _, choice = settled([*OTHERS[:4000], *own])

    assert choice.spam == pytest.approx(400)
