"""
Replicas whose clocks are wrong: limits and claims go by the clock of Redis, and by how much they differ is told.
"""

import time
from collections.abc import Callable

import pytest
import redis

from service.core.comment import Asked, Claim, Comment
from service.core.site import Limits, Site
from service.core.traffic import Observation
from service.traffic.observing import Traffic
from service.traffic.redis_client import connect

HOUR = 3600.0
LIMIT = 40
REPLICAS = (0.0, HOUR, -HOUR)


def replica(counters: redis.Redis, ahead: float) -> Traffic:
    """
    Return the traffic of a replica whose clock is so many seconds ahead.
    """
    return Traffic(counters, secret=b"secret", workers=1, on_error=lambda _: None, clock=lambda: time.time() + ahead)


@pytest.fixture
def ask(counters: redis.Redis) -> Callable[..., Observation]:
    """
    Return what asks one of three replicas after the other.
    """
    replicas = [replica(counters, ahead) for ahead in REPLICAS]

    def ask(number: int, limits: Limits, claim: str | None = None) -> Observation:
        site = Site(id=7, name="blog", key_id="k1", limits=limits)
        comment = Comment(name="Ann", comment="hello", ip="8.8.8.8")
        asked = Asked(site, comment, Claim(claim, "digest") if claim else None)
        return replicas[number % len(replicas)].observe([asked])[0]

    return ask


def test_exactly_the_allowed_number_pass_whatever_the_replicas_clocks_say(ask: Callable[..., Observation]) -> None:
    seen = [ask(number, Limits(key_per_minute=LIMIT)) for number in range(LIMIT + 10)]

    assert [each.refused_for is None for each in seen] == [True] * LIMIT + [False] * 10
    assert all(each.refused_for <= 120 for each in seen[LIMIT:] if each.refused_for is not None)


def test_a_flood_is_one_whatever_the_replicas_clocks_say(ask: Callable[..., Observation]) -> None:
    assert [ask(number, Limits()).flood for number in range(6)] == [0.2, 0.4, 0.6, 0.8, 1.0, 1.2]


def test_a_claim_is_no_older_than_it_is_whatever_the_replicas_clocks_say(ask: Callable[..., Observation]) -> None:
    first, *later = [ask(number, Limits(), claim="c") for number in range(4)]

    assert first.claim_age is None
    assert all(each.claim_age is not None and each.claim_age < 60 for each in later)


@pytest.mark.parametrize("ahead", REPLICAS)
def test_how_far_the_clocks_are_apart_is_told(counters: redis.Redis, ahead: float) -> None:
    told = replica(counters, ahead).skew()

    assert told == pytest.approx(-ahead, abs=60)


def test_without_redis_nothing_is_told_of_its_clock() -> None:
    with connect("redis://127.0.0.1:1") as client:
        assert Traffic(client, secret=b"secret", workers=1, on_error=lambda _: None).skew() is None
