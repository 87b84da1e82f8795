"""
The processes that the service forks: what they share, and what happens when one of them dies.
"""

import json
import os
import re
import signal
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from load import Load
from running_service import SECONDS, RunningService, descendants, wait_until, write_model

Serve = Callable[..., AbstractContextManager[RunningService]]


def kilobytes(pid: int, *kinds: str) -> int:
    numbers = dict(re.findall(r"(\w+): +(\d+) kB", Path(f"/proc/{pid}/smaps_rollup").read_text()))
    return sum(int(numbers[kind]) for kind in kinds)


def test_the_parent_forks_without_threads_and_with_no_connection_open(serve: Serve) -> None:
    with serve() as service:
        service.moderate("Ann", "thanks")
        files = [str(each.readlink()) for each in Path(f"/proc/{service.process.pid}/fd").iterdir()]

        assert len(list(Path(f"/proc/{service.process.pid}/task").iterdir())) == 1
        assert len([each for each in files if each.startswith("socket:")]) == 2  # on which the two workers listen
        assert not [each for each in files if "sqlite" in each]


def test_a_worker_shares_most_of_its_memory_with_the_others(serve: Serve) -> None:
    with serve() as service:
        for number in range(20):
            service.moderate(f"Reader {number}", f"thanks {number}")

        for worker in service.workers():
            assert kilobytes(worker, "Private_Dirty", "Private_Clean") < kilobytes(worker, "Rss") / 2


def test_no_two_workers_give_the_same_ids(serve: Serve) -> None:
    with serve() as service, Load(service.port, service.key, clients=8) as load:
        wait_until(lambda: len(load.answers) > 200)
        load.stop()

    ids = load.ids()
    assert len(set(ids)) == len(ids)


def test_a_worker_that_replaces_another_has_the_model_that_was_promoted_meanwhile(serve: Serve) -> None:
    with serve(HAMLET_WORKERS="1") as service:
        write_model(service.folder / "models", "two")
        (before,) = service.workers()

        os.kill(before, signal.SIGKILL)
        wait_until(lambda: set(service.workers()) - {before})

        assert service.moderate("Ann", "thanks")["model"] == "two"


def test_workers_are_replaced_after_a_promotion_without_a_request_that_fails(serve: Serve) -> None:
    with serve() as service, Load(service.port, service.key, clients=4) as load:
        before = service.workers()

        write_model(service.folder / "models", "two")
        wait_until(lambda: service.counted('hamlet_workers_replaced_total{cause="model"}') == 2)
        load.stop()

        assert not set(before) & set(service.workers())
    assert load.lost == []
    assert set(load.statuses) == {200}
    assert load.answers[-1]["model"] == "two"


def test_upkeep_that_dies_is_started_again(serve: Serve) -> None:
    with serve() as service:
        (before,) = service.children("upkeep")

        os.kill(before, signal.SIGKILL)

        wait_until(lambda: set(service.children("upkeep")) - {before})


def test_the_embedded_valkey_comes_back_when_what_keeps_it_dies(serve: Serve) -> None:
    def degraded() -> list[str]:
        found: list[str] = service.moderate("Ann", "thanks")["degraded"]
        return found

    with serve() as service:
        (before,) = service.children("valkey")

        os.kill(before, signal.SIGKILL)

        wait_until(lambda: set(service.children("valkey")) - {before})
        wait_until(lambda: degraded() == [])


def test_ctrl_c_which_reaches_all_processes_ends_them_in_order(serve: Serve) -> None:
    with serve(HAMLET_DRAIN_SECONDS="60") as service:
        os.killpg(service.process.pid, signal.SIGINT)

        wait_until(lambda: service.request("GET", "/readyz").status == 503)
        accepted = service.post("/v1/comments", {"name": "Ann", "comment": "thanks"})
        os.killpg(service.process.pid, signal.SIGINT)  # the second skips the rest of the wait
        code = service.process.wait(SECONDS)

    assert json.loads(accepted.body)["verdict"] == "accept"
    assert code == 0


def test_a_terminal_that_closes_ends_none_of_them_and_workers_are_replaced_as_on_any_sighup(serve: Serve) -> None:
    with serve() as service:
        before = service.children("upkeep")

        os.killpg(service.process.pid, signal.SIGHUP)
        wait_until(lambda: service.counted('hamlet_workers_replaced_total{cause="age"}') == 2)

        assert service.counted('hamlet_workers_replaced_total{cause="died"}') == 0
        assert service.children("upkeep") == before


def test_where_workers_die_as_soon_as_they_start_the_service_gives_up(serve: Serve) -> None:
    with serve(HAMLET_WORKERS="1") as service:
        (first,) = service.workers()
        os.kill(first, signal.SIGKILL)
        wait_until(lambda: set(service.workers()) - {first})
        (second,) = set(service.workers()) - {first}
        left = descendants(service.process.pid)

        os.kill(second, signal.SIGKILL)
        code = service.process.wait(SECONDS)

    assert code == 1
    assert "giving up" in (service.folder / "log").read_text()
    wait_until(lambda: not any(Path(f"/proc/{process}").exists() for process in left))


@contextmanager
def allowed(processors: list[int]) -> Iterator[None]:
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, processors)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def test_workers_keep_to_a_processor_each_where_there_are_as_many_and_so_do_those_that_replace_them(
    serve: Serve,
) -> None:
    processors = sorted(os.sched_getaffinity(0))[:2]
    each = [{processor} for processor in processors]

    def kept(service: RunningService) -> list[set[int]]:
        return sorted((os.sched_getaffinity(worker) for worker in service.workers()), key=min)

    with allowed(processors), serve(HAMLET_WORKERS=str(len(processors))) as service:
        service.moderate("Ann", "thanks")
        at_first, died = kept(service), service.workers()[0]
        os.kill(died, signal.SIGKILL)
        wait_until(lambda: died not in service.workers() and len(service.workers()) == len(processors))
        wait_until(lambda: kept(service) == each)

    assert at_first == each


def test_other_numbers_of_workers_than_processors_keep_to_none(serve: Serve) -> None:
    processors = os.sched_getaffinity(0)
    workers = 3 if len(processors) == 2 else 2

    with serve(HAMLET_WORKERS=str(workers)) as service:
        service.moderate("Ann", "thanks")
        kept = [os.sched_getaffinity(worker) for worker in service.workers()]

    assert kept == [processors] * workers
