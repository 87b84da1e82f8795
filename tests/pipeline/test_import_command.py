import json
from errno import EPIPE
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from training.cli import Commands, main
from training.data.files import read
from training.data.rows import Row

HAM = {"comment_content": "I was there", "comment_approved": "1", "comment_author": "Ann"}
SPAM = {**HAM, "comment_content": "Buy", "comment_approved": "spam"}
WAITING = {**HAM, "comment_approved": "0"}


def run(folder: Path, *comments: dict[str, str], out: str = "rows.jsonl", options: tuple[str, ...] = ()) -> Result:
    path = folder / "blog.json"
    path.write_text(json.dumps(comments), encoding="utf-8")
    return CliRunner(env={"COLUMNS": "120"}).invoke(main, ["import", str(path), "--out", str(folder / out), *options])


@pytest.mark.parametrize("out", ["rows.jsonl", "rows.jsonl.gz"])
def test_what_is_written_is_what_fit_reads(tmp_path: Path, out: str) -> None:
    run(tmp_path, HAM, SPAM, out=out)

    assert list(read(tmp_path / out)) == [
        Row("blog", "ham", "Ann", "I was there", place=f"{out}:1"),
        Row("blog", "spam", "Ann", "Buy", place=f"{out}:2"),
    ]


def test_counts_by_label_and_the_first_places_of_what_was_left_out_are_printed(tmp_path: Path) -> None:
    result = run(tmp_path, HAM, SPAM, *[WAITING] * 4)

    assert result.exit_code == 0
    (line,) = [line for line in result.output.splitlines() if "blog.json " in line]
    assert line.split("│")[2:6] == [" WordPress JSON ", " 1   ", " 1    ", " 4        "]
    assert (
        "Left out 4: waits for a moderator (blog.json, record 3; blog.json, record 4; blog.json, record 5, …)\n"
        in result.output
    )
    assert "Warning" not in result.output


def test_a_file_is_named_as_it_is_though_it_has_brackets(tmp_path: Path) -> None:
    export = tmp_path / "[old] blog.json"
    export.write_text(json.dumps([HAM]), encoding="utf-8")

    result = CliRunner(env={"COLUMNS": "120"}).invoke(
        main, ["import", str(export), "--out", str(tmp_path / "rows.jsonl")]
    )

    assert f"│ {export.name} " in result.output


def test_a_missing_label_is_warned_of_with_where_to_get_it(tmp_path: Path) -> None:
    export = tmp_path / "wxr"
    export.write_text(
        '<rss xmlns:wp="http://wordpress.org/export/1.2/"><item><wp:comment><wp:comment_content>Hi</wp:comment_content>'
        "<wp:comment_approved>1</wp:comment_approved></wp:comment></item></rss>",
        encoding="utf-8",
    )

    result = CliRunner().invoke(main, ["import", str(export), "--out", str(tmp_path / "rows.jsonl")])

    assert "Warning: no spam among them, and fit needs both labels\n" in result.output
    assert "`wp comment list --status=spam --format=json" in result.output


def test_without_any_labelled_comment_nothing_is_written_and_the_exit_code_is_1(tmp_path: Path) -> None:
    result = run(tmp_path, WAITING)

    assert result.exit_code == 1
    assert "Error: no labelled comment in blog.json" in result.output
    assert sorted(path.name for path in tmp_path.iterdir()) == ["blog.json"]


def test_a_file_that_is_there_already_is_never_written_over(tmp_path: Path) -> None:
    (tmp_path / "rows.jsonl").write_text("mine", encoding="utf-8")

    result = run(tmp_path, HAM)

    assert "there already; choose another name or remove it" in result.output
    assert (tmp_path / "rows.jsonl").read_text(encoding="utf-8") == "mine"


def test_the_name_of_the_new_file_says_its_format(tmp_path: Path) -> None:
    result = run(tmp_path, HAM, out="rows.csv")

    assert (result.exit_code, "must end in .jsonl or .jsonl.gz" in result.output) == (2, True)


def test_the_site_and_the_label_can_be_given_where_the_file_does_not_say_them(tmp_path: Path) -> None:
    run(tmp_path, {"comment_content": "Buy"}, options=("--source", "blog.example", "--label", "spam"))

    (row,) = read(tmp_path / "rows.jsonl")
    assert isinstance(row, Row)
    assert (row.source, row.label) == ("blog.example", "spam")


def test_a_file_without_comments_is_named(tmp_path: Path) -> None:
    export = tmp_path / "empty"
    export.write_text('<rss xmlns:wp="http://wordpress.org/export/1.2/"></rss>', encoding="utf-8")

    result = CliRunner().invoke(main, ["import", str(export), "--out", str(tmp_path / "rows.jsonl")])

    assert "Warning: empty: no comment in it\n" in result.output


def test_a_file_that_cannot_be_written_is_named_in_a_line(tmp_path: Path) -> None:
    name = "r" * 256 + ".jsonl"

    result = run(tmp_path, HAM, out=name)

    assert (result.exit_code, result.output) == (1, f"Error: [Errno 36] File name too long: '{tmp_path / name}'\n")


def test_a_folder_that_is_not_there_is_named_before_anything_is_read(tmp_path: Path) -> None:
    result = run(tmp_path, HAM, out="nowhere/rows.jsonl")

    assert result.exit_code == 2
    assert f"Error: --out: there is no folder {tmp_path / 'nowhere'}\n" in result.output


def test_whoever_reads_no_further_is_told_nothing() -> None:
    @click.command()
    def history() -> None:
        raise BrokenPipeError(EPIPE, "Broken pipe")

    result = CliRunner().invoke(Commands(commands=[history]), ["history"])

    assert (result.exit_code, result.output) == (1, "")
