"""
What the recent traffic of a site says about one comment: floods, campaigns and labels, in one round trip to Redis.
"""

import hashlib
import logging
import time
from collections.abc import Callable, Sequence
from math import ceil
from pathlib import Path

import redis
from redis.exceptions import NoScriptError

from service.core.comment import Asked
from service.core.commenter import Identity, identities
from service.core.labels import NOTHING_SAID
from service.core.light_dataclass import light_dataclass
from service.core.traffic import Observation, Quota
from service.traffic.breaker import Breaker
from service.traffic.keys import TrafficKeys
from service.traffic.local import LocalTraffic, Window
from service.traffic.redis_client import Client, drop_idle, run, servers, skew
from service.traffic.redis_cluster import Command

SCRIPT = (Path(__file__).parent / "traffic.lua").read_text(encoding="utf-8")
SCRIPT_SHA1 = hashlib.sha1(SCRIPT.encode(), usedforsecurity=False).hexdigest()
# Of the script's reply, without and with what labels say.
REPLY_LENGTHS = (10, 12)

logger = logging.getLogger("hamlet.traffic")


@light_dataclass()
class _Counted:
    asked: Asked
    known: tuple[Identity, ...]
    callers: list[Window]
    commenters: list[Window]


class Traffic:
    """
    Observes comments in Redis, and in this process alone while Redis does not answer.
    """

    def __init__(
        self,
        client: Client,
        *,
        secret: bytes,
        people: Sequence[bytes] = (),
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
            people: The secrets of the store's hashes of people, the newest first; by default the same one.
            workers: How many processes share the limits while each is on its own.
            on_error: Told the kind of each failure: timeout, connection, readonly, oom or other.
            on_stale: Told the id of a site of which Redis has no labels, or not the latest.
            monotonic: Seconds, for the breaker, the limits in process and the pace of the log.
            clock: Unix seconds, for the age of labels.
        """
        self._client = client
        self._keys = TrafficKeys(secret, people)
        self._on_error = on_error
        self._on_stale = on_stale
        self._monotonic = monotonic
        self._clock = clock
        self._breaker = Breaker(monotonic)
        self._local = LocalTraffic(workers=workers, monotonic=monotonic)
        self._log_again_at = float("-inf")
        self._refuses = False

    @property
    def is_breaker_open(self) -> bool:
        """
        Whether Redis is not in use for now, for a gauge.
        """
        return self._breaker.is_open

    def observe(self, asked: Sequence[Asked], meanwhile: Callable[[], None] = lambda: None) -> list[Observation]:
        """
        Count comments, in their order, and return what each is part of; never raises for a fault of Redis.

        All are sent at once: Redis is woken, and waited for, once. What came before under the same claim is not
        counted again. `meanwhile` may be called while Redis counts; it is not where the last call had a comment
        refused, so that what is refused costs nothing more.
        """
        counted = [self._counted(each) for each in asked]
        replies: Sequence[object] = [None] * len(asked)
        if self._breaker.admits():
            commands = [self._command(each) for each in counted]
            replies = self._replies(commands, (lambda: None) if self._refuses else meanwhile)
        observed = [self._observation(*each) for each in zip(counted, replies, strict=True)]
        self._refuses = any(each.refused_for is not None for each in observed)
        return observed

    def ping(self) -> bool:
        """
        Tell whether Redis answers now, for a readiness check.
        """
        try:
            return bool(self._client.ping())
        except (redis.RedisError, OSError):
            return False

    def skew(self) -> float | None:
        """
        Return by how many seconds Redis's clock is ahead of this machine's, or of several servers' clocks the one that
        is furthest off; None if one does not answer.
        """
        try:
            return max((skew(server, self._clock) for server in servers(self._client)), key=abs)
        except (redis.RedisError, OSError):
            return None

    def _counted(self, asked: Asked) -> _Counted:
        known = identities(asked.comment)
        return _Counted(
            asked,
            known,
            self._keys.callers(asked.site.id, asked.site.key_id, asked.site.limits),
            self._keys.commenters(asked.site, known),
        )

    def _command(self, counted: _Counted) -> Command:
        asked, windows = counted.asked, counted.callers + counted.commenters
        keys = [window.key for window in windows]
        if asked.claim is not None:
            keys.append(self._keys.claim(asked.site, asked.claim.key))
        sketch = self._keys.sketch(asked.comment)
        keys += self._keys.bands(asked.site, sketch)
        keys += self._keys.labels(asked.site.id)
        record = self._keys.record(asked.comment, counted.known, sketch) if sketch else b""
        arguments: list[bytes | int] = [len(counted.callers), len(windows), int(asked.claim is not None), record]
        for window in windows:
            arguments += (window.limit, window.seconds * 1000)
        return (len(keys), *keys, *arguments, *self._keys.said.of_author(asked.comment))

    def _observation(self, counted: _Counted, reply: object) -> Observation:
        if not isinstance(reply, list):
            return self._local.observe(counted.callers, counted.commenters)
        asked = counted.asked
        age, refused, limit, remaining, reset, flood, retry, seen, authors, is_fresh, *said = reply
        matches, author = said or (b"", b"")
        if not is_fresh:
            self._on_stale(asked.site.id)
        return Observation(
            Quota(limit, remaining, _seconds(reset)),
            refused_for=_seconds(refused) if refused >= 0 else None,
            flood=flood / 1000,
            retry_after=_seconds(retry) if retry >= 0 else None,
            seen=seen,
            authors=authors,
            copies=self._keys.said.copies(matches, asked.comment) if matches else NOTHING_SAID,
            author=self._keys.said.author(author, self._clock()) if author else NOTHING_SAID,
            claim_age=age / 1000 if age >= 0 else None,
        )

    def _replies(self, commands: list[Command], meanwhile: Callable[[], None]) -> list[object]:
        """
        Return for each command its reply, or None where Redis gave no good one.
        """
        try:
            replies = run(self._client, [("EVALSHA", SCRIPT_SHA1, *command) for command in commands], meanwhile)
            if any(isinstance(reply, NoScriptError) for reply in replies):
                # A restarted server, or a new one: EVAL runs the script and leaves it cached.
                missing = [n for n, reply in enumerate(replies) if isinstance(reply, NoScriptError)]
                again = run(self._client, [("EVAL", SCRIPT, *commands[n]) for n in missing])
                for n, reply in zip(missing, again, strict=True):
                    replies[n] = reply
        except (redis.RedisError, OSError) as error:
            self._failed(error)
            return [None] * len(commands)
        return [self._checked(reply) for reply in replies]

    def _checked(self, reply: object) -> object:
        if isinstance(reply, list) and len(reply) in REPLY_LENGTHS:
            self._breaker.succeeded()
            return reply
        nonsense = redis.exceptions.InvalidResponse("not an answer of traffic.lua")
        self._failed(reply if isinstance(reply, Exception) else nonsense)
        return None

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


def _seconds(milliseconds: int) -> int:
    return ceil(milliseconds / 1000)
