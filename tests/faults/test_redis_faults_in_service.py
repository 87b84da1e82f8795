"""
A service whose Redis is in trouble decides all the same, in time, and says so.
"""

import json
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest
import redis
from redis_servers import RedisServer, one_server
from running_service import RunningService, wait_until, write_model


@pytest.fixture(scope="module")
def server() -> Iterator[RedisServer]:
    with one_server("--maxmemory-policy", "noeviction") as server:
        yield server


@pytest.fixture(scope="module")
def service(server: RedisServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningService]:
    folder = tmp_path_factory.mktemp("redis-faults")
    write_model(folder / "models")
    with RunningService(folder, HAMLET_WORKERS="1", HAMLET_REDIS_URL=server.url) as running:
        running.lift_limits()
        yield running


def is_stopped(server: RedisServer) -> Callable[[], None]:
    server.stop()
    return server.start


def hangs(server: RedisServer) -> Callable[[], None]:
    server.send(signal.SIGSTOP)
    return lambda: server.send(signal.SIGCONT)


def pauses_its_clients(server: RedisServer) -> Callable[[], None]:
    with server.client as client:
        client.client_pause(60_000)

    def mend() -> None:
        server.stop()  # who is paused cannot even ask to go on
        server.start()

    return mend


def is_full(server: RedisServer) -> Callable[[], None]:
    with server.client as client, suppress(redis.exceptions.OutOfMemoryError):
        client.config_set("maxmemory", "1mb")
        for number in range(1_000):
            client.set(f"filler:{number}", b"x" * 10_000)

    def mend() -> None:
        command(server, "CONFIG", "SET", "maxmemory", "0")
        command(server, "FLUSHALL")

    return mend


def is_a_replica(server: RedisServer) -> Callable[[], None]:
    command(server, "REPLICAOF", "127.0.0.1", "1")
    return lambda: command(server, "REPLICAOF", "NO", "ONE")


def has_too_few_replicas(server: RedisServer) -> Callable[[], None]:
    command(server, "CONFIG", "SET", "min-replicas-to-write", "1")
    return lambda: command(server, "CONFIG", "SET", "min-replicas-to-write", "0")


def command(server: RedisServer, *words: str) -> None:
    with server.client as client:
        client.execute_command(*words)


def decided(service: RunningService) -> dict[str, Any]:
    return dict(service.moderate("Ann", "thanks to all of you"))


def timed_out(service: RunningService) -> float:
    """
    Return how often a Redis that is well did not answer within the budget, as on a busy machine.
    """
    return service.counted('hamlet_traffic_errors_total{kind="timeout"}')


@pytest.fixture
def whole(service: RunningService) -> RunningService:
    """
    The service with a Redis that it uses: after a fault it tries again by itself.
    """
    wait_until(lambda: decided(service)["degraded"] == [])
    return service


@pytest.mark.no_cover
@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (is_stopped, "connection"),
        (hangs, "timeout"),
        (pauses_its_clients, "timeout"),
        (is_full, "oom"),
        (is_a_replica, "readonly"),
        (has_too_few_replicas, "other"),
    ],
    ids=lambda value: value if isinstance(value, str) else value.__name__,
)
def test_comments_are_decided_without_redis_and_in_time(
    whole: RunningService, server: RedisServer, fault: Callable[[RedisServer], Callable[[], None]], kind: str
) -> None:
    named = f'hamlet_traffic_errors_total{{kind="{kind}"}}'
    named_before, failed_before = whole.counted(named), whole.counted("hamlet_traffic_errors_total")
    lines = len(whole.log_lines())
    began = time.monotonic()
    mend = fault(server)

    answers = [decided(whole) for _ in range(6)]
    ready = whole.request("GET", "/readyz")
    named_after, failed_after = whole.counted(named), whole.counted("hamlet_traffic_errors_total")
    breakers = whole.counted("hamlet_traffic_breakers_open")
    mend()

    passed = time.monotonic() - began
    said = [line for line in whole.log_lines()[lines:] if line["logger"] == "hamlet.traffic"]
    # In time: after 800 ms they would be held.
    assert {(each["verdict"], *each["degraded"]) for each in answers} == {("accept", "traffic")}
    assert all(each["recorded"] for each in answers)
    assert (ready.status, json.loads(ready.body)["status"]) == (
        200,
        "degraded" if kind in ("connection", "timeout") else "ok",
    )
    # Then the breaker is open, but for probes. On a busy machine some may time out before they hear of the fault.
    assert 3 <= failed_after - failed_before < len(answers)
    assert named_after > named_before
    assert breakers == 1
    assert 1 <= len(said) <= passed + 1


def test_a_restart_costs_one_degraded_answer_at_most(whole: RunningService, server: RedisServer) -> None:
    server.stop(signal.SIGTERM)
    server.start()

    before = timed_out(whole)
    answers = [decided(whole) for _ in range(3)]

    assert sum(bool(each["degraded"]) for each in answers) <= 1 + timed_out(whole) - before


def test_a_flushed_script_costs_nothing(whole: RunningService, server: RedisServer) -> None:
    before = timed_out(whole)
    command(server, "SCRIPT", "FLUSH")

    assert decided(whole)["degraded"] == ["traffic"] * (timed_out(whole) > before)


def test_every_key_expires(whole: RunningService, server: RedisServer) -> None:
    decided(whole)

    with server.client as client:
        keys: list[bytes] = client.keys("*")
        lasting = [key for key in keys if client.ttl(key) < 0]

    assert keys
    assert lasting == []
