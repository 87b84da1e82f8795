"""
What is over a limit, counted by a real server.
"""

from concurrent.futures import ThreadPoolExecutor

import pytest
import redis
from traffic_observer import Author, Observer, pass_time

from service.core.comment import Asked, Claim, Comment
from service.core.site import Limits, Site
from service.core.traffic import Quota

READER = Author(ip="8.8.8.8")
# What a busy machine may take between two comments; by so much less is there to wait.
SECONDS = 15
PITCH = "I earn five hundred dollars a day from home with this simple trick, ask me how"


def test_five_comments_in_a_minute_are_no_flood(observe: Observer) -> None:
    observations = [observe(**READER) for _ in range(5)]

    assert [seen.flood for seen in observations] == [0.2, 0.4, 0.6, 0.8, 1.0]
    assert {seen.retry_after for seen in observations} == {None}


def test_a_sixth_comment_in_a_minute_is_a_flood_and_says_when_to_come_again(observe: Observer) -> None:
    for _ in range(5):
        observe(**READER)

    sixth = observe(**READER)

    assert sixth.flood == 1.2
    # 60 s to the next window, then 20 more until 6 * 40 / 60 leaves room for one.
    assert 80 - SECONDS <= (sixth.retry_after or 0) <= 80
    assert sixth.refused_for is None


def test_attempts_over_the_limit_are_counted_too(observe: Observer) -> None:
    last = [observe(**READER) for _ in range(60)][-1]

    assert last.flood == 12.0


def test_a_slow_flood_is_seen_by_the_hour(observe: Observer, counters: redis.Redis) -> None:
    for _ in range(20):
        observe(**READER)
        pass_time(counters, 130)

    assert observe(**READER).flood == pytest.approx(21 / 20)


def test_a_commenter_may_come_again_after_the_wait(observe: Observer, counters: redis.Redis) -> None:
    waits = [observe(**READER).retry_after for _ in range(8)]

    pass_time(counters, waits[-1] or 0)

    assert observe(**READER).flood <= 1


def test_half_a_window_later_half_of_the_previous_window_counts(observe: Observer, counters: redis.Redis) -> None:
    for _ in range(4):
        observe(**READER)

    pass_time(counters, 90)

    assert observe(**READER).flood == pytest.approx((4 * 0.5 + 1) / 5, abs=0.05)


def test_two_windows_later_nothing_counts(observe: Observer, counters: redis.Redis) -> None:
    for _ in range(9):
        observe(**READER)

    pass_time(counters, 120)

    assert observe(limits=Limits(commenter_per_hour=0), **READER).flood == 0.2


def test_a_clock_that_is_behind_after_a_failover_keeps_the_counts(observe: Observer, counters: redis.Redis) -> None:
    for _ in range(5):
        observe(**READER)

    pass_time(counters, -3600)

    assert observe(**READER).flood == 1.2


@pytest.mark.parametrize("limits", [Limits(key_per_minute=40), Limits(site_per_minute=40)])
def test_of_a_hundred_threads_exactly_the_allowed_number_pass(observe: Observer, limits: Limits) -> None:
    with ThreadPoolExecutor(100) as threads:
        observations = list(threads.map(lambda _: observe(limits=limits), range(100)))

    assert not any(seen.degraded for seen in observations)
    assert sum(seen.refused_for is None for seen in observations) == 40
    assert sorted(seen.quota.remaining for seen in observations if seen.refused_for is None) == list(range(40))


def test_of_a_hundred_threads_exactly_the_allowed_number_are_no_flood(observe: Observer) -> None:
    with ThreadPoolExecutor(100) as threads:
        observations = list(threads.map(lambda _: observe(**READER), range(100)))

    assert sorted(seen.flood for seen in observations) == [pytest.approx(n / 5) for n in range(1, 101)]


def test_a_refused_call_counts_nothing_and_leaves_no_claim(observe: Observer, counters: redis.Redis) -> None:
    limits = Limits(key_per_minute=1)
    observe(limits=limits, text=PITCH, **READER)
    before = {key: counters.type(key) for key in counters.scan_iter()}

    refused = observe(limits=limits, text=PITCH, claim="42", **READER)

    assert 120 - SECONDS <= (refused.refused_for or 0) <= 120
    assert (refused.flood, refused.seen, refused.claim_age) == (0, 1, None)
    assert {key: counters.type(key) for key in counters.scan_iter()} == before
    pass_time(counters, 120)
    assert observe(limits=limits, text=PITCH, claim="42", **READER).flood == pytest.approx(0.2, abs=0.01)


def test_a_refused_caller_may_come_again_after_the_wait(observe: Observer, counters: redis.Redis) -> None:
    limits = Limits(site_per_minute=3)
    refused = [observe(limits=limits) for _ in range(4)][-1].refused_for

    pass_time(counters, refused or 0)

    assert observe(limits=limits).refused_for is None


def test_into_the_next_window_the_wait_is_until_the_previous_one_has_faded(
    observe: Observer, counters: redis.Redis
) -> None:
    limits = Limits(site_per_minute=5)
    for _ in range(5):
        observe(limits=limits)

    pass_time(counters, 60)

    # 5 fade to 4, a fifth of a minute later.
    assert 0 < (observe(limits=limits).refused_for or 0) <= 12


def test_the_quota_is_the_tighter_of_key_and_site(observe: Observer) -> None:
    by_key = observe(limits=Limits(key_per_minute=10, site_per_minute=600)).quota
    by_site = observe(limits=Limits(key_per_minute=600, site_per_minute=5)).quota

    assert (by_key.limit, by_key.remaining) == (10, 9)
    assert (by_site.limit, by_site.remaining) == (5, 3)
    assert all(120 - SECONDS <= quota.reset <= 120 for quota in (by_key, by_site))


def test_a_limit_of_nought_is_off(observe: Observer) -> None:
    limits = Limits(0, 0, 0, 0)

    last = [observe(limits=limits, **READER) for _ in range(30)][-1]

    assert (last.flood, last.refused_for, last.quota, last.degraded) == (0, None, Quota(0, 0, 0), False)


def test_comments_that_are_observed_together_are_counted_one_after_the_other(observe: Observer) -> None:
    site = Site(7, "blog", "k1", limits=Limits(key_per_minute=6))
    asked = [Asked(site, Comment("Ann", PITCH, ip="8.8.8.8"), Claim(f"id:{number % 7}", "")) for number in range(8)]

    seen = observe.traffic.observe(asked)

    assert [each.flood for each in seen[:6]] == [0.2, 0.4, 0.6, 0.8, 1.0, 1.2]
    assert [each.quota.remaining for each in seen] == [5, 4, 3, 2, 1, 0, 0, 0]
    assert [each.refused_for is not None for each in seen] == [False] * 6 + [True, False]
    assert [each.claim_age is not None for each in seen] == [False] * 7 + [True]


def test_what_waits_for_redis_can_be_worked_on_meanwhile_unless_it_has_just_refused(observe: Observer) -> None:
    asked = [Asked(Site(7, "blog", "k1", Limits(key_per_minute=2)), Comment("Ann", "Hello"))]
    called: list[int] = []

    seen = [observe.traffic.observe(asked, lambda: called.append(1))[0] for _ in range(4)]

    assert [each.refused_for is None for each in seen] == [True, True, False, False]
    assert len(called) == 3
