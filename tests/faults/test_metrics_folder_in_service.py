"""
A service whose folder of metrics is full answers all the same, those workers too that start on a full disk.
"""

import os
import signal
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from running_service import RunningService, wait_until

Serve = Callable[..., AbstractContextManager[RunningService]]


def fill(disk: Path) -> Path:
    """
    Leave no byte of a disk, and return what took it.
    """
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file, pytest.raises(OSError, match="No space left"):
        while True:
            file.write(b"x" * 4096)
    return filler


def test_numbers_go_on_while_their_disk_is_full_and_no_worker_dies(serve: Serve, small_disk: Path) -> None:
    with serve(HAMLET_METRICS_DIR=str(small_disk / "metrics"), HAMLET_WORKERS="1") as service:
        workers = service.workers()
        fill(small_disk)

        verdicts = {service.moderate("Ann", f"thanks for number {number}")["verdict"] for number in range(20)}
        verdicts |= {service.moderate("", f"casino number {number}")["verdict"] for number in range(20)}
        refused = service.request("POST", "/v1/comments", b"{}").status
        counted = service.counted("hamlet_decisions_total")

        assert service.workers() == workers
    assert (verdicts, refused, counted) == ({"accept", "reject"}, 401, 40)


def test_a_store_in_the_folder_of_metrics_survives_the_next_start(serve: Serve, tmp_path: Path) -> None:
    shared = {"HAMLET_METRICS_DIR": str(tmp_path), "HAMLET_DATABASE_URL": f"sqlite:///{tmp_path}/hamlet.db"}
    with serve(**shared, HAMLET_WORKERS="1") as service:
        answer = service.moderate("Ann", "thanks to all of you")
        service.kill_all()
    counted = {file.name for file in tmp_path.glob("counter_*.db")}

    with serve(**shared, HAMLET_WORKERS="1") as service:
        bearer = f"Bearer {service.key}"
        found = service.request("GET", f"/v1/comments/{answer['id']}", Authorization=bearer).status
        numbers = service.request("GET", "/metrics").status
        left = {file.name for file in tmp_path.glob("counter_*.db")}

    assert (answer["recorded"], found, numbers) == (True, 200, 200)
    assert counted and not counted & left


def test_what_a_dead_worker_counted_stays_and_what_was_reserved_for_it_does_not(serve: Serve, tmp_path: Path) -> None:
    metrics = tmp_path / "metrics"
    with serve(HAMLET_METRICS_DIR=str(metrics), HAMLET_WORKERS="1") as service:
        (old,) = service.workers()
        service.moderate("Ann", "thanks to all of you")
        counted = service.counted("hamlet_decisions_total")
        files = {file.name: file.stat().st_size for file in metrics.glob(f"*_{old}.db")}
        os.kill(old, signal.SIGKILL)
        wait_until(lambda: service.workers() not in ([], [old]) and service.answers())

        again = service.counted("hamlet_decisions_total")
        left = {file.name: file.stat().st_size for file in metrics.glob(f"*_{old}.db")}

    assert (counted, again) == (1, 1)
    assert set(left) == {name for name in files if not name.startswith("gauge_live")}
    assert all(left[name] < files[name] for name in left)


def test_a_worker_that_starts_on_a_full_disk_answers_and_says_that_it_does_not_count(
    serve: Serve, small_disk: Path
) -> None:
    with serve(HAMLET_METRICS_DIR=str(small_disk / "metrics"), HAMLET_WORKERS="1") as service:
        (old,) = service.workers()
        service.moderate("Ann", "thanks to all of you")
        filler = fill(small_disk)
        os.kill(old, signal.SIGKILL)
        wait_until(lambda: service.workers() not in ([], [old]) and service.answers())

        answer = service.moderate("Ann", "thanks to all of you again")
        numbers = service.request("GET", "/metrics").status
        (new,) = service.workers()
        filler.unlink()

    assert (answer["verdict"], answer["recorded"], numbers) == ("accept", True, 200)
    assert new != old
    assert [line for line in service.log_lines() if line["logger"] == "hamlet.metrics"]
