"""
`hamlet labels`: what was set aside.
"""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from command_line import hamlet
from uuid_utils import uuid7

from service.core.comment import Comment
from service.core.labels import Label, Source
from service.store.engine import connect
from service.store.labelled import LabelledComments
from service.store.labels import Labels, Wish

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """
    The folder of a site with three labels, two of them set aside.
    """
    hamlet(tmp_path, "sites", "add", "news")
    engine = connect(f"sqlite:///{tmp_path / 'hamlet.sqlite'}")
    labels = Labels(engine, [b"secret"], lambda: str(uuid7()))
    for text, why in (("Casino one", "a burst"), ("Casino\ntwo", "a burst"), ("Hello", None)):
        subject = labels.worded(1, Comment("Ann", text))
        wish = Wish(Label.HAM, Source.API, "Eve", "k", 0.5, NOON, contradicts=True, set_aside=why)
        labels.give(1, subject, wish)
    engine.dispose()
    return tmp_path


def aside(state: Path) -> list[str]:
    engine = connect(f"sqlite:///{state / 'hamlet.sqlite'}")
    try:
        return [labelled.subject.comment.comment for labelled in LabelledComments(engine).set_aside("news", 10)]
    finally:
        engine.dispose()


def test_labels_that_were_set_aside_are_listed_with_their_comments(state: Path) -> None:
    result = hamlet(state, "labels", "list", "news")

    lines = result.stdout.splitlines()
    assert len(lines) == 4
    assert lines[0].endswith("  ham by Eve  no score  a burst")
    assert {line.strip() for line in lines[1::2]} == {"Casino one", "Casino two"}


def test_what_an_author_typed_does_nothing_to_the_terminal(state: Path) -> None:
    engine = connect(f"sqlite:///{state / 'hamlet.sqlite'}")
    labels = Labels(engine, [b"secret"], lambda: str(uuid7()))
    subject = labels.worded(1, Comment("Ann", "Casino \x1b[2J\x9b31m\u202ethree"))
    wish = Wish(Label.HAM, Source.API, "Eve\x1b]0;", "k", 0.5, NOON, contradicts=True, set_aside="a burst")
    labels.give(1, subject, wish)
    engine.dispose()

    result = hamlet(state, "labels", "list", "news")

    assert "ham by Eve?]0;  no score" in result.stdout
    assert "Casino ?[2J?31m?three" in result.stdout


def test_labels_are_listed_for_programs(state: Path) -> None:
    found = json.loads(hamlet(state, "labels", "list", "news", "--json").stdout)

    assert [labelled["given"]["set_aside"] for labelled in found] == ["a burst", "a burst"]


def test_one_label_is_released(state: Path) -> None:
    (first, _) = json.loads(hamlet(state, "labels", "list", "news", "--json").stdout)

    result = hamlet(state, "labels", "release", "news", first["given"]["id"])

    assert result.stdout == "1 count from now on\n"
    assert len(aside(state)) == 1


def test_a_label_that_is_not_there_is_not_said_to_count(state: Path) -> None:
    (first, _) = json.loads(hamlet(state, "labels", "list", "news", "--json").stdout)

    result = hamlet(state, "labels", "release", "news", first["given"]["id"], "01a2")

    assert (result.exit_code, result.stdout) == (2, "1 count from now on\n")
    assert "`hamlet labels list` shows what is" in result.stderr


def test_all_labels_are_released(state: Path) -> None:
    assert hamlet(state, "labels", "release", "news", "--all").stdout == "2 count from now on\n"
    assert aside(state) == []


@pytest.mark.parametrize("arguments", [(), ("--all", "01a2")], ids=["neither", "both"])
def test_what_to_release_must_be_clear(state: Path, arguments: tuple[str, ...]) -> None:
    result = hamlet(state, "labels", "release", "news", *arguments)

    assert (result.exit_code, len(aside(state))) == (2, 2)


def test_a_site_that_is_not_there_is_named(state: Path) -> None:
    result = hamlet(state, "labels", "list", "nwes")

    assert result.exit_code == 2
    assert "there is no site 'nwes'" in result.stderr
