"""
What a second replica brings: throughput and processor time a request, side by side. `make bench-cluster`.
"""

import tempfile
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench import machine
from bench.cluster import cluster
from bench.processes import Server
from bench.wrk import FIGURES, Round, load, median, ratio

ROUNDS, SECONDS, CONNECTIONS = 4, 5, 16


def main() -> None:
    """
    Print medians of interleaved rounds with one and two replicas, and their ratios; about a minute and a half.
    """
    console = Console(width=120)
    console.print(f"{machine.name()}; a worker each")
    with tempfile.TemporaryDirectory(prefix="hamlet-bench-") as folder, cluster() as (_, balancers):
        rounds: dict[str, list[Round]] = {each.name: [] for each in balancers}
        for each in balancers:
            load(each, Path(folder), CONNECTIONS, seconds=2)
        for _ in range(ROUNDS):
            for each in balancers:
                rounds[each.name].append(load(each, Path(folder), CONNECTIONS, SECONDS))
    console.print(_table(balancers, rounds))


def _table(balancers: list[Server], rounds: dict[str, list[Round]]) -> Table:
    table = Table(title=f"{CONNECTIONS} connections, median of {ROUNDS} interleaved rounds of {SECONDS} s")
    for column in ("", "requests/s", "CPU us/request", "p50 ms", "p99 ms"):
        table.add_column(column, justify="left" if not column else "right")
    for each in balancers:
        table.add_row(each.name, *(f"{median(rounds[each.name], what):,.1f}" for what in FIGURES))
    one, two = (rounds[each.name] for each in balancers)
    ratios = (ratio(one, two, what) for what in FIGURES)
    table.add_row("2 / 1", *(f"{middle:.2f} ({low:.2f} to {high:.2f})" for low, middle, high in ratios))
    return table


if __name__ == "__main__":
    main()
