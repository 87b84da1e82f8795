"""
What a training beside the service costs those who comment: `python -m bench.training_beside --data PATH …`.

A hundred comments a second for twenty seconds, alone and beside a job of /admin/models, in turns.
"""

import argparse
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from bench.processes import hamlet
from bench.steady import Load, in_words
from service.training_jobs import TrainingJobs

SECONDS, TURNS = 20, 3


def main() -> None:
    """
    Print how long answers took alone and beside a training, and the ratio of the medians and of the 99th percentiles.
    """
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", action="append", required=True, help="labelled rows to train on; a minute's work")
    data = [option for path in parser.parse_args().data for option in ("--data", str(Path(path).resolve()))]
    found: dict[str, list[list[float]]] = {"alone": [], "beside a training": []}
    with tempfile.TemporaryDirectory(prefix="hamlet-bench-") as folder, hamlet() as server:
        Load(server, 3).answers()
        for turn in range(TURNS):
            for name, waits in found.items():
                jobs = TrainingJobs(Path(folder) / f"job-{turn}", {}, lambda: datetime.now(UTC))
                if name != "alone":
                    jobs.start("Train", "bench", ["fit", *data, "--out", str(Path(folder) / f"models-{turn}")])
                answers = Load(server, SECONDS).answers()
                job = jobs.latest()
                print(f"{name}: {in_words(answers)}" + (f"; still training: {job.is_running}" if job else ""))
                waits.append(sorted(answer.seconds for answer in answers))
                while (job := jobs.latest()) and job.is_running:
                    Load(server, 1).answers()
    for what, share in (("p50", 0.5), ("p99", 0.99)):
        alone, beside = (median(waits[int(len(waits) * share)] for waits in each) for each in found.values())
        print(f"{what}: {beside / alone:.2f} times as long beside a training")


if __name__ == "__main__":
    main()
