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
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from bench.machine import TICKS

# To be ready, and to end.
START_SECONDS = 60.0
WORKERS, THREADS = 2, 2
MODELS_DIR = "HAMLET_MODELS_DIR"
# Filled in by bench/comments.lua, or by `open_loop.request`.
BODY = '{"name": "Reader @WORD@", "comment": "@TEXT@ @WORD@", "ip": "@ADDRESS@"}'


@dataclass(frozen=True, slots=True)
class Server:
    """
    A running server: where it answers, how to call it (`body` as bench/comments.lua fills it in), how long it took to
    be ready (in seconds), its state folder, and processes of its own that it did not start.
    """

    name: str
    url: str
    key: str
    pid: int
    ready_after: float
    state: Path = Path()
    body: str = BODY
    beside: tuple[int, ...] = ()

    def processor_seconds(self) -> float:
        """
        Return the processor time of the server and all its descendants so far, Redis included.
        """
        return sum(cpu_seconds(pid) for root in (self.pid, *self.beside) for pid in descendants(root))

    def worker_megabytes(self) -> tuple[float, float]:
        """
        Return the memory of the largest worker: resident, and its proportional share (PSS) of it.
        """
        return max((megabytes(pid, "Rss"), megabytes(pid, "Pss")) for pid in named(self.pid, "hamlet-worker"))


def headers_for(server: Server) -> dict[str, str]:
    """
    Return the headers of a request.
    """
    return {"Content-Type": "application/json", "Authorization": f"Bearer {server.key}"}


def embedded(environ: Mapping[str, str], state: Path) -> dict[str, str]:
    """
    Return an environment for a Hamlet with a state folder of its own: of the settings only the models stay, so that
    nothing reaches a database or a Redis that is in use.
    """
    kept = {name: value for name, value in environ.items() if not name.startswith("HAMLET_") or name == MODELS_DIR}
    return kept | {"HAMLET_STATE_DIR": str(state)}


@contextmanager
def hamlet() -> Iterator[Server]:
    """
    Run Hamlet on embedded defaults, with everything on and the limits of one site switched off.
    """
    with tempfile.TemporaryDirectory(prefix="hamlet-bench-") as folder:
        log, state = Path(folder) / "log", Path(folder) / "var"
        settings = {"PORT": free_port(), "WORKERS": WORKERS, "THREADS": THREADS}
        environ = embedded(os.environ, state) | {f"HAMLET_{name}": str(value) for name, value in settings.items()}
        # As at every start but the first, and in the image: where nothing may be written it would be done at each.
        subprocess.run([sys.executable, "-m", "compileall", "-q", "service"], check=True)
        # There already, or whoever measures would be asked whether they meant another.
        state.mkdir(0o700)
        (state / "hamlet.sqlite").touch(0o600)
        command = [sys.executable, "-m", "service"]
        added = subprocess.check_output([*command, "sites", "add", "bench", "--json"], env=environ)
        off = ["--commenter-per-minute=0", "--commenter-per-hour=0", "--site-per-minute=0", "--key-per-minute=0"]
        subprocess.run([*command, "sites", "set", "bench", *off], env=environ, check=True, capture_output=True)
        base = f"http://127.0.0.1:{environ['HAMLET_PORT']}"
        with running([*command, "serve"], environ, log, partial(_answers, f"{base}/readyz")) as (pid, ready_after):
            yield Server("Hamlet", f"{base}/v1/comments", json.loads(added)["key"], pid, ready_after, state)


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
        running(command, dict(os.environ), Path(folder) / "log", partial(_answers, f"{url}ready")) as (
            pid,
            ready_after,
        ),
    ):
        yield Server("bare Flask echo", url, "", pid, ready_after)


def free_port() -> int:
    """
    Return a port of the loopback that nothing listens on.
    """
    return free_ports(1)[0]


def free_ports(count: int) -> list[int]:
    """
    Return so many different ports of the loopback that nothing listens on.
    """
    with ExitStack() as held:
        listeners = [held.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(count)]
        return [int(listener.getsockname()[1]) for listener in listeners]


def descendants(pid: int) -> list[int]:
    """
    Return a process and all that it started, itself first.
    """
    found = [pid]
    for parent in found:
        found += children(parent)
    return found


def children(pid: int) -> list[int]:
    """
    Return the processes that one has started.
    """
    return [int(child) for each in Path(f"/proc/{pid}/task").glob("*/children") for child in each.read_text().split()]


def named(pid: int, name: str) -> list[int]:
    """
    Return those of a process and all that it started that ps knows by a name, and that have not ended meanwhile.
    """
    found = []
    for process in descendants(pid):
        with suppress(OSError):
            if Path(f"/proc/{process}/comm").read_text().strip() == name:
                found.append(process)
    return found


@contextmanager
def running(
    command: list[str],
    environ: dict[str, str],
    log: Path,
    is_ready: Callable[[], bool],
    seconds: float = START_SECONDS,
) -> Iterator[tuple[int, float]]:
    """
    Run a server; give its process, and how long it took to be ready.

    Raises:
        ChildProcessError: it ends before it is ready, or is not within so many seconds.
        TimeoutExpired: it does not end within as many when it is told to, and was killed.
    """
    start = time.monotonic()
    with log.open("wb") as output:
        process = subprocess.Popen(command, env=environ, stdout=output, stderr=output)
    try:
        while not is_ready():
            if process.poll() is not None or time.monotonic() - start > seconds:
                raise ChildProcessError(f"{command[0]} did not start: {log.read_text()[-2000:]}")
            time.sleep(0.01)
        yield process.pid, time.monotonic() - start
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(timeout=seconds)
        finally:
            process.kill()  # which is nothing to one that has ended
            process.wait()


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


def megabytes(pid: int, what: str) -> float:
    """
    Return the memory of one process: what is resident (Rss), or its proportional share of that (Pss).
    """
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith(f"{what}:"))
