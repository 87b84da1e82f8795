"""
`hamlet check`: comments scored offline.
"""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from running_service import write_model

from service.cli import main


@pytest.fixture
def models(tmp_path: Path) -> Path:
    return write_model(tmp_path / "models")


def run(models: Path, content: bytes, *options: str) -> Result:
    return CliRunner().invoke(main, ["check", "-", *options], input=content, env={"HAMLET_MODELS_DIR": str(models)})


def rows(result: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.stdout.rstrip("\n").split("\n")]


def test_each_object_comes_back_in_order_with_verdict_score_and_reasons(models: Path) -> None:
    given: list[dict[str, Any]] = [
        {"comment": "casino", "label": "spam", "n": 1},
        {"name": "Ann", "comment": "thanks", "source": ["x"]},
    ]

    result = run(models, b"".join(json.dumps(row).encode() + b"\n" for row in given))

    answered = rows(result)
    assert result.exit_code == 0
    assert [row["verdict"] for row in answered] == ["reject", "accept"]
    assert [{k: row[k] for k in original} for row, original in zip(answered, given, strict=True)] == given
    assert all(0 < row["score"] < 1 and row["reasons"] for row in answered)


def test_a_comment_is_scored_as_the_site_has_taught_the_model_that_is_named(tmp_path: Path) -> None:
    models = write_model(tmp_path / "models", taught={"news": {"casinos": 4.0}})
    comment = b'{"comment": "casinos"}'

    plain, taught = (rows(run(models, comment, *options)) for options in ((), ("--site", "news")))

    assert [reason["code"] for reason in plain[0]["reasons"] + taught[0]["reasons"]] == ["site_labels"]


def test_a_site_that_has_taught_the_model_nothing_is_said_and_scored_as_any(models: Path) -> None:
    result = run(models, b'{"comment": "thanks"}', "--site", "news")

    assert result.exit_code == 0
    assert "the model is not adapted to news; scored as for any site" in result.stderr


def test_a_line_that_cannot_be_used_keeps_its_place_and_is_told(models: Path) -> None:
    lines = [b'{"comment": "thanks"}', b"{", b"[]", b'{"name": "x"}', b'{"comment": 5}', b"\xff", b"[" * 9999, b""]

    result = run(models, b"\n".join([*lines, b'{"comment": "thanks", "name": null}']))

    answered = rows(result)
    assert result.exit_code == 1
    assert ["error" in row for row in answered] == [False, True, True, True, True, True, True, False]
    assert answered[3] == {"line": 4, "error": "`comment` is missing"}
    assert "line 4: `comment` is missing\n" in result.stderr


@pytest.mark.parametrize("ending", [b"", b"\n", b"\r\n"])
def test_where_a_line_is_no_json_any_more_is_told(models: Path, ending: bytes) -> None:
    result = run(models, b'{"comment": "a"' + ending)

    assert rows(result) == [{"line": 1, "error": "not JSON: Expecting ',' delimiter at column 16"}]


def test_an_object_with_a_name_that_is_there_twice_is_told_and_not_judged(models: Path) -> None:
    result = run(
        models, b'{"name": "Ann", "comment": "thanks", "name": "Eve"}\n{"comment": "a", "x": {"y": 1, "y": 2}}'
    )

    assert result.exit_code == 1
    assert rows(result) == [
        {"line": 1, "error": "`name` is given twice"},
        {"line": 2, "error": "`y` is given twice"},
    ]


def test_a_number_of_too_many_digits_is_told_without_the_cure_of_a_programmer(models: Path) -> None:
    result = run(models, b'{"comment": "a", "n": ' + b"9" * 5_000 + b"}\n")

    assert rows(result) == [{"line": 1, "error": "not JSON: a number has too many digits"}]


@pytest.mark.parametrize("kind", ["ndjson", "csv"])
@pytest.mark.parametrize(
    ("content", "error"),
    [
        (gzip.compress(b'{"comment": "thanks"}\n' * 999), "packed by gzip; unpack it first"),
        ('{"comment": "thanks"}\n'.encode("utf-16"), "in UTF-16; save it in UTF-8"),
    ],
)
def test_a_file_that_has_no_lines_as_it_is_is_told_once_with_the_cure(
    models: Path, content: bytes, error: str, kind: str
) -> None:
    arguments = ["check", "-", "--from", kind]

    result = CliRunner().invoke(main, arguments, input=content, env={"HAMLET_MODELS_DIR": str(models)})

    assert result.exit_code == 1
    assert rows(result) == [{"line": 1, "error": error}]


def test_only_a_line_feed_ends_a_line(models: Path) -> None:
    comment = "thanks\u2028all\u0085of\x0byou"

    result = run(models, json.dumps({"comment": comment}, ensure_ascii=False).encode() + b"\r\n")

    assert [row["comment"] for row in rows(result)] == [comment]


def test_a_lone_surrogate_comes_back_as_it_was(models: Path) -> None:
    result = run(models, b'{"comment": "a\\ud800b"}\n')

    assert result.exit_code == 0
    assert rows(result)[0]["comment"] == "a\ud800b"


def test_without_a_model_there_is_one_line_and_no_traceback(tmp_path: Path) -> None:
    result = run(tmp_path, b"")

    assert result.exit_code == 2
    assert result.stderr.startswith("Error: ")
    assert result.stderr.count("\n") == 1


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["check", str(tmp_path / "none.jsonl")])

    assert result.exit_code == 2
    assert "none.jsonl" in result.stderr
