"""
What a comment costs as everything around it grows: its length, the history, the sites, campaigns, the model.
"""

import os
import random
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table
from sqlalchemy import Engine, text
from uuid_utils import uuid7

from bench.open_loop import LENGTH
from bench.processes import cpu_seconds, named
from bench.samples import WORDS
from bench.scoring import microseconds
from service.core.comment import Asked, Comment
from service.core.features import extract
from service.core.site import Limits, Site
from service.model import arrays
from service.model.folder import current
from service.model.scorer import Scorer, load_current
from service.moderation import Moderation
from service.processes.valkey import EmbeddedValkey
from service.store.decisions import Decisions
from service.store.engine import connect
from service.store.schema import migrate
from service.traffic.observing import Traffic
from service.traffic.redis_client import connect as connect_redis

LENGTHS = (10, 100, 1_000, 10_000)
HISTORIES = (1_000, 10_000, 100_000, 1_000_000)
SITES = (1, 100, 10_000)
CAMPAIGNS = (0, 1, 100)
MODELS = (1, 4, 16)
TOGETHER, BATCHES = 16, 60
MORE_SITES = """
    WITH RECURSIVE n(i) AS (SELECT :first UNION ALL SELECT i + 1 FROM n WHERE i < :last)
    INSERT INTO sites (id, name, disabled, limits) SELECT i, 'site ' || i, 0, '{}' FROM n
"""
MORE_HISTORY = """
    WITH RECURSIVE n(i) AS (SELECT :first UNION ALL SELECT i + 1 FROM n WHERE i < :last)
    INSERT INTO decisions (id, site_id, received_at, verdict, score, discard, answer, name, comment, details, wording)
    SELECT printf('0190%028x', i), 1, '2026-11-23 12:00:00', 'accept', 0.1, 0, answer, 'Name ' || abs(random() % 30000),
      comment, '{}', hex(randomblob(16)) FROM n, (SELECT answer, comment FROM decisions LIMIT 1)
"""


@dataclass(frozen=True, slots=True)
class Cost:
    """
    Microseconds of processor time a comment: of the worker, and of Valkey where that has a part in it.
    """

    worker: float
    valkey: float | None = None

    def __str__(self) -> str:
        return f"{self.worker:,.0f}" + ("" if self.valkey is None else f" + {self.valkey:,.0f}")


def measure(console: Console, folder: Path, models: Path) -> None:
    """
    Print what a comment costs, once for each size.
    """
    table = Table(title="Growth: microseconds of CPU a comment, of the worker (+ of Valkey)", show_header=False)
    scorer = load_current(models)
    table.add_row("words in it", *_cells(LENGTHS, lambda count: _of_length(scorer, count)))
    with _service(folder, scorer) as service:
        table.add_row("sites", *_cells(SITES, service.with_sites))
        table.add_row("campaigns in flight", *_cells(CAMPAIGNS, service.with_campaigns))
        table.add_row("decisions stored", *_cells(HISTORIES, service.with_history))
    table.add_row("words in the model, times", *_cells(MODELS, lambda times: _of_model(models, times)))
    console.print(table)


def _cells(sizes: Iterable[int], cost: Callable[[int], Cost]) -> list[str]:
    return [f"{size:,}: {cost(size)}" for size in sizes]


def _of_length(scorer: Scorer, count: int) -> Cost:
    draw = random.Random(count)
    comments = [Comment("Reader", " ".join(draw.choices(WORDS, k=count))) for _ in range(20)]
    return Cost(microseconds(lambda comment: scorer.explain(extract(comment)), comments))


def _of_model(models: Path, times: int) -> Cost:
    folder = current(models)
    tables = dict(arrays.read((folder / "scorer.npz").read_bytes()))
    draw = random.Random(times)
    count = (times - 1) * len(tables["words_weights"])
    new = "".join(f"\n{draw.randrange(10**12):x}" for _ in range(count)).encode()
    tables["words"] = type(tables["words"])("B", tables["words"].tobytes() + new)
    tables["words_weights"] = tables["words_weights"] + type(tables["words_weights"])("f", [0.1] * count)
    scorer = Scorer(tables, "grown", load_current(models).thresholds)
    features = [extract(Comment("Reader", " ".join(draw.choices(WORDS, k=LENGTH)))) for _ in range(200)]
    return Cost(microseconds(scorer.explain, features))


@dataclass(frozen=True, slots=True)
class _Service:
    """
    The use case with a real Valkey and a real store.
    """

    moderation: Moderation
    engine: Engine
    valkey: int

    def with_sites(self, count: int) -> Cost:
        self._more(MORE_SITES, "sites", count)
        return self._cost(lambda draw: Asked(_site(draw.randint(1, count)), _comment(draw, _words(draw))))

    def with_campaigns(self, count: int) -> Cost:
        templates = [random.Random(-number).choices(WORDS, k=LENGTH) for number in range(count)]

        def asked(draw: random.Random) -> Asked:
            words = draw.choice(templates) if templates else _words(draw)
            return Asked(_site(1), _comment(draw, words))

        self._cost(asked)
        return self._cost(asked)

    def with_history(self, count: int) -> Cost:
        self._more(MORE_HISTORY, "decisions", count)
        return self._cost(lambda draw: Asked(_site(1), _comment(draw, _words(draw))))

    def _more(self, statement: str, table: str, count: int) -> None:
        with self.engine.begin() as connection:
            there = connection.scalar(text(f"SELECT count(*) FROM {table}")) or 0
            if there < count:
                first = {"first": int(there) + 1, "last": count}
                connection.execute(text(statement), first)

    def _cost(self, asked: Callable[[random.Random], Asked]) -> Cost:
        draw = random.Random(1)
        batches = [[asked(draw) for _ in range(TOGETHER)] for _ in range(BATCHES)]
        valkey, worker = cpu_seconds(self.valkey), time.thread_time()
        for batch in batches:
            self.moderation.moderate_all(batch)
        count = TOGETHER * BATCHES
        spent = time.thread_time() - worker
        return Cost(spent / count * 1e6, (cpu_seconds(self.valkey) - valkey) / count * 1e6)


@contextmanager
def _service(folder: Path, scorer: Scorer) -> Iterator[_Service]:
    engine = connect(f"sqlite:///{folder}/growth.sqlite")
    migrate(engine)
    with EmbeddedValkey(folder) as valkey:
        client = connect_redis(valkey.url)
        traffic = Traffic(client, secret=b"secret", workers=1, on_error=lambda _: None)
        decisions = Decisions(engine, b"secret")
        moderation = Moderation(
            traffic, lambda: scorer, decisions, clock=lambda: datetime.now(UTC), new_id=lambda: str(uuid7())
        )
        server = named(os.getpid(), "valkey-server")[0]
        yield _Service(moderation, engine, server)
        client.close()
    engine.dispose()


def _site(number: int) -> Site:
    return Site(number, f"site {number}", f"key {number}", limits=Limits(0, 0, 0, 0))


def _words(draw: random.Random) -> list[str]:
    return draw.choices(WORDS, k=LENGTH)


def _comment(draw: random.Random, words: list[str]) -> Comment:
    address = f"93.{draw.randrange(256)}.{draw.randrange(256)}.1"
    return Comment(f"Reader w{draw.randrange(10**9)}", f"{' '.join(words)} w{draw.randrange(10**9)}", ip=address)
