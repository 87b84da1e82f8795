"""
Processes that are told to end, grow old, or are killed while clients wait for answers.
"""

import json
import os
import signal
import socket
import sqlite3
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack, closing
from pathlib import Path

from load import Load
from running_service import SECONDS, RunningService, wait_until

from service.processes.server import LOOK_SECONDS

Serve = Callable[..., AbstractContextManager[RunningService]]


def test_a_stop_under_load_fails_readiness_first_and_answers_all_that_was_asked(serve: Serve) -> None:
    with (
        serve(is_traced=True, HAMLET_DRAIN_SECONDS="2") as service,
        Load(service.port, service.key, clients=4, leaves=True) as load,
    ):
        wait_until(lambda: len(load.answers) > 50)

        service.process.send_signal(signal.SIGTERM)
        wait_until(lambda: service.request("GET", "/readyz").status == 503)
        readiness = service.request("GET", "/readyz")
        accepted = service.post("/v1/comments", {"name": "Ann", "comment": "thanks"})
        load.stop()
        code = service.process.wait(SECONDS)

    assert json.loads(readiness.body)["checks"]["worker"] == "this worker is about to end"
    assert (accepted.status, accepted.headers["connection"]) == (200, "close")
    assert load.lost == []
    assert set(load.statuses) == {200}
    assert code == 0
    events = [line["event"] for line in service.log_lines() if line["logger"] == "hamlet.server"]
    assert events == [
        "draining: not ready for 2 s, then what was accepted is answered",
        "drained: all workers have ended",
    ]
    assert not [line for line in service.log_lines() if line["logger"] == "granian"]  # of workers that had to be killed


def test_a_second_signal_skips_the_wait(serve: Serve) -> None:
    with serve(is_traced=True, HAMLET_DRAIN_SECONDS="60") as service:
        service.process.send_signal(signal.SIGTERM)
        wait_until(lambda: service.request("GET", "/readyz").status == 503)

        code, _ = service.stop(signal.SIGTERM)

    assert code == 0


def test_workers_are_replaced_one_after_the_other_without_a_request_that_fails(serve: Serve) -> None:
    with serve(is_traced=True) as service, Load(service.port, service.key, clients=4) as load:
        wait_until(lambda: len(load.answers) > 50)
        before = service.workers()

        service.process.send_signal(signal.SIGHUP)  # what happens to each after HAMLET_WORKER_LIFETIME
        wait_until(lambda: not set(before) & set(service.workers()))
        wait_until(lambda: service.counted('hamlet_workers_replaced_total{cause="age"}') == 2)
        load.stop()

    assert load.lost == []
    assert set(load.statuses) == {200}


def test_a_stop_while_the_last_worker_is_replaced_does_not_wait_for_the_next_look(serve: Serve) -> None:
    with serve(HAMLET_WORKERS="1", HAMLET_DRAIN_SECONDS="0") as service:
        before = service.workers()
        service.process.send_signal(signal.SIGHUP)
        wait_until(lambda: set(service.workers()) - set(before))
        began = time.monotonic()

        code, _ = service.stop(signal.SIGTERM)

    assert code == 0
    assert time.monotonic() - began < LOOK_SECONDS / 2


def test_a_worker_that_dies_is_replaced_before_the_others_have_been_for_their_age(serve: Serve) -> None:
    def causes() -> list[str]:
        events = [line["event"] for line in service.log_lines()]
        return [event for event in events if event.startswith("a worker was replaced")]

    with serve(HAMLET_WORKERS="3") as service:
        before = service.workers()

        service.process.send_signal(signal.SIGHUP)
        wait_until(lambda: set(service.workers()) - set(before))
        os.kill(max(before), signal.SIGKILL)  # the last to be replaced
        wait_until(lambda: len(causes()) == 3)

        assert causes() == [f"a worker was replaced ({cause})" for cause in ("age", "died", "age")]


def test_a_killed_worker_loses_nothing_that_was_acknowledged_and_is_replaced(serve: Serve) -> None:
    with serve(is_traced=True) as service, Load(service.port, service.key, clients=4) as load:
        wait_until(lambda: len(load.answers) > 100)
        before = service.workers()

        os.kill(before[0], signal.SIGKILL)
        wait_until(lambda: len(set(service.workers()) - set(before)) == 1)
        wait_until(lambda: service.counted('hamlet_workers_replaced_total{cause="died"}') == 1)
        asked_after = len(load.answers)
        wait_until(lambda: len(load.answers) > asked_after + 50)
        load.stop()

        assert set(load.ids()) <= service.stored()
    assert set(load.statuses) == {200}
    assert len(load.lost) <= 4  # what the killed one had under way, at most one for each client


def test_kept_connections_are_spread_over_the_workers(serve: Serve) -> None:
    with serve(is_traced=True) as service, ExitStack() as opened:
        before = {pid: sockets_of(pid) for pid in service.workers()}

        for _ in range(64):
            opened.enter_context(socket.create_connection(("127.0.0.1", service.port), timeout=5))

        # A fair coin gives one of two fewer than that once in 30,000 times.
        wait_until(lambda: all(sockets_of(pid) >= before[pid] + 16 for pid in before))


def test_while_a_killed_worker_is_replaced_new_connections_go_to_the_other(serve: Serve) -> None:
    with serve(is_traced=True) as service:
        before = service.workers()

        os.kill(before[0], signal.SIGKILL)
        wait_until(lambda: set(service.workers()) - set(before))
        (starting,) = set(service.workers()) - set(before)
        os.kill(starting, signal.SIGSTOP)
        try:
            statuses = [service.request("GET", "/livez").status for _ in range(20)]
        finally:
            os.kill(starting, signal.SIGCONT)

        assert statuses == [200] * 20


def sockets_of(pid: int) -> int:
    return sum(str(each.readlink()).startswith("socket:") for each in Path(f"/proc/{pid}/fd").iterdir())


def test_after_everything_was_killed_every_acknowledged_decision_and_label_is_there(serve: Serve) -> None:
    labelled: list[str] = []
    with serve(is_traced=True) as service:
        with Load(service.port, service.key, clients=4) as load:
            wait_until(lambda: len(load.answers) > 100)
            for each in load.ids()[:20]:
                answer = service.post(f"/v1/comments/{each}/label", {"label": "ham"})
                assert answer.status == 200, answer
                labelled.append(each)
            service.kill_all()
        acknowledged = load.ids()

    with serve(is_traced=True) as service:
        found = service.request("GET", f"/v1/comments/{acknowledged[-1]}", Authorization=f"Bearer {service.key}")
        with closing(sqlite3.connect(service.folder / "state" / "hamlet.sqlite")) as store:
            labels = {row[0] for row in store.execute("SELECT decision_id FROM labels WHERE label = 'ham'")}
        lost = set(acknowledged) - service.stored()

    assert found.status == 200
    assert len(acknowledged) > 100
    assert lost == set()
    assert labels == set(labelled)
