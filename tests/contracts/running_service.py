"""
The whole service as its processes, with a small model of our own.
"""

import hashlib
import http.client
import io
import json
import os
import random
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import closing, suppress
from pathlib import Path
from typing import Any, Self

import numpy as np

from service.store.engine import connect
from service.store.sites import Sites

LIMITS = ("commenter_per_minute", "commenter_per_hour", "site_per_minute", "key_per_minute")
WORDS = {"casino": 6.0, "thanks": -2.0, "pills": 1.5}
# How long what must happen may take: on a busy machine long, and nothing waits for it that happens.
SECONDS = 120


def write_model(
    models: Path,
    version: str = "tiny",
    taught: Mapping[str, Mapping[str, float]] | None = None,
    clues: Mapping[str, float] | None = None,
) -> Path:
    """
    Write a promoted model that knows three words: casino is spam, pills are held, thanks are accepted; and some clues,
    if they are given. `taught` are the words, with their weights, of which the labels of a site said something.
    """
    arrays: dict[str, Any] = {"intercept": np.float64(-2.0), "ngrams": np.array([2, 3])}
    arrays |= tables("", words=WORDS, clues=clues or {"is:nothing": 0.0}, characters={"zq": 0.5})
    arrays["adapted_sites"] = np.frombuffer(json.dumps([*(taught or {})]).encode(), dtype=np.uint8)
    for number, words in enumerate((taught or {}).values()):
        arrays |= tables(f"adapted_{number}_", words=words, clues={}, characters={})
        arrays[f"adapted_{number}_bounds"] = np.array([-2.0, 4.0])
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **arrays)
    folder = models / version
    folder.mkdir(parents=True)
    (folder / "scorer.npz").write_bytes(buffer.getvalue())
    digest = hashlib.sha256(buffer.getvalue()).hexdigest()
    thresholds = {"accept_below": 0.2, "reject_at": 0.95, "discard_at": 0.999}
    card = {"version": version, "files": {"scorer.npz": digest}, "thresholds": thresholds}
    (folder / "card.json").write_text(json.dumps(card))
    (models / "CURRENT").write_text(f"{version}\n")
    return models


def tables(prefix: str = "", **blocks: Mapping[str, float]) -> dict[str, Any]:
    """
    Return tables of a compiled model as arrays, by the blocks that they are of.
    """
    arrays: dict[str, Any] = {}
    for name, table in blocks.items():
        arrays[f"{prefix}{name}"] = np.frombuffer("\n".join(table).encode(), dtype=np.uint8)
        arrays[f"{prefix}{name}_weights"] = np.array(list(table.values()), dtype=np.float32)
    return arrays


def free_port() -> int:
    """
    Return a port on which nobody listens, and that is given to nobody else until this process ends: a server may take
    seconds to listen on it. The kernel gives out others, and a socket for UDP holds its number against other tests.
    """
    while True:
        port = random.randrange(10_081, 32_000)  # above 10080, which browsers refuse
        held = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            held.bind(("127.0.0.1", port))
            socket.create_server(("127.0.0.1", port)).close()
        except OSError:
            held.close()
            continue
        held.detach()  # and so open for good
        return port


def listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port)).close()
    except OSError:
        return False
    return True


def environment(folder: Path, **settings: str) -> dict[str, str]:
    """
    Return an environment whose state and model are in a folder, and without settings of whoever runs the tests.
    """
    folders = {"HAMLET_STATE_DIR": str(folder / "state"), "HAMLET_MODELS_DIR": str(folder / "models")}
    # No balancer has to notice, and every test would wait.
    ours = {"HAMLET_DRAIN_SECONDS": "0", **folders, **settings}
    return {name: value for name, value in os.environ.items() if not name.startswith(("HAMLET_", "COVERAGE_"))} | ours


def tracing() -> dict[str, str]:
    """
    Return what an environment needs for coverage to follow a process; that doubles what the process costs.
    """
    return {name: value for name, value in os.environ.items() if name.startswith("COVERAGE_")}


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "service", *arguments]


class RunningService:
    """
    `hamlet serve` on a free port, stopped at the end of its context.
    """

    def __init__(self, folder: Path, **settings: str) -> None:
        self.port = free_port()
        self.folder = folder
        self.environment = environment(folder, HAMLET_PORT=str(self.port), HAMLET_DEMO="true", **settings)

    def __enter__(self) -> Self:
        self.log = (self.folder / "log").open("wb")
        self.process = subprocess.Popen(
            command("serve"), env=self.environment, stdout=subprocess.PIPE, stderr=self.log, start_new_session=True
        )
        try:
            self._wait_for_it()
        except BaseException:
            self.__exit__()  # nobody else would stop it
            raise
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.stop(signal.SIGTERM)
        if self.process.stdout:
            self.process.stdout.close()
        self.log.close()

    def _wait_for_it(self) -> None:
        deadline = time.monotonic() + SECONDS
        while not self.answers():
            assert self.process.poll() is None, (self.folder / "log").read_text()
            assert time.monotonic() < deadline, (self.folder / "log").read_text()
            time.sleep(0.05)

    @property
    def key(self) -> str:
        return (self.folder / "state" / "demo-key").read_text().strip()

    def answers(self) -> bool:
        try:
            return self.request("GET", "/livez").status == 200
        except (OSError, http.client.HTTPException):
            return False

    def request(self, method: str, path: str, body: bytes = b"", **headers: str) -> "Answer":
        return request(self.port, method, path, body, **headers)

    def hamlet(self, *arguments: str) -> str:
        """
        Run a command beside it, and return what it printed.
        """
        done = subprocess.run(
            command(*arguments), env=self.environment, capture_output=True, text=True, timeout=300, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def moderate(self, name: str, comment: str) -> Any:
        answer = self.post("/v1/comments", {"name": name, "comment": comment})
        assert answer.status == 200, answer
        return json.loads(answer.body)

    def post(self, path: str, body: Any) -> "Answer":
        """
        Post something as JSON with the demo site's key.
        """
        headers = {"Authorization": f"Bearer {self.key}", "Content_Type": "application/json"}
        return self.request("POST", path, body if isinstance(body, bytes) else json.dumps(body).encode(), **headers)

    def lift_limits(self, **kept: int) -> None:
        """
        Put the limits of the demo site out of reach, but for some, before a worker has seen its key.
        """
        engine = connect(self.environment.get("HAMLET_DATABASE_URL", f"sqlite:///{self.folder}/state/hamlet.sqlite"))
        Sites(engine).configure("demo", limits=dict.fromkeys(LIMITS, 1_000_000) | kept)
        engine.dispose()

    def counted(self, metric: str) -> float:
        """
        Return a number from `/metrics`, over all of its labels where none are given; 0 if it is not there.
        """
        lines = self.request("GET", "/metrics").body.decode().splitlines()
        return sum(float(line.rpartition(" ")[2]) for line in lines if re.match(rf"{re.escape(metric)}[ {{]", line))

    def workers(self) -> list[int]:
        """
        Return the processes that answer.
        """
        return self.children("worker")

    def children(self, name: str) -> list[int]:
        """
        Return the processes that do one thing: worker, valkey or upkeep.
        """
        return [process for process in descendants(self.process.pid) if _name_of(process) == f"hamlet-{name}"]

    def stored(self) -> set[str]:
        """
        Return the ids of what is in the store, read as a power cut left it.
        """
        with closing(sqlite3.connect(self.folder / "state" / "hamlet.sqlite")) as store:
            return {row[0] for row in store.execute("SELECT id FROM decisions")}

    def log_lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in (self.folder / "log").read_text().splitlines()]

    def kill_all(self) -> None:
        """
        End all of its processes at once, as a power cut does. They are stopped first: whoever saw its parent go would
        begin to end in good order, and be killed while it writes down what coverage has seen.
        """
        processes = [self.process.pid, *descendants(self.process.pid)]
        for number in (signal.SIGSTOP, signal.SIGKILL):
            for process in processes:
                with suppress(ProcessLookupError):
                    os.kill(process, number)
        self.process.communicate()

    def stop(self, number: int) -> tuple[int, str]:
        """
        Send a signal and return the exit code and what was printed.
        """
        self.process.send_signal(number)
        out, _ = self.process.communicate(timeout=SECONDS)
        return self.process.returncode, out.decode()


class TracedService(RunningService):
    """
    A service that coverage follows, for tests that run what no others do.
    """

    def __init__(self, folder: Path, **settings: str) -> None:
        super().__init__(folder, **settings)
        self.environment |= tracing()


def request(port: int, method: str, path: str, body: bytes = b"", **headers: str) -> "Answer":
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=SECONDS)
    try:
        connection.request(method, path, body or None, {k.replace("_", "-"): v for k, v in headers.items()})
        response = connection.getresponse()
        return Answer(response.status, dict(response.getheaders()), response.read())
    finally:
        connection.close()


class Answer:
    def __init__(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.status, self.headers, self.body = status, {k.lower(): v for k, v in headers.items()}, body

    def __repr__(self) -> str:
        return f"{self.status} {self.body[:300]!r}"


def descendants(process: int) -> list[int]:
    """
    Return the processes below one, as /proc knows them: its children by age, then theirs.
    """
    parents: dict[int, int] = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal():
            try:
                parents[int(folder.name)] = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue  # it has ended meanwhile
    below = sorted(child for child, parent in parents.items() if parent == process)
    return below + [further for child in below for further in descendants(child)]


def _name_of(process: int) -> str:
    try:
        return Path(f"/proc/{process}/comm").read_text().strip()
    except OSError:
        return ""  # it has ended meanwhile


def wait_until(claim: Any, seconds: float = SECONDS) -> None:
    deadline = time.monotonic() + seconds
    while not claim():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)
