"""
Between Granian and what answers: bodies are read here, in time and within bounds, before a thread sees a request.

Comments go to `deciding`, everything else to Flask in a few threads.

Granian's own WSGI mode reads a body in the thread that answers it, without a time-out: in a trial fifty clients that
sent their bodies byte by byte kept all threads, and not even `/livez` was answered.
"""

import asyncio
import logging
import re
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from io import BytesIO
from typing import Any
from wsgiref.types import WSGIApplication

from granian.rsgi import ProtocolClosed, ProtocolError  # type: ignore[attr-defined]

from service import forwarded
from service.api.batch import PATH as BATCH
from service.api.batch import Batches
from service.api.body import FAULT, LARGEST_BODY
from service.api.comments import PATH as COMMENTS
from service.deciding import Deciding
from service.errors import BadRequest, BodyTooSlow, HamletError
from service.forwarded import Network
from service.wire import BEGAN, Environ, Headers, RawAnswer

# From the first byte to the last. The slowest client we know gives up after 5 s for the whole answer.
BODY_SECONDS = 5.0
# From the body to the answer, the wait for a thread included, for a request that has an answer without its decision.
# The most impatient client that we know waits for one second, and publishes what it gets no verdict on.
ANSWER_SECONDS = 0.8

# What stands for the value of a header that Granian does not give.
UNREADABLE = "\x80"

logger = logging.getLogger("hamlet.bridge")


class Bridge:
    """
    Has requests answered in time. A class, since the threads that answer are its own.
    """

    def __init__(
        self,
        application: WSGIApplication,
        threads: int,
        decide: Callable[[Sequence[Environ]], list[RawAnswer]],
        late: Callable[[Environ], RawAnswer | None] = lambda _: None,
        proxies: Sequence[Network] = (),
        on_end: Callable[[], None] = lambda: None,
    ) -> None:
        """
        Take the parts.

        Args:
            application: Called in the threads for all that is no comment.
            threads: How many.
            decide: Answers comments together.
            late: Returns what to answer a request that takes too long; None for one that had better wait, or whose
                answer is on its way.
            proxies: Who is believed when they say for whom they ask.
            on_end: Called when all has been answered.
        """
        self._application = application
        self._late = late
        self._proxies = proxies
        self._on_end = on_end
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="request")
        self._deciding = Deciding(decide)
        self._batches = Batches(self._answer)

    async def __rsgi__(self, scope: Any, protocol: Any) -> None:
        """
        Answer one request, as Granian's own interface asks for it (RSGI 1.5).
        """
        if _path(scope) == BATCH and scope.method.upper() == "POST":
            await self._batches.stream(self._environ(scope, b""), protocol)
            return
        body = b""
        fault: HamletError | None = None
        try:
            async with asyncio.timeout(BODY_SECONDS):
                body = await _read(scope, protocol)
        except TimeoutError:
            fault = BodyTooSlow(f"the body did not arrive within {BODY_SECONDS:g} s")
        except (ProtocolClosed, ProtocolError, EOFError):
            fault = BadRequest("the body breaks off before its end")
        environ = self._environ(scope, body)
        environ[FAULT] = fault
        status, headers, content = await self._answer(environ)
        if fault:  # of a body that is late more may come
            headers = [*headers, ("connection", "close")]
        protocol.response_bytes(status, headers, content)

    def _environ(self, scope: Any, body: bytes) -> Environ:
        environ = _environ(scope, body)
        if self._proxies:
            forwarded.believe(environ, self._proxies)
        return environ

    def close(self) -> None:
        """
        Wait for the threads, of which one may still record what was answered with hold.
        """
        self._threads.shutdown()
        self._on_end()

    async def _answer(self, environ: Environ) -> RawAnswer:
        if environ["PATH_INFO"] == COMMENTS and environ["REQUEST_METHOD"] == "POST":
            return await self._decided(environ)
        answering = asyncio.get_running_loop().run_in_executor(self._threads, self._call, environ)
        await asyncio.wait({answering}, timeout=ANSWER_SECONDS)
        if answering.done():
            return answering.result()
        late = self._late(environ)
        if late is None:
            return await answering
        answering.cancel()  # whose thread goes on, and may still record the comment; one still waiting never starts
        _warn()
        return late

    async def _decided(self, environ: Environ) -> RawAnswer:
        answering = self._deciding.ask(environ)
        timer = answering.get_loop().call_later(ANSWER_SECONDS, self._give_up, environ, answering)
        try:
            return await answering
        finally:
            timer.cancel()

    def _give_up(self, environ: Environ, answering: "asyncio.Future[RawAnswer]") -> None:
        late = None if answering.done() else self._late(environ)
        if late is not None:
            _warn()
            answering.set_result(late)

    def _call(self, environ: Environ) -> RawAnswer:
        status, headers = 500, Headers()

        def start_response(line: str, given: Headers, _: Any = None) -> Any:
            nonlocal status, headers
            status, headers = int(line[:3]), given

        chunks = self._application(environ, start_response)
        try:
            body = b"".join(chunks)
        finally:
            if hasattr(chunks, "close"):
                chunks.close()
        return status, headers, body


def _warn() -> None:
    logger.warning("a check was answered with hold: no verdict in %s s", ANSWER_SECONDS)


async def _read(scope: Any, protocol: Any) -> bytes:
    """
    Return the body.

    Raises:
        EOFError: its chunks break off.
        ProtocolClosed, ProtocolError: so does what was declared.
    """
    if scope.method in ("GET", "HEAD"):
        return b""
    declared = scope.headers.get("content-length", "")
    if declared.isdecimal():
        # What is said to be too large is not read: the application sees the same header, and refuses it.
        body: bytes = await protocol() if int(declared) <= LARGEST_BODY else b""
        return body
    # In chunks: a byte too many for the application to see.
    parts, length = [], 0
    async for part in protocol:
        parts.append(part)
        length += len(part)
        if length > LARGEST_BODY:
            break
    # Granian's last part is empty, and so is one before it where the chunks break off, or have trailers behind them.
    if parts[-2:] == [b"", b""] and "trailer" not in scope.headers:
        raise EOFError
    return b"".join(parts)


def _path(scope: Any) -> str:
    # A client whose base URL ends in a slash asks for `//v1/comments`, and one whose key is part of it for
    # `/k/KEY//1.1/comment-check`, where Flask would send it elsewhere: without TLS, if that ends at a proxy.
    path = f"/{scope.path.lstrip('/')}"
    return re.sub("/{2,}", "/", path) if "//" in path else path


def _environ(scope: Any, body: bytes) -> Environ:
    host, _, port = scope.server.rpartition(":")
    environ: Environ = {
        "REQUEST_METHOD": scope.method.upper(),
        "SCRIPT_NAME": "",
        # Its bytes, one character each, as PEP 3333 has it.
        "PATH_INFO": _path(scope).encode().decode("latin-1"),
        "QUERY_STRING": scope.query_string.encode().decode("latin-1"),
        "SERVER_NAME": host,
        "SERVER_PORT": port,
        "SERVER_PROTOCOL": f"HTTP/{scope.http_version}",
        "REMOTE_ADDR": scope.client.rpartition(":")[0],
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.scheme,
        "wsgi.input": BytesIO(body),
        "wsgi.input_terminated": True,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
        BEGAN: time.perf_counter(),
    }
    given = scope.headers.items()
    for name, value in given:
        # `X_Forwarded_For` would become the same variable as what a proxy says, who lets it pass as another header.
        if "_" in name:
            continue
        key = _variable(name)
        environ[key] = f"{environ[key]},{value}" if key in environ else value
    if len(dict(given)) < len(scope.headers):
        _add_unreadable(environ, scope.headers)
    return environ


def _add_unreadable(environ: Environ, headers: Any) -> None:
    """
    Add the headers whose values are not all ASCII, which Granian names without a value: an `Idempotency-Key` that was
    passed over would have its comment counted twice. But for `Host`, without which the server's own name counts.
    """
    for name in headers:
        if "_" not in name and name != "host":
            environ.setdefault(_variable(name), UNREADABLE)


@lru_cache(maxsize=256)
def _variable(header: str) -> str:
    name = header.upper().replace("-", "_")
    return name if name in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{name}"
