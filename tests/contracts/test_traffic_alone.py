"""
The breaker, and the limits that one process keeps, on a clock of their own.
"""

from concurrent.futures import ThreadPoolExecutor

import pytest
from traffic_observer import Clock

from service.core.traffic import Quota
from service.traffic import local as local_traffic
from service.traffic.breaker import Breaker
from service.traffic.local import LocalTraffic, Window

MINUTE = Window("minute", 5, 60)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def breaker(clock: Clock) -> Breaker:
    return Breaker(clock)


@pytest.fixture
def local(clock: Clock) -> LocalTraffic:
    return LocalTraffic(workers=1, monotonic=clock)


def fail(breaker: Breaker, times: int) -> None:
    for _ in range(times):
        breaker.failed()


def test_two_failures_leave_it_closed(breaker: Breaker) -> None:
    fail(breaker, 2)

    assert not breaker.is_open
    assert breaker.admits()


def test_a_success_forgets_the_failures_before(breaker: Breaker) -> None:
    fail(breaker, 2)
    breaker.succeeded()
    fail(breaker, 2)

    assert not breaker.is_open


def test_three_failures_open_it_for_a_second(breaker: Breaker, clock: Clock) -> None:
    fail(breaker, 3)

    assert breaker.is_open
    assert not breaker.admits()
    clock.now += 1
    assert breaker.admits()


def test_there_is_one_probe_at_a_time(breaker: Breaker, clock: Clock) -> None:
    fail(breaker, 3)
    clock.now += 1

    with ThreadPoolExecutor(20) as threads:
        admitted = list(threads.map(lambda _: breaker.admits(), range(100)))

    assert sum(admitted) == 1


def test_pauses_double_up_to_half_a_minute(breaker: Breaker, clock: Clock) -> None:
    pauses = []
    fail(breaker, 3)

    for _ in range(7):
        start = clock.now
        while not breaker.admits():
            clock.now += 0.5
        breaker.failed()
        pauses.append(clock.now - start)

    assert pauses == [1, 2, 4, 8, 16, 30, 30]


def test_calls_that_fail_late_do_not_prolong_the_pause(breaker: Breaker, clock: Clock) -> None:
    fail(breaker, 20)
    clock.now += 1

    assert breaker.admits()


def test_a_successful_probe_closes_it_and_the_next_pause_is_short_again(breaker: Breaker, clock: Clock) -> None:
    fail(breaker, 3)
    clock.now += 1
    breaker.admits()

    breaker.succeeded()

    assert not breaker.is_open
    fail(breaker, 3)
    clock.now += 1
    assert breaker.admits()


def test_of_a_hundred_threads_exactly_the_allowed_number_pass_alone(local: LocalTraffic) -> None:
    with ThreadPoolExecutor(100) as threads:
        observations = list(threads.map(lambda _: local.observe([Window("site", 40, 60)], []), range(100)))

    assert sum(seen.refused_for is None for seen in observations) == 40


def test_alone_a_commenter_may_come_again_after_the_wait(local: LocalTraffic, clock: Clock) -> None:
    waits = [local.observe([], [MINUTE]).retry_after for _ in range(9)]

    clock.now += waits[-1] or 0

    assert waits[:5] == [None] * 5
    assert local.observe([], [MINUTE]).flood <= 1


def test_alone_the_previous_window_fades_and_goes(local: LocalTraffic, clock: Clock) -> None:
    for _ in range(4):
        local.observe([], [MINUTE])

    clock.now += 90
    assert local.observe([], [MINUTE]).flood == pytest.approx((4 * 0.5 + 1) / 5)
    clock.now += 120
    assert local.observe([], [MINUTE]).flood == pytest.approx(1 / 5)


def test_alone_a_refused_call_counts_nothing(local: LocalTraffic, clock: Clock) -> None:
    site = Window("site", 1, 60)
    local.observe([site], [MINUTE])

    refused = local.observe([site], [MINUTE])

    assert (refused.refused_for, refused.quota) == (120, Quota(1, 0, 120))
    clock.now += 120
    assert local.observe([site], [MINUTE]).flood == 0.2


def test_alone_the_wait_in_the_next_window_is_until_the_previous_one_has_faded(
    local: LocalTraffic, clock: Clock
) -> None:
    for _ in range(5):
        local.observe([MINUTE], [])

    clock.now += 60

    assert local.observe([MINUTE], []).refused_for == 12


def test_every_worker_may_send_at_least_one(clock: Clock) -> None:
    local = LocalTraffic(workers=8, monotonic=clock)

    assert local.observe([], [MINUTE]).flood == 1


def test_memory_is_bounded_and_the_busiest_are_kept(local: LocalTraffic) -> None:
    for n in range(local_traffic.MOST_COUNTERS + 500):
        local.observe([Window("site", 1_000_000, 60)], [Window(str(n), 5, 60)])

    assert len(local._counters) == local_traffic.MOST_COUNTERS
    assert "site" in local._counters
