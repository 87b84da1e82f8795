"""
Many comments in one request: each line of a body is answered like a request of its own, while others are still coming.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from io import BytesIO
from typing import Any

from granian.rsgi import ProtocolClosed, ProtocolError  # type: ignore[attr-defined]

from service.api.body import FAULT, LARGEST_BODY
from service.errors import BodyTooLarge, BodyTooSlow
from service.wire import BEGAN, Environ, Headers, RawAnswer

PATH, EACH = "/v1/batch", "/v1/comments"
MEDIA_TYPES = ("application/x-ndjson", "application/ndjson", "application/jsonl")
# Many clients read only when they have sent all, and Granian keeps their answers until then: these bound its memory.
MOST_LINES, LARGEST_BATCH = 10_000, 16 * 1024 * 1024
# For the next part of a body; what came before has been answered by then.
PART_SECONDS = 5.0

TOO_LARGE = "a batch has at most 10,000 lines and 16 MiB; send the rest in another"
LONGEST_REQUEST_ID = 100  # characters of a batch's own, before the number of the line


class Batches:
    """
    Answers batches. A class, since those of a worker share a lane: together they have one comment under way, and so
    never keep a reader waiting who waits for one.
    """

    def __init__(self, answer: Callable[[Environ], Awaitable[RawAnswer]]) -> None:
        """
        Take what answers a request: for `PATH` with the head of the answer, for `EACH` with the answer to a line.
        """
        self._answer = answer
        self._lane = asyncio.Lock()

    async def stream(self, head: Environ, protocol: Any) -> None:
        """
        Answer a batch, every line as soon as it is decided, in order; blank lines have none.

        Args:
            head: The request without its body.
            protocol: RSGI's, with the body.
        """
        status, headers, body = await self._answer({**head})  # in which is noted that it has its answer
        if status != 200:
            protocol.response_bytes(status, headers, body)
            return
        head["HTTP_X_REQUEST_ID"] = dict(headers).get("X-Request-Id", "")[:LONGEST_REQUEST_ID]
        transport = protocol.response_stream(status, [pair for pair in headers if pair[0].lower() != "content-length"])
        with suppress(ProtocolClosed, ProtocolError):  # the client has gone
            await self._answer_lines(head, protocol, transport)

    async def _answer_lines(self, head: Environ, protocol: Any, transport: Any) -> None:
        number = 0
        try:
            async for line in _lines(_parts(protocol)):
                if number == MOST_LINES:
                    raise BodyTooLarge(TOO_LARGE)
                number += 1
                if line.strip():
                    await transport.send_bytes(await self._answer_line(head, number, line))
            return
        except (BodyTooLarge, BodyTooSlow) as error:
            # Another one: the traceback of this one holds `transport`, and Granian ends the answer when that is freed.
            fault = type(error)(error.detail)
        # The first line that is missing gets it for an answer, and no more are read.
        await transport.send_bytes(await self._answer_line(head | {FAULT: fault}, number + 1, b""))

    async def _answer_line(self, head: Environ, number: int, line: bytes) -> bytes:
        async with self._lane:
            answer = await self._answer(_request(head, number, line))
        return _answered(number, *answer)


async def _parts(protocol: Any) -> AsyncIterator[bytes]:
    reading, room = aiter(protocol), LARGEST_BATCH
    while True:
        try:
            async with asyncio.timeout(PART_SECONDS):
                part = await anext(reading)
        except TimeoutError:
            raise BodyTooSlow(f"the next part of the body did not arrive within {PART_SECONDS:g} s") from None
        if not part:
            return  # Granian's last part is empty, also that of a client that has gone
        room -= len(part)
        if room < 0:
            raise BodyTooLarge(TOO_LARGE)
        yield part


async def _lines(parts: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    # Of a line that is longer than any comment, as much as shows that it is.
    longest = LARGEST_BODY + 1
    rest = b""
    async for part in parts:
        *lines, rest = (rest + part).split(b"\n")
        for line in lines:
            yield line[:longest]
        rest = rest[:longest]
    if rest:
        yield rest


def _request(head: Environ, number: int, line: bytes) -> Environ:
    return head | {
        "PATH_INFO": EACH,
        "CONTENT_TYPE": "application/json",
        "CONTENT_LENGTH": str(len(line)),
        "HTTP_X_REQUEST_ID": f"{head['HTTP_X_REQUEST_ID']}.{number}",
        "wsgi.input": BytesIO(line),
        BEGAN: time.perf_counter(),
    }


def _answered(number: int, status: int, headers: Headers, body: bytes) -> bytes:
    # The head of an answer is lost in a batch, so what a caller must know of it goes into the line.
    wait = next((b'"retry_after":%d,' % int(value) for name, value in headers if name == "Retry-After"), b"")
    return b'{"line":%d,%b%b\n' % (number, wait if status != 200 else b"", body[1:])
