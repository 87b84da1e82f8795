"""
The one thread of a worker that decides on comments: what waits together is taken, and decided, together.

A worker runs one thread of Python at a time, so more of them decide nothing sooner: they only wake each other up, once
for each time that one waits for Redis or the disk. What waits for this one shares its call of Redis and its commit.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from queue import Empty, SimpleQueue
from threading import Event, Thread

from service.core.light_dataclass import light_dataclass
from service.wire import Environ, RawAnswer

# So that nobody waits long for the others: 24 comments of 40 words take some 15 ms. Of long ones fewer are taken.
MOST_TOGETHER, MOST_BYTES = 24, 64 * 1024
# Where so many came together, as many will again: their callers were answered a moment ago. To begin with the first of
# them alone would cost as much as with all; so the first waits until all are there, for less than a commit takes.
MANY, GATHERING_SECONDS = 4, 0.002

logger = logging.getLogger("hamlet.deciding")


@light_dataclass()
class _Waiting:
    environ: Environ
    size: int
    answer: "asyncio.Future[RawAnswer]"


class Deciding:
    """
    Answers requests in a thread of its own. A class, since the thread and the queue before it are its own.
    """

    def __init__(self, answer: Callable[[Sequence[Environ]], list[RawAnswer]]) -> None:
        """
        Take what answers requests together; the thread starts at once.
        """
        self._answer = answer
        self._queue: SimpleQueue[_Waiting] = SimpleQueue()
        self._expected = 1
        self._others = MOST_TOGETHER
        self._all_came = Event()
        Thread(target=self._run, name="deciding", daemon=True).start()

    def ask(self, environ: Environ) -> "asyncio.Future[RawAnswer]":
        """
        Return the answer to come. If somebody else gives one before a request is taken up, it never is.
        """
        answer = asyncio.get_running_loop().create_future()
        self._queue.put(_Waiting(environ, environ["wsgi.input"].getbuffer().nbytes, answer))
        if self._queue.qsize() >= self._others:
            self._all_came.set()
        return answer

    def _run(self) -> None:
        while True:
            try:
                self._next()
            except Exception as error:  # as without memory: whoever was taken is answered late, and the next in time
                logger.error("unexpected error", exc_info=error)

    def _next(self) -> None:
        taken = self._take()
        waiting = [each for each in taken if not each.answer.done()]
        answers = self._answers([each.environ for each in waiting]) if waiting else []
        # Whoever is answered now may ask again, beside those who wait already.
        self._expected = len(taken) + self._queue.qsize() if len(taken) >= MANY else 1
        if waiting:
            with suppress(RuntimeError):  # the loop has ended: nobody waits any more
                waiting[0].answer.get_loop().call_soon_threadsafe(partial(_give, waiting, answers))

    def _answers(self, environs: list[Environ]) -> list[RawAnswer] | Exception:
        try:
            return self._answer(environs)
        except Exception as error:
            logger.error("unexpected error", exc_info=error)
            return error

    def _take(self) -> list[_Waiting]:
        first = self._queue.get()
        self._wait_for(min(self._expected, MOST_TOGETHER) - 1)
        taken, size = [first], first.size
        try:
            while len(taken) < MOST_TOGETHER and size < MOST_BYTES:
                taken.append(self._queue.get_nowait())
                size += taken[-1].size
        except Empty:
            pass
        return taken

    def _wait_for(self, others: int) -> None:
        self._all_came.clear()
        self._others = others
        if self._queue.qsize() < others:
            self._all_came.wait(GATHERING_SECONDS)
        self._others = MOST_TOGETHER


def _give(taken: list[_Waiting], answers: list[RawAnswer] | Exception) -> None:
    for number, each in enumerate(taken):
        if each.answer.done():
            continue
        if isinstance(answers, Exception):
            each.answer.set_exception(answers)
        else:
            each.answer.set_result(answers[number])
