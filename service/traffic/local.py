"""
The limits as one process can keep them alone, for the time that Redis does not answer.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil

from service.core.traffic import Observation, Quota

# Each about 300 bytes, and only while Redis is away.
MOST_COUNTERS = 10_000


@dataclass(frozen=True, slots=True)
class Window:
    """
    At most `limit` comments in any `seconds` seconds, counted under `key`.
    """

    key: str
    limit: int
    seconds: int


@dataclass(slots=True)
class Counter:
    """
    A sliding-window counter of two fixed windows; the same formula as in traffic.lua, which cites its source.
    """

    window: Window
    start: float
    current: int = 0
    previous: int = 0

    def slide(self, now: float) -> None:
        """
        Make `current` the window that `now` lies in.
        """
        passed = int((now - self.start) // self.window.seconds)
        if passed == 0:
            return
        self.previous = self.current if passed == 1 else 0
        self.current = 0
        self.start = self.start + self.window.seconds if passed == 1 else now

    def used(self, now: float) -> float:
        """
        Return how many comments count against the limit.
        """
        return self.previous * (1 - (now - self.start) / self.window.seconds) + self.current

    def wait(self, now: float) -> float:
        """
        Return the seconds until one more comment is within the limit.
        """
        room = self.window.limit - 1
        if self.used(now) <= room:
            return 0
        length = self.window.seconds
        if self.current <= room:
            return self.start + length * (1 - (room - self.current) / self.previous) - now
        return self.start + length * (2 - room / self.current) - now

    def quota(self, now: float) -> Quota:
        length = self.window.seconds
        end = self.start + length * (2 if self.current else 1) if self.current or self.previous else now
        return Quota(self.window.limit, max(0, int(self.window.limit - self.used(now))), ceil(end - now))


class LocalTraffic:
    """
    Counts this process's comments against its share of the limits: the whole, divided by the workers.

    Claims and near-copies are not kept: the store knows the ids, and a share of a campaign says nothing.
    """

    def __init__(self, *, workers: int, monotonic: Callable[[], float]) -> None:
        self._workers = workers
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._counters: OrderedDict[str, Counter] = OrderedDict()

    def observe(self, callers: Sequence[Window], commenters: Sequence[Window]) -> Observation:
        """
        Count one comment; if the caller is over a limit, count nothing and refuse it.
        """
        now = self._monotonic()
        with self._lock:
            called = [self._counter(window, now) for window in callers]
            refused_for = max((counter.wait(now) for counter in called), default=0)
            if refused_for > 0:
                return Observation(_tightest(called, now), refused_for=ceil(refused_for), degraded=True)

            commented = [self._counter(window, now) for window in commenters]
            for counter in called + commented:
                counter.current += 1
            exceeded = [counter for counter in commented if counter.used(now) > counter.window.limit]
            return Observation(
                _tightest(called, now),
                flood=max((counter.used(now) / counter.window.limit for counter in commented), default=0.0),
                retry_after=ceil(max(counter.wait(now) for counter in exceeded)) if exceeded else None,
                degraded=True,
            )

    def _counter(self, window: Window, now: float) -> Counter:
        share = Window(window.key, max(1, window.limit // self._workers), window.seconds)
        counter = self._counters.setdefault(window.key, Counter(share, now))
        counter.window = share  # a site may have changed its limits
        counter.slide(now)
        self._counters.move_to_end(window.key)
        if len(self._counters) > MOST_COUNTERS:
            self._counters.popitem(last=False)
        return counter


def _tightest(counters: list[Counter], now: float) -> Quota:
    quotas = [counter.quota(now) for counter in counters]
    return min(quotas, key=lambda quota: quota.remaining, default=Quota(0, 0, 0))
