import numpy as np
from scipy.sparse import csr_matrix
from small_fit import PARAMS

from bench.quality.figures import Figures, figures, mean, recall
from bench.quality.folds import sample, video_folds
from bench.quality.hamlet import adapted
from training.data.augment import Dressed
from training.data.rows import Row
from training.data.split import Fold
from training.fitting.counts import Counts
from training.fitting.crossfit import Prepared

NO_COUNTS = Counts(csr_matrix((5, 0)), csr_matrix((5, 0)), csr_matrix((5, 0)), np.array([], dtype=object), {})


def test_recall_is_the_spam_above_the_highest_ham_where_no_ham_may_be_caught() -> None:
    assert recall(np.array([0.1, 0.5]), np.array([0.4, 0.6, 0.9, 0.95]), 0.001) == 0.75


def test_as_much_ham_may_be_caught_as_the_rate_allows_and_no_more() -> None:
    ham = np.arange(1000) / 1000

    assert recall(ham, np.array([0.994, 0.9945]), 0.005) == 0.5


def test_spam_that_ties_with_ham_is_not_caught_where_the_ham_may_not_be() -> None:
    ham, spam = np.array([0.0] * 99 + [1.0]), np.array([1.0] * 80 + [0.0] * 20)

    assert recall(ham, spam, 0.005) == 0.0
    assert recall(ham, spam, 0.01) == 0.8


def test_a_filter_that_gives_one_score_to_all_catches_nothing_and_ranks_nothing() -> None:
    found = figures(np.full(200, 0.5), np.full(50, 0.5), even=0.5)

    assert found == Figures(0.0, 1.0, (0.0, 0.0, 0.0), 0.5)


def test_only_what_is_above_even_odds_is_suspected() -> None:
    found = figures(np.array([-1.0, 0.0, 0.1, -2.0]), np.array([0.0, 3.0]), even=0.0)

    assert (found.false_positives, found.let_through) == (0.25, 0.5)


def test_figures_of_several_videos_are_averaged() -> None:
    found = mean([Figures(0.0, 0.25, (0.0, 0.25, 0.5), 0.75), Figures(0.5, 0.75, (0.5, 0.75, 1.0), 1.0)])

    assert found == Figures(0.25, 0.5, (0.25, 0.5, 0.75), 0.875)


def test_a_sample_has_every_source_and_label_in_its_share_and_is_the_same_each_time() -> None:
    rows = [Row("news", "ham", "", "a")] * 60 + [Row("blog", "spam", "", "b")] * 30 + [Row("blog", "ham", "", "c")] * 10

    chosen = sample(rows, range(100), 20, seed=1)

    assert [sum(part) for part in (chosen < 60, (chosen >= 60) & (chosen < 90), chosen >= 90)] == [12, 6, 2]
    assert sample(rows, range(100), 20, seed=1).tolist() == chosen.tolist()
    assert sample(rows, range(100), 500, seed=1).tolist() == list(range(100))


def test_a_video_is_left_out_with_all_that_resembles_it_and_the_others_are_fitted() -> None:
    rows = [Row("youtube_uci", "spam", "", str(n), group=group) for n, group in enumerate("aabb")]
    rows.append(Row("news", "ham", "", "a copy"))
    is_spam = np.array([row.is_spam for row in rows])
    groups = np.array([0, 0, 2, 2, 0])
    prepared = Prepared(rows, [Dressed(row) for row in rows], NO_COUNTS, groups, is_spam, np.ones(5))

    folds = list(video_folds(prepared, PARAMS))

    assert [(fold.name, fold.fit.tolist(), fold.score.tolist()) for fold in folds] == [
        ("a", [2, 3], [0, 1]),
        ("b", [0, 1, 4], [2, 3]),
    ]


def test_hamlet_judges_a_video_without_having_seen_any_but_adapted_to_the_others() -> None:
    said = {"spam": "see my channel", "ham": "what a song"}
    rows = [
        Row("youtube_uci", label, "", f"{said[label]} {video}{number}", group=video)
        for video in "ab"
        for number in range(10)
        for label in ("spam", "ham")
    ]
    prepared = Prepared(
        rows, [Dressed(row) for row in rows], NO_COUNTS, np.array([ord(row.group) for row in rows]),
        np.array([row.is_spam for row in rows]), np.ones(len(rows)),
    )  # fmt: skip
    source = Fold("videos", np.array([], dtype=np.int64), np.arange(len(rows)))

    found = adapted({"videos": np.zeros(len(rows))}, list(video_folds(prepared, PARAMS)), [source], prepared, PARAMS)

    assert {name: (scores > 0).tolist() for name, scores in found.items()} == {
        "a": [True, False] * 10,
        "b": [True, False] * 10,
    }
