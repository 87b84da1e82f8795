"""
Real Valkey servers, and the traffic that is observed in them; real stores on both engines.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from postgresql_server import PostgresqlServer
from private_store import Everything, PrivateStore, every_byte
from sqlalchemy import Engine
from stores import OpenStore, OpenUrl, Store, make_tables, store_with_site
from traffic_observer import Observer

from service.processes.valkey import EmbeddedValkey
from service.store.engine import connect
from service.store.schema import migrate


@pytest.fixture(scope="session")
def lasting_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedValkey]:
    with EmbeddedValkey(tmp_path_factory.mktemp("lasting")) as server:
        yield server


@pytest.fixture
def counters(lasting_server: EmbeddedValkey) -> Iterator[redis.Redis]:
    """
    A patient client of an empty server, since what is counted must not depend on how busy the machine is.
    """
    with redis.Redis.from_url(lasting_server.url, socket_timeout=10, max_connections=200) as client:
        client.flushall()
        yield client


@pytest.fixture
def observe(counters: redis.Redis) -> Observer:
    return Observer(counters)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[EmbeddedValkey]:
    """
    A server that a test may break.
    """
    with EmbeddedValkey(tmp_path) as server:
        yield server


@pytest.fixture
def admin(server: EmbeddedValkey) -> Iterator[redis.Redis]:
    with redis.Redis.from_url(server.url, socket_timeout=10) as client:
        yield client


@pytest.fixture
def open_url() -> Iterator[OpenUrl]:
    """
    Connect to any store, until the test ends.
    """
    engines = []

    def open_url(url: str) -> Engine:
        engines.append(connect(url))
        return engines[-1]

    yield open_url
    for engine in engines:
        engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """
    The URL of an empty store.
    """
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/hamlet.sqlite"
    server: PostgresqlServer = request.getfixturevalue("postgresql")
    server.empty()
    return server.url


@pytest.fixture(scope="session")
def postgresql_tables(postgresql: PostgresqlServer) -> str:
    """
    The statements that make the tables of the newest revision at once.
    """
    postgresql.empty()
    engine = connect(postgresql.url)
    migrate(engine)
    engine.dispose()
    lines = postgresql.dump().decode().splitlines()
    postgresql.empty()
    return "\n".join(line for line in lines if not line.startswith("\\"))  # those are for psql


@pytest.fixture
def open_store(store_url: str, open_url: OpenUrl) -> OpenStore:
    """
    Open the store once more, as another process would.
    """
    return lambda: open_url(store_url)


@pytest.fixture
def store(request: pytest.FixtureRequest, open_store: OpenStore) -> Store:
    engine = open_store()
    if engine.dialect.name == "sqlite":
        make_tables(engine)
        return store_with_site(engine)
    tables: str = request.getfixturevalue("postgresql_tables")
    with engine.begin() as connection:
        connection.execution_options(no_parameters=True).exec_driver_sql(tables)
    engine.dispose()  # with the connection, for which the statements set a path that has no schema
    return store_with_site(engine)


@pytest.fixture
def sqlite(tmp_path: Path, open_url: OpenUrl) -> Store:
    """
    A store in a file, where the other engine has a server.
    """
    engine = open_url(f"sqlite:///{tmp_path}/hamlet.sqlite")
    make_tables(engine)
    return store_with_site(engine)


@pytest.fixture
def private(store: Store, counters: redis.Redis) -> PrivateStore:
    """
    A store and a Redis that are full of one person.
    """
    return PrivateStore(store, counters)


@pytest.fixture
def everything(request: pytest.FixtureRequest, private: PrivateStore, tmp_path: Path) -> Everything:
    """
    Read every byte that the store and Redis keep.
    """
    is_sqlite = private.store.engine.dialect.name == "sqlite"
    server = None if is_sqlite else request.getfixturevalue("postgresql")
    return lambda: every_byte(private.store, tmp_path, private.client, server)
