"""
What the parent loads for the workers that it forks, and what one of them does when it starts.
"""

import gc
import os
import socket
from contextlib import suppress
from pathlib import Path

from granian.constants import HTTPModes, Interfaces, Loops, RuntimeModes
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.net import SocketHolder  # type: ignore[attr-defined]
from granian.server.mp import MPServer

from service import app, logs
from service.config import Settings
from service.freed_memory import give_back
from service.model.folder import ModelError, current
from service.model.scorer import Scorer
from service.processes.leaving import Leaving

# A worker keeps this many connections open; slow clients hold a connection, never a thread.
CONNECTIONS = 1024


class Workers(MPServer):
    """
    What all workers share. Of Granian only what answers in a process is used, by its own list of arguments; its parent
    of processes has threads, and each would be in the way of a fork.
    """

    def __init__(self, settings: Settings) -> None:
        """
        Load the model that is in use, so that the memory of it is shared. A worker takes another one up by itself.
        """
        super().__init__(
            "service.processes.worker",
            address=settings.host,
            port=settings.port,
            interface=Interfaces.RSGI,
            loop=Loops.asyncio,
            runtime_mode=RuntimeModes.st,
            backlog=CONNECTIONS,
            backpressure=CONNECTIONS,
            http=HTTPModes.http1,
            http1_settings=HTTP1Settings(header_read_timeout=10_000),
            websockets=False,
            log_level=LogLevels.warning,
            log_dictconfig=logs.configuration(settings.log_level),
        )
        self._settings = settings
        self._leaving = Leaving()
        self._prepared: app.Prepared | None = None
        self._folder: Path | None = None
        self._scorer: Scorer | None = None
        self.look()

    def prepare(self) -> None:
        """
        Put the application together, when the store is there: what that writes is shared, too.
        """
        if not self._settings.otlp_url:  # what sends traces has a thread: then each worker does this by itself
            self._prepared = app.prepare(self._settings, self._leaving.fault)

    def look(self) -> bool:
        """
        Load the model that is in use by now, for the workers to come; tell whether it is another one than before.
        """
        try:
            folder = current(self._settings.models_dir)
            if folder == self._folder:
                return False
            self._scorer, self._folder = Scorer.load(folder), folder
        except ModelError:
            return False  # each worker finds that too, says so, and goes on looking
        gc.freeze()
        give_back()
        return True

    def run(self, listening: socket.socket, number: int) -> None:
        """
        In a process of its own: answer what comes at a socket, as the worker of that number, until told to end.
        """
        _settle(number, self._settings.workers)
        self._sso, self._ssp = listening, None
        self._shd = SocketHolder(listening.fileno(), False, self.backlog)  # type: ignore[call-arg,assignment]
        worker = self._spawn_worker(0, self._spawn_rsgi_worker, self._load)
        worker.inner.run()

    def _load(self) -> Leaving:
        logs.ask_less()
        prepared = self._prepared or app.prepare(self._settings, self._leaving.fault)
        return self._leaving(prepared.begin(self._scorer))


def _settle(number: int, workers: int) -> None:
    """
    Keep this process to a processor of its own, where there is one for each worker.

    Its threads take turns in Python; on two processors each turn would begin with the other one's memory to fetch.
    """
    if hasattr(os, "sched_setaffinity"):
        processors = sorted(os.sched_getaffinity(0))
        if len(processors) == workers:
            with suppress(OSError):  # where that is not allowed, the kernel goes on choosing
                os.sched_setaffinity(0, {processors[number]})
