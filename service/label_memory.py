"""
What people said of a site's comments, put into Redis, where the next comment finds it; the store has the truth.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Protocol, cast

import redis

from service.core.labels import LIFE_DAYS, Labelled
from service.errors import StoreUnavailable
from service.label_fields import added
from service.traffic.keys import TrafficKeys
from service.traffic.redis_client import Client

MOST_LABELS = 2_000
# Fields a command, so that none keeps the others waiting.
PORTION = 500
DAY_SECONDS = 86_400
# One worker fills while the others go on; after so many seconds the next one tries.
FILLING_SECONDS = 10
_TIME = "return redis.call('TIME')"

logger = logging.getLogger("hamlet.labels")


class Stored(Protocol):
    """
    Reads the labels of a site; raises StoreUnavailable when it cannot.
    """

    def version(self, site_id: int, since: datetime) -> str: ...
    def recent(self, site_id: int, since: datetime, most: int) -> Sequence[Labelled]: ...


def _in_background(work: Callable[[], None]) -> None:
    threading.Thread(target=work, name="labels", daemon=True).start()


class LabelMemory:
    """
    The labels of all sites as traffic.lua reads them. It never raises: what Redis does not take, it is given later.
    """

    def __init__(
        self,
        client: Client,
        stored: Stored,
        *,
        secret: bytes,
        people: Sequence[bytes] = (),
        clock: Callable[[], datetime],
        monotonic: Callable[[], float] = time.monotonic,
        start: Callable[[Callable[[], None]], None] = _in_background,
    ) -> None:
        """
        Take the parts; `start` runs some work without being waited for.
        """
        self._client = client
        self._stored = stored
        self._keys = TrafficKeys(secret, people)
        self._clock = clock
        self._monotonic = monotonic
        self._start = start
        self._lock = threading.Lock()
        self._ask_again_at: dict[int, float] = {}

    def add(self, site_id: int, labelled: Sequence[Labelled]) -> None:
        """
        Let labels act on the very next comment.
        """
        (filled, key), records = self._keys.labels(site_id), [*map(self._keys.said.records, labelled)]
        names = [*dict.fromkeys(name for each in records for name in each)]

        def change(pipe: "redis.client.Pipeline") -> None:
            since = cast("bytes | None", pipe.get(filled))
            values = cast("list[bytes | None]", pipe.hmget(key, names))
            pipe.multi()
            known = {name: value or b"" for name, value in zip(names, values, strict=True)}
            pipe.hset(key, mapping=dict(_with(known, records).items()))
            pipe.expire(key, DAY_SECONDS)
            if since:
                pipe.set(filled, since.partition(b" ")[0] + b" added to", ex=DAY_SECONDS)

        try:
            if names:
                self._client.transaction(change, filled, key)
        except (redis.RedisError, OSError) as error:
            logger.warning("labels act later, since Redis does not take them (%s)", type(error).__name__)
            self.refresh(site_id)

    def take_back(self, site_id: int) -> None:
        """
        Have a site's labels put in again, since some of them count no more.
        """
        try:
            self._disown(site_id)
        except (redis.RedisError, OSError) as error:
            logger.warning("labels that were taken back act for a while (%s)", type(error).__name__)
        self.refresh(site_id)

    def refresh(self, site_id: int) -> None:
        """
        Compare a site's labels with the store in the background, and put them in again where they differ. While that is
        under way, and for some seconds after it failed, nothing is begun.
        """
        now = self._monotonic()
        with self._lock:
            if now < self._ask_again_at.get(site_id, now):
                return
            self._ask_again_at[site_id] = now + FILLING_SECONDS
        try:
            self._start(lambda: self._refresh(site_id))
        except RuntimeError:
            logger.warning("labels are put into Redis later (no thread is to be had)")

    def forget(self, site_ids: Iterable[int]) -> bool:
        """
        Let Redis know nothing of the labels of some sites, until the next comment there has them read from the store;
        return whether it could be told.
        """
        try:
            for site_id in site_ids:
                self._client.delete(self._disown(site_id))
        except (redis.RedisError, OSError) as error:
            logger.warning("labels that were erased act for a while (%s)", type(error).__name__)
            return False
        return True

    def _disown(self, site_id: int) -> str:
        """
        Say that what is known of a site is not what the store has, and return the key of it.
        """
        filled, key = self._keys.labels(site_id)
        # What is being put in at this moment, by any worker, may be what was read before: that is begun anew. Not by
        # deleting, which nobody notices where there was nothing.
        self._client.set(filled, b"", nx=False, ex=DAY_SECONDS)
        return key

    def _refresh(self, site_id: int) -> None:
        keys = self._keys.labels(site_id)
        filling = f"{keys[1]}:filling"
        try:
            if self._client.set(filling, b"", nx=True, ex=FILLING_SECONDS):
                self._client.transaction(lambda pipe: self._compare(pipe, site_id, *keys), *keys)
                self._client.delete(filling)
                self._ask_again_at.pop(site_id, None)
        except (redis.RedisError, OSError, StoreUnavailable) as error:
            logger.warning("labels are put into Redis later (%s)", type(error).__name__)

    def _compare(self, pipe: "redis.client.Pipeline", site_id: int, filled: str, key: str) -> None:
        """
        Replace what is known by what the store has. Done again if a label came meanwhile, which might be in neither.
        """
        since = self._clock() - timedelta(days=LIFE_DAYS)
        # By the server's clock, which traffic.lua compares it with; of a cluster, by that of the server of these keys.
        seconds, _ = pipe.execute_command("EVAL", _TIME, 1, filled)  # type: ignore[no-untyped-call]
        version = self._stored.version(site_id, since)
        known = cast("bytes | None", pipe.get(filled)) or b""
        # The hash may be gone alone, where a full server evicts.
        is_there = version.startswith("0 ") or bool(pipe.hlen(key))
        is_same = is_there and known.decode().partition(" ")[2] == version
        fields = {} if is_same else self._fields(site_id, since)
        new, items = f"{key}:new", [*fields.items()]
        pipe.delete(new)
        for start in range(0, len(items), PORTION):
            pipe.hset(new, mapping=dict(items[start : start + PORTION]))
            pipe.expire(new, DAY_SECONDS)  # also where it goes no further
        pipe.multi()
        if items:
            # By its name: redis-py keeps `rename` from a cluster, where these two are in one slot by their hash tag.
            pipe.execute_command("RENAME", new, key)  # type: ignore[no-untyped-call]
        elif not is_same:
            pipe.delete(key)
        pipe.expire(key, DAY_SECONDS)
        pipe.set(filled, f"{int(seconds)} {version}", ex=DAY_SECONDS)

    def _fields(self, site_id: int, since: datetime) -> dict[bytes, bytes]:
        return _with({}, map(self._keys.said.records, self._stored.recent(site_id, since, MOST_LABELS)))


def _with(fields: dict[bytes, bytes], records: Iterable[dict[bytes, bytes]]) -> dict[bytes, bytes]:
    for each in records:
        for field, record in each.items():
            fields[field] = added(field, fields.get(field, b""), record)
    return fields
