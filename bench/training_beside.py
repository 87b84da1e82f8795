"""
What a training beside the service costs those who comment: `python -m bench.training_beside --data PATH …`.

A hundred comments a second, three times twenty seconds alone and then beside a job of /admin/models.
"""

import argparse
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from bench.processes import Server, hamlet
from bench.steady import Load, in_words
from service.training_jobs import TrainingJobs

SECONDS, TURNS = 20, 3


def main() -> None:
    """
    Print how long answers took alone and beside a training, and the ratio of the medians and of the 99th percentiles.
    """
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", action="append", required=True, help="labelled rows that take two minutes to fit")
    data = [option for path in parser.parse_args().data for option in ("--data", str(Path(path).resolve()))]
    with tempfile.TemporaryDirectory(prefix="hamlet-bench-") as folder, hamlet() as server:
        jobs = TrainingJobs(Path(folder) / "job", {}, lambda: datetime.now(UTC))
        Load(server, 3).answers()
        alone = [_waits(server, "alone") for _ in range(TURNS)]
        jobs.start("Train", "bench", ["fit", *data, "--out", str(Path(folder) / "models")])
        beside = [_waits(server, "beside a training") for _ in range(TURNS)]
        job = jobs.latest()
        print(
            "the training went on to the end" if job and job.is_running else "the training ended before: give it more"
        )
        for what, share in (("p50", 0.5), ("p99", 0.99)):
            before, then = (median(waits[int(len(waits) * share)] for waits in each) for each in (alone, beside))
            print(f"{what}: {then / before:.2f} times as long beside a training", flush=True)
        while (job := jobs.latest()) and job.is_running:
            time.sleep(1)


def _waits(server: Server, name: str) -> list[float]:
    answers = Load(server, SECONDS).answers()
    print(f"{name}: {in_words(answers)}", flush=True)
    return sorted(answer.seconds for answer in answers)


if __name__ == "__main__":
    main()
