from service.core.features import document
from training.data.duplicates import cluster, thin
from training.data.rows import Row

LONG = "I have been reading this weblog for three weeks and every single article taught me something about money"


def rows_of(*said: tuple[str, str, str]) -> tuple[list[Row], list[str]]:
    rows = [Row(source, label, "Ada", comment) for source, label, comment in said]
    return rows, [document(row.as_comment()) for row in rows]


def test_a_text_and_its_slightly_changed_copy_are_one_cluster() -> None:
    _, documents = rows_of(
        ("a", "spam", LONG), ("b", "ham", "Something else entirely, about trains"), ("c", "spam", LONG + " indeed")
    )

    assert cluster(documents, 0.6) == [0, 1, 0]


def test_a_disguised_copy_is_a_copy() -> None:
    _, documents = rows_of(
        ("a", "spam", "Best casino bonus online today"), ("b", "spam", "𝐁𝐞𝐬𝐭 𝐜𝐚𝐬𝐢𝐧𝐨 𝐛𝐨𝐧𝐮𝐬 𝐨𝐧𝐥𝐢𝐧𝐞 𝐭𝐨𝐝𝐚𝐲")
    )

    assert cluster(documents, 0.6) == [0, 0]


def test_a_few_rows_of_a_cluster_stay_and_every_source_keeps_one_first() -> None:
    rows, documents = rows_of(*[("a", "spam", LONG)] * 5, ("b", "spam", LONG))

    thinned = thin(rows, documents, 0.6, keep=2)

    assert thinned.kept == [0, 5]
    assert thinned.copies == 4


def test_a_clear_majority_decides_a_contradiction() -> None:
    rows, documents = rows_of(*[("a", "spam", LONG)] * 4, ("b", "ham", LONG))

    thinned = thin(rows, documents, 0.6, keep=9)

    assert thinned.kept == [0, 1, 2, 3]
    assert thinned.conflicts == 1


def test_a_contradiction_without_a_majority_leaves_no_row() -> None:
    rows, documents = rows_of(("a", "spam", LONG), ("b", "ham", LONG))

    thinned = thin(rows, documents, 0.6, keep=9)

    assert thinned.kept == []
    assert thinned.conflicts == 2


def test_a_short_text_may_be_ham_from_one_author_and_spam_from_another() -> None:
    rows, documents = rows_of(("a", "spam", "Thank you!"), ("b", "ham", "thank you"))

    assert thin(rows, documents, 0.6, keep=9).kept == [0, 1]


def test_copies_in_a_second_group_go_so_that_they_join_no_groups() -> None:
    rows = [Row("videos", "spam", "Ada", LONG, group=group) for group in ("first", "second", "")]
    documents = [document(row.as_comment()) for row in rows]

    assert thin(rows, documents, 0.6, keep=9).kept == [0, 2]
