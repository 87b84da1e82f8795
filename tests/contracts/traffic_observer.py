"""
Traffic as the tests use it.
"""

from dataclasses import dataclass, field
from struct import Struct
from typing import TypedDict

import redis

from service.core.comment import Asked, Claim, Comment
from service.core.site import Limits, Site
from service.core.traffic import Observation
from service.traffic.observing import Traffic
from service.traffic.redis_client import Client

# As traffic.lua packs it: the start in Unix milliseconds, the comments in the current and in the previous window.
WINDOW = Struct(">dII")


@dataclass
class Clock:
    """
    Monotonic seconds that pass when told to.
    """

    now: float = 100.0

    def __call__(self) -> float:
        return self.now


class Author(TypedDict, total=False):
    """
    What tells one author from another.
    """

    name: str
    ip: str
    email: str


@dataclass
class Observer:
    """
    Traffic with everything that it was given, and what it reported.
    """

    client: Client
    clock: Clock = field(default_factory=Clock)
    errors: list[str] = field(default_factory=list)
    workers: int = 1

    def __post_init__(self) -> None:
        self.traffic = Traffic(
            self.client, secret=b"secret", workers=self.workers, on_error=self.errors.append, monotonic=self.clock
        )

    def __call__(
        self,
        *,
        name: str = "",
        ip: str = "",
        email: str = "",
        limits: Limits | None = None,
        text: str = "hello",
        claim: str | None = None,
    ) -> Observation:
        comment = Comment(name=name, comment=text, ip=ip, email=email)
        site = Site(id=7, name="blog", key_id="k1", limits=limits or Limits())
        (seen,) = self.traffic.observe([Asked(site, comment, Claim(claim, "digest") if claim else None)])
        return seen


def pass_time(counters: redis.Redis, seconds: float) -> None:
    """
    Move the windows into the past, which is the same as moving the server's clock into the future.
    """
    for key in counters.scan_iter("hamlet:*", _type="string"):
        if b":claim:" not in key and b":near:" not in key:
            state = counters.get(key)
            assert isinstance(state, bytes)
            if len(state) != WINDOW.size:
                continue  # what a service remembers of labels
            start, current, previous = WINDOW.unpack(state)
            counters.set(key, WINDOW.pack(start - int(seconds * 1000), current, previous), keepttl=True)
