"""
What a site decided, period by period, on both engines.
"""

from datetime import UTC, datetime, timedelta

from stores import Store, decision, registered

from service.core.decision import Verdict
from service.store.sites import Sites
from service.store.statistics import Statistics, Tally

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def record(store: Store, moment: datetime, verdict: Verdict, number: int = 0) -> None:
    digits = f"{round(moment.timestamp() * 1000):012x}"
    store.record(decision(f"{digits[:8]}-{digits[8:]}-7{number:03}-8000-000000000000", verdict=verdict))


def test_every_period_has_its_own_decisions(store: Store) -> None:
    for number, verdict in enumerate((Verdict.ACCEPT, Verdict.ACCEPT, Verdict.HOLD, Verdict.REJECT)):
        record(store, NOON, verdict, number)
    record(store, NOON + HOUR, Verdict.REJECT)

    found = Statistics(store.engine).tallies(store.site.id, [NOON - HOUR, NOON, NOON + HOUR, NOON + 2 * HOUR])

    assert found == [Tally(), Tally(accepted=2, held=1, rejected=1), Tally(rejected=1)]
    assert [tally.total for tally in found] == [0, 4, 1]


def test_a_period_ends_a_millisecond_before_the_next(store: Store) -> None:
    record(store, NOON - timedelta(milliseconds=1), Verdict.HOLD)
    record(store, NOON, Verdict.ACCEPT)

    assert Statistics(store.engine).tallies(store.site.id, [NOON - HOUR, NOON]) == [Tally(held=1)]


def test_sites_are_counted_apart(store: Store) -> None:
    record(store, NOON, Verdict.ACCEPT)
    blog = registered(Sites(store.engine), "blog")

    assert Statistics(store.engine).tallies(blog.id, [NOON, NOON + HOUR]) == [Tally()]
