"""
The key of a call, wherever a client puts it, and the site that it opens.
"""

import re
import time
from collections.abc import Callable, Sequence
from threading import Lock
from typing import Protocol

from service.akismet.fields import Fields
from service.core.site import Site
from service.errors import Unauthorised
from service.gate import Gate
from service.guesses import Guesses
from service.store.keys import akismet_key

# Also as the setting of a client that makes a host of its key: "comments.example.com/k/0123456789ab/".
_KEY = re.compile(r"(?:\S*/k/)?([0-9a-f]{12})/?")
# A key that was just made is known after so many seconds, and guesses ask the store no more often.
READ_AGAIN_SECONDS = 1.0


class KeyIds(Protocol):
    """
    Lists the ids of all keys; raises StoreUnavailable when it cannot.
    """

    def key_ids(self) -> Sequence[str]: ...


def key_of(fields: Fields, from_path: str | None, host: str) -> str:
    """
    Return the key of a call: of the fields `key` before `api_key` (WordPress sends the key to be verified in the one
    and the one it had in the other), then the path, then the first label of Host. Empty if there is none.
    """
    # The path too ends at a dot: without the slash behind it, the key of a setting runs into the client's host.
    given = fields.text("key") or fields.text("api_key") or (from_path or host).partition(".")[0]
    match = _KEY.fullmatch(given.strip().lower())
    return match[1] if match else ""


class Keyring:
    """
    Finds the site of a key. A class, since it remembers the keys, which are made from their ids (`store.keys`).
    """

    def __init__(
        self, ids: KeyIds, gate: Gate, secret: bytes, *, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._ids = ids
        self._gate = gate
        self._secret = secret
        self._monotonic = monotonic
        self._known: dict[str, str] = {}
        self._read_again_at = float("-inf")
        self._guesses = Guesses(monotonic)
        self._lock = Lock()

    def admit(self, key: str, address: str) -> Site:
        """
        Return the site of a key that came from an address.

        Raises:
            Unauthorised: no site has the key, or its site is disabled.
            TooManyKeys: the address has sent too many wrong ones.
            StoreUnavailable: the key has not been seen lately and the store cannot be read.
        """
        if not key:
            where = "`api_key`, in a form (application/x-www-form-urlencoded)"
            raise Unauthorised(f"send the site's key of twelve hexadecimal digits as {where}")
        self._guesses.check(address)
        key_id = self._known.get(key) or self._look_up(key)
        if key_id is None:
            self._guesses.count(address)
            raise Unauthorised("no site has this key")
        return self._gate.known(key_id)

    def _look_up(self, key: str) -> str | None:
        with self._lock:
            if self._monotonic() >= self._read_again_at:
                ids = self._gate.spared(self._ids.key_ids)
                self._known = {akismet_key(self._secret, key_id): key_id for key_id in ids}
                self._read_again_at = self._monotonic() + READ_AGAIN_SECONDS
            return self._known.get(key)
