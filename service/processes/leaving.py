"""
A worker that is about to end says so with every answer, so that nobody asks anything more on a connection that closes.
"""

import asyncio
import logging
import os
import signal
from typing import Any

from service.wire import Headers

# From the parent: this worker is going to end.
ANNOUNCE = signal.SIGUSR1


class Leaving:
    """
    Answers as the application does, and once the end is announced with `Connection: close`. A class, since a signal
    changes what it does.

    Granian closes the connections on which nothing is asked when it ends, just when a client may be asking.
    """

    def __init__(self) -> None:
        self.is_announced = False
        self._application: Any = None

    def __call__(self, application: Any) -> "Leaving":
        self._application = application
        return self

    async def __rsgi__(self, scope: Any, protocol: Any) -> None:
        await self._application.__rsgi__(scope, _LastAnswer(protocol) if self.is_announced else protocol)

    def __rsgi_init__(self, loop: asyncio.AbstractEventLoop) -> None:
        """
        Hear of the end from the parent alone. Ctrl-C reaches all processes of a terminal, and ends Granian at once.
        """
        signal.signal(ANNOUNCE, self._announce)
        loop.remove_signal_handler(signal.SIGINT)
        signal.signal(signal.SIGINT, signal.SIG_IGN)

    def __rsgi_del__(self, _: Any) -> None:
        """
        End the process, when Granian has answered all.
        """
        self._application.close()
        logging.shutdown()
        # Not by returning: of Granian's threads, one that still wants the interpreter while that is taken down panics
        # now and then, "in a function that cannot unwind".
        os._exit(0)

    def fault(self) -> str | None:
        """
        Say for the readiness check that this worker ends.
        """
        return "this worker is about to end" if self.is_announced else None

    def _announce(self, *_: object) -> None:
        self.is_announced = True


class _LastAnswer:
    """
    A request whose answer is the last on its connection.
    """

    def __init__(self, protocol: Any) -> None:
        self._protocol = protocol

    def __getattr__(self, name: str) -> Any:
        return getattr(self._protocol, name)

    async def __call__(self) -> Any:
        return await self._protocol()

    def __aiter__(self) -> Any:
        return aiter(self._protocol)

    def response_bytes(self, status: int, headers: Headers, body: bytes) -> Any:
        return self._protocol.response_bytes(status, [*headers, ("connection", "close")], body)

    def response_stream(self, status: int, headers: Headers) -> Any:
        return self._protocol.response_stream(status, [*headers, ("connection", "close")])
