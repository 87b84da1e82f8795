"""
Ten minutes at half of what the service can do, with a fault every thirty seconds: `make soak`, or SECONDS=60 for less.
"""

import http.client
import itertools
import json
import os
import sqlite3
import statistics
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import numpy as np
from rich.console import Console

from bench import trouble
from bench.processes import Server, hamlet, headers_for, megabytes
from bench.promotions import two_versions
from bench.samples import COMMENTS

SECONDS = float(os.environ.get("SECONDS", "600"))
CALLERS, PROBE_SECONDS, FAULT_EVERY, WEIGH_EVERY = 8, 10.0, 30.0, 5.0
# Memory is what it was in this time once workers are new and their caches full, and what it is in as much at the end.
WEIGHED_SECONDS = 60.0
# How often a client asks, with the same key, when its connection broke or it is told to ask again.
ATTEMPTS = 12
LARGEST_GROWTH = 0.05


@dataclass
class Seen:
    """
    What clients saw: statuses, the parts that verdicts were given without, and the decisions that were acknowledged.
    """

    statuses: Counter[int] = field(default_factory=Counter)
    degraded: Counter[str] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)
    acknowledged: list[str] = field(default_factory=list)
    unrecorded: int = 0
    asked_again: int = 0
    unanswered: int = 0


class Callers:
    """
    Clients that keep their connections and post comments, each as soon as it can or at a steady rate altogether.
    """

    def __init__(self, server: Server, rate: float | None) -> None:
        self.seen = Seen()
        self._server, self._rate = server, rate
        self._stop, self._numbers, self._lock = threading.Event(), itertools.count(), threading.Lock()
        self._threads = [threading.Thread(target=self._call, args=(n,)) for n in range(CALLERS)]
        for thread in self._threads:
            thread.start()

    def stop(self) -> Seen:
        """
        Wait for the last answers, and return what was seen.
        """
        self._stop.set()
        for thread in self._threads:
            thread.join()
        return self.seen

    def _call(self, caller: int) -> None:
        address = urlsplit(self._server.url)
        connection = http.client.HTTPConnection(str(address.hostname), address.port, timeout=10)
        due = time.monotonic() + caller / (self._rate or 1)
        while not self._stop.wait(max(0.0, due - time.monotonic()) if self._rate else 0):
            # From the moment that it was due: who had to wait for the one before has waited, too.
            began = due if self._rate else time.monotonic()
            answer = self._ask(connection, address.path)
            with self._lock:
                self._note(answer, time.monotonic() - began)
            due += CALLERS / self._rate if self._rate else 0
        connection.close()

    def _ask(self, connection: http.client.HTTPConnection, path: str) -> tuple[int, bytes] | None:
        number = next(self._numbers)
        text = f"{COMMENTS[number % len(COMMENTS)]} w{number}"
        place = f"93.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
        body = json.dumps({"name": f"Reader {number}", "comment": text, "ip": place})
        headers = headers_for(self._server) | {"Idempotency-Key": f"soak-{id(self)}-{number}"}
        for attempt in range(ATTEMPTS):
            try:
                connection.request("POST", path, body, headers)
                response = connection.getresponse()
                status, content = response.status, response.read()
                if status != 409:
                    return status, content
                # A worker died with it in hand: the same key is decided anew when nobody can be at it any more.
                time.sleep(int(response.headers["Retry-After"]))
            except (OSError, http.client.HTTPException):
                connection.close()
            self.seen.asked_again += attempt == 0
        return None

    def _note(self, answer: tuple[int, bytes] | None, seconds: float) -> None:
        self.seen.seconds.append(seconds)
        if answer is None:
            self.seen.unanswered += 1
            return
        status, content = answer
        self.seen.statuses[status] += 1
        if status == 200:
            decision = json.loads(content)
            self.seen.degraded.update(decision["degraded"])
            if decision["recorded"]:
                self.seen.acknowledged.append(decision["id"])
            else:
                self.seen.unrecorded += 1


class Scales:
    """
    The memory of the service without Redis, every few seconds.
    """

    def __init__(self, server: Server) -> None:
        self.megabytes: list[float] = []
        self._server, self._stop = server, threading.Event()
        self._thread = threading.Thread(target=self._weigh)
        self._thread.start()

    def growth(self) -> tuple[float, float]:
        """
        Stop, and return the median of the minute after the first faults, and that of the last minute.
        """
        self._stop.set()
        self._thread.join()
        begin = int((len(trouble.FIRST) * FAULT_EVERY + PROBE_SECONDS) / WEIGH_EVERY)
        settled = self.megabytes[begin:] or self.megabytes
        minute = int(WEIGHED_SECONDS / WEIGH_EVERY)
        return statistics.median(settled[:minute]), statistics.median(settled[-minute:])

    def _weigh(self) -> None:
        while not self._stop.wait(WEIGH_EVERY):
            with suppress(OSError):
                self.megabytes.append(sum(megabytes(each, "Pss") for each in trouble.without_redis(self._server)))


def main() -> None:
    """
    Print what was asked, what was answered and what became of it; end with 1 if something was lost or leaked.
    """
    console = Console(width=120)
    with two_versions(), hamlet() as server:
        probe = Callers(server, None)
        time.sleep(PROBE_SECONDS)
        capacity = sum(probe.stop().statuses.values()) / PROBE_SECONDS
        console.print(f"{capacity:.0f} comments a second at most; {capacity / 2:.0f} from now on, {SECONDS:.0f} s")
        scales, callers = Scales(server), Callers(server, capacity / 2)
        for fault in _faults(SECONDS):
            console.print(f"  {fault.__name__.replace('_', ' ')}")
            fault(server)
        seen, (before, after) = callers.stop(), scales.growth()
        console.print(
            "megabytes: " + " ".join(f"{each:.0f}" for each in scales.megabytes[:: int(FAULT_EVERY / WEIGH_EVERY)])
        )
        lost = set(seen.acknowledged) - _stored(server)
    marks = _report(console, seen, lost, before, after)
    sys.exit(0 if marks else 1)


def _faults(seconds: float) -> Iterator[trouble.Fault]:
    began = time.monotonic()
    for number, fault in enumerate(itertools.chain(trouble.FIRST, itertools.cycle(trouble.AGAIN)), 1):
        due = began + number * FAULT_EVERY
        if due + FAULT_EVERY > began + seconds:
            time.sleep(max(0.0, began + seconds - time.monotonic()))
            return
        time.sleep(max(0.0, due - time.monotonic()))
        yield fault


def _report(console: Console, seen: Seen, lost: set[str], before: float, after: float) -> bool:
    p50, p99 = 1000 * np.quantile(seen.seconds, (0.5, 0.99))
    console.print(
        f"{len(seen.seconds):,} comments, by status {dict(seen.statuses)}; asked again {seen.asked_again}, "
        f"never answered {seen.unanswered}; p50 {p50:.0f} ms, p99 {p99:.0f} ms"
    )
    console.print(f"without a part: {dict(seen.degraded)}; not recorded, and said so: {seen.unrecorded}")
    console.print(f"{len(seen.acknowledged):,} decisions acknowledged, {len(lost)} of them lost")
    growth = after / before - 1
    console.print(f"memory without Redis: {before:.0f} MB, later {after:.0f} MB ({growth:+.1%})")
    failed = sum(count for status, count in seen.statuses.items() if status != 200)
    return not failed and not seen.unanswered and not lost and growth <= LARGEST_GROWTH


def _stored(server: Server) -> set[str]:
    with closing(sqlite3.connect(server.state / "hamlet.sqlite")) as store:
        return {row[0] for row in store.execute("SELECT id FROM decisions")}


if __name__ == "__main__":
    main()
