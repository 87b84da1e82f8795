"""
What a process of the service is told by signals.
"""

import os
import signal
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from multiprocessing.connection import wait

# To the parent: end, end, and replace the workers.
SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
# What poll(2) can be given is bounded, and a day is more than enough.
_LONGEST_WAIT = 86_400.0


class Signals:
    """
    What this process was told by signals, to be waited for together with the end of its children. A class, since it has
    the pipe that they come by.
    """

    def __init__(self) -> None:
        self._read, write = os.pipe()
        os.set_blocking(write, False)
        signal.set_wakeup_fd(write)
        for each in SIGNALS:
            signal.signal(each, lambda *_: None)  # the pipe says it all

    def wait(self, seconds: float, sentinels: Sequence[int] = ()) -> bytes:
        """
        Return the numbers of the signals that came: as soon as there are any, a child ended, or after some seconds.
        """
        ready = wait([self._read, *sentinels], min(seconds, _LONGEST_WAIT))
        return os.read(self._read, 64) if self._read in ready else b""


@contextmanager
def until_told() -> Iterator[None]:
    """
    In a child: wait for SIGTERM at the end of the context.
    """
    ended = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: ended.set())
    yield
    ended.wait()
