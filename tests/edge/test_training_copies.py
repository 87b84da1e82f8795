"""
What an owner is told of files of training data in which somebody's comments stand.
"""

import gzip
from pathlib import Path

import pytest

from service.training_copies import copies

ANN = [("Ann", "Hello")]
ROW = b'{"label": "ham", "name": "Ann", "comment": "Hello"}\n'


def test_each_file_of_a_folder_is_looked_through(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl.gz").write_bytes(gzip.compress(ROW))
    (tmp_path / "b.csv").write_text("label,name,comment\nham,Bob,Hello\nham,Ann, Hello\n")
    (tmp_path / "notes.txt").write_bytes(ROW)

    assert [*copies([tmp_path], ANN)] == [f"{tmp_path}/a.jsonl.gz:1", f"{tmp_path}/b.csv:3"]


@pytest.mark.parametrize("end", [b"", b"?" * 30])
def test_a_damaged_file_is_told_and_the_next_one_looked_through(tmp_path: Path, end: bytes) -> None:
    (tmp_path / "a.jsonl.gz").write_bytes(gzip.compress(ROW * 10_000)[:-30] + end)
    (tmp_path / "b.jsonl").write_bytes(ROW)

    found = [*copies([tmp_path], ANN)]

    assert found[-2:] == [f"{tmp_path}/a.jsonl.gz: cannot be read to its end", f"{tmp_path}/b.jsonl:1"]


@pytest.mark.parametrize("name", ["rows", "rows.jsonl"])
def test_a_path_that_is_not_there_is_told(tmp_path: Path, name: str) -> None:
    assert [*copies([tmp_path / name], ANN)] == [f"{tmp_path}/{name}: No such file or directory"]


def test_why_a_table_cannot_be_looked_through_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("label,name,comment,note,note\nham,Ann,Hello,,\n")

    assert [*copies([tmp_path], ANN)] == [f"{tmp_path}/a.csv: line 1: the column `note` is there twice"]


def test_a_table_that_is_given_up_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("label,name,comment\n" + 'x","\n' * 10_000 + "ham,Ann,Hello\n")

    (found,) = copies([tmp_path], ANN)

    assert "not CSV: unexpected end of data; nothing below it is read" in found


def test_a_row_that_cannot_be_compared_is_told_and_those_below_it_are_found(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text('label,name,comment\nham,Bob,"stray "x" quote"\nham,Ann,Hello\n')

    found = [*copies([tmp_path], ANN)]

    assert found == [f"{tmp_path}/a.csv:3", f"{tmp_path}/a.csv: line 2: not CSV: ',' expected after '\"'"]
