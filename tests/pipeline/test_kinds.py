import pytest

from training.data.rows import Row
from training.evaluation.kinds import kind_of, kinds


@pytest.mark.parametrize(
    ("name", "comment", "kind"),
    [
        ("Ann", "Nice post, I bookmarked your blog.", "flattery"),
        ("cheap jerseys", "Nice post, I bookmarked your blog.", "keywords"),
        ("x", "http://a.example/1 http://a.example/2", "links"),
        ("x", "look http://a.example/1", "links"),
        ("x", "Do you need an urgent loan at 2%?", "scam"),
        ("x", "𝗕𝗲𝘀𝘁 𝗰𝗮𝘀𝗶𝗻𝗼 in town", "gambling"),
        ("x", "Лучшее казино", "gambling"),
        ("x", "兼职日结", "job_and_crypto"),
        ("x", "I work from home and earn 300 a day", "job_and_crypto"),
        ("porn tube", "hello", "adult"),
        ("x", "hello", "other"),
    ],
)
def test_the_first_kind_whose_words_fit_is_the_tag(name: str, comment: str, kind: str) -> None:
    assert kind_of(Row("blog", "spam", name, comment)) == kind


def test_a_word_inside_another_is_not_meant() -> None:
    assert kind_of(Row("blog", "spam", "x", "the analysis of Essex")) == "other"


def test_the_form_of_a_trackback_is_its_kind() -> None:
    assert kind_of(Row("blog", "spam", "casino", "casino", is_trackback=True)) == "trackback"


def test_the_hand_that_wrote_a_row_knows_its_kind() -> None:
    assert kind_of(Row("written", "spam", "x", "a casino", kind="phishing")) == "scam"


def test_no_hand_written_kind_belongs_to_two() -> None:
    written = [name for kind in kinds() for name in kind.written]

    assert len(written) == len(set(written))
