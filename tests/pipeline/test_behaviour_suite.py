import json
import tomllib
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from running_service import write_model

from service.core.comment import Comment
from service.core.decision import Explanation
from service.core.features import document
from service.core.site import Thresholds
from training.behaviour.checks import SUITE, Check, Judge, examine, read_suite
from training.behaviour.limits import LIMITS, Limits, read_limits
from training.behaviour.variants import INVARIANCES, directions, read_details
from training.cli import main
from training.data.rows import Row
from training.errors import BadData, BadParams

TRAINING = SUITE.parents[1]
UNSEEN = TRAINING / "unseen"
THRESHOLDS = Thresholds(accept_below=0.3, reject_at=0.95)
ANN = Row("suite", "ham", "Ann", "I was there, and it rained.", language="en", kind="praise")
OFFER = Row(
    "suite",
    "spam",
    "Bob",
    "Buy boots today at https://a.example.com/x",
    "https://b.example.com",
    language="en",
    kind="links",
)
# Below it a text is short enough for two people to write the same: "Great article, thanks."
CHANCE = 25


def says(log_odds: float) -> Explanation:
    return Explanation(log_odds, log_odds, ())


def knows_the_labels(rows: list[Row]) -> Judge:
    # What disguises a comment hides nothing from it, and what is added to one is ignored.
    spam = {document(replace(row.as_comment(), name="", url="")).split()[0] for row in rows if row.is_spam}
    return lambda comment: says(2.0 if document(replace(comment, name="", url="")).split()[0] in spam else -2.0)


def broken(rows: list[Row], judge: Judge, limits: Limits) -> set[str]:
    return {check.name for check in examine(rows, judge, THRESHOLDS, limits) if check.is_broken}


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    return read_suite()


@pytest.fixture(scope="module")
def limits() -> Limits:
    return read_limits()


def test_there_are_at_least_320_comments_of_each_label(rows: list[Row]) -> None:
    assert min(Counter(row.label for row in rows).values()) >= 320


def test_ten_languages_have_at_least_15_comments_of_each_label(rows: list[Row]) -> None:
    counts = Counter((row.language, row.label) for row in rows)

    both = [
        language
        for language in {row.language for row in rows}
        if min(counts[language, label] for label in ("ham", "spam")) >= 15
    ]

    assert len(both) >= 10


def test_every_kind_has_some_comments_and_is_named_in_the_readme(rows: list[Row]) -> None:
    kinds = Counter(row.kind for row in rows)
    readme = (SUITE / "README.md").read_text(encoding="utf-8")

    assert min(kinds.values()) >= 5
    assert [kind for kind in kinds if kind not in readme] == []


def test_no_comment_is_there_twice(rows: list[Row]) -> None:
    assert [text for text, count in Counter(row.comment for row in rows).items() if count > 1] == []


@pytest.mark.parametrize("folder", [SUITE, UNSEEN])
def test_no_comment_that_judges_is_among_those_that_are_fitted(folder: Path) -> None:
    lines = [text for path in (TRAINING / "written").glob("*.jsonl") for text in path.read_text("utf-8").split("\n")]
    fitted = {json.loads(text)["comment"].casefold() for text in lines if text}

    rows = [row for row in read_suite(folder) if len(row.comment) >= CHANCE]

    assert [row.place for row in rows if row.comment.casefold() in fitted] == []


def test_every_language_has_a_sentence_of_detail(rows: list[Row]) -> None:
    assert {row.language for row in rows} == set(read_details())


def test_every_limit_is_of_a_check_and_of_a_kind_that_exist(rows: list[Row], limits: Limits) -> None:
    kinds = {row.kind for row in rows}

    assert set(limits.shifts) == set(INVARIANCES)
    assert [kind for rate in limits.rates.values() for kind in rate.kinds if kind not in kinds] == []


def test_a_judge_that_knows_the_labels_breaks_nothing(limits: Limits) -> None:
    assert broken([ANN, OFFER], knows_the_labels([ANN, OFFER]), limits) == set()


def test_to_reject_one_good_comment_is_too_many(limits: Limits) -> None:
    assert "ham rejected" in broken([ANN] * 100, lambda _: says(5.0), limits)


def test_holding_everything_rejects_nobody_but_accepts_too_few(limits: Limits) -> None:
    found = broken([ANN] * 100 + [OFFER] * 100, lambda _: says(0.0), limits)

    assert found == {"ham not accepted"}


def test_accepting_everything_lets_spam_in(limits: Limits) -> None:
    assert broken([ANN, OFFER], lambda _: says(-5.0), limits) == {"spam accepted"}


def test_a_small_part_may_always_have_one_failure_but_not_where_none_is_allowed(limits: Limits) -> None:
    assert limits.rates["ham not accepted"].most("in vi", 4) == 1
    assert limits.rates["ham rejected"].most("in vi", 4) == 0


def test_a_score_that_follows_the_spacing_is_found(limits: Limits) -> None:
    found = broken([ANN], lambda comment: says(-5.0 + 0.1 * comment.comment.count("  ")), limits)

    assert found == {"doubled spaces: score moved"}


def test_spam_that_a_disguise_lets_in_is_found(limits: Limits) -> None:
    def judge(comment: Comment) -> Explanation:
        return says(0.0 if comment.comment.isascii() else -2.0)

    assert {"look-alike letters: spam let in", "look-alike letters: score moved"} <= broken([OFFER], judge, limits)


def test_a_good_comment_that_case_gets_rejected_is_found(limits: Limits) -> None:
    found = broken([ANN], lambda comment: says(5.0 if comment.comment.isupper() else -5.0), limits)

    assert "upper case: ham rejected" in found


def test_a_link_or_a_name_that_lowers_the_score_is_found(limits: Limits) -> None:
    def judge(comment: Comment) -> Explanation:
        return says(5.0 - comment.comment.count("https://") - comment.name.count("Loans") - bool(comment.url))

    assert {name for name in broken([OFFER], judge, limits) if name in directions({})} == {
        "a sales link never lowers",
        "a keyword name never lowers",
        "taking the links away never raises",
        "taking the homepage away never raises",
    }


def test_a_detail_that_rejects_a_reader_is_found(limits: Limits) -> None:
    found = broken([ANN], lambda comment: says(5.0 if "sister" in comment.comment else -5.0), limits)

    assert "a reader's detail never rejects" in found


def test_links_are_taken_out_of_every_markup() -> None:
    change = directions({})["taking the links away never raises"].change
    text = '<a href="http://a.example">boots</a> [url=http://b.example]tents[/url] www.c.example now'

    changed = change(replace(OFFER, comment=text))

    assert changed is not None
    assert changed.comment.split() == ["boots", "tents", "now"]


def test_a_comment_that_is_a_link_only_is_not_tried_without_it() -> None:
    assert (
        directions({})["taking the links away never raises"].change(replace(OFFER, comment="http://a.example")) is None
    )


def test_which_checks_there_are_depends_on_the_rows_alone(limits: Limits) -> None:
    def names(checks: list[Check]) -> list[tuple[str, str]]:
        return [(check.name, check.part) for check in checks]

    some = names(examine([ANN, OFFER], lambda _: says(0.0), THRESHOLDS, limits))

    assert some == names(examine([ANN, OFFER], lambda _: says(9.0), Thresholds(0.9, 0.99), limits))


def test_a_folder_without_a_suite_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(BadData, match="nor a folder with one"):
        read_suite(tmp_path)


def test_a_wrong_row_of_a_suite_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "rows.jsonl").write_text('{"label": "perhaps", "comment": "Hm"}')

    with pytest.raises(BadData, match=r"rows.jsonl:1: label is 'perhaps'"):
        read_suite(tmp_path)


@pytest.mark.parametrize(
    "text", ["", "rates = 1", "[rates]\n[shifts]\n[directions]\ntolerance = 0.1\nreason = ''", "="]
)
def test_limits_without_a_number_or_a_reason_are_refused(text: str, tmp_path: Path) -> None:
    path = tmp_path / "limits.toml"
    path.write_text(text)

    with pytest.raises(BadParams, match=r"limits.toml"):
        read_limits(path)


def test_every_reason_in_the_shipped_limits_is_a_sentence() -> None:
    said = tomllib.loads(LIMITS.read_text(encoding="utf-8"))

    assert all(len(shift["reason"]) > 20 for shift in said["shifts"].values())


def test_the_command_names_who_failed_and_exits_with_1(tmp_path: Path) -> None:
    model = write_model(tmp_path) / "tiny"

    answer = CliRunner().invoke(main, ["behaviour", "--model", str(model)])

    assert answer.exit_code == 1
    assert "tiny" in answer.output
    assert "spam accepted, flattery: " in answer.output
    assert "spam_english.jsonl:1 flattery (en)" in answer.output


def test_a_folder_without_a_model_is_named(tmp_path: Path) -> None:
    answer = CliRunner().invoke(main, ["behaviour", "--model", str(tmp_path)])

    assert answer.exit_code == 1
    assert "card.json" in answer.output
