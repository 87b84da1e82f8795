"""
The candidate against the champion, row by row, and word by word.
"""

import numpy as np
import pytest
from scorer_by_hand import scorer_by_hand

from service.core.features import extract
from service.core.site import Thresholds
from service.model.scorer import Scorer
from training.data.rows import Row
from training.gates.rates import by_part, holm, whole, worse
from training.gates.scores import ACCEPT, HOLD, REJECT, Bands, Scores, bands_of
from training.gates.words import LET_IN, THROWN_OUT, probe

ROWS = [Row("blog", "ham", "Ann", "Hello", language="en")] * 200
EVERYWHERE = np.ones(200, dtype=bool)
THRESHOLDS = Thresholds(accept_below=0.3, reject_at=0.95)


@pytest.fixture
def model() -> Scorer:
    return scorer_by_hand({"casino": 2.0}, THRESHOLDS)


def said(model: Scorer, verdict: int, wrong: int, others: int = ACCEPT) -> Scores:
    """
    Return scores with a verdict on the first `wrong` rows, and another on the rest.
    """
    bands: Bands = np.where(np.arange(200) < wrong, verdict, others).astype(np.int8)
    return Scores(model, np.zeros(200), bands)


def test_a_model_that_errs_on_other_rows_equally_often_is_not_worse() -> None:
    candidate, champion = np.array([True, False] * 20), np.array([False, True] * 20)

    assert worse(candidate, champion) > 0.5


def test_where_nothing_differs_nothing_is_worse() -> None:
    assert worse(EVERYWHERE, EVERYWHERE) == 1.0


def test_holm_never_puts_a_smaller_p_after_a_larger_one() -> None:
    assert holm([0.01, 0.012, 1.0]) == [0.03, 0.03, 1.0]


def test_a_point_more_ham_held_passes_and_as_many_rejected_fail(model: Scorer) -> None:
    rows, everywhere = ROWS * 5, np.ones(1000, dtype=bool)
    champion = Scores(model, np.zeros(1000), np.zeros(1000, dtype=np.int8))
    held, rejected = (
        Scores(model, np.zeros(1000), np.where(np.arange(1000) < 10, verdict, ACCEPT).astype(np.int8))
        for verdict in (HOLD, REJECT)
    )

    passed = [all(each.has_passed for each in whole("all", everywhere, rows, of, champion)) for of in (held, rejected)]

    assert passed == [True, False]


@pytest.mark.parametrize(("wrong", "passes"), [(10, True), (12, False)])
def test_a_source_may_lose_five_points_and_no_more(model: Scorer, wrong: int, passes: bool) -> None:
    outcomes = by_part(ROWS, said(model, HOLD, wrong), said(model, HOLD, 0))

    found = {outcome.part: outcome.has_passed for outcome in outcomes if outcome.gate == "ham not accepted"}
    assert found == {"source blog": passes, "language en": passes}


def test_a_source_with_few_rows_is_not_judged_alone(model: Scorer) -> None:
    rows = [*ROWS[:160], *[Row("small", "ham", "", "Hi")] * 40]

    outcomes = by_part(rows, said(model, HOLD, 0), said(model, HOLD, 0))

    assert {outcome.part for outcome in outcomes} == {"source blog", "language en"}


def test_verdicts_are_those_of_the_service_at_the_thresholds(model: Scorer) -> None:
    log_odds = np.log(np.array([0.2999, 0.3, 0.95]) / np.array([0.7001, 0.7, 0.05]))

    assert bands_of(log_odds + 1e-12, model.thresholds).tolist() == [ACCEPT, HOLD, REJECT]


@pytest.mark.parametrize(
    ("weight", "label", "gate"), [(-6.0, "spam", LET_IN), (6.0, "ham", THROWN_OUT)], ids=["ham", "spam"]
)
@pytest.mark.parametrize("is_new", [True, False])
def test_a_word_that_turns_comments_fails_unless_the_champion_knew_it(
    weight: float, label: str, gate: str, is_new: bool
) -> None:
    documents = ["casino", "friend"] * 20
    rows = [Row("blog", "spam" if text == "casino" else "ham", "", text) for text in documents]
    known = {"casino": 3.0, "friend": -2.0, "zorvexa": weight}
    before = {**known, "zorvexa": 0.0} if is_new else known
    candidate, champion = (
        Scores.of(
            scorer_by_hand(words, THRESHOLDS), [extract(row.as_comment()) for row in rows], [row.site for row in rows]
        )
        for words in (known, before)
    )

    outcomes = [outcome for outcome in probe(rows, documents, candidate, champion) if outcome.gate == gate]

    assert [(each.part, each.candidate, each.champion, each.has_passed) for each in outcomes] == [
        ("zorvexa", 20, 0 if is_new else 20, not is_new)
    ]


def test_a_word_that_a_comment_has_already_adds_nothing() -> None:
    documents = ["casino zorvexa"] * 20
    rows = [Row("blog", "spam", "", text) for text in documents]
    candidate, champion = (
        Scores.of(
            scorer_by_hand(words, THRESHOLDS), [extract(row.as_comment()) for row in rows], [row.site for row in rows]
        )
        for words in ({"casino": 9.0, "zorvexa": -4.0}, {"casino": 9.0})
    )

    (outcome, *_) = probe(rows, documents, candidate, champion)

    assert (outcome.part, outcome.candidate) == ("zorvexa", 0)
