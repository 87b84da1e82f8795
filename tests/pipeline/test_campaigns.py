"""
What near-copies are worth, by replayed rows.
"""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from service.core.policy import CAMPAIGN_WEIGHTS
from training.cli import main
from training.data.rows import Row
from training.replay.campaigns import LEVELS, judge, observe, replay

PITCH = "I earn $500 a day from home with this simple trick, ask me how it works today"
SPUN = "We earn $700 a day from home with this simple method, ask me how it works now"


def row(name: str, comment: str = PITCH, label: str = "spam", date: str = "", source: str = "blog") -> Row:
    return Row(source, label, name, comment, date=date)


def ham(number: int, source: str = "blog") -> Row:
    words = " ".join(f"w{number}x{place}" for place in range(12))
    return row(f"reader {number}", words, "ham", source=source)


def test_each_row_meets_the_authors_of_its_near_copies_so_far() -> None:
    rows = [row("Ann"), row("Bob", SPUN), ham(1), row("ann "), row("Cid", "Thank you!")]

    assert replay(rows) == [0, 2, 0, 2, 0]


def test_rows_come_in_the_order_of_their_dates_and_forget_after_a_day() -> None:
    rows = [row("Cid", date="2014-05-04"), row("Ann", date="2014-05-01 09:00"), row("Bob", date="2014-05-02")]

    assert replay(rows) == [0, 0, 2]


def test_without_dates_a_day_is_a_thousand_rows() -> None:
    rows = [row("Ann"), *(ham(number) for number in range(999)), row("Bob"), row("Cid")]

    assert replay(rows)[-2:] == [2, 2]


def test_trackbacks_and_sources_without_names_are_left_out() -> None:
    trackback = Row("blog", "spam", "Ann", PITCH, is_trackback=True)

    observed = observe([trackback, trackback, row("Ann"), row("", source="forum")])

    assert {source: counts["spam"].total() for source, counts in observed.items()} == {"blog": 1}


def test_weights_are_what_is_proven_whatever_source_is_left_out() -> None:
    spam = [row(f"name {n}", source=source) for source in ("one", "two") for n in range(100)]
    good = [ham(number, source) for source in ("one", "two") for number in range(500)]

    alone, two, many = judge(observe([*spam, *good]))

    assert (alone.spam, two.spam, many.spam) == (0, 4, 194)
    assert many.proven == pytest.approx(5.04, abs=0.01)
    assert many.proven < many.ratio
    assert alone.proven == 0


def test_more_authors_are_never_worth_less_and_the_policy_knows_the_same_levels() -> None:
    weights = [weight for _, weight in CAMPAIGN_WEIGHTS]

    assert tuple(sorted(fewest for fewest, _ in CAMPAIGN_WEIGHTS)) == LEVELS
    assert weights == sorted(weights, reverse=True)


def test_the_command_prints_sources_and_weights(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    rows = [{"label": "spam", "name": f"name {n}", "comment": PITCH} for n in range(9)]
    path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")

    result = CliRunner().invoke(main, ["campaigns", "--data", str(path)])

    assert result.exit_code == 0
    assert "4 or more" in result.stdout


def test_the_command_says_what_it_needs(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text(json.dumps({"label": "spam", "comment": PITCH}), encoding="utf-8")

    result = CliRunner().invoke(main, ["campaigns", "--data", str(path)])

    assert result.exit_code == 1
    assert "no source has names" in result.stderr
