import numpy as np
import pytest
from scipy.special import expit

from training.errors import BadData
from training.fitting.calibrate import Line, fit_line, fold_in

RAW = np.random.default_rng(1).normal(0, 2, 4000)
IS_SPAM = np.random.default_rng(2).random(4000) < expit(2.5 * RAW + 0.5)


def test_the_line_that_made_the_labels_is_found() -> None:
    line = fit_line(RAW, IS_SPAM, np.ones(4000))

    assert line.slope == pytest.approx(2.5, abs=0.3)


def test_both_labels_weigh_the_same_however_many_there_are() -> None:
    one_in_ten = ~IS_SPAM | (np.arange(4000) % 10 == 0)

    line = fit_line(RAW, IS_SPAM, np.ones(4000))
    with_less_spam = fit_line(RAW[one_in_ten], IS_SPAM[one_in_ten], np.ones(int(one_in_ten.sum())))

    assert with_less_spam.offset == pytest.approx(line.offset, abs=0.3)


def test_the_sum_of_folded_weights_is_the_calibrated_value_to_32_bits() -> None:
    weights = np.random.default_rng(3).normal(0, 0.5, 50)

    folded, intercept = fold_in(weights, -1.5, Line(0.6, 0.25))

    assert folded.sum() + intercept == pytest.approx(0.6 * (weights.sum() - 1.5) + 0.25, abs=1e-6)


def test_folded_weights_lose_nothing_in_32_bits() -> None:
    folded, _ = fold_in(np.random.default_rng(3).normal(0, 0.5, 50), -1.5, Line(0.6, 0.25))

    assert (folded.astype(np.float32).astype(np.float64) == folded).all()


def test_labels_that_say_nothing_are_refused_and_so_are_too_few() -> None:
    with pytest.raises(BadData, match="say nothing that can be learned, or are too few: 4,000 rows, 200 of each"):
        fit_line(RAW, RAW < 0, np.ones(4000))


def test_one_label_alone_cannot_be_calibrated() -> None:
    with pytest.raises(BadData, match="both labels"):
        fit_line(RAW, np.ones(4000, dtype=bool), np.ones(4000))
