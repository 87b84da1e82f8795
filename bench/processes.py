"""
Servers as process trees: started on a free port, waited for, weighed and stopped.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
START_SECONDS = 30.0
WORKERS, THREADS = 2, 2


@dataclass(frozen=True, slots=True)
class Server:
    """
    A running server: where it answers, how to call it, how long it took to be ready (in seconds), and its state folder.
    """

    name: str
    url: str
    key: str
    pid: int
    ready_after: float
    state: Path = Path()

    def processor_seconds(self) -> float:
        """
        Return the processor time of the server and all its descendants so far, Redis included.
        """
        return sum(cpu_seconds(pid) for pid in descendants(self.pid))

    def worker_megabytes(self) -> float:
        """
        Return the resident memory of the largest process below the server, which is a worker.
        """
        return max(_resident_megabytes(pid) for pid in descendants(self.pid)[1:])


@contextmanager
def hamlet() -> Iterator[Server]:
    """
    Run Hamlet on embedded defaults, with everything on and the limits of one site switched off.
    """
    with tempfile.TemporaryDirectory(prefix="hamlet-bench-") as folder:
        log = Path(folder) / "log"
        environ = {
            **os.environ,
            "HAMLET_STATE_DIR": str(Path(folder) / "var"),
            "HAMLET_PORT": str(free_port()),
            "HAMLET_WORKERS": str(WORKERS),
            "HAMLET_THREADS": str(THREADS),
            "HAMLET_DEMO": "false",
        }
        command = [sys.executable, "-m", "service"]
        added = subprocess.check_output([*command, "sites", "add", "bench", "--json"], env=environ)
        off = ["--commenter-per-minute=0", "--commenter-per-hour=0", "--site-per-minute=0", "--key-per-minute=0"]
        subprocess.run([*command, "sites", "set", "bench", *off], env=environ, check=True, capture_output=True)
        base = f"http://127.0.0.1:{environ['HAMLET_PORT']}"
        with _running([*command, "serve"], environ, log, f"{base}/readyz") as (pid, ready_after):
            yield Server(
                "Hamlet", f"{base}/v1/comments", json.loads(added)["key"], pid, ready_after, Path(folder) / "var"
            )


@contextmanager
def bare_flask() -> Iterator[Server]:
    """
    Run a Flask view that parses JSON and gives it back, under the same server with as many workers.
    """
    port = free_port()
    options = [f"--workers={WORKERS}", f"--blocking-threads={THREADS}", f"--port={port}", "--log-level=error"]
    command = [sys.executable, "-m", "granian", "--interface=wsgi", "--http=1", *options, "bench.echo:app"]
    url = f"http://127.0.0.1:{port}/"
    with (
        tempfile.TemporaryDirectory(prefix="hamlet-bench-") as folder,
        _running(command, dict(os.environ), Path(folder) / "log", f"{url}ready") as (pid, ready_after),
    ):
        yield Server("bare Flask", url, "", pid, ready_after)


def free_port() -> int:
    """
    Return a port of the loopback that nothing listens on.
    """
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def descendants(pid: int) -> list[int]:
    """
    Return a process and all that it started, itself first.
    """
    found = [pid]
    for parent in found:
        for task in Path(f"/proc/{parent}/task").glob("*/children"):
            found.extend(int(child) for child in task.read_text().split())
    return found


@contextmanager
def _running(command: list[str], environ: dict[str, str], log: Path, ready: str) -> Iterator[tuple[int, float]]:
    start = time.monotonic()
    with log.open("wb") as output:
        process = subprocess.Popen(command, env=environ, stdout=output, stderr=output)
    try:
        while not _answers(ready):
            if process.poll() is not None or time.monotonic() - start > START_SECONDS:
                raise RuntimeError(f"{command} did not start: {log.read_text()[-2000:]}")
            time.sleep(0.01)
        yield process.pid, time.monotonic() - start
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(timeout=START_SECONDS)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:  # refused, or nobody takes the connection yet
        return False


def cpu_seconds(pid: int) -> float:
    """
    Return the processor time of one process so far.
    """
    # Fields 14 and 15 of proc(5): user and system time in clock ticks; the name before them may hold anything.
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def _resident_megabytes(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS:"))
