"""
The tables come from migrations, whoever starts first.
"""

import subprocess
import sys

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, text
from stores import OpenStore

from service.store.engine import connect
from service.store.errors import BadStoreUrl, StoreTooNew
from service.store.schema import migrate
from service.store.tables import metadata

MIGRATE = """
import sys
from service.store.engine import connect
from service.store.schema import migrate
sys.stdin.readline()
migrate(connect(sys.argv[1]))
"""


def test_the_migrations_make_what_the_code_expects(open_store: OpenStore) -> None:
    engine = open_store()

    migrate(engine)

    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
    assert {*inspect(engine).get_table_names()} == {"alembic_version", "decisions", "keys", "sites"}


def test_migrating_twice_changes_nothing(open_store: OpenStore) -> None:
    engine = open_store()

    migrate(engine)
    migrate(engine)

    with engine.connect() as connection:
        assert connection.scalars(text("SELECT version_num FROM alembic_version")).all() == ["0001"]


def test_four_processes_that_start_at_once_all_find_their_tables(store_url: str) -> None:
    command = [sys.executable, "-W", "error", "-c", MIGRATE, store_url]
    processes = [subprocess.Popen(command, stdin=subprocess.PIPE, text=True) for _ in range(4)]

    for process in processes:
        assert process.stdin
        process.stdin.write("go\n")
        process.stdin.close()

    assert [process.wait(30) for process in processes] == [0, 0, 0, 0]


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
    ],
)
def test_a_url_of_no_known_store_is_refused_without_its_password(url: str, message: str) -> None:
    with pytest.raises(BadStoreUrl, match=message) as refusal:
        connect(url)

    assert "secret" not in str(refusal.value)


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_every_spelling_of_postgresql_is_taken(scheme: str) -> None:
    assert connect(f"{scheme}://hamlet@host/name").url.drivername == "postgresql+psycopg"
