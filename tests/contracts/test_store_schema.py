"""
The tables come from migrations, whoever starts first.
"""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.command import upgrade
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, inspect, text
from stores import OpenStore, make_file

from service.core.comment import Comment
from service.core.site import AkismetHold, OwnThresholds
from service.store.decisions import Decisions
from service.store.engine import connect
from service.store.errors import BadStoreUrl, StoreTooNew
from service.store.indexes import metadata
from service.store.labels import Labels
from service.store.queue import Queue
from service.store.schema import migrate
from service.store.sites import Sites

ANSWER = '{"id": "02", "verdict": "hold", "score": null, "prior": null, "reasons": [], "summary": "Held."}'
MIGRATE = """
import sys
from service.store.engine import connect
from service.store.schema import migrate
from service.store.sites import Sites
sys.stdin.readline()
migrate(connect(sys.argv[1]))
"""


def configuration(connection: Connection | None = None) -> Config:
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", "service.store:migrations")
    return config


@contextmanager
def of_revision(engine: Engine, revision: str) -> Iterator[Connection]:
    """
    Open a new store whose tables are as they were then, with a site.
    """
    make_file(engine)
    with engine.begin() as connection:
        upgrade(configuration(connection), revision)
        connection.exec_driver_sql("INSERT INTO sites (id, name, disabled, limits) VALUES (1, 'blog', false, '{}')")
        yield connection


def insert_decision(connection: Connection, decision_id: str, answer: str, **more: str) -> None:
    row = {"id": decision_id, "site_id": 1, "received_at": "2026-11-24 12:00:00", "verdict": "hold", "discard": False}
    row |= {"answer": answer, "name": "Ann", "comment": "Hello", "details": "{}", **more}
    values = ", ".join(f":{column}" for column in row)
    connection.execute(text(f"INSERT INTO decisions ({', '.join(row)}) VALUES ({values})"), row)


# Neither SQLAlchemy nor Alembic reads an index of an expression from SQLite; from PostgreSQL they do.
@pytest.mark.filterwarnings("ignore:.*expression-based index '?ix_decisions_(doubtful|in_time)")
def test_the_migrations_make_what_the_code_expects(open_store: OpenStore) -> None:
    engine = open_store()

    migrate(engine)

    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
    assert {*inspect(engine).get_table_names()} == {"alembic_version", *metadata.tables}


def test_migrating_twice_changes_nothing(open_store: OpenStore) -> None:
    engine = open_store()

    migrate(engine)
    migrate(engine)

    newest = ScriptDirectory.from_config(configuration()).get_current_head()
    with engine.connect() as connection:
        assert connection.scalars(text("SELECT version_num FROM alembic_version")).all() == [newest]


def test_a_store_that_is_up_to_date_is_used_while_somebody_else_writes(open_store: OpenStore) -> None:
    engine = open_store()
    migrate(engine)

    with engine.begin() as connection:
        connection.execute(text("UPDATE sites SET disabled = disabled"))
        migrate(engine)


def test_a_site_of_the_first_hamlet_keeps_what_it_set(open_store: OpenStore) -> None:
    engine = open_store()
    make_file(engine)
    with engine.begin() as connection:
        upgrade(configuration(connection), "0001")
        columns = "(name, disabled, limits, accept_below)"
        connection.exec_driver_sql(f"INSERT INTO sites {columns} VALUES ('blog', false, '{{}}', 0.2)")

    migrate(engine)

    site = Sites(engine).named("blog")
    assert (site.thresholds, site.log_only) == (OwnThresholds(accept_below=0.2), False)
    assert site.akismet_hold is AkismetHold.AUTO


def test_a_decision_from_before_labels_can_be_labelled_by_its_id(open_store: OpenStore) -> None:
    engine = open_store()
    with of_revision(engine, "0003") as connection:
        insert_decision(connection, "01", "{}")

    migrate(engine)

    labels = Labels(engine, [b"secret"], lambda: "02")
    found = labels.decided(1, "01")
    assert found
    assert (found.comment, found.verdict) == (Comment("Ann", "Hello"), "hold")
    assert labels.worded(1, Comment("Ann", "Hello")).decision_id is None


def test_what_was_labelled_before_there_was_a_queue_does_not_wait(open_store: OpenStore) -> None:
    engine = open_store()
    with of_revision(engine, "0006") as connection:
        for number, aside in (("01", "NULL"), ("02", "'a burst'")):
            insert_decision(connection, number, ANSWER)
            connection.exec_driver_sql(
                "INSERT INTO labels (id, site_id, subject, decision_id, label, source, who, turn, weight, at,"
                " contradicts, set_aside, name, comment, details) VALUES"
                f" ('{number}', 1, '{number}', '{number}', 'ham', 'api', '', 0, 0.5, '2026-11-24 12:00:00',"
                f" false, {aside}, 'Ann', 'Hello', '{{}}')"
            )

    migrate(engine)

    assert [waiting.decision.id for waiting in Queue(engine).page(1, 10)] == ["02"]


def test_a_digest_that_addresses_could_be_tried_by_is_forgotten(open_store: OpenStore) -> None:
    engine = open_store()
    with of_revision(engine, "0010") as connection:
        insert_decision(connection, "01", ANSWER, claim_key="id:5", claim_digest="a digest")

    migrate(engine)

    recorded = Decisions(engine, b"secret").claimed(1, "id:5")
    assert recorded
    assert (recorded.decision.id, recorded.digest) == ("02", None)


def test_four_processes_that_start_at_once_all_find_their_tables(store_url: str) -> None:
    command = [sys.executable, "-W", "error", "-c", MIGRATE, store_url]
    processes = [subprocess.Popen(command, stdin=subprocess.PIPE, text=True) for _ in range(4)]

    for process in processes:
        assert process.stdin
        process.stdin.write("go\n")
        process.stdin.close()

    assert [process.wait(300) for process in processes] == [0, 0, 0, 0]


def test_a_store_of_a_newer_hamlet_is_left_alone(open_store: OpenStore) -> None:
    engine = open_store()
    migrate(engine)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    with pytest.raises(StoreTooNew, match="revision 9999, which this Hamlet does not know"):
        migrate(engine)


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("mysql://ann:secret@host/name", "no store for mysql://"),
        ("sqlite+aiosqlite:///x", "no store for sqlite\\+aiosqlite://"),
        ("var/hamlet.sqlite", "not a database URL"),
        ("postgresql://ann@host:secret/name", "not a database URL"),
    ],
)
def test_a_url_of_no_known_store_is_refused_without_its_password(url: str, message: str) -> None:
    with pytest.raises(BadStoreUrl, match=message) as refusal:
        connect(url)

    assert "secret" not in str(refusal.value)


@pytest.mark.parametrize(
    "url",
    [
        "sqlite:///file:hamlet.sqlite?uri=true",
        "sqlite:///hamlet.sqlite?timeout=5",
        "sqlite://var/hamlet.sqlite",
        "sqlite:///:memory:",
        "sqlite://",
    ],
)
def test_a_url_of_sqlite_that_is_more_or_less_than_the_path_of_a_file_is_refused(url: str) -> None:
    with pytest.raises(BadStoreUrl, match="HAMLET_DATABASE_URL: SQLite takes the path of a file alone; write sqlite:"):
        connect(url)


def test_what_is_in_a_new_store_can_be_read_by_its_owner_alone(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    engine = connect(f"sqlite:///{tmp_path}/hamlet.sqlite")

    migrate(engine)

    with engine.connect() as connection:
        connection.exec_driver_sql("SELECT * FROM sites")
        kept = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.glob("hamlet.sqlite*")}
    engine.dispose()
    assert kept.pop("hamlet.sqlite.lock")  # which holds nothing
    assert kept == dict.fromkeys(["hamlet.sqlite", "hamlet.sqlite-shm", "hamlet.sqlite-wal"], 0o600)


def test_a_database_in_a_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(BadStoreUrl, match=r"hamlet\.sqlite: .*; name a database in a folder"):
        migrate(connect(f"sqlite:///{tmp_path}/file/hamlet.sqlite"))


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_every_spelling_of_postgresql_is_taken(scheme: str) -> None:
    assert connect(f"{scheme}://hamlet@host/name").url.drivername == "postgresql+psycopg"
