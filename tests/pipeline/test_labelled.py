"""
What a label is worth to the comments after it, by replayed rows.
"""

import json
from pathlib import Path

from click.testing import CliRunner

from service.core import feedback
from training.cli import main
from training.data.rows import Row
from training.replay.labelled import KINDS, judge, observe

PITCH = "I earn $500 a day from home with this simple trick, ask me how it works today"
SPUN = "We earn $700 a day from home with this simple method, ask me how it works now"
OTHER = "The bridge has been closed since Monday and nobody has told us when it opens again"


def row(name: str, comment: str, label: str = "spam", url: str = "") -> Row:
    return Row("blog", label, name, comment, url=url)


def pasts(*rows: Row) -> dict[str, dict[str, int]]:
    counted = observe(rows)["blog"]
    return {label: {kind: counts[kind] for kind in KINDS if counts[kind]} for label, counts in counted.items()}


def test_a_row_is_compared_with_what_was_labelled_before_it() -> None:
    found = pasts(row("Ann", PITCH), row("Bob", SPUN), row("Ann", OTHER, "ham"), row("Cid", OTHER, "ham"))

    assert found == {"spam": {"copy of spam": 1}, "ham": {"copy of ham": 1, "author of spam": 1}}


def test_what_was_labelled_both_ways_says_nothing() -> None:
    found = pasts(row("Ann", PITCH), row("Ann", PITCH, "ham"), row("Ann", PITCH))

    assert found == {"spam": {}, "ham": {"copy of spam": 1, "author of spam": 1}}


def test_a_good_comment_with_a_link_added_is_no_copy_of_it() -> None:
    found = pasts(row("Ann", OTHER, "ham"), row("Bob", OTHER, "spam", url="http://x.example/"))

    assert found == {"spam": {}, "ham": {}}


def test_nobody_is_known_by_a_name_that_many_share() -> None:
    assert pasts(row("Admin", PITCH), row("admin", OTHER), row("", "One"), row("", "Two"))["spam"] == {}


def test_weights_are_proven_by_intervals_and_point_both_ways() -> None:
    rows = [row(f"spammer {number % 40}", PITCH) for number in range(400)]
    rows += [row(f"reader {number % 50}", f"{OTHER} {number}", "ham") for number in range(400)]

    worth = {each.kind: each for each in judge(observe(rows) | {"other": observe(rows)["blog"]})}

    assert worth["copy of spam"].ratio > worth["copy of spam"].proven > 0
    assert worth["author of ham"].ratio < worth["author of ham"].proven < 0


def test_two_rows_prove_nothing() -> None:
    assert {each.proven for each in judge(observe([row("Ann", PITCH), row("Ann", OTHER, "ham")]))} == {0}


def test_the_weights_of_the_service_are_in_the_table(tmp_path: Path) -> None:
    table = (Path(__file__).parents[2] / "docs" / "training.md").read_text()

    proven = (feedback.SPAM_COPY, -feedback.HAM_COPY, feedback.SPAM_AUTHOR, -feedback.HAM_AUTHOR)
    for kind, weight in zip(KINDS, proven, strict=True):
        (line,) = [
            line
            for line in table.splitlines()
            if f"{kind.split()[0]} of {kind.split()[-1]}" in line[:45] and "|" in line
        ]
        measured = float(line.split("|")[-2])
        assert abs(weight) <= abs(measured) < abs(weight) + 0.1


def test_the_command_prints_each_past(tmp_path: Path) -> None:
    rows = [row("Ann", PITCH), row("Bob", SPUN), row("Cid", OTHER, "ham")]
    file = tmp_path / "rows.jsonl"
    file.write_text("".join(json.dumps({"name": r.name, "comment": r.comment, "label": r.label}) + "\n" for r in rows))

    result = CliRunner().invoke(main, ["labelled", "--data", str(file)])

    assert result.exit_code == 0, result.output
    assert all(kind in result.output for kind in KINDS)


def test_without_a_row_that_can_be_used_the_command_prints_no_table(tmp_path: Path) -> None:
    file = tmp_path / "rows.jsonl"
    file.write_text('{"comment": "unlabelled"}\n')

    result = CliRunner().invoke(main, ["labelled", "--data", str(file)])

    assert (result.exit_code, result.stdout) == (1, "")
    assert "no labelled row that can be used" in result.stderr
