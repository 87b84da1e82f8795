from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from small_fit import PARAMS

from training.data.augment import Dressed, dress
from training.data.rows import Row
from training.data.split import by_group, by_source, groups_of
from training.params import Params, Source

ROWS = [
    Row("news", "ham", "Ada", "one", group="article-1"),
    Row("news", "ham", "Bob", "two", group="article-1"),
    Row("blog", "spam", "Loans", "three"),
    Row("blog", "ham", "Eve", "four"),
    Row("forum", "spam", "Pills", "five"),
    Row("forum", "ham", "Sam", "six"),
]
CLUSTERS = [0, 1, 2, 3, 2, 5]  # the third row and the fifth are copies, from two sources


def with_source(name: str, **changes: object) -> Params:
    changed: Source = replace(PARAMS.source(name), **changes)  # type: ignore[arg-type]
    return replace(PARAMS, sources={**PARAMS.sources, name: changed})


def undressed(rows: list[Row]) -> list[Dressed]:
    return [Dressed(row) for row in rows]


def sources_of(positions: NDArray[np.int64]) -> set[str]:
    return {ROWS[position].source for position in positions}


def test_rows_that_share_a_cluster_or_a_named_group_are_one_group() -> None:
    groups = groups_of(ROWS, CLUSTERS)

    assert groups.tolist() == [0, 0, 2, 3, 2, 5]


def test_a_source_is_never_fitted_when_it_is_scored() -> None:
    folds = list(by_source(ROWS, undressed(ROWS), groups_of(ROWS, CLUSTERS), PARAMS))

    assert [fold.name for fold in folds] == ["blog", "forum", "news"]
    for fold in folds:
        assert not sources_of(fold.fit) & sources_of(fold.score)


def test_a_copy_in_another_source_is_held_out_with_the_source() -> None:
    blog = next(fold for fold in by_source(ROWS, undressed(ROWS), groups_of(ROWS, CLUSTERS), PARAMS))

    assert blog.score.tolist() == [2, 3]
    assert 4 not in blog.fit


def test_a_row_with_a_borrowed_name_is_held_out_with_its_lender() -> None:
    dressed = undressed(ROWS)
    dressed[5] = Dressed(ROWS[5], frozenset({"blog"}))

    blog = next(fold for fold in by_source(ROWS, dressed, groups_of(ROWS, CLUSTERS), PARAMS))

    assert 5 not in blog.fit


def test_groups_never_straddle_a_group_fold() -> None:
    groups = groups_of(ROWS, CLUSTERS)

    for fold in by_group(ROWS, groups, PARAMS):
        assert not set(groups[fold.fit]) & set(groups[fold.score])


def test_a_source_for_evaluation_is_never_fitted_and_still_scored() -> None:
    params = with_source("news", role="evaluate")
    groups = groups_of(ROWS, CLUSTERS)

    folds = [*by_source(ROWS, undressed(ROWS), groups, params), *by_group(ROWS, groups, params)]

    assert all("news" not in sources_of(fold.fit) for fold in folds)
    assert next(fold for fold in folds if fold.name == "news").score.tolist() == [0, 1]


def test_a_source_for_fitting_alone_is_never_scored() -> None:
    params = with_source("blog", role="fit")
    groups = groups_of(ROWS, CLUSTERS)

    folds = [*by_source(ROWS, undressed(ROWS), groups, params), *by_group(ROWS, groups, params)]

    assert all("blog" not in sources_of(fold.score) for fold in folds)


def test_ham_gets_homepages_until_having_one_says_nothing() -> None:
    spam = [Row("blog", "spam", "Loans", "buy", url="http://loans.example")] * 400
    honest = [Row("blog", "ham", "Ada", "hello", url="http://ada.example")] * 20
    news = [Row("news", "ham", "", "hello")] * 380
    rows = spam + honest + news

    dressed = dress(rows, [True] * len(rows), replace(PARAMS.augment, lend_url=1.0), seed=1)

    spam_share = sum(bool(item.row.url) for item in dressed[:400]) / 400
    ham_share = sum(bool(item.row.url) for item in dressed[400:]) / 400
    assert abs(spam_share - ham_share) < 0.08
    assert all(item.lenders == {"blog"} for item in dressed[420:] if item.row.url)


def test_dressing_twice_with_one_seed_gives_the_same_rows() -> None:
    assert dress(ROWS, [True] * 6, PARAMS.augment, seed=3) == dress(ROWS, [True] * 6, PARAMS.augment, seed=3)


def test_a_source_that_may_not_be_fitted_lends_nothing() -> None:
    rows = [Row("news", "ham", "Ada", "hello", url="http://ada.example")] * 50 + [Row("blog", "ham", "", "hi")] * 50

    dressed = dress(rows, [False] * 50 + [True] * 50, PARAMS.augment, seed=1)

    assert all(not item.row.name and not item.row.url for item in dressed[50:])
