"""
Load by wrk: as many requests as a server answers over so many connections.
"""

import resource
import shutil
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from bench.machine import Busy
from bench.processes import Server, headers_for
from bench.samples import WORDS

FIGURES = ("throughput", "processor", "p50", "p99")
SCRIPT = Path(__file__).with_name("comments.lua")


@dataclass(frozen=True, slots=True)
class Round:
    """
    One measurement: requests a second, microseconds of processor time a request, milliseconds at two percentiles, and
    how many cores others kept busy meanwhile.
    """

    throughput: float
    processor: float
    p50: float
    p99: float
    foreign: float


def load(server: Server, folder: Path, connections: int, seconds: int) -> Round:
    """
    Return what a server does under load.

    Args:
        server: What to ask.
        folder: Where files for wrk are written.
        connections: How many, each with one request under way.
        seconds: How long.
    """
    if not shutil.which("wrk"):
        sys.exit("the load comes from wrk: sudo apt-get install wrk")
    body, words = folder / "body", folder / "words"
    body.write_text(server.body, encoding="utf-8")
    words.write_text("\n".join(WORDS), encoding="utf-8")
    headers = [part for header in headers_for(server).items() for part in header]
    options = ["-t1", f"-c{connections}", f"-d{seconds}s", "-s", str(SCRIPT)]
    command = ["wrk", *options, server.url, "--", str(body), str(words), *headers]
    busy, before, own = Busy.now(), server.processor_seconds(), _of_children()
    began = time.monotonic()
    output = subprocess.run(command, check=True, capture_output=True, text=True, timeout=seconds + 60).stdout
    passed = time.monotonic() - began
    spent = server.processor_seconds() - before
    foreign = Busy.now().cores_since(busy) - (spent + _of_children() - own) / passed
    line = next(line for line in output.splitlines() if line.startswith("RESULT "))
    requests, microseconds, p50, p99, errors = (int(value) for value in line.split()[1:])
    if errors or not requests:
        raise RuntimeError(f"{errors} of {requests} requests to {server.name} failed:\n{output}")
    return Round(requests / microseconds * 1e6, spent / requests * 1e6, p50 / 1000, p99 / 1000, max(0.0, foreign))


def median(rounds: list[Round], what: str) -> float:
    """
    Return the median of a figure over some rounds.
    """
    return float(statistics.median(getattr(each, what) for each in rounds))


def ratio(bare: list[Round], full: list[Round], what: str) -> tuple[float, float, float]:
    """
    Return the least, the median and the largest ratio of a figure, round by round.
    """
    ratios = sorted(getattr(ours, what) / getattr(theirs, what) for theirs, ours in zip(bare, full, strict=True))
    return ratios[0], statistics.median(ratios), ratios[-1]


def _of_children() -> float:
    # Of those that have ended, so wrk's.
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
