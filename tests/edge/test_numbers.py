"""
What `/metrics` says of decisions, of the queue and of the model, around fakes.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from service.accounting import Account
from service.core.decision import Decision, Reason, Verdict
from service.errors import StoreUnavailable
from service.gauges import Gauges
from service.metric_files import BYTES, exposition
from service.metric_folder import VARIABLE
from service.metrics import DECISIONS, LATENCY, PROBLEMS, REASONS, REPLAYED, SCORE, count_answers, main_reason
from service.store.queue import Length

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


@dataclass(frozen=True)
class FakeModel:
    version: str = "m1"
    created: datetime | None = NOON


def numbers(length: Length | StoreUnavailable, model: FakeModel | None = None) -> dict[str, float]:
    def read() -> Length:
        if isinstance(length, StoreUnavailable):
            raise length
        return length

    gauges = Gauges(read, lambda: model, lambda: NOON + timedelta(hours=1))
    return {sample.name: sample.value for family in gauges.collect() for sample in family.samples}


def decided(*reasons: Reason) -> Decision:
    return Decision("1", Verdict.HOLD, 0.5, -1.0, reasons, "Held.")


def answered(seconds: float, **more: Any) -> Account:
    return Account("r-1", "POST", 0.0, edge="api", seconds=seconds, **more)


def counted() -> dict[tuple[str, ...], float]:
    families = [
        family for metric in (DECISIONS, LATENCY, PROBLEMS, REASONS, REPLAYED, SCORE) for family in metric.collect()
    ]
    return {(each.name, *each.labels.values()): each.value for family in families for each in family.samples}


def grown(portions: Sequence[Sequence[Account]]) -> dict[tuple[str, ...], float]:
    """
    Return by how much answers, counted in portions, make each number grow.
    """
    before = counted()
    for portion in portions:
        count_answers(portion, is_breaker_open=False)
    growths = {key: value - before.get(key, 0.0) for key, value in counted().items()}
    return {key: growth for key, growth in growths.items() if growth and not key[0].endswith("_created")}


def test_the_queue_is_as_old_as_its_oldest_comment() -> None:
    assert numbers(Length(3, NOON)) == {"hamlet_queue_comments": 3, "hamlet_queue_oldest_seconds": 3600}


def test_an_empty_queue_has_no_age_and_a_clock_that_was_put_back_gives_none_either() -> None:
    assert numbers(Length(0, None))["hamlet_queue_oldest_seconds"] == 0
    assert numbers(Length(1, NOON + timedelta(days=1)))["hamlet_queue_oldest_seconds"] == 0


def test_without_the_store_the_model_is_told_all_the_same() -> None:
    told = numbers(StoreUnavailable("away"), FakeModel())

    assert told == {"hamlet_model_created_timestamp_seconds": NOON.timestamp()}


def test_a_model_whose_card_has_no_date_has_no_age() -> None:
    assert "hamlet_model_created_timestamp_seconds" not in numbers(Length(0, None), FakeModel(created=None))


def test_what_the_kernel_and_redis_do_not_say_is_left_out() -> None:
    gauges = Gauges(lambda: Length(0, None), lambda: None, lambda: NOON, lambda: 3, lambda: -1.5)

    told = {sample.name: sample.value for family in gauges.collect() for sample in family.samples}

    assert (told["hamlet_connections_open"], told["hamlet_redis_clock_skew_seconds"]) == (3, -1.5)
    assert not {"hamlet_connections_open", "hamlet_redis_clock_skew_seconds"} & {*numbers(Length(0, None))}


def test_the_last_purge_is_as_long_ago_as_the_clock_says_and_without_one_or_the_store_nothing_is_said() -> None:
    def told(purged: Callable[[], datetime | None]) -> dict[str, float]:
        gauges = Gauges(lambda: Length(0, None), lambda: None, lambda: NOON + timedelta(days=8), purged=purged)
        return {sample.name: sample.value for family in gauges.collect() for sample in family.samples}

    def away() -> datetime:
        raise StoreUnavailable("away")

    assert told(lambda: NOON)["hamlet_purge_age_seconds"] == 8 * 86_400
    assert not [name for purged in (lambda: None, away) for name in told(purged) if "purge" in name]


@pytest.mark.parametrize(
    ("reasons", "code"),
    [
        ((Reason("text", 2.0), Reason("campaign", 3.0), Reason("length_1", -4.0)), "campaign"),
        ((Reason("text", 9.0), Reason("flood", rule="flood")), "flood"),
        ((Reason("text", -1.0),), None),
        ((), None),
    ],
)
def test_the_main_reason_is_the_rule_that_decided_or_what_weighed_most_against(
    reasons: tuple[Reason, ...], code: str | None
) -> None:
    assert main_reason(decided(*reasons)) == code


def test_answers_given_together_count_as_many_as_one_after_the_other() -> None:
    held, accepted = decided(Reason("links", 2.0)), Decision("2", Verdict.ACCEPT, 0.015, -1.0, (), "Accepted.")
    answers = [
        answered(0.003, decision=held),
        answered(0.004, decision=held),
        answered(5.0, decision=accepted),
        answered(0.003, decision=held, replayed=True),
        answered(0.003, status=422, problem="invalid_field"),
    ]

    together = grown([answers])
    alone = grown([[each] for each in answers])

    assert together == pytest.approx(alone)
    assert together["hamlet_decisions_total", "api", "hold"] == 2
    assert together["hamlet_request_seconds_bucket", "api", "accept", "+Inf"] == 1
    assert together["hamlet_reasons_total", "links"] == 2


def test_a_process_that_died_before_it_counted_is_in_nobodys_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    file = tmp_path / "counter_4194305.db"  # of a process that no system has
    file.write_bytes(bytes(BYTES))

    told = exposition()

    assert told == b""
    assert file.stat().st_size < BYTES


def test_files_of_others_in_the_folder_of_numbers_are_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    for name in ("hamlet.db", "gauge_live_4194305.db.bak", "visits_4194305.db"):
        (tmp_path / name).write_bytes(b"x" * BYTES)

    told = exposition()

    assert told == b""
    assert {file.stat().st_size for file in tmp_path.iterdir()} == {BYTES}
    assert len([*tmp_path.iterdir()]) == 3
