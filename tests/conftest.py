"""
Real servers and the browser that tests of several folders share.

On a developer's machine a missing one skips its tests and says the cure; in CI it fails them.
"""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import pytest
from postgresql_server import PostgresqlServer, wheel

CHROMIUM = Path("/usr/bin/chromium")
NPM_CLIENTS = Path(__file__).parent / "akismet" / "node"


def missing(what: str, cure: str) -> NoReturn:
    if os.environ.get("CI") == "true":
        pytest.fail(f"no {what}; type: {cure}")
    pytest.skip(f"no {what}; type: {cure}")


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


@pytest.fixture(scope="session")
def npm_clients() -> Path:
    """
    The folder with Akismet's clients from npm, as its package-lock.json pins them.
    """
    if not shutil.which("node"):
        missing("Node.js", "sudo apt-get install nodejs npm")
    if not (NPM_CLIENTS / "node_modules").exists():
        missing("clients from npm", "npm ci --prefix tests/akismet/node")
    return NPM_CLIENTS
