"""
What a comment gets while Redis is in trouble: every fault is made for real.
"""

import logging
import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import redis
from traffic_observer import Observer

from service.core.comment import Asked, Comment
from service.core.site import Limits, Site
from service.core.traffic import Observation
from service.processes.valkey import EmbeddedValkey, url_of
from service.traffic.redis_client import connect

# Twice the budget of 50 ms, for connecting and for the answer, and the rest for a busy machine. Left to itself redis-py
# takes 3.5 s for a server that is away, and 5.9 s for one that hangs.
BOUND = 2
# What a busy machine must not turn into a fault; the query overrides the time-outs of `connect`.
PATIENT = "?socket_timeout=10&socket_connect_timeout=10"
# A socket that answers nothing, or not what was asked.
Answer = bytes | None


def timed(call: Callable[[], Observation]) -> Observation:
    """
    Return what the call returns, if it does not take too long.
    """
    start = time.monotonic()
    observation = call()
    assert time.monotonic() - start < BOUND
    return observation


@contextmanager
def impostor(path: Path, answer: Answer) -> Iterator[str]:
    """
    Accept connections, and answer whatever comes with the same bytes, or not at all.
    """
    accepted: list[socket.socket] = []

    def serve() -> None:
        while True:
            try:
                connection, _ = server.accept()
            except OSError:
                return
            accepted.append(connection)
            if answer is not None:
                connection.recv(65536)
                connection.sendall(answer)

    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))
        server.listen()
        thread = threading.Thread(target=serve)
        thread.start()
        yield f"unix://{path}"
        server.shutdown(socket.SHUT_RDWR)
        thread.join()
    for connection in accepted:
        connection.close()


def asked(count: int) -> list[Asked]:
    return [Asked(Site(7, "blog", "k1"), Comment("Ann", "hello", ip="8.8.8.8"))] * count


@pytest.fixture
def observe(server: EmbeddedValkey) -> Iterator[Observer]:
    with connect(server.url + PATIENT) as client:
        yield Observer(client)


@pytest.fixture
def hasty(server: EmbeddedValkey) -> Iterator[Observer]:
    with connect(server.url) as client:
        yield Observer(client)


def test_nothing_listens(tmp_path: Path) -> None:
    observe = Observer(connect(f"unix://{tmp_path}/nothing.sock"))

    seen = timed(lambda: observe(ip="8.8.8.8"))

    assert (seen.degraded, seen.flood, seen.seen) == (True, 0.2, 1)
    assert observe.errors == ["connection"]
    assert not observe.traffic.ping()


def test_nothing_listens_on_a_port() -> None:
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        observe = Observer(connect(f"redis://127.0.0.1:{reserved.getsockname()[1]}"))

        seen = timed(lambda: observe())

    assert seen.degraded
    assert observe.errors == ["connection"]


def test_the_server_stops_between_two_comments(tmp_path: Path) -> None:
    with EmbeddedValkey(tmp_path) as server:
        observe = Observer(connect(server.url + PATIENT))
        assert not observe().degraded

    seen = timed(lambda: observe())

    assert seen.degraded
    assert observe.errors == ["connection"]


def test_the_server_is_paused(hasty: Observer, admin: redis.Redis) -> None:
    admin.client_pause(1000)

    seen = timed(lambda: hasty())

    assert seen.degraded
    assert hasty.errors == ["timeout"]
    assert not hasty.traffic.ping()


def test_the_server_is_stopped_in_its_tracks(hasty: Observer, admin: redis.Redis) -> None:
    process = admin.info("server")["process_id"]
    os.kill(process, signal.SIGSTOP)
    try:
        seen = timed(lambda: hasty())
    finally:
        os.kill(process, signal.SIGCONT)

    assert seen.degraded
    assert hasty.errors == ["timeout"]


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (None, "timeout"),
        (b"+OK\r\n", "other"),
        (b"*1\r\n:1\r\n", "other"),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "other"),
        (b"-NOREPLICAS Not enough good replicas to write.\r\n", "other"),
        (b"-LOADING the dataset\r\n", "connection"),
        (b"-ERR Error running script: @user_script:1: -READONLY You can't write\r\n", "readonly"),
    ],
)
def test_a_socket_says_nothing_or_nonsense(tmp_path: Path, answer: Answer, kind: str) -> None:
    with impostor(tmp_path / "s", answer) as url:
        observe = Observer(connect(url))

        seen = timed(lambda: observe())

        observe.client.close()
    assert seen.degraded
    assert observe.errors == [kind]


def test_the_memory_is_full(observe: Observer, admin: redis.Redis) -> None:
    admin.config_set("maxmemory-policy", "noeviction")
    admin.config_set("maxmemory", "1mb")
    admin.config_set("appendonly", "no")
    with pytest.raises(redis.exceptions.OutOfMemoryError):
        for n in range(1000):
            admin.set(f"filler:{n}", b"x" * 10_000)

    seen = timed(lambda: observe())

    assert seen.degraded
    assert observe.errors == ["oom"]


def test_with_our_own_policy_a_full_memory_forgets_the_oldest(observe: Observer, admin: redis.Redis) -> None:
    admin.config_set("maxmemory", "3mb")
    for n in range(1000):
        admin.set(f"filler:{n}", b"x" * 10_000, px=86_400_000)

    seen = observe()

    assert not seen.degraded


def test_the_primary_becomes_a_replica(observe: Observer, admin: redis.Redis) -> None:
    observe()
    admin.replicaof("127.0.0.1", "1")

    seen = timed(lambda: observe())

    assert seen.degraded
    assert observe.errors == ["readonly"]
    assert isinstance(observe.client, redis.Redis)
    assert observe.client.connection_pool._available_connections[0]._sock is None
    admin.replicaof("NO", "ONE")
    assert not observe().degraded


def test_there_are_too_few_replicas(observe: Observer, admin: redis.Redis) -> None:
    admin.config_set("min-replicas-to-write", "1")

    seen = timed(lambda: observe())

    assert seen.degraded
    assert observe.errors == ["other"]


def test_a_flushed_script_is_sent_again_at_once(observe: Observer, admin: redis.Redis) -> None:
    observe(ip="8.8.8.8")
    admin.script_flush()

    seen = observe(ip="8.8.8.8")

    assert (seen.degraded, seen.flood) == (False, 0.4)
    assert observe.errors == []


def test_a_script_that_is_missing_is_sent_for_all_that_are_observed_together(
    observe: Observer, admin: redis.Redis
) -> None:
    admin.script_flush()

    seen = observe.traffic.observe(asked(3))

    assert [(each.degraded, each.flood) for each in seen] == [(False, 0.2), (False, 0.4), (False, 0.6)]
    assert observe.errors == []


def test_comments_that_are_observed_together_wait_once_for_a_server_that_is_silent(tmp_path: Path) -> None:
    with impostor(tmp_path / "s", None) as url:
        observe = Observer(connect(url))
        start = time.monotonic()

        seen = observe.traffic.observe(asked(100))

        assert time.monotonic() - start < BOUND
        observe.client.close()
    assert all(each.degraded for each in seen)
    assert observe.errors == ["timeout"]


def test_after_an_answer_that_was_cut_short_nobody_reads_the_rest(tmp_path: Path) -> None:
    half = b"*10\r\n" + b":1\r\n" * 10
    with impostor(tmp_path / "s", half) as url:
        observe = Observer(connect(url))

        together = observe.traffic.observe(asked(2))
        alone = observe(ip="8.8.8.9")

        observe.client.close()
    assert [each.degraded for each in together] == [True, True]
    assert not alone.degraded


def test_a_restarted_server_is_used_again_and_remembers(tmp_path: Path) -> None:
    with EmbeddedValkey(tmp_path) as server:
        observe = Observer(connect(server.url + PATIENT))
        observe(ip="8.8.8.8")
    with EmbeddedValkey(tmp_path):
        again = [observe(ip="8.8.8.8") for _ in range(2)]
        observe.client.close()

    assert sum(seen.degraded for seen in again) <= 1
    assert again[-1].flood >= 0.4


def test_no_comment_waits_for_a_dead_server(tmp_path: Path) -> None:
    with impostor(tmp_path / "s", None) as url:
        observe = Observer(connect(url))
        for _ in range(3):
            observe()
        assert observe.traffic.is_breaker_open
        start = time.monotonic()

        observations = [observe() for _ in range(500)]

        assert time.monotonic() - start < BOUND
        observe.client.close()
    assert all(seen.degraded for seen in observations)
    assert len(observe.errors) == 3


def test_a_probe_finds_that_the_server_is_back(tmp_path: Path) -> None:
    path = tmp_path / "valkey.sock"
    observe = Observer(connect(url_of(path) + PATIENT))
    for _ in range(3):
        observe()

    with EmbeddedValkey(tmp_path, path):
        before = observe()
        observe.clock.now += 1
        probe = observe()
        observe.client.close()

    assert before.degraded
    assert not probe.degraded
    assert not observe.traffic.is_breaker_open


def test_alone_a_worker_keeps_its_share_of_the_limits(tmp_path: Path) -> None:
    observe = Observer(connect(f"unix://{tmp_path}/nothing.sock"), workers=2)

    observations = [observe(ip="8.8.8.8", limits=Limits(commenter_per_minute=4, key_per_minute=6)) for _ in range(4)]

    assert [seen.flood for seen in observations[:3]] == [0.5, 1.0, 1.5]
    assert observations[2].retry_after == 100
    assert observations[3].refused_for == 80


def test_the_log_has_a_line_a_second_and_nothing_personal(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    observe = Observer(connect(f"unix://{tmp_path}/nothing.sock"))
    caplog.set_level(logging.DEBUG)

    for _ in range(3):
        observe(name="Ophelia", ip="8.8.8.8")
    observe.clock.now += 1
    observe(name="Ophelia", ip="8.8.8.8")

    records = [record for record in caplog.records if record.name == "hamlet.traffic"]
    assert len(records) == 2
    assert not any(word in caplog.text for word in ("Ophelia", "8.8.8.8"))
