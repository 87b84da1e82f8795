"""
What the recent traffic of a site says about one comment: floods, campaigns and labels, in one round trip to Redis.
"""

import hashlib
import logging
import time
from collections.abc import Callable
from math import ceil
from pathlib import Path
from typing import Any

import redis
from redis.exceptions import NoScriptError

from service.breaker import Breaker, State
from service.core.comment import Comment
from service.core.commenter import identities
from service.core.labels import NOTHING_SAID
from service.core.site import Site
from service.core.traffic import Observation, Quota
from service.local_traffic import LocalTraffic
from service.redis_client import Client, drop_idle, run
from service.traffic_keys import TrafficKeys

SCRIPT = (Path(__file__).parent / "traffic.lua").read_text(encoding="utf-8")
SCRIPT_SHA1 = hashlib.sha1(SCRIPT.encode(), usedforsecurity=False).hexdigest()
COUNTED, REPLY_LENGTHS = 9, (10, 12)

logger = logging.getLogger("hamlet.traffic")


class Traffic:
    """
    Observes comments in Redis, and in this process alone while Redis does not answer.
    """

    def __init__(
        self,
        client: Client,
        *,
        secret: bytes,
        workers: int,
        on_error: Callable[[str], None],
        on_stale: Callable[[int], None] = lambda _: None,
        monotonic: Callable[[], float] = time.monotonic,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """
        Take the parts; nothing is sent yet.

        Args:
            client: From `redis_client.connect`.
            secret: Keys the hashes that stand for people and texts; the same in all workers.
            workers: How many processes share the limits while each is on its own.
            on_error: Told the kind of each failure: timeout, connection, readonly, oom or other.
            on_stale: Told the id of a site of which Redis has no labels, or not the latest.
            monotonic: Seconds, for the breaker, the limits in process and the pace of the log.
            clock: Unix seconds, for the age of labels.
        """
        self._client = client
        self._keys = TrafficKeys(secret)
        self._on_error = on_error
        self._on_stale = on_stale
        self._monotonic = monotonic
        self._clock = clock
        self._breaker = Breaker(monotonic)
        self._local = LocalTraffic(workers=workers, monotonic=monotonic)
        self._log_again_at = float("-inf")

    @property
    def state(self) -> State:
        """
        Tell whether Redis is in use, for a gauge.
        """
        return self._breaker.state

    def observe(self, site: Site, comment: Comment, *, claim: str | None) -> Observation:
        """
        Count a comment and return what it is part of; never raises for a fault of Redis.

        Args:
            site: Whose limits hold.
            comment: Whose author is counted, and whose text is compared with those of the last day.
            claim: The idempotency key, if any: what came before under the same one is not counted again.
        """
        known = identities(comment)
        callers = self._keys.callers(site)
        commenters = self._keys.commenters(site, known)
        if not self._breaker.admits():
            return self._local.observe(callers, commenters)

        windows = callers + commenters
        keys = [window.key for window in windows]
        if claim is not None:
            keys.append(self._keys.claim(site, claim))
        sketch = self._keys.sketch(comment)
        keys += self._keys.bands(site, sketch)
        keys += self._keys.labels(site.id)
        record = self._keys.record(comment, known, sketch) if sketch else b""
        arguments: list[bytes | int] = [len(callers), len(windows), int(claim is not None), record]
        for window in windows:
            arguments += (window.limit, window.seconds * 1000)
        arguments += self._keys.said.of_author(comment)

        try:
            reply = _checked(self._run(keys, arguments))
        except (redis.RedisError, OSError) as error:
            self._failed(error)
            return self._local.observe(callers, commenters)
        self._breaker.succeeded()
        if not reply[COUNTED]:
            self._on_stale(site.id)
        return self._observation(reply, comment)

    def ping(self) -> bool:
        """
        Tell whether Redis answers now, for a readiness check.
        """
        try:
            return bool(self._client.ping())
        except (redis.RedisError, OSError):
            return False

    def _observation(self, reply: list[Any], comment: Comment) -> Observation:
        age, refused, limit, remaining, reset, flood, retry, seen, authors = reply[:COUNTED]
        matches, author = reply[COUNTED + 1 :] or (b"", b"")
        return Observation(
            Quota(limit, remaining, _seconds(reset)),
            refused_for=_seconds(refused) if refused >= 0 else None,
            flood=flood / 1000,
            retry_after=_seconds(retry) if retry >= 0 else None,
            seen=seen,
            authors=authors,
            copies=self._keys.said.copies(matches, comment) if matches else NOTHING_SAID,
            author=self._keys.said.author(author, self._clock()) if author else NOTHING_SAID,
            claim_age=age / 1000 if age >= 0 else None,
        )

    def _run(self, keys: list[str], arguments: list[bytes | int]) -> object:
        (reply,) = run(self._client, [("EVALSHA", SCRIPT_SHA1, len(keys), *keys, *arguments)])
        if isinstance(reply, NoScriptError):
            # A restarted server, or a new one: EVAL runs the script and leaves it cached.
            (reply,) = run(self._client, [("EVAL", SCRIPT, len(keys), *keys, *arguments)])
        if isinstance(reply, Exception):
            raise reply
        return reply

    def _failed(self, error: Exception) -> None:
        kind = _kind(error)
        self._breaker.failed()
        if kind == "readonly":
            # The primary has become a replica: the next connection finds the new one behind the same address.
            drop_idle(self._client)
        self._on_error(kind)
        now = self._monotonic()
        if now >= self._log_again_at:
            self._log_again_at = now + 1
            logger.warning("Redis does not keep the limits (%s), this process does alone", kind)


def _kind(error: Exception) -> str:
    if isinstance(error, redis.TimeoutError):
        return "timeout"
    if isinstance(error, redis.ConnectionError | OSError):
        return "connection"
    # By its text: servers before version 7 wrap an error from within a script into a general one.
    text = str(error)
    if isinstance(error, redis.exceptions.ReadOnlyError) or "READONLY" in text:
        return "readonly"
    if isinstance(error, redis.exceptions.OutOfMemoryError) or "OOM" in text:
        return "oom"
    return "other"


def _checked(reply: object) -> list[Any]:
    if not isinstance(reply, list) or len(reply) not in REPLY_LENGTHS:
        raise redis.exceptions.InvalidResponse("not an answer of traffic.lua")
    return reply


def _seconds(milliseconds: int) -> int:
    return ceil(milliseconds / 1000)
