"""
The endpoint with everything on, a bare Flask echo, and other filters, side by side: throughput, processor time, waits.
"""

import time
import urllib.request
from contextlib import ExitStack
from pathlib import Path

from rich.console import Console
from rich.progress import track
from rich.table import Table

from bench import open_loop, peers, wrk
from bench.processes import Server, bare_flask, hamlet, headers_for
from bench.wrk import FIGURES, Round, median, ratio

CONNECTIONS = (16, 64)
SHARES = (0.1, 0.5, 0.8)
RATE = 200
SECONDS = 5


def measure(console: Console, folder: Path, rounds: int) -> None:
    """
    Print throughput, processor time and waits of all servers, and their ratios, from interleaved rounds.
    """
    with ExitStack() as running:
        ours, theirs = running.enter_context(hamlet()), running.enter_context(bare_flask())
        first = _first(ours)
        rspamd = running.enter_context(peers.rspamd_server())
        servers = [server for server in (theirs, ours, rspamd) if server]
        ready = ", ".join(f"{server.name} after {server.ready_after:.2f} s" for server in servers)
        console.print(f"ready: {ready}; Hamlet's first comment took {first:.0f} ms")
        found = {n: _rounds(servers, folder, n, rounds) for n in CONNECTIONS}
        resident, proportional = ours.worker_megabytes()
        console.print(f"memory of a worker under load: {resident:.0f} MB resident, {proportional:.0f} MB PSS")
        for connections, results in found.items():
            console.print(_table(connections, results))
        console.print(_waits(servers, median(found[CONNECTIONS[0]][ours.name], "throughput")))
    mail = peers.spamd_rate(folder, 2 * SECONDS)
    if mail:
        console.print(f"spamd (SpamAssassin, no network): {mail[0]:.0f} requests/s, {mail[1]:,.0f} us of CPU a request")


def _first(server: Server) -> float:
    body = server.body.replace("@ADDRESS@", "8.8.8.8").encode()
    asked = urllib.request.Request(server.url, body, headers_for(server))
    began = time.monotonic()
    with urllib.request.urlopen(asked, timeout=10) as answer:
        answer.read()
    return (time.monotonic() - began) * 1000


def _rounds(servers: list[Server], folder: Path, connections: int, rounds: int) -> dict[str, list[Round]]:
    for server in servers:
        wrk.load(server, folder, connections, 3)
    found: dict[str, list[Round]] = {server.name: [] for server in servers}
    for _ in track(range(rounds), f"{connections} connections", console=Console(stderr=True)):
        for server in servers:
            found[server.name].append(wrk.load(server, folder, connections, SECONDS))
    return found


def _table(connections: int, found: dict[str, list[Round]]) -> Table:
    first, *others = found
    count = len(found[first])
    table = Table(title=f"{connections} connections, median of {count} interleaved rounds of {SECONDS} s")
    for column in ("", "requests/s", "CPU us/request", "p50 ms", "p99 ms", "others' CPU (cores)"):
        table.add_column(column, justify="left" if not column else "right")
    for name, rounds in found.items():
        low, high = min(each.foreign for each in rounds), max(each.foreign for each in rounds)
        figures = [f"{median(rounds, what):,.1f}" for what in FIGURES]
        table.add_row(name, *figures, f"{low:.1f} to {high:.1f}")
    for name in others:
        ratios = (ratio(found[first], found[name], what) for what in FIGURES)
        table.add_row(f"{name} / {first}", *(f"{mid:.2f} ({low:.2f} to {high:.2f})" for low, mid, high in ratios), "")
    return table


def _waits(servers: list[Server], capacity: float) -> Table:
    table = Table(title=f"At a fixed rate, {SECONDS} s each; waits from the moment that a request is due")
    for column in ("requests/s", "", "p50 ms", "p99 ms", "p99.9 ms", "failed"):
        table.add_column(column, justify="left" if not column else "right")
    shares = [(f"{rate:,.0f} ({share:.0%} of Hamlet's most)", rate) for share in SHARES if (rate := share * capacity)]
    for shown, rate in [(f"{RATE}", float(RATE)), *shares]:
        for server in servers:
            waits = open_loop.at_rate(server, rate, SECONDS)
            figures = [f"{getattr(waits, what):.1f}" for what in ("p50", "p99", "p999")]
            table.add_row(shown, server.name, *figures, str(waits.failed))
    return table
