"""
Granian's parent of workers: it keeps their listening sockets, and announces their end before it comes.
"""

import logging
import os
import signal
import socket
import time
from collections.abc import Callable, Sequence
from multiprocessing.connection import wait
from threading import Timer
from typing import Any

from granian.net import SocketHolder  # type: ignore[attr-defined]
from granian.server.mp import MPServer

from service.leaving import ANNOUNCE
from service.listening import steer

# Who was told so and goes on all the same is killed: a comment has 0.8 s, and its client has given up long ago.
DRAIN_SECONDS = 10

logger = logging.getLogger("hamlet.server")


class Server(MPServer):
    """
    Starts the workers, replaces those that died or have grown old, and ends them.

    By itself Granian has each worker open a socket of its own: the connections that wait in the queue of one that ends
    are reset. Here they wait for the one that replaces it; while it starts, new ones go to the others.
    """

    def __init__(
        self,
        listening: Sequence[socket.socket],
        *,
        announce_seconds: float,
        lifetime: int,
        on_replaced: Callable[[str], None],
        **options: Any,
    ) -> None:
        """
        Take the parts.

        Args:
            listening: The sockets that already listen, one for each worker or one for all.
            announce_seconds: How long workers announce their end when all of it ends.
            lifetime: Seconds after which a worker is replaced; 0 for never.
            on_replaced: Told why a worker was replaced: died or age.
            options: Granian's.
        """
        self._listening = listening
        self._announce_seconds = announce_seconds
        self._lifetime = lifetime
        self._on_replaced = on_replaced
        # A worker that has only just been started has no handler yet, and must not die of it.
        signal.signal(ANNOUNCE, signal.SIG_IGN)
        super().__init__("service.worker", **options)

    def startup(self, spawn_target: Any, target_loader: Any) -> None:
        """
        Start the workers.
        """
        # Only now: told earlier, Granian warns of the resets that sockets of each worker's own would cause.
        self.workers_lifetime: int | None = self._lifetime or None
        super().startup(spawn_target, target_loader)  # type: ignore[no-untyped-call]

    def shutdown(self, exit_code: int = 0) -> None:
        """
        Have all workers announce their end, then end them; a second signal skips the wait.
        """
        logger.info("draining: not ready for %g s, then what was accepted is answered", self._announce_seconds)
        self.main_loop_interrupt.clear()
        _announce(self.wrks)
        self.main_loop_interrupt.wait(self._announce_seconds)
        try:
            super().shutdown(exit_code)  # type: ignore[no-untyped-call]
        finally:
            logger.info("drained: all workers have ended")

    def _init_shared_socket(self) -> None:
        self._ssp = None
        steer(self._listening)

    def _spawn_worker(self, idx: int, *args: Any, **named: Any) -> Any:
        self._sso = self._listening[idx % len(self._listening)]
        self._shd = SocketHolder(self._sso.fileno(), False, self.backlog)  # type: ignore[call-arg,assignment]
        return super()._spawn_worker(idx, *args, **named)

    def _respawn_workers(self, workers: Sequence[int], spawn_target: Any, target_loader: Any, delay: float = 0) -> None:
        if not delay:
            # For as long as a worker is given to start.
            steer(self._listening, away_from=workers)
            back = Timer(self.respawn_interval, steer, [self._listening])
            back.daemon = True
            back.start()
        for number in workers:
            self.respawned_wrks[number] = time.monotonic()
            old = self.wrks[number]
            self.wrks[number] = self._spawn_worker(number, spawn_target, target_loader)
            self.wrks[number].start()  # type: ignore[no-untyped-call]
            if delay:
                # The old one goes on while the new one starts: the last answers on its connections.
                _announce([old])
                time.sleep(delay)
            _end([old])
            self._on_replaced("age" if delay else "died")
            logger.info("a worker was replaced (%s)", "age" if delay else "died")

    def _stop_workers(self) -> None:
        _end(self.wrks)
        self.wrks.clear()


def _announce(workers: Sequence[Any]) -> None:
    for worker in workers:
        if worker.is_alive():
            os.kill(worker.inner.pid, ANNOUNCE)


def _end(workers: Sequence[Any]) -> None:
    for worker in workers:
        worker.terminate()
    running = {worker.inner.sentinel: worker for worker in workers}
    deadline = time.monotonic() + DRAIN_SECONDS
    # Not by `join`: Granian has a thread that joins each worker too, and of two only one learns of its end.
    while running and (left := deadline - time.monotonic()) > 0:
        for ended in wait(list(running), left):
            del running[ended]
    for worker in running.values():
        logger.warning("a worker did not end in %s s and is killed", DRAIN_SECONDS)
        worker.kill()
