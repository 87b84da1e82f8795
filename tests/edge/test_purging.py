"""
The service erases by itself what is too old, every day.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import cast

import pytest

from service.errors import StoreUnavailable
from service.purging import AGAIN_SECONDS, DAY_SECONDS, FIRST_SECONDS, Purge, Purged, daily
from service.training_jobs import TrainingJobs

NOTHING = Purged(0, 0, 0, 0, 0, 0)
BEGAN = datetime(2026, 11, 1, tzinfo=UTC)


class Days:
    """
    Waits without waiting, and stops after some waits; purges as it is told.
    """

    def __init__(self, *outcomes: Purged | Exception, doubts: int = 0) -> None:
        self.outcomes = [*outcomes]
        self.doubts = doubts
        self.waited: list[float] = []
        self.counted: list[Mapping[str, int]] = []

    def wait(self, seconds: float) -> bool:
        self.waited.append(seconds)
        return not self.outcomes

    def is_doubtful(self) -> bool:
        self.doubts -= 1
        return self.doubts >= 0

    def run(self, _: object) -> Purged:
        outcome = self.outcomes.pop(0)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    def pass_by(self) -> None:
        daily(cast(Purge, self), self.counted.append, self.wait)


def test_it_purges_soon_after_the_start_and_then_once_a_day() -> None:
    days = Days(Purged(3, 2, 0, 0, 0, 0), NOTHING)

    days.pass_by()

    assert days.waited == [FIRST_SECONDS, DAY_SECONDS, DAY_SECONDS]
    assert [(each["decisions"], each["labels"]) for each in days.counted] == [(3, 2), (0, 0)]


def test_by_a_clock_far_ahead_nothing_is_erased_for_a_day(caplog: pytest.LogCaptureFixture) -> None:
    days = Days(NOTHING, doubts=1)

    days.pass_by()

    assert days.waited == [FIRST_SECONDS, DAY_SECONDS, DAY_SECONDS]
    assert len(days.counted) == 1
    assert "If the clock is wrong, put it right" in caplog.text


@pytest.mark.parametrize(
    ("error", "seconds"), [(StoreUnavailable("away", retry_after=1), AGAIN_SECONDS), (OSError(), DAY_SECONDS)]
)
def test_a_purge_that_fails_is_tried_again(error: Exception, seconds: float) -> None:
    days = Days(error, NOTHING)

    days.pass_by()

    assert days.waited[1] == seconds
    assert len(days.counted) == 1


def test_it_ends_with_the_service() -> None:
    days = Days()

    days.pass_by()

    assert days.counted == []


def job(folder: Path) -> TrainingJobs:
    (folder / "about.json").write_text(
        json.dumps({"title": "fit", "who": "Ann", "began_at": BEGAN.isoformat(timespec="seconds")})
    )
    (folder / "output").write_text("what it printed")
    (folder / "exit-code").write_text("0")
    return TrainingJobs(folder, {}, lambda: BEGAN)


def test_what_an_old_training_printed_is_removed_and_who_began_it(tmp_path: Path) -> None:
    jobs = job(tmp_path)

    assert not jobs.forget(BEGAN)
    assert jobs.forget(BEGAN + timedelta(days=1))

    assert jobs.latest() is None
    assert not {"about.json", "output", "exit-code"} & {path.name for path in tmp_path.iterdir()}
