import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score, brier_score_loss, roc_auc_score

from training.data.rows import Row
from training.evaluation import curves
from training.evaluation.bootstrap import CONFIDENCE, draws, interval, share
from training.evaluation.figures import Figures, by_part, figures, limits_of
from training.evaluation.parts import length_band, parts_of
from training.evaluation.scored import Scored
from training.fitting.thresholds import upper_bound

RANDOM = np.random.default_rng(7)
IS_SPAM = RANDOM.random(400) < 0.4
# Rounded, so that there are ties.
LOG_ODDS = np.round(np.where(IS_SPAM, 1.0, -1.0) + RANDOM.normal(0, 2, 400), 1)


def rows_of(is_spam: NDArray[np.bool_], source: str = "blog") -> list[Row]:
    return [Row(source, "spam" if label else "ham", "", "text") for label in is_spam]


def scored_of(
    is_spam: NDArray[np.bool_], log_odds: NDArray[np.float64], groups: NDArray[np.int64] | None = None
) -> Scored:
    groups = np.arange(len(is_spam)) if groups is None else groups
    return Scored.of(rows_of(is_spam), log_odds, (0.4, 0.9), groups, seed=1)


def all_of(scored: Scored) -> Figures:
    return figures(scored, limits_of(scored))


def width(figure: int | list[float]) -> float:
    assert isinstance(figure, list)
    return figure[2] - figure[1]


@pytest.mark.parametrize("weights", [np.ones(400), RANDOM.poisson(1.0, 400)], ids=["sample", "draw"])
def test_ranks_agree_with_scikit_learn_for_the_sample_and_for_a_draw(weights: NDArray[np.float64]) -> None:
    ham, spam = curves.descending(LOG_ODDS, IS_SPAM, weights[None].astype(np.float32))

    found = curves.roc_auc(ham, spam)[0], curves.pr_auc(ham, spam)[0]

    expected = (metric(IS_SPAM, LOG_ODDS, sample_weight=weights) for metric in (roc_auc_score, average_precision_score))
    assert found == pytest.approx(tuple(expected), abs=1e-6)


def test_errors_of_probability_weigh_both_labels_the_same() -> None:
    brier, _ = curves.errors_of_probability(LOG_ODDS, IS_SPAM, np.ones((1, 400), dtype=np.float32))

    weight = np.where(IS_SPAM, 0.5 / IS_SPAM.sum(), 0.5 / (~IS_SPAM).sum())
    assert brier[0] == pytest.approx(
        brier_score_loss(IS_SPAM, 1 / (1 + np.exp(-LOG_ODDS)), sample_weight=weight), abs=1e-6
    )


def test_scores_that_are_the_share_of_spam_have_no_calibration_error() -> None:
    is_spam = np.arange(1000) % 2 == 0

    _, error = curves.errors_of_probability(np.zeros(1000), is_spam, np.ones((1, 1000), dtype=np.float32))

    assert error[0] == pytest.approx(0, abs=1e-6)


def test_recall_at_a_rate_is_the_spam_above_all_but_that_share_of_ham() -> None:
    is_spam = np.arange(2000) >= 1000
    ham, spam = np.arange(1000.0), np.r_[np.full(600, 995.5), np.full(400, 0.0)]

    found = all_of(scored_of(is_spam, np.r_[ham, spam]))

    # Of ham 995 to 999 lie above the best score of spam: 0.4 % of them reach further than 995.5, 0.5 % no less than it.
    assert [found[f"recall_at_{rate}"][0] for rate in ("0.001", "0.005", "0.01")] == [0.0, 0.6, 0.6]  # type: ignore[index]


def test_ham_in_scarce_supply_is_borrowed_from_the_other_parts() -> None:
    is_spam = np.r_[np.zeros(500, dtype=bool), np.ones(50, dtype=bool)]
    scored = Scored.of(
        [*rows_of(is_spam[:500], "news"), *rows_of(is_spam[500:], "blog")],
        np.r_[np.zeros(500), np.ones(50)], (0.4, 0.9), np.arange(550), seed=1,
    )  # fmt: skip

    found = by_part(scored, parts_of(scored.rows))["source"]["blog"]

    assert found["recall_at_0.01"] == [1.0, pytest.approx(1 - upper_bound(0, 50, 0.975), abs=1e-4), 1.0]


def test_a_figure_without_rows_to_measure_it_on_is_left_out() -> None:
    found = all_of(scored_of(np.zeros(30, dtype=bool), np.zeros(30)))

    assert found["spam"] == 0
    assert not {"spam_accepted", "recall_at_0.01", "roc_auc"} & set(found)


def test_five_rows_in_order_are_no_perfect_ranks() -> None:
    assert "roc_auc" not in all_of(scored_of(IS_SPAM[:15], LOG_ODDS[:15]))


def test_no_error_among_few_comments_is_not_certainty() -> None:
    found = all_of(scored_of(np.zeros(100, dtype=bool), np.full(100, -5.0)))

    assert found["ham_rejected"] == [0.0, 0.0, pytest.approx(upper_bound(0, 100, (1 + CONFIDENCE) / 2), abs=1e-5)]


def test_rows_of_one_group_count_as_one_and_widen_the_interval() -> None:
    alone, together = np.arange(400), np.arange(400) // 20
    log_odds = np.repeat(RANDOM.normal(0, 2, 20), 20)

    single, grouped = (all_of(scored_of(np.zeros(400, dtype=bool), log_odds, groups)) for groups in (alone, together))

    assert width(grouped["ham_held"]) > 2 * width(single["ham_held"])
    assert (single["ham_groups"], grouped["ham_groups"]) == (400, 20)


def test_an_interval_covers_the_truth_about_as_often_as_it_says() -> None:
    covered = 0
    for seed in range(100):
        counted = np.random.default_rng(seed).random(300) < 0.3
        low, high = share(counted, draws(300, seed).astype(np.float32), 300)[1:]  # type: ignore[index]
        covered += low <= 0.3 <= high

    assert 88 <= covered <= 100


def test_the_same_seed_draws_the_same() -> None:
    assert (draws(50, 3) == draws(50, 3)).all()
    assert (draws(50, 3)[0] == 1).all()


def test_draws_that_lack_a_label_are_left_out_of_an_interval() -> None:
    assert interval(np.array([0.5, np.nan, 0.5])) == [0.5, 0.5, 0.5]
    assert interval(np.array([np.nan, 0.5])) is None


def test_a_score_is_judged_by_the_thresholds_of_its_own_row() -> None:
    rows = rows_of(np.zeros(4, dtype=bool))
    below = np.array([0.4, 0.4, 0.6, 0.6])

    found = all_of(Scored.of(rows, np.zeros(4), (below, 0.9), np.arange(4), seed=1))

    assert found["ham_held"][0] == 0.5  # type: ignore[index]


def test_a_threshold_of_one_rejects_nothing_however_sure_the_score_is() -> None:
    found = all_of(Scored.of(rows_of(np.zeros(3, dtype=bool)), np.full(3, 60.0), (0.4, 1.0), np.arange(3), seed=1))

    assert found["ham_rejected"][0] == 0.0  # type: ignore[index]


@pytest.mark.parametrize(
    ("comment", "band"),
    [
        ("Thanks", "1 to 5 words"),
        ('<a href="http://one.example/two/three">one</a> two', "1 to 5 words"),
        ("word " * 20, "6 to 20 words"),
        ("word " * 21, "21 to 80 words"),
        ("文章写得很好谢谢你的分享", "6 to 20 words"),
        ("word " * 301, "over 300 words"),
    ],
)
def test_length_counts_words_that_a_reader_sees(comment: str, band: str) -> None:
    assert length_band(comment) == band


def test_only_spam_has_a_kind_and_a_rare_language_no_figures() -> None:
    rows = [Row("a", "ham", "", "casino", language="en")] * 60 + [Row("b", "spam", "", "casino", language="it")] * 3

    found = parts_of(rows)

    assert found["kind of spam"]["gambling"].tolist() == [False] * 60 + [True] * 3
    assert list(found["language"]) == ["en"]


def test_sources_that_are_only_reported_are_in_all_and_the_rest_is_shown_beside_it() -> None:
    rows = [Row(source, "ham", "", "x") for source in ("news", "doubtful", "blog")]

    found = parts_of(rows, {"doubtful"})["all"]

    assert found["all"].tolist() == [True] * 3
    assert found["sources that are not only reported"].tolist() == [True, False, True]
    assert list(parts_of(rows)["all"]) == ["all"]


def test_sources_with_both_labels_are_shown_together_where_there_are_two() -> None:
    both = [Row(source, label, "", "x") for source in "ab" for label in ("ham", "spam")] * 50

    found = parts_of([*both, Row("news", "ham", "", "x")])["all"]

    assert found["sources with both labels"].tolist() == [True] * 200 + [False]
