"""
The folds of a fit on two real workers of Dask, which are processes of their own.
"""

import operator
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner
from distributed import LocalCluster
from small_fit import DATA, ENGLISH, PARAMS, PARAMS_FILE
from uncovered import uncovered

from training.cli import main
from training.data.corpus import gather
from training.errors import BadWorkers
from training.fitting.workers import dask
from training.promotion import registry
from training.report.card import Origin
from training.train import train


@pytest.fixture(scope="module")
def scheduler() -> Iterator[str]:
    """
    The address of a scheduler with two workers.
    """
    with uncovered():
        cluster = LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None, host="127.0.0.1")
    with cluster:
        yield cluster.scheduler_address


def test_calls_are_answered_in_order_by_both_workers(scheduler: str) -> None:
    with dask(scheduler) as workers:
        numbers = [*workers(operator.add, 1, [(number,) for number in range(20)])]
        processes = {*workers(operator.call, os.getpid, [() for _ in range(20)])}

    assert numbers == [*range(1, 21)]
    assert len(processes) == 2
    assert os.getpid() not in processes


def test_a_fit_on_workers_is_the_fit_of_one_process_to_the_last_byte(scheduler: str, tmp_path: Path) -> None:
    origin = Origin(datetime(2026, 11, 23, tzinfo=UTC), None, "a test")
    given = [*DATA, "--params", str(PARAMS_FILE), "--out", str(tmp_path)]
    with uncovered():
        train(gather(ENGLISH, strict=True), PARAMS, tmp_path, "2026-11-23.1", origin)

    spread = CliRunner().invoke(main, ["fit", "--dask", scheduler, "--version", "2026-11-23.2", *given])

    assert spread.exit_code == 0, spread.output
    alone, on_workers = (registry.read_card(tmp_path / f"2026-11-23.{number}") for number in (1, 2))
    assert on_workers["files"]["scorer.npz"] == alone["files"]["scorer.npz"]
    assert on_workers["figures"] == alone["figures"]


def test_a_scheduler_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("training.fitting.workers.WAIT_SECONDS", 1)

    with (
        pytest.raises(BadWorkers, match="no scheduler with workers answers there"),
        dask("tcp://127.0.0.1:9"),
    ):
        pass


def test_a_stream_is_learned_from_on_one_machine() -> None:
    refused = CliRunner().invoke(main, ["fit", "--partial", "--dask", "tcp://127.0.0.1:9", *DATA])

    assert "--partial learns on this machine alone" in refused.output
