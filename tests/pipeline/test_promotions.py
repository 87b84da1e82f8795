"""
Which model is in use: promoted, gone back from, and told of in the history.
"""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner
from running_service import write_model
from small_fit import WRITTEN

from service.model.promotions import Promotion
from training.cli import main
from training.errors import BadModel
from training.promotion.promote import Examination, current_version, history, promote, roll_back

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.fixture
def models(tmp_path: Path) -> Path:
    """
    A folder with three models, the first in use, and no history.
    """
    for version in ("three", "two", "one"):
        write_model(tmp_path, version)
    return tmp_path


def run(*arguments: str) -> str:
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 0, result.output
    return result.output


def test_a_promoted_version_is_current_and_the_history_says_who_when_and_why(models: Path) -> None:
    promote(models, "two", "anna", "fewer held", NOON)

    assert current_version(models) == "two"
    assert history(models) == [Promotion("two", "one", "2026-11-24T12:00:00+00:00", "anna", "fewer held")]


def test_a_reason_may_hold_what_elsewhere_ends_a_line(models: Path) -> None:
    promote(models, "two", "anna", "fewer held\u2028fewer missed\x85", NOON)

    assert history(models)[0].reason == "fewer held\u2028fewer missed\x85"
    assert roll_back(models, "bob", "worse", NOON).version == "one"


def test_the_history_names_each_version_and_day_in_full_where_the_output_is_narrow(models: Path) -> None:
    for version in ("2026-11-28.2", "2026-11-20.1"):
        write_model(models, version)
    promote(models, "2026-11-28.2", "anna", "our own export and the labels of all our moderators", NOON)

    told = run("history", "--models", str(models))

    assert max(len(line) for line in told.splitlines()) <= 80
    assert {"2026-11-20.1", "2026-11-28.2", "2026-11-24", "12:00"} <= {*told.replace("│", " ").split()}


@pytest.mark.parametrize("reason", ["see [docs]", "the bold ones [/b]"])
def test_the_history_tells_what_somebody_put_into_brackets(models: Path, reason: str) -> None:
    promote(models, "two", "anna", reason, NOON)

    assert reason in CliRunner(env={"COLUMNS": "160"}).invoke(main, ["history", "--models", str(models)]).output


def test_going_back_twice_goes_back_two_steps(models: Path) -> None:
    promote(models, "two", "anna", "", NOON)
    promote(models, "three", "anna", "", NOON)

    versions = [roll_back(models, "bob", "worse", NOON).version for _ in range(2)]

    assert (versions, current_version(models)) == (["two", "one"], "one")
    assert [(each.version, each.is_rollback) for each in history(models)][2:] == [("two", True), ("one", True)]


def test_going_back_passes_each_promotion_once_though_a_version_was_promoted_twice(models: Path) -> None:
    for version in ("two", "three", "two"):
        promote(models, version, "anna", "", NOON)

    versions = [roll_back(models, "bob", "worse", NOON).version for _ in range(3)]

    assert versions == ["three", "two", "one"]
    with pytest.raises(BadModel, match="no model before one"):
        roll_back(models, "bob", "worse", NOON)


def test_after_going_back_another_promotion_is_gone_back_from_to_the_same_version(models: Path) -> None:
    promote(models, "two", "anna", "", NOON)
    roll_back(models, "bob", "", NOON)
    promote(models, "three", "anna", "", NOON)

    assert roll_back(models, "bob", "", NOON).version == "one"


def test_a_version_that_was_named_by_hand_is_not_gone_back_from(models: Path) -> None:
    promote(models, "two", "anna", "", NOON)
    (models / "CURRENT").write_text("three\n")

    with pytest.raises(BadModel, match="no model before three"):
        roll_back(models, "bob", "", NOON)


def test_of_promotions_at_the_same_moment_each_sees_the_one_before(models: Path) -> None:
    versions = [f"many-{number}" for number in range(8)]
    for version in versions:
        write_model(models, version)
    (models / "CURRENT").write_text("one\n")

    with ThreadPoolExecutor(len(versions)) as pool:
        list(pool.map(lambda version: promote(models, version, "anna", "", NOON), versions))

    told = history(models)
    assert [each.before for each in told] == ["one", *(each.version for each in told[:-1])]
    assert current_version(models) == told[-1].version


def test_a_version_that_met_another_champion_than_the_one_in_use_is_compared_again(models: Path) -> None:
    examined = Examination("one")
    promote(models, "two", "bob", "", NOON, examined)

    with pytest.raises(BadModel, match="two was promoted while three was compared with one; compare again"):
        promote(models, "three", "anna", "", NOON, examined)

    assert current_version(models) == "two"


def test_before_the_first_promotion_there_is_nothing_to_go_back_to(models: Path) -> None:
    with pytest.raises(BadModel, match="no model before one; name one with `hamlet-train promote`"):
        roll_back(models, "anna", "", NOON)


def test_in_a_folder_without_a_model_in_use_there_is_nothing_to_go_back_from(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["rollback", "--models", str(tmp_path)])

    message = f"Error: {tmp_path}: no model is in use there; promote one with `hamlet-train promote`\n"
    assert (result.exit_code, result.output) == (1, message)


def test_the_current_version_is_not_promoted_again(models: Path) -> None:
    with pytest.raises(BadModel, match="one is the current model already"):
        promote(models, "one", "anna", "", NOON)

    assert history(models) == []


@pytest.mark.parametrize("command", ["promote", "shadow"])
def test_an_empty_version_is_said_to_be_none(models: Path, command: str) -> None:
    result = CliRunner().invoke(main, [command, "", "--models", str(models)])

    assert result.exit_code == 2
    assert "Invalid value for 'VERSION': give the name of a folder in the models folder" in result.stderr


@pytest.mark.parametrize("path", ["two/", "../models/two", "{models}/two"])
def test_a_path_is_no_version(models: Path, path: str) -> None:
    with pytest.raises(BadModel, match="is a path; give the name of a folder in"):
        promote(models, path.format(models=models), "anna", "", NOON)

    assert current_version(models) == "one"


@pytest.mark.parametrize("damage", ["no such version", "tampered weights", "tampered pipeline"])
def test_what_cannot_be_trusted_is_not_promoted(models: Path, damage: str) -> None:
    if damage == "tampered weights":
        (models / "two" / "scorer.npz").write_bytes(b"other weights")
    elif damage == "tampered pipeline":
        (models / "two" / "pipeline.joblib").write_bytes(b"other pipeline")

    with pytest.raises(BadModel):
        promote(models, "2026-01-01.1" if damage == "no such version" else "two", "anna", "", NOON)

    assert (current_version(models), history(models)) == ("one", [])


def test_a_damaged_history_is_told_of_and_not_lost(models: Path) -> None:
    (models / "history.jsonl").write_text("{}\n")

    with pytest.raises(BadModel, match="a line is no promotion"):
        history(models)


def test_promotions_from_before_there_were_gates_can_be_read(models: Path) -> None:
    line = {"version": "one", "before": None, "at": "2026-11-24T12:00:00+00:00", "who": "anna", "reason": ""}
    (models / "history.jsonl").write_text(json.dumps(line) + "\n")

    (first,) = history(models)

    assert (first.is_forced, first.failed) == (False, ())


def test_the_first_model_of_a_folder_is_promoted_without_another(tmp_path: Path) -> None:
    (write_model(tmp_path, "one") / "CURRENT").unlink()

    promote(tmp_path, "one", "anna", "the first model", NOON)

    assert (current_version(tmp_path), history(tmp_path)[0].before) == ("one", None)


@pytest.mark.usefixtures("short_suite")
def test_the_commands_promote_go_back_and_tell_it_all(models: Path) -> None:
    promoted = run("promote", "two", "--models", str(models), "--who", "anna", "--force", "fewer held")
    back = run("rollback", "--models", str(models), "--who", "bob")
    table = run("history", "--models", str(models))
    lines = [json.loads(line) for line in run("history", "--models", str(models), "--json").splitlines()]

    assert promoted.endswith("two is current instead of one; running services take it up within seconds\n")
    assert back == "one is current instead of two; running services take it up within seconds\n"
    assert "fewer held" in table
    assert "forced past" in table
    assert table.endswith("in use: one\n")
    assert [(each["version"], each["who"], each["is_rollback"]) for each in lines] == [
        ("two", "anna", False),
        ("one", "bob", True),
    ]


def test_a_version_that_is_not_there_is_an_error_with_its_name(models: Path) -> None:
    result = CliRunner().invoke(main, ["promote", "four", "--models", str(models), "--force", "try it"])

    assert (result.exit_code, "four" in result.output) == (1, True)


@pytest.mark.parametrize(
    "arguments",
    [
        ("promote", "four", "--force", "why not", "--models"),
        ("shadow", "four", "--models"),
        ("adapt", "--data", str(WRITTEN), "--begin-with", "four", "--models"),
        ("fit", "--data", str(WRITTEN), "--partial", "--begin-with", "four", "--out"),
    ],
    ids=["promote", "shadow", "adapt", "fit"],
)
def test_of_a_version_that_is_not_there_it_is_told_which_are(models: Path, arguments: tuple[str, ...]) -> None:
    result = CliRunner().invoke(main, [*arguments, str(models)])

    assert result.exit_code == 1
    assert result.output.splitlines()[-1] == (
        f"Error: there is no version four in {models}; there are: one, three, two"
    )


def test_where_no_version_is_it_is_told_that_none_is(tmp_path: Path) -> None:
    with pytest.raises(BadModel, match=r"^there is no version one in .*, nor any other$"):
        promote(tmp_path, "one", "anna", "", NOON)
