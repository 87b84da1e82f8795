"""
The parent of the workers: it keeps their listening sockets, replaces them, and announces their end before it comes.
"""

import logging
import os
import signal
import socket
import time
from collections.abc import Callable, Sequence
from math import inf

from service.processes.forking import Child, Family
from service.processes.leaving import ANNOUNCE
from service.processes.listening import steer
from service.processes.signals import Signals

# Who was told so and goes on all the same is killed: a comment has 0.8 s, and its client has given up long ago.
DRAIN_SECONDS = 10
# What a worker is given to start, before the one that it replaces ends or new connections are steered to it.
START_SECONDS = 3.5
# What a client that has just connected is given to ask.
QUIET_SECONDS = 0.5
# Where one that took the place of a dead one dies within these, the next would too.
CRASH_SECONDS = 5.5
# At least from one start to the next of what serves nobody.
PAUSE_SECONDS = 1.0
LOOK_SECONDS = 10.0

logger = logging.getLogger("hamlet.server")


class Server:
    """
    Starts the workers, replaces those that died or have grown old, and ends them, without a thread of its own.

    The connections that wait at the socket of one that ends wait for the one that replaces it; while that one starts,
    new ones go to the others.
    """

    def __init__(
        self,
        family: Family,
        workers: Sequence[Callable[[], None]],
        listening: Sequence[socket.socket],
        *,
        announce_seconds: float,
        lifetime: int,
        on_replaced: Callable[[str], None],
        look: Callable[[], bool],
    ) -> None:
        """
        Take the parts.

        Args:
            family: Whose children the workers become. Those that it has already are started again when they die.
            workers: What each of the workers does.
            listening: The sockets that already listen, one for each worker or one for all.
            announce_seconds: How long workers announce their end when all of it ends.
            lifetime: Seconds after which a worker is replaced; 0 for never.
            on_replaced: Told why a worker was replaced: died, age or model.
            look: Called every ten seconds; tells whether what workers share is another since, so that those that run
                have it in memory of their own, and are to be replaced.
        """
        self._family = family
        self._beside = tuple(family.children)
        self._do = workers
        self._listening = listening
        self._announce_seconds = announce_seconds
        self._lifetime = lifetime or inf
        self._on_replaced = on_replaced
        self._look = look
        self._looks_at = 0.0
        self._workers: list[Child] = []
        self._heirs: set[Child] = set()
        self._steers_at = inf
        self._ends, self._renews = 0, False
        # Those that are to be replaced before their time, with the cause.
        self._outdated: dict[Child, str] = {}
        self._signals = Signals()

    def run(self) -> bool:
        """
        Serve until told to end; return whether that was the reason, and not that workers keep dying.
        """
        steer(self._listening)
        self._workers = [self._start(number) for number in range(len(self._do))]
        while not self._ends and self._replace_the_dead():
            self._replace_an_old()
            self._start_again_beside()
            self._wait_for_the_next()
        self._end()
        return self._ends > 0

    def _start(self, number: int) -> Child:
        return self._family.start("worker", self._do[number])

    def _replace_the_dead(self) -> bool:
        dead = [number for number, worker in enumerate(self._workers) if not worker.process.is_alive()]
        if dead:
            steer(self._listening, away_from=dead)
            self._steers_at = time.monotonic() + START_SECONDS
        elif time.monotonic() >= self._steers_at:
            steer(self._listening)
            self._steers_at = inf
        for number in dead:
            died = self._workers[number]
            if died in self._heirs and died.age < CRASH_SECONDS:
                logger.error("a worker dies as soon as it has started, again: giving up")
                return False
            self._family.end([died])
            self._workers[number] = self._start(number)
            self._heirs = {*self._heirs - {died}, self._workers[number]}
            self._tell("died")
        return True

    def _replace_an_old(self) -> None:
        """
        Replace one of those that are to be, if all are there: one that dies meanwhile does not wait for the others.
        """
        renews, self._renews = self._renews, False
        if (shares_another := self._shares_another()) or renews:
            self._outdated = dict.fromkeys(self._workers, "model" if shares_another else "age")
        number = next((number for number, each in enumerate(self._workers) if self._time_left(each) <= 0), None)
        if number is None or self._steers_at < inf:
            return
        old, self._workers[number] = self._workers[number], self._start(number)
        # It goes on while the new one starts: the last answers on its connections.
        _announce([old])
        self._pause(START_SECONDS)
        # A connection that it takes last would be closed before anything was asked on it.
        steer(self._listening, away_from=[number])
        self._pause(QUIET_SECONDS)
        self._finish([old])
        steer(self._listening)
        self._tell(self._outdated.pop(old, "age"))

    def _time_left(self, worker: Child) -> float:
        return 0.0 if worker in self._outdated else self._lifetime - worker.age

    def _shares_another(self) -> bool:
        if time.monotonic() < self._looks_at:
            return False
        self._looks_at = time.monotonic() + LOOK_SECONDS
        return self._look()

    def _start_again_beside(self) -> None:
        for child in self._beside:
            if not child.process.is_alive() and child.age >= PAUSE_SECONDS:
                logger.warning("%s ended with status %s and is started again", child.name, child.process.exitcode)
                child.start()

    def _end(self) -> None:
        """
        Have all workers announce their end, then end them; a second signal skips the wait.
        """
        logger.info("draining: not ready for %g s, then what was accepted is answered", self._announce_seconds)
        _announce(self._workers)
        self._pause(self._announce_seconds)
        self._finish(self._workers)
        logger.info("drained: all workers have ended")

    def _finish(self, workers: Sequence[Child]) -> None:
        for _ in self._family.end(workers, DRAIN_SECONDS):
            logger.warning("a worker did not end in %s s and was killed", DRAIN_SECONDS)

    def _tell(self, cause: str) -> None:
        self._on_replaced(cause)
        logger.info("a worker was replaced (%s)", cause)

    def _pause(self, seconds: float) -> None:
        """
        Wait, but not after the next signal to end.
        """
        before, deadline = self._ends, time.monotonic() + seconds
        while self._ends == before and (left := deadline - time.monotonic()) > 0:
            self._wait(left)

    def _wait(self, seconds: float, children: Sequence[Child] = ()) -> None:
        for number in self._signals.wait(seconds, [child.process.sentinel for child in children]):
            if number == signal.SIGHUP:
                self._renews = True
            else:
                self._ends += 1

    def _wait_for_the_next(self) -> None:
        """
        Wait until something is due, or a signal or a death comes.
        """
        if self._ends or self._renews:  # it came while a worker was replaced
            return
        running = {child: child.process.is_alive() for child in self._beside}
        due = [min(self._steers_at, self._looks_at) - time.monotonic()]
        if self._steers_at == inf:
            due += map(self._time_left, self._workers)
        due += [PAUSE_SECONDS - child.age for child, runs in running.items() if not runs]
        # One that has died meanwhile is found at once.
        self._wait(max(0.0, min(due)), [*self._workers, *(child for child, runs in running.items() if runs)])


def _announce(workers: Sequence[Child]) -> None:
    for worker in workers:
        if worker.process.is_alive() and worker.process.pid:
            os.kill(worker.process.pid, ANNOUNCE)
