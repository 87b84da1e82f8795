"""
The endpoint with everything on against a bare Flask echo: throughput, processor time and latency.
"""

import json
import shutil
import statistics
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from rich.console import Console
from rich.progress import track
from rich.table import Table

from bench.processes import bare_flask, hamlet
from bench.samples import COMMENTS

ROUNDS = 4
SECONDS = 5
CONNECTIONS = (16, 64)
SCRIPT = Path(__file__).with_name("comments.lua")


@dataclass(frozen=True, slots=True)
class Round:
    """
    One measurement: requests a second, microseconds of processor time a request, milliseconds at two percentiles.
    """

    throughput: float
    processor: float
    p50: float
    p99: float


class Loaded(Protocol):
    """
    What can be put under load: where it answers, and the processor time that it has taken so far.
    """

    @property
    def name(self) -> str: ...
    @property
    def url(self) -> str: ...
    @property
    def key(self) -> str: ...
    def processor_seconds(self) -> float: ...


def measure(console: Console, folder: Path) -> None:
    """
    Print throughput and processor time of both servers, and their ratios, from interleaved rounds.
    """
    if not shutil.which("wrk"):
        sys.exit("the load comes from wrk: sudo apt-get install wrk")
    bodies = write_bodies(folder)
    with hamlet() as ours, bare_flask() as theirs:
        console.print(f"ready after {ours.ready_after:.2f} s; bare Flask after {theirs.ready_after:.2f} s")
        plan = [(n, server) for _ in range(ROUNDS) for n in CONNECTIONS for server in (theirs, ours)]
        rounds: dict[tuple[int, str], list[Round]] = {}
        for server in (ours, theirs):
            load(server, bodies, CONNECTIONS[0], seconds=2)
        for connections, server in track(plan, "rounds", console=Console(stderr=True)):
            rounds.setdefault((connections, server.name), []).append(load(server, bodies, connections, SECONDS))
        console.print(f"resident memory of a worker under load: {ours.worker_megabytes():.0f} MB")
    for connections in CONNECTIONS:
        console.print(_table(connections, rounds[connections, theirs.name], rounds[connections, ours.name]))


def write_bodies(folder: Path) -> Path:
    """
    Write what wrk sends to a file, and return it.
    """
    bodies = folder / "bodies.jsonl"
    bodies.write_text("\n".join(_bodies()) + "\n", encoding="utf-8")
    return bodies


def _bodies() -> Iterator[str]:
    for comment in COMMENTS:
        body = {"name": "Reader @WORD@", "comment": f"{comment} @WORD@", "ip": "@ADDRESS@"}
        yield json.dumps(body, ensure_ascii=False)


def load(server: Loaded, bodies: Path, connections: int, seconds: int) -> Round:
    """
    Have wrk post comments for some seconds, and return what came of it.
    """
    options = ["-t1", f"-c{connections}", f"-d{seconds}s", "-s", str(SCRIPT)]
    command = ["wrk", *options, server.url, "--", str(bodies), server.key]
    before = server.processor_seconds()
    output = subprocess.run(command, check=True, capture_output=True, text=True, timeout=seconds + 30).stdout
    spent = server.processor_seconds() - before
    line = next(line for line in output.splitlines() if line.startswith("RESULT "))
    requests, microseconds, p50, p99, errors = (int(value) for value in line.split()[1:])
    if errors:
        raise RuntimeError(f"{errors} of {requests} requests to {server.name} failed:\n{output}")
    return Round(requests / microseconds * 1e6, spent / requests * 1e6, p50 / 1000, p99 / 1000)


def _table(connections: int, bare: list[Round], full: list[Round]) -> Table:
    table = Table(title=f"{connections} connections, median of {ROUNDS} interleaved rounds of {SECONDS} s")
    for column in ("", "requests/s", "CPU us/request", "p50 ms", "p99 ms"):
        table.add_column(column, justify="left" if not column else "right")
    for name, rounds in (("bare Flask echo", bare), ("Hamlet", full)):
        table.add_row(name, *(f"{median(rounds, what):,.1f}" for what in Round.__dataclass_fields__))
    ratios = (ratio(bare, full, what) for what in Round.__dataclass_fields__)
    table.add_row("Hamlet / bare", *(f"{middle:.2f} ({low:.2f} to {high:.2f})" for low, middle, high in ratios))
    return table


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
