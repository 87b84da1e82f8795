"""
What a comment leaves behind: bytes in Redis for a commenter, a comment and a campaign, and bytes of a row in the store.

`python -m bench.footprint` takes a minute and writes to servers and files of its own alone. With `--postgresql URL` an
empty database is measured too.
"""

import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import click
import redis
from rich.console import Console
from rich.table import Table
from sqlalchemy import Engine
from uuid_utils import uuid7

from bench.samples import WORDS
from service.core.comment import Asked, Comment
from service.core.decision import Decision, Reason, Verdict
from service.core.labels import Label, Labelled, Source
from service.core.site import Limits, Site, Thresholds
from service.label_memory import LabelMemory
from service.processes.valkey import EmbeddedValkey
from service.store.decisions import Decisions
from service.store.engine import connect, unhurried
from service.store.labelled import LabelledComments
from service.store.labels import Labels, Wish
from service.store.retention import Retention
from service.store.schema import migrate
from service.store.sites import Sites
from service.traffic.observing import Traffic

SECRET = b"bench"
ROWS, PORTION = 20_000, 100
SPIN = "We offer {0} loans from {1} percent interest to {2} people with bad credit, please write us a {3} note today"
NOW = datetime(2026, 11, 28, tzinfo=UTC)


def commenters(client: redis.Redis, traffic: Traffic, count: int = 1_000) -> float:
    """
    Return the bytes that a commenter with an address and an e-mail takes, who wrote one short text.
    """
    client.flushall()
    for number in range(count):
        ip = f"198.{number // 65_536}.{number // 256 % 256}.{number % 256}"
        traffic.observe([Asked(_site(), Comment("Ann", "Yes.", email=f"reader{number}@mail.example", ip=ip))])
    return _bytes(client, "commenter") / count


def comments(client: redis.Redis, traffic: Traffic, count: int = 1_000) -> float:
    """
    Return the bytes that a comment of forty words takes, as one of the last day, with its claim.
    """
    client.flushall()
    for number, text in enumerate(_texts(count)):
        traffic.observe([Asked(_site(), Comment(f"Ann {number}", text))])
    return _bytes(client, "near") / count


def campaigns(client: redis.Redis, traffic: Traffic, copies: int = 200) -> int:
    """
    Return the bytes that a campaign takes: a template of which so many copies came.
    """
    client.flushall()
    random = Random(1)
    words = ("cheap", "fast", "personal", "small", "large", "new", "good", "short", "long", "honest")
    for number in range(copies):
        traffic.observe([Asked(_site(), Comment(f"Ann {number}", SPIN.format(*random.choices(words, k=4))))])
    return _bytes(client, "near")


def labels(client: redis.Redis, engine: Engine, count: int = 2_000) -> float:
    """
    Return the bytes that a label takes in Redis, where a site's last 2,000 are.
    """
    client.flushall()
    memory = LabelMemory(client, LabelledComments(engine), secret=SECRET, clock=lambda: NOW)
    store = Labels(engine, [SECRET], lambda: str(uuid7()))
    wish = Wish(Label.SPAM, Source.MODERATOR, "Ann", "k", 1.0, NOW, contradicts=False)
    for number, text in enumerate(_texts(count)):
        subject = store.worded(1, Comment(f"Ann {number}", text, email=f"reader{number}@mail.example", ip="198.41.0.4"))
        memory.add(1, [Labelled(subject, store.give(1, subject, wish)[0])])
    return _bytes(client, "labels") / count


def rows(engine: Engine) -> float:
    """
    Return the bytes of a decision with its comment of forty words, indexes included.
    """
    migrate(engine)
    Sites(engine).add("news")
    decisions = Decisions(engine, SECRET)
    before = _size(engine)
    texts = _texts(ROWS)
    for start in range(0, ROWS, PORTION):
        made = [
            (Asked(_site(), _comment(text, start + place)), _decision())
            for place, text in enumerate(texts[start : start + PORTION])
        ]
        decisions.record(made, NOW)
    return (_size(engine) - before) / ROWS


def erased_rows(engine: Engine) -> float:
    """
    Return the bytes of a decision in SQLite once its comment has been erased, after the file was packed.
    """
    for _ in Retention(engine).erase_decisions(datetime.now(UTC) + timedelta(days=1), NOW):
        pass
    with unhurried(engine) as connection:
        connection.exec_driver_sql("VACUUM")
    return _size(engine) / ROWS


def microseconds(client: redis.Redis) -> float:
    """
    Return the time that the server needed for a comment, the mean since the last reset.
    """
    calls = [about for name, about in client.info("commandstats").items() if name.startswith("cmdstat_eval")]
    return float(sum(about["usec"] for about in calls) / sum(about["calls"] for about in calls))


def _comment(text: str, number: int) -> Comment:
    return Comment(
        *(f"Reader {number % 5_000}", text),
        email=f"reader{number % 5_000}@mail.example",
        ip=f"198.41.{number // 256 % 256}.{number % 256}",
        user_agent="Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
        permalink=f"https://news.example/2026/11/{number % 300}/an-article-of-some-length",
        article_title="An article of some length",
        id=str(number),
    )


def _decision() -> Decision:
    reasons = tuple(Reason(code, 0.4213, evidence=("a word", "two")) for code in ("text", "links", "length", "name"))
    decision = Decision(str(uuid7()), Verdict.HOLD, 0.4711, -1.25, reasons, "Held: its words; what it links to.")
    return replace(decision, model="2026-11-24.3", thresholds=Thresholds(0.35, 0.97, 0.999))


def _texts(count: int) -> Sequence[str]:
    # No two alike: what shares words with another would be a campaign.
    random = Random(2)
    words = sorted({*WORDS})
    return [" ".join(random.choices(words, k=40)) for _ in range(count)]


def _site() -> Site:
    none = Limits(key_per_minute=0, site_per_minute=0)
    return Site(1, "news", "k", none)


def _bytes(client: redis.Redis, part: str) -> int:
    keys: Iterable[bytes] = client.scan_iter(f"*{part}*", count=1_000)
    return sum(int(client.memory_usage(key, samples=0) or 0) for key in keys)


def _size(engine: Engine) -> int:
    if engine.dialect.name == "sqlite":
        with unhurried(engine) as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        return Path(engine.url.database or "").stat().st_size
    with unhurried(engine) as connection:
        return int(connection.exec_driver_sql("SELECT pg_total_relation_size('decisions')").scalar_one())


@click.command()
@click.option("--postgresql", "url", help="An empty database to measure too.")
def main(url: str | None) -> None:
    """
    Print what a comment, a commenter, a campaign and a label leave behind.
    """
    table = Table("what", "where", "bytes")
    with tempfile.TemporaryDirectory(prefix="hamlet-bench-") as folder, EmbeddedValkey(Path(folder)) as server:
        engine = connect(f"sqlite:///{folder}/hamlet.sqlite")
        table.add_row("a decision with its comment", "SQLite", f"{rows(engine):,.0f}")
        table.add_row("the same, erased", "SQLite", f"{erased_rows(engine):,.0f}")
        if url:
            table.add_row("a decision with its comment", "PostgreSQL", f"{rows(connect(url)):,.0f}")
        with redis.Redis.from_url(server.url, socket_timeout=10) as client:
            traffic = Traffic(client, secret=SECRET, workers=1, on_error=print)
            table.add_row("a commenter, for 2 hours", "Redis", f"{commenters(client, traffic):,.0f}")
            client.config_resetstat()
            table.add_row("a comment, for a day", "Redis", f"{comments(client, traffic):,.0f}")
            table.add_row("a comment, time", "Redis", f"{microseconds(client):,.0f} µs")
            table.add_row("a campaign of 200 copies, for a day", "Redis", f"{campaigns(client, traffic):,}")
            table.add_row("a label, of a site's last 2,000", "Redis", f"{labels(client, engine):,.0f}")
        engine.dispose()
    Console().print(table)


if __name__ == "__main__":
    main()
