"""
What a training beside the service costs those who comment: `python -m bench.training_beside --data PATH …`.

A hundred comments a second, in turns: fifteen seconds with a job of /admin/models stopped, and fifteen beside it. What
else the machine does meanwhile, it does to both; the ratios are the medians of ten pairs.
"""

import argparse
import os
import signal
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

import numpy as np

from bench.processes import Server, cpu_seconds, hamlet
from bench.steady import Load, in_words
from service.training_jobs import TrainingJobs

SECONDS, TURNS = 15, 10
SHARES = {"p50": 0.5, "p99": 0.99}


def main() -> None:
    """
    Print how long answers took alone and beside a training, turn by turn, and the ratios of their medians and of their
    99th percentiles.
    """
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", action="append", required=True, help="labelled rows that take three minutes to fit")
    data = [option for path in parser.parse_args().data for option in ("--data", str(Path(path).resolve()))]
    with tempfile.TemporaryDirectory(prefix="hamlet-bench-") as folder, hamlet() as server:
        jobs = TrainingJobs(Path(folder) / "job", {}, lambda: datetime.now(UTC))
        Load(server, 3).answers()
        jobs.start("Train", "bench", ["fit", *data, "--out", str(Path(folder) / "models")])
        try:
            _compare(server, Path(folder) / "job", lambda: bool((job := jobs.latest()) and job.is_running))
        finally:
            jobs.stop()


def _compare(server: Server, job: Path, is_running: Callable[[], bool]) -> None:
    group = int((job / "process-group").read_text(encoding="utf-8"))
    ratios: dict[str, list[float]] = {name: [] for name in SHARES}
    for _ in range(TURNS):
        os.killpg(group, signal.SIGSTOP)
        try:
            alone = _waits(server, "alone")
        finally:
            os.killpg(group, signal.SIGCONT)
        before = _taken(group)
        beside = _waits(server, "beside a training")
        if not is_running():
            print("the training ended before: give it more")
            break
        print(f"the training took {_taken(group) - before:.1f} s of {SECONDS} s of one processor")
        for name, share in SHARES.items():
            ratios[name].append(float(np.quantile(beside, share) / np.quantile(alone, share)))
    for name, found in ratios.items():
        of_each = ", ".join(f"{each:.2f}" for each in sorted(found))
        print(f"{name}: {median(found):.2f} times as long beside a training, the median of {of_each}")


def _taken(group: int) -> float:
    """
    Return the processor time of a group of processes so far, in seconds.
    """
    pids = [int(path.name) for path in Path("/proc").glob("[0-9]*")]
    return sum(cpu_seconds(pid) for pid in pids if _group_of(pid) == group)


def _group_of(pid: int) -> int | None:
    try:
        return os.getpgid(pid)
    except ProcessLookupError:  # it has ended since
        return None


def _waits(server: Server, name: str) -> list[float]:
    answers = Load(server, SECONDS).answers()
    print(f"{name}: {in_words(answers)}", flush=True)
    return [answer.seconds for answer in answers]


if __name__ == "__main__":
    main()
