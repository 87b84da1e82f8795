"""
Which thresholds are in force at a site: its scores, its rates, or the model's.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.core import policy
from service.core.comment import Asked, Comment
from service.core.decision import Explanation, Verdict
from service.core.site import OwnThresholds, Site, Thresholds
from service.core.thresholds import Curve, Point, Side, in_force, remarks
from service.core.traffic import Observation, Quota
from service.model.folder import Card

MODEL = Thresholds(accept_below=0.3, reject_at=0.95, discard_at=0.999)
CURVE = Curve(
    confidence=0.95,
    max_false_reject=Side((Point(0.0001, None, None), Point(0.0005, 0.98, 0.0004), Point(0.01, 0.8, 0.009)), 1.0),
    max_spam_accepted=Side((Point(0.001, None, None), Point(0.02, 0.3, 0.019), Point(0.1, 0.9, 0.09)), 0.01),
)
NUMBERS = st.none() | st.floats(0, 1)


def bounds(curve: Curve | None = CURVE, **own: float) -> tuple[float, float]:
    found = in_force(MODEL, curve, OwnThresholds(**own))
    return found.accept_below, found.reject_at


def said(curve: Curve | None = CURVE, **own: float) -> list[str]:
    return remarks(curve, OwnThresholds(**own))


def test_a_site_that_sets_nothing_has_the_models() -> None:
    assert in_force(MODEL, CURVE, OwnThresholds()) == MODEL
    assert said() == []


def test_a_rate_of_the_table_has_its_score() -> None:
    assert bounds(max_false_reject=0.0005) == (0.3, 0.98)
    assert bounds(max_spam_accepted=0.02) == (0.3, 0.95)
    assert said(max_false_reject=0.0005, max_spam_accepted=0.02) == []


@pytest.mark.parametrize(("rate", "reject_at"), [(0.0007, 0.98), (0.009, 0.98), (0.01, 0.8), (0.5, 0.8)])
def test_a_rate_between_two_counts_as_the_stricter_one(rate: float, reject_at: float) -> None:
    assert bounds(max_false_reject=rate)[1] == reject_at


def test_a_rate_that_counts_as_another_is_said() -> None:
    assert said(max_spam_accepted=0.05) == [
        "--max-spam-accepted 0.05 counts as 0.02, the next stricter rate of the model's card"
    ]


def test_where_the_model_cannot_prove_a_rate_of_false_rejects_nothing_is_rejected() -> None:
    assert bounds(max_false_reject=0.0001)[1] == bounds(max_false_reject=0.00001)[1] == 1.0
    assert "cannot be proven" in said(max_false_reject=0.0001)[0]
    assert "nothing is rejected" in said(max_false_reject=0.0001)[0]


def test_where_the_model_cannot_prove_a_rate_of_accepted_spam_only_what_is_below_all_spam_is_accepted() -> None:
    assert bounds(max_spam_accepted=0.001)[0] == 0.01
    assert "only scores below 0.01 are accepted" in said(max_spam_accepted=0.001)[0]


def test_a_score_wins_over_a_rate_and_that_is_said() -> None:
    assert bounds(reject_at=0.99, max_false_reject=0.01) == (0.3, 0.99)
    assert bounds(accept_below=0.1, max_spam_accepted=0.1) == (0.1, 0.95)
    assert said(reject_at=0.99, max_false_reject=0.01) == [
        "--max-false-reject 0.01 waits: --reject-at 0.99 wins until it is set to default"
    ]


def test_a_model_without_a_curve_has_its_own_thresholds_whatever_the_rates_and_that_is_said() -> None:
    assert bounds(None, max_false_reject=0.01, max_spam_accepted=0.1) == (0.3, 0.95)
    assert [remark.partition(":")[0] for remark in said(None, max_false_reject=0.01, max_spam_accepted=0.1)] == [
        "--max-false-reject 0.01 waits",
        "--max-spam-accepted 0.1 waits",
    ]


def test_of_two_thresholds_that_cross_the_one_that_the_site_wrote_stays() -> None:
    assert bounds(accept_below=0.97) == (0.97, 0.97)
    assert bounds(reject_at=0.2) == (0.2, 0.2)
    assert bounds(max_false_reject=0.01, max_spam_accepted=0.1) == (0.8, 0.8)


@given(NUMBERS, NUMBERS, NUMBERS, NUMBERS)
def test_the_bands_are_always_in_order(
    accept_below: float | None, reject_at: float | None, max_false_reject: float | None, spam: float | None
) -> None:
    own = OwnThresholds(accept_below, reject_at, max_false_reject, spam)

    found = in_force(MODEL, CURVE, own)

    assert found.accept_below <= found.reject_at <= found.discard_at


def test_a_decision_is_made_by_the_rates_of_its_site() -> None:
    site = Site(1, "news", "k", thresholds=OwnThresholds(max_false_reject=0.0005))

    asked, card = Asked(site, Comment("Ann", "Hello")), Card("m", "", MODEL, CURVE)
    decision = policy.decide("id", asked, Observation(Quota(1, 1, 1)), Explanation(3.5, 3.5, ()), card)

    assert decision.score == pytest.approx(0.9707, abs=1e-4)
    assert decision.verdict is Verdict.HOLD
    assert decision.thresholds == Thresholds(0.3, 0.98, 0.999)
