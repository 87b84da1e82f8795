"""
A service whose store is full, locked or away gives its verdicts all the same, and says that it did not record them.
"""

import json
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, closing
from pathlib import Path
from typing import Any

import pytest
from postgresql_server import PostgresqlServer
from running_service import Answer, RunningService, wait_until
from sqlalchemy import text

from service.store.engine import connect

Serve = Callable[..., AbstractContextManager[RunningService]]
LOCK = """
import sqlite3, sys
store = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=10)
store.execute("BEGIN IMMEDIATE")
print("locked", flush=True)
sys.stdin.read()
"""
SURE, UNSURE = "thanks thanks", "hello everybody"


def decided(service: RunningService, comment: str = SURE) -> dict[str, Any]:
    return dict(service.moderate("", comment))


def facts(answer: dict[str, Any]) -> tuple[str, list[str], bool]:
    return answer["verdict"], answer["degraded"], answer["recorded"]


def test_a_full_disk_costs_the_record_and_no_verdict(serve: Serve, small_disk: Path) -> None:
    with serve(HAMLET_DATABASE_URL=f"sqlite:///{small_disk}/hamlet.sqlite", HAMLET_WORKERS="1") as service:
        whole = decided(service)
        filler = small_disk / "filler"
        with filler.open("wb", buffering=0) as file, pytest.raises(OSError, match="No space left"):
            while True:
                file.write(b"x" * 4096)

        # What SQLite has room for in its log is stored yet.
        wait_until(lambda: not decided(service)["recorded"])
        full = decided(service)
        withheld = decided(service, UNSURE)
        counted = service.counted('hamlet_store_errors_total{kind="full"}')
        filler.unlink()
        wait_until(lambda: decided(service)["recorded"])
        found = service.request("GET", f"/v1/comments/{whole['id']}", Authorization=f"Bearer {service.key}")

    assert facts(full) == ("accept", ["store"], False)
    assert facts(withheld) == ("hold", ["store"], False)
    assert counted >= 2
    assert found.status == 200


def test_a_lock_of_another_process_is_waited_for_and_then_the_verdict_given_without_a_record(serve: Serve) -> None:
    with serve(HAMLET_WORKERS="1") as service:
        decided(service)
        store = service.folder / "state" / "hamlet.sqlite"
        holding = [sys.executable, "-c", LOCK, str(store)]
        with subprocess.Popen(holding, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
            assert holder.stdin
            assert holder.stdout
            assert holder.stdout.readline() == "locked\n"
            locked = decided(service)
            ready = service.request("GET", "/readyz").status
            holder.stdin.close()
        after = decided(service)
        counted = service.counted('hamlet_store_errors_total{kind="busy"}')

    # By the store, or on a busy machine by the deadline of 800 ms.
    assert facts(locked) in [("accept", ["store"], False), ("hold", ["time"], False)]
    assert ready == 200  # it can be read, and others write in their turn
    # Of Redis it may then hear too late.
    assert facts(after) in [("accept", [], True), ("accept", ["traffic"], True)]
    assert counted >= 1


def test_what_a_lock_makes_late_is_in_the_log_as_its_caller_was_told(serve: Serve) -> None:
    with serve(HAMLET_WORKERS="1") as service:
        decided(service)
        store = service.folder / "state" / "hamlet.sqlite"
        head = {"Authorization": f"Bearer {service.key}", "Content_Type": "application/json"}

        def ask(number: int) -> Answer:
            body = b'{"name": "", "comment": "%s"}' % SURE.encode()
            return service.request("POST", "/v1/comments", body, **head, X_Request_Id=f"late-{number}")

        def lines(event: str) -> dict[str, dict[str, Any]]:
            found = [line for line in service.log_lines() if line["event"] == event]
            return {line["request_id"]: line for line in found if line["request_id"].startswith("late-")}

        with closing(sqlite3.connect(store, isolation_level=None)) as holder, ThreadPoolExecutor(6) as pool:
            holder.execute("BEGIN IMMEDIATE")
            # The first waits for the lock by itself, and all others behind it.
            answers = [*pool.map(ask, range(6))]
        told = [json.loads(answer.body) for answer in answers]
        late = {f"late-{n}" for n, answer in enumerate(told) if "time" in answer["degraded"]}
        wait_until(lambda: len(lines("request")) == 6)
        wait_until(lambda: {*lines("abandoned")} == late)
        logged = lines("request")

    assert late
    assert [answer.headers["x-request-id"] for answer in answers] == [f"late-{n}" for n in range(6)]
    assert [(answer["verdict"], answer["degraded"]) for answer in told] == [
        (logged[f"late-{n}"]["verdict"], logged[f"late-{n}"]["degraded"]) for n in range(6)
    ]


def test_a_store_that_vanished_is_not_written_to_as_if_it_were_there(serve: Serve) -> None:
    with serve(HAMLET_WORKERS="1") as service:
        decided(service)
        state = service.folder / "state"
        for name in ("hamlet.sqlite", "hamlet.sqlite-wal", "hamlet.sqlite-shm"):
            (state / name).rename(state / f"{name}.away")

        gone = decided(service)
        ready = service.request("GET", "/readyz").status
        for name in ("hamlet.sqlite", "hamlet.sqlite-wal", "hamlet.sqlite-shm"):
            (state / name).unlink(missing_ok=True)
            (state / f"{name}.away").rename(state / name)
        wait_until(lambda: decided(service)["recorded"])
        stored = service.stored()
        back = decided(service)

    assert facts(gone) == ("accept", ["store"], False)
    assert ready == 503
    assert gone["id"] not in stored
    assert back["recorded"]


def test_a_store_that_was_away_for_a_moment_has_all_that_was_acknowledged_even_after_a_kill(serve: Serve) -> None:
    with serve(HAMLET_WORKERS="1") as service:
        before = [decided(service) for _ in range(3)]
        store = service.folder / "state" / "hamlet.sqlite"
        log = store.with_name("hamlet.sqlite-wal").stat().st_ino
        store.rename(store.with_name("away"))

        gone = [decided(service, UNSURE) for _ in range(3)]
        is_made = store.exists()
        counted = service.counted('hamlet_store_errors_total{kind="connection"}')
        store.with_name("away").rename(store)
        wait_until(lambda: decided(service)["recorded"])
        back = [decided(service) for _ in range(3)]
        log_after = store.with_name("hamlet.sqlite-wal").stat().st_ino
        service.kill_all()
        stored = service.stored()

    assert [facts(each) for each in gone] == [("hold", ["store"], False)] * 3
    assert (is_made, log_after) == (False, log)
    assert counted >= 3
    assert {each["id"] for each in [*before, *back]} <= stored


@pytest.fixture
def database(postgresql: PostgresqlServer) -> str:
    postgresql.empty()
    return postgresql.url


def test_without_postgresql_verdicts_are_given_and_moderators_told_to_come_back(
    serve: Serve, postgresql: PostgresqlServer, database: str
) -> None:
    with serve(HAMLET_DATABASE_URL=database, HAMLET_WORKERS="1") as service:
        whole = decided(service)
        postgresql.stop()
        try:
            away = decided(service)
            ready = service.request("GET", "/readyz").status
            page = service.request("GET", "/moderate/", Cookie="hamlet_session=somebodys")
            looked_up = service.request("GET", f"/v1/comments/{whole['id']}", Authorization=f"Bearer {service.key}")
            counted = service.counted("hamlet_store_errors_total")
        finally:
            postgresql.start()
        wait_until(lambda: decided(service)["recorded"])
        found = service.request("GET", f"/v1/comments/{whole['id']}", Authorization=f"Bearer {service.key}")

    assert facts(away) == ("accept", ["store"], False)
    assert ready == 503
    for answer in (looked_up, page):
        assert answer.status == 503
        assert int(answer.headers["retry-after"]) >= 1
    assert counted >= 2
    assert found.status == 200


def test_a_table_that_vanished_from_postgresql_costs_the_record_and_no_verdict(serve: Serve, database: str) -> None:
    with serve(HAMLET_DATABASE_URL=database, HAMLET_WORKERS="1") as service:
        decided(service)
        engine = connect(database)
        with engine.begin() as connection:
            connection.execute(text("ALTER TABLE decisions RENAME TO away"))

        gone = decided(service)

        with engine.begin() as connection:
            connection.execute(text("ALTER TABLE away RENAME TO decisions"))
        engine.dispose()
        back = decided(service)

    assert facts(gone) == ("accept", ["store"], False)
    assert facts(back) == ("accept", [], True)
