"""
`hamlet check` with tables: CSV in, CSV out.
"""

import csv
import io
import json
import os
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from running_service import command, environment, write_model

from service.cli import main

CSV = ("--format", "csv")


@pytest.fixture
def models(tmp_path: Path) -> Path:
    return write_model(tmp_path / "models")


def run(models: Path, content: bytes, *options: str, name: str = "comments.csv") -> Result:
    file = models.parent / name
    file.write_bytes(content)
    return CliRunner().invoke(main, ["check", *options, str(file)], env={"HAMLET_MODELS_DIR": str(models)})


def table(result: Result) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(result.stdout_bytes.decode(), newline="")))


def test_a_table_has_the_columns_of_the_first_object_then_verdict_score_reasons_and_error(models: Path) -> None:
    lines = b'{"id": 7, "comment": "casino"}\n{"id": 8, "comment": "thanks", "name": "Ann"}\n'

    result = run(models, lines, *CSV, name="comments.jsonl")

    spam, ham = table(result)
    assert [*spam] == ["id", "comment", "verdict", "score", "reasons", "error"]
    assert (spam["id"], spam["verdict"], ham["verdict"]) == ("7", "reject", "accept")
    assert spam["reasons"] == "text +6.00 (casino)"
    assert float(spam["score"]) > 0.95
    assert result.stderr == "note: line 2: `name` has no column, since the first row has no such field; left out\n"


def test_a_table_is_read_by_the_names_of_its_columns(models: Path) -> None:
    result = run(models, '\ufeffid,name,comment\r\n1,Ann,thanks\r\n\r\n2,"B, C",casino\r\n'.encode(), *CSV)

    assert [(row["id"], row["name"], row["verdict"]) for row in table(result)] == [
        ("1", "Ann", "accept"),
        ("2", "B, C", "reject"),
    ]


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_other_delimiters_are_told_by_the_first_line(models: Path, delimiter: str) -> None:
    result = run(models, f"name{delimiter}comment\nAnn{delimiter}casino, casino\n".encode())

    assert json.loads(result.stdout)["comment"] == "casino, casino"


def test_a_comment_of_several_lines_is_one_row_as_it_was(models: Path) -> None:
    result = run(models, b'id,comment\n1,"thanks\r\n""a"" lot\n"\n2,x,y\n')

    assert json.loads(result.stdout.splitlines()[0])["comment"] == 'thanks\r\n"a" lot\n'
    assert result.stderr == "line 5: 3 cells for 2 columns\n"


def test_what_tells_csv_is_the_end_of_the_name_or_the_option(models: Path) -> None:
    result = run(models, b"comment\ncasino\n", "--from", "csv", name="comments.txt")

    assert json.loads(result.stdout)["verdict"] == "reject"


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "＝1"])
def test_no_cell_is_a_formula_to_a_spreadsheet(models: Path, text: str) -> None:
    result = run(models, json.dumps({"comment": text}).encode(), *CSV, name="comments.jsonl")

    assert table(result)[0]["comment"] == f"'{text}"


def test_numbers_stay_numbers_and_lists_become_json(models: Path) -> None:
    result = run(
        models, b'{"comment": "x", "karma": -5, "tags": ["a"], "read": true, "by": null}', *CSV, name="x.jsonl"
    )

    row = table(result)[0]
    assert (row["karma"], row["tags"], row["read"], row["by"]) == ("-5", '["a"]', "true", "")


def test_a_row_that_cannot_be_used_keeps_its_place_also_before_the_columns_are_known(models: Path) -> None:
    result = run(models, b'"x"\n{"comment": "thanks"}\n[]\n', *CSV, name="comments.jsonl")

    assert [(row["verdict"], row["error"]) for row in table(result)] == [
        ("", "line 1: not a JSON object"),
        ("accept", ""),
        ("", "line 3: not a JSON object"),
    ]
    assert result.exit_code == 1


def test_without_a_good_row_there_is_a_table_of_errors(models: Path) -> None:
    result = run(models, b"[]\n", *CSV, name="comments.jsonl")

    assert table(result) == [{"error": "line 1: not a JSON object"}]


def test_a_table_without_comments_says_so(models: Path) -> None:
    result = run(models, b"name,text\nAnn,thanks\n")

    assert result.exit_code == 1
    assert result.stderr == "line 2: `comment` is missing\n"


def test_a_column_that_is_there_twice_is_told_since_one_of_both_would_be_lost(models: Path) -> None:
    result = run(models, b"comment,comment\nthanks,casino\n")

    assert (result.exit_code, result.stderr) == (1, "line 1: the column `comment` is there twice\n")


def test_columns_without_a_name_may_be_several(models: Path) -> None:
    result = run(models, b"comment,,\nthanks,,\n")

    assert result.exit_code == 0


def test_an_empty_file_has_an_empty_answer(models: Path) -> None:
    result = run(models, b"")

    assert (result.exit_code, result.stdout) == (0, "")


def test_a_cell_that_is_not_utf_8_is_told(models: Path) -> None:
    result = run(models, b"comment\nthanks\nna\xefve\n")

    assert result.stderr == "line 3: not UTF-8\n"


def test_a_quote_that_is_never_closed_is_given_up_before_it_fills_the_memory(models: Path) -> None:
    result = run(models, b'comment\nthanks\n"' + (b"casino " * 15_000 + b"\n") * 12)

    assert result.exit_code == 1
    assert "line 3: not CSV: field larger than field limit" in result.stderr


def test_a_quote_that_is_never_closed_costs_its_own_line_and_none_below_it(models: Path) -> None:
    result = run(models, b'comment\nthanks\n"casino\nhello\n')

    assert result.exit_code == 1
    assert result.stderr == "line 3: not CSV: unexpected end of data\n"
    assert [json.loads(line).get("comment") for line in result.stdout.splitlines()] == ["thanks", None, "hello"]


def test_a_table_in_which_every_line_opens_a_quote_is_given_up(models: Path) -> None:
    result = run(models, b"comment\n" + b'x","\n' * 20_000)

    assert result.exit_code == 1
    *_, last = result.stderr.splitlines()
    assert last.endswith("not CSV: unexpected end of data; nothing below it is read")


def test_what_commenters_wrote_does_not_speak_to_a_terminal(models: Path, tmp_path: Path) -> None:
    file = tmp_path / "comments.jsonl"
    file.write_text(json.dumps({"comment": "thanks", "name": "A\x1b]0;x\x07\x9b2J"}) + "\n", encoding="utf-8")
    reader, screen = os.openpty()

    for options in ((), CSV):
        subprocess.run(
            command("check", *options, str(file)),
            env=environment(tmp_path, HAMLET_MODELS_DIR=str(models)),
            stdout=screen,
            check=True,
        )
    seen = os.read(reader, 10_000).decode()

    assert "A?]0;x??2J" in seen
    assert all(character.isprintable() or character in "\r\n" for character in seen)
    os.close(reader)
    os.close(screen)


def test_a_quote_in_the_first_line_that_is_never_closed_is_told_as_well(models: Path) -> None:
    result = run(models, b'"' + b"casino\n" * 200_000)

    assert result.exit_code == 1
    assert "line 1: not CSV: field larger than field limit" in result.stderr


def test_a_lone_surrogate_has_a_place_in_a_table_too(models: Path) -> None:
    result = run(models, b'{"comment": "a\\ud800b"}\n', *CSV, name="comments.jsonl")

    assert table(result)[0]["comment"] == "a\ufffdb"
