"""
Real Valkey servers, and the traffic that is observed in them; real stores on both engines.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from private_store import Everything, PrivateStore, every_byte
from sqlalchemy import Engine, text
from stores import OpenStore, OpenUrl, Store, store_with_site
from traffic_observer import Observer

from service.store.engine import connect
from service.store.schema import migrate
from service.valkey import EmbeddedValkey


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
    url: str = request.getfixturevalue("postgresql_url")
    engine = connect(url)
    with engine.begin() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
    engine.dispose()
    return url


@pytest.fixture
def open_store(store_url: str, open_url: OpenUrl) -> OpenStore:
    """
    Open the store once more, as another process would.
    """
    return lambda: open_url(store_url)


@pytest.fixture
def store(open_store: OpenStore) -> Store:
    engine = open_store()
    migrate(engine)
    return store_with_site(engine)


@pytest.fixture
def sqlite(tmp_path: Path, open_url: OpenUrl) -> Store:
    """
    A store in a file, where the other engine has a server.
    """
    engine = open_url(f"sqlite:///{tmp_path}/hamlet.sqlite")
    migrate(engine)
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
