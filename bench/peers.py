"""
Two filters of mail to compare with, where they are installed: rspamd with its Bayes, and SpamAssassin's daemon.
"""

import os
import shutil
import socket
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from bench.processes import WORKERS, Server, children, free_port, running
from bench.quality import rspamd
from bench.quality.messages import wrap
from bench.samples import COMMENTS
from training.data.rows import Row

# Without scores for what only mail servers know, so that nothing but texts is judged.
SPAMD = ["spamd", "--local", "--nouser-config", f"--max-children={WORKERS}", f"--min-children={WORKERS}"]
MESSAGE = wrap(Row("bench", "", "Reader @WORD@", "@TEXT@ @WORD@")).decode()
LEARNED = 400


@contextmanager
def rspamd_server() -> Iterator[Server | None]:
    """
    Run rspamd with as many scanning workers as Hamlet has, its Bayes taught; None where it is not installed.
    """
    if not shutil.which("rspamd"):
        yield None
        return
    before = {*children(os.getpid())}
    start = time.monotonic()
    with rspamd.running(scanners=WORKERS) as (learn, scan):
        ready_after = time.monotonic() - start
        for number in range(LEARNED):
            path = "/learnspam" if number % 2 else "/learnham"
            rspamd.ask(learn, path, wrap(Row("bench", "", "Reader", _words(number))))
        first, *others = (pid for pid in children(os.getpid()) if pid not in before)
        url = f"http://127.0.0.1:{scan}/checkv2"
        yield Server("rspamd /checkv2", url, "", first, ready_after, body=MESSAGE, beside=tuple(others))


def spamd_rate(folder: Path, seconds: float) -> tuple[float, float] | None:
    """
    Return SpamAssassin's requests a second and microseconds of processor time a request; None where it is missing.
    """
    if not shutil.which("spamd"):
        return None
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="spamd-") as home:
        os.chmod(home, 0o777)  # noqa: PTH101 - spamd leaves root for another user
        options = [f"--port={port}", "--listen=127.0.0.1", f"--helper-home-dir={home}", "--username=nobody"]
        with running([*SPAMD, *options], dict(os.environ), folder / "spamd", partial(_pings, port)) as (
            pid,
            ready_after,
        ):
            server = Server("spamd", "", "", pid, ready_after)
            _check(port, MESSAGE)
            before, end = server.processor_seconds(), time.monotonic() + seconds
            with ThreadPoolExecutor(WORKERS) as callers:
                counts = [*callers.map(lambda _: _until(port, end), range(WORKERS))]
            spent = server.processor_seconds() - before
    return sum(counts) / seconds, spent / sum(counts) * 1e6


def _pings(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
            connection.sendall(b"PING SPAMC/1.2\r\n\r\n")
            return b"PONG" in connection.recv(100)
    except OSError:
        return False


def _until(port: int, end: float) -> int:
    count = 0
    while time.monotonic() < end:
        _check(port, MESSAGE.replace("@TEXT@", _words(count)))
        count += 1
    return count


def _check(port: int, message: str) -> bytes:
    content = message.encode()
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
        connection.sendall(b"CHECK SPAMC/1.5\r\nContent-length: %d\r\n\r\n%b" % (len(content), content))
        connection.shutdown(socket.SHUT_WR)
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    if b" 0 EX_OK" not in answer:
        raise RuntimeError(f"spamd answered {answer[:200]!r}")
    return answer


def _words(number: int) -> str:
    return f"{COMMENTS[number % len(COMMENTS)]} w{number}"
