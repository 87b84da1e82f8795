"""
Wrong keys and passwords by the address that they came from, and who has sent too many.
"""

import time
from collections import OrderedDict
from collections.abc import Callable
from math import ceil
from threading import Lock

from service.core.commenter import pooled_address
from service.errors import TooManyKeys

# Wrong keys, or wrong passwords, that an address may send a worker in a minute.
MOST_GUESSES = 20
MOST_ADDRESSES = 10_000


class Guesses:
    """
    Counts wrong keys or passwords. A class, since it remembers who sent them.

    Guessing is hopeless already at the rate that a service can answer; an address that guesses is made to wait all the
    same. One that says nothing about who calls, such as that of a proxy on the same network, cannot be.
    """

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._of_addresses: OrderedDict[str, tuple[float, int]] = OrderedDict()
        self._lock = Lock()

    def check(self, address: str) -> None:
        """
        Let an address pass, with or without the brackets of IPv6, unless it has guessed too often in the last minute.

        Raises:
            TooManyKeys: it has.
        """
        since, count = self._of_addresses.get(_caller(address), (0.0, 0))
        wait = ceil(since + 60 - self._monotonic())
        if count >= MOST_GUESSES and wait > 0:
            raise TooManyKeys(
                f"this address has sent too many wrong keys or passwords; ask again in {wait} s", retry_after=wait
            )

    def count(self, address: str) -> None:
        caller = _caller(address)
        if not caller:
            return
        with self._lock:
            now = self._monotonic()
            since, count = self._of_addresses.pop(caller, (now, 0))
            self._of_addresses[caller] = (since, count + 1) if now < since + 60 else (now, 1)
            if len(self._of_addresses) > MOST_ADDRESSES:
                self._of_addresses.popitem(last=False)


def _caller(address: str) -> str:
    return pooled_address(address.strip("[]"))
