"""
Processes forked from this one when it has everything loaded: they share its memory, and start in a moment.

Whoever forks runs no threads and keeps no connections open: a fork would carry over the locks of the ones, and have
two processes speak on the others.
"""

import ctypes
import logging
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkProcess
from pathlib import Path
from typing import Any, Self

from service.processes.leaving import ANNOUNCE
from service.processes.signals import SIGNALS

END_SECONDS = 10.0
# By default glibc gives each thread a heap of its own: 5 MB a worker, whose threads of Python run one at a time.
# -8 is M_ARENA_MAX of malloc.h, which `ctypes` has no name for.
_HEAPS, _MALLOC_ARENA_MAX = 2, -8

Report = Callable[[Any], None]

logger = logging.getLogger("hamlet.forking")


class Child:
    """
    A process that does one thing. A class, since it is forked again when it dies.
    """

    def __init__(self, family: "Family", name: str, run: Callable[[Report], None]) -> None:
        self._family = family
        self._run = run
        self.name = name

    def start(self) -> None:
        """
        Fork it, for the first time or again; nobody waits for what it reports.
        """
        self._fork(None)

    def ask(self) -> None:
        """
        Fork it, and have it report.
        """
        self._answer, reporting = multiprocessing.Pipe(duplex=False)
        with reporting:
            self._fork(reporting)

    @property
    def age(self) -> float:
        """
        Return how long ago it was forked, in seconds.
        """
        return time.monotonic() - self._birth

    def answer(self) -> Any:
        """
        Wait for what it reports, and return it.

        Raises:
            Exception: what ended it, or RuntimeError if it was killed.
        """
        try:
            value, error, cause = self._answer.recv()
        except EOFError:
            self.process.join()
            raise RuntimeError(f"{self.name} ended with status {self.process.exitcode}") from None
        if error:
            raise error from cause
        return value

    def _fork(self, reporting: Connection | None) -> None:
        self.process: ForkProcess = multiprocessing.get_context("fork").Process(
            name=self.name, target=self._begin, args=(reporting,)
        )
        # Until the child has handlers of its own, a signal would be taken for the parent's, and be lost.
        before = signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
        try:
            self.process.start()
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
        self._birth = time.monotonic()

    def _begin(self, reporting: Connection | None) -> None:
        signal.set_wakeup_fd(-1)
        # Ctrl-C, and a terminal that closes, reach all processes of a terminal, and are for the parent, which has the
        # others end in order. And one that is not ready to be told that it ends must not die of it.
        for number in SIGNALS:
            signal.signal(number, signal.SIG_DFL if number == signal.SIGTERM else signal.SIG_IGN)
        signal.signal(ANNOUNCE, signal.SIG_IGN)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
        self._family.inherit()
        _be_known_as(self.name)
        _share_heaps()
        try:
            self._run(lambda value: reporting.send((value, None, None)) if reporting else None)
        except Exception as error:
            if reporting:
                reporting.send((None, error, error.__cause__))
            else:
                logger.error("%s cannot go on", self.name, exc_info=error)
            raise SystemExit(1) from None


class Family:
    """
    The children of this process, which end when it does, however it does. A class, since it has to know them.
    """

    def __init__(self, *, private: Sequence[int] = ()) -> None:
        """
        Take the file descriptors that are not for the children, such as that of a lock.
        """
        self._alive, kept = os.pipe()
        self._private = [*private, kept]
        self.children: list[Child] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """
        End the children that are left, the youngest first.
        """
        while self.children:
            self.end([self.children[-1]])

    def start(self, name: str, run: Callable[[], None]) -> Child:
        child = Child(self, name, lambda _: run())
        child.start()
        self.children.append(child)
        return child

    def ask(self, name: str, run: Callable[[Report], None]) -> Child:
        """
        Fork a child that reports something, and may then go on; when it is forked again, nobody waits for its report.
        """
        child = Child(self, name, run)
        child.ask()
        self.children.append(child)
        return child

    def end(self, children: Sequence[Child], seconds: float = END_SECONDS) -> list[Child]:
        """
        Have some end, and return those that had to be killed after so many seconds.
        """
        for child in children:
            self.children.remove(child)
            child.process.terminate()
        running = {child.process.sentinel: child for child in children}
        deadline = time.monotonic() + seconds
        while running and (left := deadline - time.monotonic()) > 0:
            for ended in wait(list(running), left):
                del running[ended]  # type: ignore[arg-type]
        for child in running.values():
            child.process.kill()
        for child in children:
            child.process.join()
        return list(running.values())

    def inherit(self) -> None:
        """
        In a child: let go of what is the parent's, and end when it does.
        """
        nothing = os.open(os.devnull, os.O_RDWR)
        for each in self._private:
            os.dup2(nothing, each)  # and not closed: an object in this copy of the parent's memory will close it
        os.close(nothing)
        threading.Thread(target=self._leave_with_the_parent, name="parent", daemon=True).start()

    def _leave_with_the_parent(self) -> None:
        # The other end is open in the parent alone, and nothing is ever written to it.
        os.read(self._alive, 1)
        os.kill(os.getpid(), signal.SIGTERM)


def _be_known_as(name: str) -> None:
    # For ps and top. Elsewhere than on Linux all have the parent's name.
    with suppress(OSError):
        Path("/proc/self/comm").write_text(f"hamlet-{name}", encoding="ascii")


def _share_heaps() -> None:
    tune = getattr(ctypes.CDLL(None), "mallopt", None)
    if tune and "MALLOC_ARENA_MAX" not in os.environ:
        tune(_MALLOC_ARENA_MAX, _HEAPS)
