import numpy as np
import pytest

from training.params import Rates
from training.thresholds import choose, most_errors, upper_bound

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
