import numpy as np
import pytest
from scipy.special import expit

from training.fitting.thresholds import choose, curve, most_errors, upper_bound
from training.params import Rates

RATES = Rates(confidence=0.95, ham_rejected=0.001, spam_accepted=0.02, ham_held=0.05, discard_margin=2.0)
HAM = np.linspace(-10, 5, 10_000)
SPAM = np.linspace(-5, 10, 2_000)


@pytest.mark.parametrize(
    ("errors", "trials", "bound"),
    [(0, 10, 0.25887), (1, 10, 0.39416), (5, 100, 0.10225), (0, 2995, 0.0009998), (10, 10, 1.0)],
)
def test_bounds_are_those_of_clopper_and_pearson(errors: int, trials: int, bound: float) -> None:
    assert upper_bound(errors, trials, 0.95) == pytest.approx(bound, rel=1e-3)


def test_no_more_errors_are_allowed_than_prove_the_rate() -> None:
    allowed = most_errors(10_000, 0.001, 0.95)

    assert upper_bound(allowed, 10_000, 0.95) <= 0.001 < upper_bound(allowed + 1, 10_000, 0.95)


def test_too_few_rows_prove_nothing_even_without_an_error() -> None:
    assert most_errors(2_994, 0.001, 0.95) == -1


def test_thresholds_keep_to_both_rates() -> None:
    choice = choose(HAM, SPAM, RATES)

    assert choice.ham_rejected_bound <= 0.001
    assert choice.spam_accepted_bound <= 0.02
    assert choice.ham_rejected == most_errors(10_000, 0.001, 0.95)
    assert choice.spam_accepted == most_errors(2_000, 0.02, 0.95)


def test_the_bands_are_in_order() -> None:
    thresholds = choose(HAM, SPAM, RATES).thresholds

    assert 0 < thresholds.accept_below < thresholds.reject_at < thresholds.discard_at < 1


def test_ham_that_cannot_prove_a_bound_leads_to_no_rejection_and_a_word_on_it() -> None:
    choice = choose(HAM[:100], SPAM, RATES)

    assert choice.thresholds.reject_at == 1.0
    assert "cannot prove 0.001: nothing is rejected" in choice.unsupported[0]


def test_spam_that_cannot_prove_a_bound_leads_to_accepting_only_below_all_of_it() -> None:
    choice = choose(HAM, SPAM[:20], RATES)

    assert choice.spam_accepted == 0
    assert "only below all spam" in choice.unsupported[0]


def test_a_perfect_separation_does_not_put_accept_above_reject() -> None:
    thresholds = choose(HAM - 100, SPAM + 100, RATES).thresholds

    assert thresholds.accept_below <= thresholds.reject_at


def test_the_curve_goes_through_the_chosen_thresholds() -> None:
    choice = choose(HAM, SPAM, RATES)

    assert choice.curve.max_false_reject.score(0.001) == choice.thresholds.reject_at
    assert choice.curve.max_spam_accepted.score(0.02) == choice.thresholds.accept_below


def test_each_point_of_the_curve_keeps_to_its_rate_and_the_next_error_would_break_it() -> None:
    table = curve(HAM, SPAM, RATES)

    for point in table.max_false_reject.points:
        if point.score is not None and point.bound is not None:
            errors = int((expit(HAM) >= point.score).sum())
            assert point.bound == upper_bound(errors, len(HAM), 0.95) <= point.rate
            assert upper_bound(errors + 1, len(HAM), 0.95) > point.rate
    for point in table.max_spam_accepted.points:
        if point.score is not None and point.bound is not None:
            errors = int((expit(SPAM) < point.score).sum())
            assert point.bound == upper_bound(errors, len(SPAM), 0.95) <= point.rate
            assert upper_bound(errors + 1, len(SPAM), 0.95) > point.rate


def test_a_rate_that_so_few_rows_cannot_prove_has_no_score_on_the_curve() -> None:
    table = curve(HAM, SPAM, RATES)

    assert [point.rate for point in table.max_false_reject.points if point.score is None] == [0.0001, 0.0002]
    assert [point.rate for point in table.max_spam_accepted.points if point.score is None] == [0.001]
    assert table.max_false_reject.score(0.0002) == 1.0
    assert table.max_spam_accepted.score(0.001) == expit(SPAM[0])


def test_a_stricter_rate_never_rejects_nor_accepts_more() -> None:
    table = curve(HAM, SPAM, RATES)

    rejected = [point.score for point in table.max_false_reject.points if point.score is not None]
    accepted = [point.score for point in table.max_spam_accepted.points if point.score is not None]
    assert rejected == sorted(rejected, reverse=True)
    assert accepted == sorted(accepted)


def test_without_any_rows_the_curve_rejects_nothing_and_accepts_nothing() -> None:
    nothing = np.array([])

    table = curve(nothing, nothing, RATES)

    assert (table.max_false_reject.score(0.05), table.max_spam_accepted.score(0.2)) == (1.0, 0.0)


def test_a_comment_beyond_any_doubt_is_not_rejected_where_nothing_can_be_proven() -> None:
    sure = np.full(100, 50.0)

    choice = choose(sure, SPAM, RATES)

    assert (choice.thresholds.reject_at, choice.ham_rejected) == (1.0, 0)
