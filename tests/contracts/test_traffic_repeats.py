"""
Comments that come twice under the same idempotency key.
"""

from concurrent.futures import ThreadPoolExecutor

import pytest
import redis
from traffic_observer import Observer

from service.core.site import Limits

DAY = 86_400_000
PITCH = "I earn five hundred dollars a day from home with this simple trick, ask me how"


def test_the_first_with_a_claim_has_no_age(observe: Observer) -> None:
    assert observe(claim="17").claim_age is None


def test_a_claimed_comment_is_not_counted_again_but_learns_its_quota(observe: Observer) -> None:
    first = observe(ip="8.8.8.8", text=PITCH, claim="17")

    again = observe(ip="8.8.8.8", text=PITCH, claim="17")

    assert again.claim_age == pytest.approx(0, abs=15)
    assert again.quota == first.quota
    other = observe(ip="8.8.8.8", name="Laertes", text=PITCH, claim="18")
    assert (other.claim_age, other.flood, other.seen) == (None, 0.4, 2)


def test_the_age_of_a_claim_is_in_seconds(observe: Observer, counters: redis.Redis) -> None:
    observe(claim="17")
    (key,) = counters.keys("*:claim:*")
    assert 0 < counters.pttl(key) <= DAY
    counters.decrby(key, 90_000)

    assert observe(claim="17").claim_age == pytest.approx(90, abs=15)


def test_a_claim_is_answered_even_over_the_quota(observe: Observer) -> None:
    observe(claim="17", limits=Limits(key_per_minute=1))

    again = observe(claim="17", limits=Limits(key_per_minute=1))

    assert again.claim_age is not None
    assert (again.refused_for, again.quota.remaining) == (None, 0)


def test_of_fifty_with_the_same_claim_one_is_first(observe: Observer) -> None:
    with ThreadPoolExecutor(50) as threads:
        observations = list(threads.map(lambda _: observe(claim="17"), range(50)))

    assert sum(seen.claim_age is None for seen in observations) == 1


def test_an_observation_is_one_command(observe: Observer, counters: redis.Redis) -> None:
    observe(ip="8.8.8.8")
    before = counters.info("commandstats")

    observe(ip="8.8.8.8", email="o@elsinore.dk", text=PITCH, claim="17")

    after = counters.info("commandstats")
    assert after["cmdstat_evalsha"]["calls"] == before["cmdstat_evalsha"]["calls"] + 1
    assert after.get("cmdstat_eval") == before.get("cmdstat_eval")
