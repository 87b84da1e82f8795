"""
One commit for several decisions against one for each, in the thread that records: SQLite, and PostgreSQL if asked for.
"""

import os
import time
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table
from uuid_utils import uuid7

from bench.samples import COMMENTS
from service.core.comment import Asked, Comment
from service.core.decision import Decision, Reason, Verdict
from service.core.site import Site
from service.store.decisions import Decisions
from service.store.engine import connect
from service.store.keys import id_of
from service.store.schema import migrate
from service.store.sites import Sites

TOGETHER = (1, 4, 16, 32)
RECORDED = 640
POSTGRESQL = "BENCH_POSTGRESQL"


def measure(console: Console, folder: Path) -> None:
    """
    Print what a recorded decision costs by how many share a transaction.
    """
    urls = {"SQLite": f"sqlite:///{folder}/commits.sqlite", "PostgreSQL": os.environ.get(POSTGRESQL, "")}
    table = Table(
        title="Decisions a transaction, per decision: microseconds of CPU of the worker, and until it is stored"
    )
    for column in ("", *(f"{count} together" for count in TOGETHER)):
        table.add_column(column, justify="left" if not column else "right")
    for name, url in urls.items():
        if url:
            table.add_row(name, *(f"{cpu:,.0f}, {wall:,.0f}" for cpu, wall in _costs(url)))
    console.print(table)


def _filled(decisions: Decisions, site: Site, count: int, together: int) -> tuple[float, float]:
    """
    Record so many decisions, so many together; return the microseconds of processor time and of waiting for each.
    """
    batches = [
        [_made(site, number) for number in range(start, start + together)] for start in range(0, count, together)
    ]
    cpu, wall = time.thread_time(), time.perf_counter()
    for batch in batches:
        decisions.record(batch, datetime.now(UTC))
    return (time.thread_time() - cpu) / count * 1e6, (time.perf_counter() - wall) / count * 1e6


def _costs(url: str) -> list[tuple[float, float]]:
    engine = connect(url)
    migrate(engine)
    name = f"bench-{uuid7()}"
    found = Sites(engine).by_key_id(id_of(Sites(engine).add(name)))
    assert found
    decisions = Decisions(engine, b"secret")
    _filled(decisions, found[0], 64, 16)
    costs = [_filled(decisions, found[0], RECORDED, count) for count in TOGETHER]
    engine.dispose()
    return costs


def _made(site: Site, number: int) -> tuple[Asked, Decision]:
    comment = Comment(f"Reader {number}", f"{COMMENTS[number % len(COMMENTS)]} w{number}", ip=f"93.0.{number % 250}.1")
    reasons = (Reason("text", 2.1, evidence=("payday loans", "click here")), Reason("links", 0.9))
    return Asked(site, comment), Decision(str(uuid7()), Verdict.HOLD, 0.5, -1.0, reasons, "Held: its words.")
