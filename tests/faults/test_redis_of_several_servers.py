"""
A Redis Cluster and a primary behind Sentinels are used as one server is, and lose no more than the part that fails.
"""

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime

import pytest
import redis
from redis_servers import Cluster, RedisServer, Sentinels
from running_service import wait_until
from traffic_observer import Observer

from service.core.comment import Asked, Comment
from service.core.labels import Given, Label, Labelled, Source, Subject
from service.core.site import Limits, Site
from service.core.traffic import Observation
from service.label_memory import LabelMemory
from service.traffic.redis_client import connect

# What a busy machine must not turn into a fault; the query overrides the time-outs of `connect`.
PATIENT = "?socket_timeout=10&socket_connect_timeout=10"
# As for one server: twice the budget of 50 ms, and the rest for a busy machine.
BOUND = 2
SITE = "hamlet:{7}:site"
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)

PITCH = "We offer personal loans from two percent interest to people with bad credit, write us a note"
SPAM = Labelled(
    Subject("1", "1", Comment("Ann", PITCH), "hash of her e-mail"),
    Given("1", Label.SPAM, "Mod", Source.MODERATOR, 1.0, NOON),
)

Observe = Callable[[str], Observer]


class OneLabel:
    """
    A store with one label.
    """

    def version(self, site_id: int, since: datetime) -> str:
        return "1 1"

    def recent(self, site_id: int, since: datetime, most: int) -> list[Labelled]:
        return [SPAM]


@pytest.fixture
def observing() -> Iterator[Observe]:
    with ExitStack() as clients:

        def observing(url: str) -> Observer:
            client = connect(url)
            clients.callback(client.close)
            return Observer(client)

        yield observing


@pytest.fixture
def empty(redis_cluster: Cluster) -> Cluster:
    for node in redis_cluster.nodes:
        with node.client as client:
            client.flushall()
    return redis_cluster


@pytest.fixture
def paused() -> Iterator[Callable[[RedisServer], None]]:
    """
    Stop servers in their tracks, until the test ends.
    """
    stopped: list[RedisServer] = []

    def pause(server: RedisServer) -> None:
        server.send(signal.SIGSTOP)
        stopped.append(server)

    yield pause
    for server in stopped:
        server.send(signal.SIGCONT)
        wait_until(server.answers)


@pytest.fixture
def elsewhere(empty: Cluster) -> Iterator[RedisServer]:
    """
    Another node than the site's, from which its slot goes home when the test ends.
    """
    home = empty.node_of(SITE)
    other = next(node for node in empty.nodes if node is not home)
    yield other
    with empty.moving(SITE, other, home):
        pass


def timed(call: Callable[[], Observation]) -> Observation:
    start = time.monotonic()
    observation = call()
    assert time.monotonic() - start < BOUND
    return observation


def test_a_cluster_counts_to_the_exact_limit(empty: Cluster, observing: Observe) -> None:
    observers = [observing(empty.url + PATIENT) for _ in range(2)]

    seen = [observers[n % 2](ip="8.8.8.8", limits=Limits(key_per_minute=7)) for n in range(10)]

    assert [s.refused_for is None for s in seen] == [True] * 7 + [False] * 3
    assert not any(s.degraded for s in seen)


def test_a_cluster_keeps_a_site_on_one_node(empty: Cluster, observing: Observe) -> None:
    observing(empty.url + PATIENT)(name="Ann", ip="8.8.8.8", email="a@b.example", text="word " * 20, claim="c")

    with_keys = []
    for node in empty.nodes:
        with node.client as client:
            if client.dbsize():
                with_keys.append(node)
    assert with_keys == [empty.node_of(SITE)]


def test_a_label_in_a_cluster_is_heard_by_the_next_comment(empty: Cluster, observing: Observe) -> None:
    observe = observing(empty.url + PATIENT)
    memory = LabelMemory(observe.client, OneLabel(), secret=b"secret", clock=lambda: NOON, start=lambda work: work())

    memory.refresh(7)
    filled = observe(text=PITCH)
    memory.add(7, [SPAM])
    added_to = observe(text=PITCH)

    assert (filled.copies.spam, added_to.copies.spam) == (1.0, 1.0)


def test_a_script_that_a_node_forgot_is_sent_again_at_once(empty: Cluster, observing: Observe) -> None:
    observe = observing(empty.url + PATIENT)
    observe(ip="8.8.8.8")
    with empty.node_of(SITE).client as client:
        client.script_flush()

    seen = observe(ip="8.8.8.8")

    assert (seen.degraded, seen.flood) == (False, 0.4)


def test_a_node_that_hangs_costs_its_own_sites_a_moment_and_the_others_nothing(
    empty: Cluster, observing: Observe, paused: Callable[[RedisServer], None]
) -> None:
    observe, patient = observing(empty.url), observing(empty.url + PATIENT)
    for warm in (observe, patient):
        warm()
    observe.errors.clear()  # of a busy machine
    other = next(node for node in empty.nodes if node is not empty.node_of(SITE))
    paused(other)

    unharmed = patient(ip="8.8.8.8")
    paused(empty.node_of(SITE))
    harmed = timed(lambda: observe(ip="8.8.8.8"))

    assert (unharmed.degraded, harmed.degraded) == (False, True)
    assert observe.errors == ["timeout"]


def test_while_a_slot_moves_its_sites_cost_a_moment_and_then_are_found_where_it_went(
    empty: Cluster, observing: Observe, elsewhere: RedisServer
) -> None:
    observe = observing(empty.url + PATIENT)
    together = [Asked(Site(7, "blog", "k1"), Comment("Ann", f"{number} {PITCH}")) for number in range(24)]
    observe.traffic.observe(together)

    with empty.moving(SITE, empty.node_of(SITE), elsewhere):
        moving = timed(lambda: observe.traffic.observe(together)[-1])
    observe.clock.now += 60
    moved = observe.traffic.observe(together)

    assert moving.degraded
    assert not any(seen.degraded for seen in moved)


def test_a_cluster_of_which_nothing_is_there_is_as_a_dead_server(observing: Observe, empty: Cluster) -> None:
    observe = observing("redis+cluster://127.0.0.1:1,127.0.0.1:2")

    seen = timed(lambda: observe(ip="8.8.8.8"))

    assert seen.degraded
    assert observe.errors == ["connection"]
    assert not observe.traffic.ping()


def test_a_cluster_that_comes_back_is_used_again(empty: Cluster, paused: Callable[[RedisServer], None]) -> None:
    client = connect(empty.url + "?socket_timeout=0.5&socket_connect_timeout=0.5")
    for node in empty.nodes:
        node.send(signal.SIGSTOP)
    with pytest.raises(redis.ConnectionError):
        client.ping()
    for node in empty.nodes:
        node.send(signal.SIGCONT)
        wait_until(node.answers)

    def is_back() -> bool:
        try:
            return client.ping() is True
        except redis.RedisError:
            return False

    wait_until(is_back)

    client.close()


def test_after_a_failover_the_new_primary_is_found_and_knows_what_was_counted(
    redis_behind_sentinels: Sentinels, observing: Observe
) -> None:
    sentinels = redis_behind_sentinels
    observe = observing(sentinels.url + PATIENT)
    assert [observing(sentinels.url + PATIENT)(ip="8.8.8.8").flood for _ in range(3)] == [0.2, 0.4, 0.6]
    old = sentinels.primary()
    assert old
    replica = next(server for server in sentinels.servers if server is not old)
    with replica.client as client:
        wait_until(lambda: client.dbsize() > 0)
    observe(ip="9.9.9.9")
    old.stop()

    during = timed(lambda: observe(ip="9.9.9.9"))
    wait_until(lambda: sentinels.primary() is replica)
    observe.clock.now += 60
    after = observing(sentinels.url + PATIENT)(ip="8.8.8.8")
    again = timed(lambda: observe(ip="9.9.9.9"))

    assert during.degraded
    assert observe.errors == ["connection"]
    assert (after.degraded, after.flood) == (False, 0.8)
    assert not again.degraded
    sentinels.rejoin(old)


@pytest.mark.parametrize("url", ["redis+sentry://127.0.0.1/x", "redis+cluster://", "redis+cluster://:7000"])
def test_an_address_that_makes_no_sense_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="no "):
        connect(url)
