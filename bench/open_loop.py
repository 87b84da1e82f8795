"""
Comments at a fixed rate, whatever the server does with them: how long each took from the moment that it was due.

A request that comes late because the server was slow with those before it has waited too, so nothing that a reader
would have to wait for is left out (no coordinated omission).
"""

import asyncio
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

import numpy as np

from bench.processes import Server, headers_for
from bench.samples import WORDS

CONNECTIONS = 64
LENGTH = 40


@dataclass(frozen=True, slots=True)
class Waits:
    """
    Milliseconds at three percentiles, and how many answers were no decisions.
    """

    p50: float
    p99: float
    p999: float
    failed: int


def at_rate(server: Server, rate: float, seconds: float) -> Waits:
    """
    Ask a server so often a second, for so long, and return how long the answers took.
    """
    draw = random.Random(rate)
    requests = [request(server, draw) for _ in range(int(rate * seconds))]
    waits = asyncio.run(_all(server, requests, rate))
    p50, p99, p999 = 1000 * np.quantile([wait for wait, _ in waits], (0.5, 0.99, 0.999))
    return Waits(p50, p99, p999, sum(status != 200 for _, status in waits))


def request(server: Server, draw: random.Random) -> bytes:
    """
    Return the bytes of a request with a comment of its own.
    """
    address = f"93.{draw.randrange(256)}.{draw.randrange(256)}.{draw.randrange(1, 255)}"
    body = server.body.replace("@TEXT@", " ".join(draw.choices(WORDS, k=LENGTH))).replace("@ADDRESS@", address)
    content = body.replace("@WORD@", f"w{draw.randrange(10**9)}").encode()
    headers = {"Host": "127.0.0.1", "Content-Length": str(len(content)), **headers_for(server)}
    lines = [f"POST {urlsplit(server.url).path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, "", ""]).encode() + content


async def _all(server: Server, requests: Sequence[bytes], rate: float) -> list[tuple[float, int]]:
    idle: asyncio.Queue[_Connection] = asyncio.Queue()
    address = urlsplit(server.url)
    for _ in range(CONNECTIONS):
        idle.put_nowait(_Connection(str(address.hostname), address.port or 80))
    begin = time.monotonic() + 0.1

    async def one(number: int, content: bytes) -> tuple[float, int]:
        due = begin + number / rate
        await asyncio.sleep(due - time.monotonic())
        connection = await idle.get()
        try:
            status = await connection.ask(content)
        finally:
            idle.put_nowait(connection)
        return time.monotonic() - due, status

    return await asyncio.gather(*(one(number, content) for number, content in enumerate(requests)))


class _Connection:
    """
    A connection that is kept. A class, since it is opened at its first use, and again where the server has closed it.
    """

    def __init__(self, host: str, port: int) -> None:
        self._address = host, port
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, content: bytes) -> int:
        reader, writer = self._streams = self._streams or await asyncio.open_connection(*self._address)
        writer.write(content)
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        length = next(int(line[15:]) for line in head.split(b"\r\n") if line.startswith(b"content-length:"))
        await reader.readexactly(length)
        if b"connection: close" in head:
            writer.close()
            self._streams = None
        return int(head[9:12])
