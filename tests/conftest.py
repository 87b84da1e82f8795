"""
Real servers and the browser that tests of several folders share.

On a developer's machine a missing one skips its tests and says the cure; in CI it fails them.
"""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import pytest
from hypothesis import HealthCheck, settings
from postgresql_server import PostgresqlServer, wheel

if TYPE_CHECKING:
    from running_service import RunningService

CHROMIUM = Path("/usr/bin/chromium")
WORDPRESS = Path("/usr/share/wordpress")
NPM_CLIENTS = Path(__file__).parent / "akismet" / "node"

# A busy machine is no failure of ours.
settings.register_profile("any speed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any speed")


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
def chromium() -> str:
    """
    The program that Playwright drives: Debian's, since the wheel brings none.
    """
    if not CHROMIUM.exists():
        missing("Chromium", "sudo apt-get install chromium")
    return str(CHROMIUM)


@pytest.fixture(scope="session")
def installed() -> Callable[[str, str], str]:
    """
    Return where a program is, given the Debian package that has it.
    """

    def installed(program: str, package: str) -> str:
        # Debian keeps servers where only root looks.
        path = f"{os.environ['PATH']}:/usr/sbin"
        return shutil.which(program, path=path) or missing(program, f"sudo apt-get install {package}")

    return installed


@pytest.fixture(scope="session")
def wordpress_source() -> Path:
    """
    Where Debian's package of WordPress has its files, Akismet's plugin among them.
    """
    if not WORDPRESS.exists():
        missing("WordPress", "sudo apt-get install --no-install-recommends wordpress")
    return WORDPRESS


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


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator["RunningService"]:
    """
    The whole service with one worker; to its model casino is spam, pills are held, and thanks are accepted.
    """
    # It brings numpy and SQLAlchemy, for which most tests would wait in vain.
    from running_service import RunningService, write_model

    folder = tmp_path_factory.mktemp("service")
    write_model(folder / "models")
    with RunningService(folder, HAMLET_WORKERS="1") as running:
        yield running


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """
    A disk of three megabytes.
    """
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(folder)], capture_output=True)
    if mounted.returncode:
        missing("right to mount a small disk", "sudo ./test")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)
