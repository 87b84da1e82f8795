"""
Rows that were read a second time.
"""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from training.data import corrections
from training.data.corrections import corrected, digest
from training.data.rows import Row

ROW = Row("blog", "ham", "Cheap Loans", "What a nice blog")


@pytest.fixture
def read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """
    A file of second readings in place of the shipped one.
    """
    file = tmp_path / "corrections.jsonl"
    monkeypatch.setattr(corrections, "FILE", file)
    corrections._read.cache_clear()
    yield file
    corrections._read.cache_clear()


def test_a_row_that_was_read_again_has_the_new_label(read_again: Path) -> None:
    read_again.write_text(json.dumps({"digest": digest(ROW), "label": "spam"}))

    assert corrected(ROW) == replace(ROW, label="spam")


def test_a_row_that_could_not_be_told_is_left_out(read_again: Path) -> None:
    read_again.write_text(json.dumps({"digest": digest(ROW), "label": "unsure"}))

    assert corrected(ROW) is None


def test_other_rows_stay_as_they_are(read_again: Path) -> None:
    read_again.write_text(json.dumps({"digest": digest(ROW), "label": "spam"}))

    assert corrected(replace(ROW, source="elsewhere")) == replace(ROW, source="elsewhere")


def test_the_shipped_readings_hold_labels_and_no_texts() -> None:
    entries = [json.loads(line) for line in corrections.FILE.read_text(encoding="utf-8").splitlines()]

    assert {entry["label"] for entry in entries} == {"ham", "spam", "unsure"}
    assert {frozenset(entry) for entry in entries} == {frozenset({"digest", "label", "source", "why"})}
    assert len({entry["digest"] for entry in entries}) == len(entries) > 50
