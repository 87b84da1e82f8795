"""
Real servers and the browser that tests of several folders share.

On a developer's machine a missing one skips its tests and says the cure; in CI it fails them.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn
from urllib.parse import unquote, urlsplit

import pytest
import redis
from postgresql_server import PostgresqlServer, wheel

from service.valkey import EmbeddedValkey, ValkeyError

CHROMIUM = Path("/usr/bin/chromium")


def missing(what: str, cure: str) -> NoReturn:
    if os.environ.get("CI") == "true":
        pytest.fail(f"no {what}; type: {cure}")
    pytest.skip(f"no {what}; type: {cure}")


@pytest.fixture(scope="session")
def valkey_socket(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """
    The unix socket of a running Valkey. What is in it may be another test's: ask for `valkey` too.
    """
    try:
        with EmbeddedValkey(tmp_path_factory.mktemp("shared")) as server:
            yield unquote(urlsplit(server.url).path)
    except ValkeyError:
        missing("Valkey", "./test")


@pytest.fixture
def valkey(valkey_socket: str) -> Iterator[redis.Redis]:
    """
    A client of a Valkey that is empty.
    """
    with redis.Redis(unix_socket_path=valkey_socket, socket_timeout=10) as client:
        client.flushall()
        yield client


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgresqlServer]:
    """
    A running PostgreSQL.
    """
    programs = wheel()
    if programs is None:
        missing("PostgreSQL", "./test")
    server = PostgresqlServer(programs)
    try:
        server.start()
        yield server
        server.stop()
    finally:
        server.remove()


@pytest.fixture(scope="session")
def postgresql_url(postgresql: PostgresqlServer) -> str:
    return postgresql.url


@pytest.fixture(scope="session")
def chromium() -> str:
    """
    The program that Playwright drives: Debian's, since the wheel brings none.
    """
    if not CHROMIUM.exists():
        missing("Chromium", "sudo apt-get install chromium")
    return str(CHROMIUM)
