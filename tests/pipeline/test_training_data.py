import gzip
from pathlib import Path

import pytest

from training.data.corpus import gather
from training.data.files import Rejected, files_of, read, row_of
from training.data.rows import Row
from training.errors import BadData

DATA = Path(__file__).parent / "data"


def rejections(path: Path) -> dict[int, str]:
    return {int(str(r.place).rpartition(":")[2]): r.reason for r in read(path) if isinstance(r, Rejected)}


def test_every_wrong_line_of_json_is_named_with_its_number_and_reason() -> None:
    found = rejections(DATA / "wrong_rows.jsonl")

    assert found == {
        2: "not JSON",
        4: "not a JSON object",
        6: "label is '', not one of ham, spam",
        7: "comment is empty",
        8: "not UTF-8",
        9: "comment is not text",
    }


def test_an_object_with_a_name_that_is_there_twice_is_rejected(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text('{"label": "ham", "comment": "Hi", "label": "spam"}\n', encoding="utf-8")

    assert rejections(path) == {1: "`label` is given twice"}


def test_a_line_separator_inside_a_comment_does_not_cut_the_row() -> None:
    rows = [row for row in read(DATA / "wrong_rows.jsonl") if isinstance(row, Row)]

    assert [row.comment for row in rows][1] == "A line separator\u2028inside"


def test_a_row_without_a_source_belongs_to_its_file() -> None:
    rows = [row for row in read(DATA / "wrong_rows.jsonl") if isinstance(row, Row)]

    assert [row.source for row in rows] == ["wrong_rows", "wrong_rows", "elsewhere"]


def test_a_file_whose_name_is_in_another_encoding_is_read_under_a_repaired_one(tmp_path: Path) -> None:
    named = tmp_path / "ann\udce9e.jsonl"
    named.write_text('{"label": "ham", "comment": "Hi"}\n{}\n', encoding="utf-8")

    row, rejected = read(named)

    assert isinstance(row, Row)
    assert (row.source, row.place) == ("ann\ufffde", "ann\ufffde.jsonl:1")
    assert rejected.place == "ann\ufffde.jsonl:2"


def test_csv_is_read_like_json_with_line_numbers_that_count_lines_in_quotes() -> None:
    found = rejections(DATA / "wrong_rows.csv")

    assert found == {
        4: "label is 'maybe', not one of ham, spam",
        5: "more values than the first line names",
    }


def test_a_quote_that_is_never_closed_costs_its_own_line_and_none_below_it(tmp_path: Path) -> None:
    lines = ["label,comment", *(f"ham,Number {number}" for number in range(2, 21))]
    lines[4] = 'ham,"an unclosed quote'
    (tmp_path / "rows.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")

    found = list(read(tmp_path / "rows.csv"))

    assert rejections(tmp_path / "rows.csv") == {5: "not CSV: unexpected end of data"}
    assert [row.place for row in found if isinstance(row, Row)] == [
        f"rows.csv:{line}" for line in range(2, 21) if line != 5
    ]


def test_a_stray_quote_before_a_quoted_comment_does_not_take_that_one_along(tmp_path: Path) -> None:
    text = 'label,comment\nham,"stray\n\nham,One\nspam,"Two, quoted"\nham,Three\n'
    (tmp_path / "rows.csv").write_text(text, encoding="utf-8")

    rows = [row for row in read(tmp_path / "rows.csv") if isinstance(row, Row)]

    assert rejections(tmp_path / "rows.csv") == {2: "not CSV: ',' expected after '\"'"}
    assert [(row.comment, row.place) for row in rows] == [
        ("One", "rows.csv:4"),
        ("Two, quoted", "rows.csv:5"),
        ("Three", "rows.csv:6"),
    ]


def test_an_empty_table_has_no_rows_and_nothing_wrong(tmp_path: Path) -> None:
    (tmp_path / "rows.csv").touch()

    assert [*read(tmp_path / "rows.csv")] == []


def test_below_a_first_line_that_is_no_csv_nothing_is_read(tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text('label,"comment\nham,One\n', encoding="utf-8")

    assert rejections(tmp_path / "rows.csv") == {1: "not CSV: unexpected end of data"}


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_values_stand_between_whichever_sign_the_first_line_has(tmp_path: Path, delimiter: str) -> None:
    lines = ["label,comment", "ham,Hello", "spam,Buy"]
    (tmp_path / "rows.csv").write_text("\n".join(lines).replace(",", delimiter), encoding="utf-8")

    rows = list(read(tmp_path / "rows.csv"))

    assert [(row.label, row.comment) for row in rows if isinstance(row, Row)] == [("ham", "Hello"), ("spam", "Buy")]


@pytest.mark.parametrize(
    ("first", "reason"),
    [
        ("Label,Comment", "there is no column `label` or `comment`, but: Label, Comment"),
        ("label,text,author", "there is no column `comment`, but: label, text, author"),
        ("na\udcefve,comment", "there is no column `label`, but: na\ufffdve, comment"),
    ],
)
def test_a_table_without_labels_or_comments_is_rejected_once_with_what_it_has(
    tmp_path: Path, first: str, reason: str
) -> None:
    text = f"{first}\nham,Hello,\nspam,Buy,\n"
    (tmp_path / "rows.csv").write_text(text, encoding="utf-8", errors="surrogateescape")

    assert rejections(tmp_path / "rows.csv") == {1: reason}


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("rows.csv", "label,comment\nham,Hello\n".encode("utf-16"), "in UTF-16; save it in UTF-8"),
        ("rows.jsonl", '{"label": "ham"}\n{"label": "ham"}\n'.encode("utf-16"), "in UTF-16; save it in UTF-8"),
        ("rows.jsonl", gzip.compress(b"\n\n"), "packed by gzip; unpack it first"),
    ],
)
def test_a_file_that_has_no_lines_of_utf_8_is_rejected_once_with_the_cure(
    tmp_path: Path, name: str, content: bytes, reason: str
) -> None:
    (tmp_path / name).write_bytes(content)

    assert rejections(tmp_path / name) == {1: reason}


def test_of_a_table_with_a_column_that_is_there_twice_nothing_is_learned(tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text("label,name,comment,note,note\nham,Ann,Hello,,\n")

    assert rejections(tmp_path / "rows.csv") == {1: "the column `note` is there twice"}


def test_a_gzipped_file_is_read_like_the_plain_one(tmp_path: Path) -> None:
    packed = tmp_path / "wrong_rows.jsonl.gz"
    packed.write_bytes(gzip.compress((DATA / "wrong_rows.jsonl").read_bytes()))

    assert rejections(packed) == rejections(DATA / "wrong_rows.jsonl")


@pytest.mark.parametrize("name", ["rows.jsonl.gz", "rows.csv.gz"])
def test_what_is_lost_of_a_cut_file_is_one_wrong_row(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(gzip.compress((DATA / name.replace("rows", "wrong_rows")[:-3]).read_bytes())[:-12])

    *_, last = read(path)

    assert isinstance(last, Rejected)
    assert "damaged or cut from here on" in last.reason


def test_a_lone_surrogate_is_repaired_and_not_a_reason_to_lose_a_row(tmp_path: Path) -> None:
    path = tmp_path / "surrogate.jsonl"
    path.write_text('{"comment": "a\\ud800b", "label": "ham"}\n', encoding="utf-8")

    (row,) = read(path)

    assert isinstance(row, Row)
    assert row.comment == "a\ufffdb"


@pytest.mark.parametrize(
    ("written", "date"), [("2026-11-23 10:00", "2026-11-23 10:00"), ("May 3, 2024", ""), ("31.12.2024", "")]
)
def test_what_does_not_begin_with_year_month_and_day_is_no_date(written: str, date: str) -> None:
    row = row_of({"comment": "Hello", "label": "ham", "date": written}, "blog", "blog:1")

    assert isinstance(row, Row)
    assert row.date == date


def test_an_overlong_comment_is_left_out_with_its_limit(tmp_path: Path) -> None:
    path = tmp_path / "long.jsonl"
    path.write_text('{"comment": "' + "a" * 65_537 + '", "label": "ham"}\n', encoding="utf-8")

    assert rejections(path) == {1: "comment is over 65536 bytes"}


def test_every_line_is_either_a_row_or_a_rejection() -> None:
    corpus = gather([DATA / "wrong_rows.jsonl", DATA / "wrong_rows.csv"], strict=False)

    assert (len(corpus.rows), len(corpus.rejected)) == (5, 8)


def test_strict_reading_fails_on_the_first_wrong_row() -> None:
    with pytest.raises(BadData, match=r"8 wrong rows, the first at wrong_rows.jsonl:2: not JSON"):
        gather([DATA / "wrong_rows.jsonl", DATA / "wrong_rows.csv"], strict=True)


def test_a_file_of_another_kind_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "comments.xml"
    path.write_text("<comments/>", encoding="utf-8")

    with pytest.raises(BadData, match="not a data file"):
        files_of([path])
