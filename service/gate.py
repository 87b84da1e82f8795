"""
Which site is calling: its key, checked without asking the database each time.
"""

import hmac
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from threading import Lock
from typing import Protocol, TypeVar

from service.core.site import Scope, Site
from service.errors import MissingScope, StoreUnavailable, Unauthorised
from service.guesses import Guesses
from service.store.engine import unavailable
from service.store.keys import digest
from service.wire import Environ

# How long what the store said of a key is believed.
CACHE_SECONDS = 5.0
# A store that did not answer is asked again after this: each wait is half a second for all who wait to be decided.
SPARED_SECONDS = 1.0
# How long a site that was known goes on being known while the store cannot be read.
STALE_SECONDS = 600.0
# Guesses must not fill the memory. A site in use is read again every few seconds and so becomes the newest.
MOST_ROWS = 10_000

_KEY = re.compile(r"hamlet_([0-9a-f]{10})_[A-Za-z0-9_-]{43}")
_NO_DIGEST = bytes(32)

_Result = TypeVar("_Result")
Row = tuple[Site, bytes, bool]


class Sites(Protocol):
    """
    Finds the site of a key's id, with the digest of the whole key and whether the site is disabled.
    """

    def by_key_id(self, key_id: str) -> Row | None: ...


@dataclass(frozen=True, slots=True)
class _Cached:
    row: Row | None
    read_at: float
    ask_again_at: float


class Gate:
    """
    Admits the callers that a site knows. A class, since it remembers for a few seconds what the store said.

    A key that is disabled or rotated stops working within `CACHE_SECONDS`.
    """

    def __init__(self, sites: Sites, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._sites = sites
        self._monotonic = monotonic
        self._guesses = Guesses(monotonic)
        self._cache: dict[str, _Cached] = {}
        self._spared_until = float("-inf")
        self._lock = Lock()

    def admit(
        self, authorization: str | None, api_key: str | None, *, scope: Scope = Scope.CHECK, address: str = ""
    ) -> Site:
        """
        Return the site whose key came in `Authorization: Bearer KEY` or in `X-Api-Key: KEY`, from an address.

        An unknown id, a wrong secret and a disabled site are told apart neither by the answer nor by the work. From an
        address that guesses, only keys that were in use lately are looked at: a site that shares it goes on working.

        Raises:
            Unauthorised: there is no key, or it opens nothing.
            TooManyKeys: the address has sent too many wrong ones.
            MissingScope: the key is the site's, but not for this.
            StoreUnavailable: the key has not been seen lately and the store cannot be read.
        """
        key = _key(authorization, api_key)
        match = _KEY.fullmatch(key)
        if not (match and self._is_in_use(match[1])):
            self._guesses.check(address)
        row = self._row(match[1]) if match else None
        is_right = hmac.compare_digest(digest(key), row[1] if row else _NO_DIGEST)
        if row is None or not is_right or row[2]:
            self._guesses.check(address)
            self._guesses.count(address)
            raise Unauthorised("no site has this key")
        return _within(scope, row[0])

    def caller(self, environ: Environ, *, scope: Scope = Scope.CHECK) -> Site:
        """
        Return the site whose key a request's headers carry, as `admit` does.
        """
        return self.admit(
            environ.get("HTTP_AUTHORIZATION"),
            environ.get("HTTP_X_API_KEY"),
            scope=scope,
            address=environ.get("REMOTE_ADDR", ""),
        )

    def known(self, key_id: str) -> Site:
        """
        Return the site of a key, for callers identified otherwise: by Akismet's key or Coral's signature.

        Raises:
            Unauthorised: the key is gone, or its site disabled.
            MissingScope, StoreUnavailable: as of `admit`.
        """
        row = self._row(key_id)
        if row is None or row[2]:
            raise Unauthorised("no site has this key")
        return _within(Scope.CHECK, row[0])

    def spared(self, read: Callable[[], _Result]) -> _Result:
        """
        Return what is read from the store, which is left alone for a second after it has not answered.

        Raises:
            StoreUnavailable: it does not answer, or did not a moment ago.
        """
        if self._monotonic() < self._spared_until:
            raise unavailable()
        try:
            return read()
        except StoreUnavailable:
            self._spared_until = self._monotonic() + SPARED_SECONDS
            raise

    def _is_in_use(self, key_id: str) -> bool:
        cached = self._cache.get(key_id)
        return cached is not None and cached.row is not None

    def _row(self, key_id: str) -> Row | None:
        now = self._monotonic()
        cached = self._cache.get(key_id)
        if cached and now < cached.ask_again_at:
            return cached.row
        try:
            row = self.spared(lambda: self._sites.by_key_id(key_id))
        except StoreUnavailable:
            if cached is None or cached.row is None or now - cached.read_at > STALE_SECONDS:
                raise
            self._remember(key_id, replace(cached, ask_again_at=now + CACHE_SECONDS))
            return cached.row
        self._remember(key_id, _Cached(row, now, now + CACHE_SECONDS))
        return row

    def _remember(self, key_id: str, cached: _Cached) -> None:
        with self._lock:
            self._cache.pop(key_id, None)
            if len(self._cache) >= MOST_ROWS:
                del self._cache[next(iter(self._cache))]
            self._cache[key_id] = cached


def _within(scope: Scope, site: Site) -> Site:
    if scope not in site.scopes:
        raise MissingScope(
            f"this key is not for {scope.value}; `hamlet sites keys add` makes one with --scope {scope.value}"
        )
    return site


def _key(authorization: str | None, api_key: str | None) -> str:
    scheme, _, key = (authorization or "").partition(" ")
    if scheme.lower() == "bearer" and key.strip():
        return key.strip()
    if api_key:
        return api_key.strip()
    raise Unauthorised("send the site's key as `Authorization: Bearer KEY` or `X-Api-Key: KEY`")
