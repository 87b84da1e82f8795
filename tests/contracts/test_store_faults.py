"""
A store in trouble says so in time, and what it acknowledged is there afterwards.
"""

import signal
import subprocess
import sys
import time
from pathlib import Path
from sqlite3 import OperationalError

import pytest
from postgresql_server import PostgresqlServer
from sqlalchemy import event, text
from stores import NOON, OpenStore, OpenUrl, Store, decision

from service.bridge import ANSWER_SECONDS
from service.core.comment import Asked, Comment
from service.errors import StoreUnavailable
from service.store.engine import LOCK_MILLISECONDS, STATEMENT_MILLISECONDS
from service.store.errors import BadStoreUrl
from service.store.faults import kind_of
from service.store.schema import migrate
from service.store.sites import Sites

WRITE_FOREVER = """
import itertools, pathlib, sys
from stores import decision, store_with_site
from service.store.engine import connect
store = store_with_site(connect(sys.argv[1]), "writer")
for number in itertools.count():
    store.record(decision(f"{number:09}"))
    print(number, flush=True)
"""


# Seconds. A lock is waited for half a second, and the rest is for a busy machine. By itself SQLite waits for 5 s,
# and PostgreSQL for ever.
BOUND = 4


def test_a_lock_is_waited_for_within_the_deadline_of_an_answer() -> None:
    assert max(LOCK_MILLISECONDS, STATEMENT_MILLISECONDS) / 1000 < ANSWER_SECONDS


def test_a_locked_store_gives_up_before_the_deadline(store: Store, open_store: OpenStore) -> None:
    with open_store().begin() as other:
        if other.dialect.name == "postgresql":
            other.execute(text("LOCK TABLE decisions"))
        started = time.monotonic()

        with pytest.raises(StoreUnavailable):
            store.record(decision())

        assert time.monotonic() - started < BOUND

    assert store.record(decision()).replayed is False


def test_decisions_stored_together_wait_once_for_a_locked_store(store: Store, open_store: OpenStore) -> None:
    made = [(Asked(store.site, Comment("Ann", "Hello")), decision(f"{number:02}")) for number in range(20)]
    with open_store().begin() as other:
        if other.dialect.name == "postgresql":
            other.execute(text("LOCK TABLE decisions"))
        started = time.monotonic()

        records = store.decisions.record(made, NOON)

        assert time.monotonic() - started < BOUND
    assert [type(record) for record in records] == [StoreUnavailable] * 20


def test_a_locked_sqlite_can_still_be_read(sqlite: Store) -> None:
    sqlite.record(decision())

    with sqlite.engine.begin():
        assert sqlite.decisions.find(sqlite.site.id, "01") == decision()
        assert len(Sites(sqlite.engine).list()) == 1


def test_sqlite_syncs_its_log_at_every_commit(sqlite: Store) -> None:
    with sqlite.engine.connect() as connection:
        pragmas = [connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in ("journal_mode", "synchronous")]

    assert pragmas == ["wal", 2]


def test_a_connection_to_sqlite_keeps_half_a_megabyte_of_pages(sqlite: Store) -> None:
    with sqlite.engine.connect() as connection:
        kept = connection.exec_driver_sql("PRAGMA cache_size").scalar()

    assert kept == -500


def test_what_was_acknowledged_survives_a_kill(sqlite: Store) -> None:
    command = [sys.executable, "-c", WRITE_FOREVER, str(sqlite.engine.url)]
    environment = {"PYTHONPATH": ":".join(sys.path)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as writer:
        assert writer.stdout
        for _ in range(50):
            last = writer.stdout.readline()

        writer.send_signal(signal.SIGKILL)
        acknowledged = int((last + writer.stdout.read()).split()[-1])

    site = sqlite.site.id + 1
    lost = [n for n in range(acknowledged + 1) if sqlite.decisions.find(site, f"{n:09}") is None]
    assert writer.returncode == -signal.SIGKILL
    assert acknowledged >= 49
    assert lost == []


def test_a_full_store_says_so_and_recovers(sqlite: Store) -> None:
    # SQLite's own bound on the file stands for a full disk: the same SQLITE_FULL, raised at the same place.
    long = Comment("Ann", "Hello" * 10_000)
    with sqlite.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count=1")  # the pool has this one connection

    with pytest.raises(StoreUnavailable) as refusal:
        sqlite.record(decision("01"), long)

    with sqlite.engine.connect() as connection:
        connection.exec_driver_sql(f"PRAGMA max_page_count={2**30}")
    assert "full" in str(refusal.value.__cause__)
    assert sqlite.record(decision("02"), long).replayed is False


def test_a_store_that_is_no_database_says_so(tmp_path: Path, open_url: OpenUrl) -> None:
    (tmp_path / "hamlet.sqlite").write_text("not a database, " * 100)

    with pytest.raises(StoreUnavailable):
        migrate(open_url(f"sqlite:///{tmp_path}/hamlet.sqlite"))


def test_a_store_that_cannot_be_opened_says_so(tmp_path: Path, open_url: OpenUrl) -> None:
    with pytest.raises(StoreUnavailable):
        Sites(open_url(f"sqlite:///{tmp_path}/missing/hamlet.sqlite")).list()


def test_no_empty_store_takes_the_place_of_one_that_was_moved_away(tmp_path: Path, sqlite: Store) -> None:
    sqlite.record(decision())
    file, log = tmp_path / "hamlet.sqlite", tmp_path / "hamlet.sqlite-wal"
    file.rename(tmp_path / "away")

    for attempt in (lambda: sqlite.record(decision("02")), Sites(sqlite.engine).list):
        with pytest.raises(StoreUnavailable):
            attempt()
    with pytest.raises(BadStoreUrl, match="its log is still there: put it back, or move the log away too"):
        migrate(sqlite.engine)

    assert (file.exists(), log.exists()) == (False, True)
    (tmp_path / "away").rename(file)
    assert sqlite.record(decision("03")).replayed is False
    assert [sqlite.decisions.find(sqlite.site.id, number) is not None for number in ("01", "02", "03")] == [
        True,
        False,
        True,
    ]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("database is locked", "busy"),
        ("database or disk is full", "full"),
        ("disk I/O error", "other"),
        ("unable to open database file", "connection"),
    ],
)
def test_faults_are_told_apart_by_what_cures_them(text: str, kind: str) -> None:
    assert kind_of(OperationalError(text)) == kind


def test_a_fault_does_not_repeat_what_the_author_wrote(sqlite: Store) -> None:
    sqlite.record(decision())

    with pytest.raises(StoreUnavailable) as refusal:
        sqlite.record(decision())

    assert "Hello" not in f"{refusal.value} {refusal.value.__cause__}"


@pytest.mark.parametrize("store_url", ["postgresql"], indirect=True)
def test_a_connection_that_the_server_closed_is_not_noticed(store: Store, open_store: OpenStore) -> None:
    store.record(decision("01"))
    with open_store().connect() as other:
        other.execute(text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"))

    assert store.record(decision("02")).replayed is False


@pytest.mark.parametrize("store_url", ["postgresql"], indirect=True)
def test_a_stopped_postgresql_says_so_at_once_and_recovers(store: Store, postgresql: PostgresqlServer) -> None:
    store.record(decision("01"))
    postgresql.stop()
    started = time.monotonic()

    with pytest.raises(StoreUnavailable):
        store.record(decision("02"))

    seconds = time.monotonic() - started
    postgresql.start()
    assert seconds < BOUND
    assert store.record(decision("02")).replayed is False
    assert store.decisions.find(store.site.id, "01")


@pytest.mark.parametrize("store_url", ["postgresql"], indirect=True)
def test_a_connection_lost_in_the_middle_says_so_and_recovers(store: Store) -> None:
    def hang_up(connection: object, *_: object) -> None:
        connection.pgconn.finish()  # type: ignore[attr-defined]

    event.listen(store.engine, "checkout", hang_up, once=True)
    with pytest.raises(StoreUnavailable):
        store.record(decision("01"))

    assert store.record(decision("02")).replayed is False
