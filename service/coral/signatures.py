"""
The site that signed a request.
"""

import hmac
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from threading import Lock
from typing import Protocol

from service.core.coral import Statuses
from service.core.site import Site
from service.errors import StoreUnavailable, Unauthorised
from service.gate import CACHE_SECONDS, STALE_SECONDS, Gate
from service.store.coral import Phase

# While a secret is rotated there are two; more are nobody's honest work to compare.
MOST_SIGNATURES = 8


class Phases(Protocol):
    """
    Lists the phases of all sites; raises StoreUnavailable when it cannot.
    """

    def list(self, now: datetime) -> Sequence[Phase]: ...


class Signatures:
    """
    Finds the site whose secret made a signature. A class, since it remembers the secrets for a few seconds.

    All secrets are tried: an installation has few, and each costs 3 µs for a comment of 2 KB.
    """

    def __init__(
        self,
        phases: Phases,
        gate: Gate,
        *,
        clock: Callable[[], datetime],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._phases = phases
        self._gate = gate
        self._clock = clock
        self._monotonic = monotonic
        self._known: Sequence[Phase] = ()
        self._read_at = self._ask_again_at = float("-inf")
        self._lock = Lock()

    def admit(self, content: bytes, header: str) -> tuple[Site, Statuses]:
        """
        Return the site that signed a body, and what its verdicts become.

        Args:
            content: The body as it came: Coral signs its own indentation too.
            header: `X-Coral-Signature`: `sha256=` and hexadecimal digits, several with commas between while Coral
                rotates its secret.

        Raises:
            Unauthorised: no secret of any site made one of the signatures, or the site is disabled.
            StoreUnavailable: the secrets have not been read lately and cannot be now.
        """
        given = header.split(",")[:MOST_SIGNATURES]
        signatures = [each.strip().removeprefix("sha256=").encode() for each in given]
        for phase in self._current():
            for secret in phase.secrets:
                expected = hmac.digest(secret.encode(), content, "sha256").hex().encode()
                if phase.key_id and any(hmac.compare_digest(expected, signature) for signature in signatures):
                    return self._gate.known(phase.key_id), phase.statuses
        raise Unauthorised("no site's signing secret made the signature in `X-Coral-Signature`")

    def _current(self) -> Sequence[Phase]:
        with self._lock:
            now = self._monotonic()
            if now >= self._ask_again_at:
                try:
                    self._known = self._gate.spared(lambda: self._phases.list(self._clock()))
                    self._read_at = now
                except StoreUnavailable:
                    if now - self._read_at > STALE_SECONDS:
                        raise
                self._ask_again_at = now + CACHE_SECONDS
            return self._known
