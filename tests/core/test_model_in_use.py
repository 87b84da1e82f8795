"""
The model in use: taken up when it is promoted, kept when the next one cannot be trusted.
"""

import logging
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import pytest
from running_service import write_model

from service.model.folder import Distrust
from service.model.in_use import ModelInUse
from service.model.scorer import Scorer


@dataclass
class Watched:
    """
    A model in use whose events are kept.
    """

    models: Path
    taken: list[tuple[str, str | None]] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    failures: list[Distrust] = field(default_factory=list)

    def __post_init__(self) -> None:
        clock = count(step=2).__next__  # every look at it is two seconds later
        self.model = ModelInUse(self.models, on_taken=self.take, on_failure=self.failures.append, monotonic=clock)

    def take(self, version: str, before: str | None, seconds: float) -> None:
        self.taken.append((version, before))
        self.seconds.append(seconds)


@pytest.fixture
def watched(tmp_path: Path) -> Watched:
    return Watched(write_model(tmp_path / "models", "one"))


def test_the_model_that_is_named_is_taken_up_once(watched: Watched) -> None:
    watched.model.look()
    first = watched.model.scorer
    watched.model.look()

    assert (watched.model.version, watched.taken) == ("one", [("one", None)])
    assert watched.model.scorer is first


def test_a_model_in_a_folder_of_another_name_is_taken_up_once_too(watched: Watched) -> None:
    (watched.models / "one").rename(watched.models / "copy")
    (watched.models / "CURRENT").write_text("copy")

    watched.model.look()
    watched.model.look()

    assert (watched.model.version, watched.taken) == ("one", [("one", None)])


def test_a_model_that_is_loaded_already_is_taken_up_as_it_is(watched: Watched) -> None:
    loaded = Scorer.load(watched.models / "one")

    watched.model.look(loaded)

    assert watched.model.scorer is loaded
    assert watched.taken == [("one", None)]


def test_a_model_that_was_loaded_before_another_one_was_promoted_is_not_taken_up(watched: Watched) -> None:
    loaded = Scorer.load(watched.models / "one")
    write_model(watched.models, "two")

    watched.model.look(loaded)

    assert watched.taken == [("two", None)]


def test_a_model_that_is_promoted_takes_the_place_of_the_one_before(watched: Watched) -> None:
    watched.model.look()

    write_model(watched.models, "two")
    watched.model.look()

    assert (watched.model.version, watched.taken) == ("two", [("one", None), ("two", "one")])
    assert watched.seconds == [2, 2]


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        ("tampered", Distrust.ALTERED),
        ("no card", Distrust.MISSING),
        ("half a card", Distrust.NOT_UNDERSTOOD),
        ("no folder", Distrust.MISSING),
        ("no name", Distrust.MISSING),
        ("a name that is damaged", Distrust.NOT_UNDERSTOOD),
    ],
)
def test_a_model_that_cannot_be_trusted_leaves_the_one_before_and_is_told_of_once(
    watched: Watched, damage: str, reason: Distrust, caplog: pytest.LogCaptureFixture
) -> None:
    watched.model.look()
    write_model(watched.models, "two")
    if damage == "tampered":
        (watched.models / "two" / "scorer.npz").write_bytes(b"other weights")
    elif damage == "no card":
        (watched.models / "two" / "card.json").unlink()
    elif damage == "half a card":
        (watched.models / "two" / "card.json").write_text('{"version": "two"')
    elif damage == "no folder":
        (watched.models / "two").rename(watched.models / "gone")
    elif damage == "a name that is damaged":
        (watched.models / "CURRENT").write_bytes(b"tw\xef\n")
    else:
        (watched.models / "CURRENT").unlink()

    watched.model.look()
    watched.model.look()

    told = [record.getMessage() for record in caplog.records if record.levelno == logging.ERROR]
    assert (watched.model.version, watched.failures, len(told)) == ("one", [reason], 1)
    assert told[0].startswith("model one goes on serving, since the current model cannot be used: ")


def test_a_model_that_is_mended_is_taken_up(watched: Watched) -> None:
    watched.model.look()
    write_model(watched.models, "two")
    whole = (watched.models / "two" / "scorer.npz").read_bytes()
    (watched.models / "two" / "scorer.npz").write_bytes(whole[:100])
    watched.model.look()

    (watched.models / "two" / "scorer.npz").write_bytes(whole)
    watched.model.look()

    assert watched.model.version == "two"


def test_without_any_model_there_is_none_until_one_comes(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    watched = Watched(tmp_path / "models")

    watched.model.look()
    before = watched.model.version
    write_model(tmp_path / "models", "one")
    watched.model.look()

    assert (before, watched.model.version, watched.failures) == (None, "one", [Distrust.MISSING])
    assert "every comment is held" in caplog.text
