"""
The secrets of the stored hashes, as the state folder keeps them: one makes them, the earlier ones still find theirs.
"""

import fcntl
import hashlib
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from service import private_files

# Of the first, which no rotation made, and of one that waits for the service to be started again.
ALWAYS, NOT_YET = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
# What is too old may be erased so much late: purges may be a month apart, and the clocks of several machines differ.
LATE = timedelta(days=31)


@dataclass(frozen=True, slots=True)
class HashSecret:
    """
    A secret, and from when until when hashes were made with it; `until` is None for the newest.
    """

    text: str
    since: datetime
    until: datetime | None

    @property
    def fingerprint(self) -> str:
        """
        Eight digits by which it can be told from others, and not be found.
        """
        return hashlib.sha256(f"fingerprint:{self.text}".encode()).hexdigest()[:8]


class HashSecrets:
    """
    The file of a state folder, which is not there before the first rotation: one secret a line, the newest first.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / "hash-secrets"

    def read(self) -> list[HashSecret]:
        """
        Return the secrets, the newest first; none before the first rotation.

        Raises:
            ValueError: the file is not as a rotation leaves it.
        """
        if not self._path.exists():
            return []
        lines = [line.split() for line in self._path.read_text(encoding="utf-8").splitlines()]
        since = [(text, datetime.fromisoformat(moment)) for moment, text in lines]
        if not since:
            raise ValueError("there is no secret in it")
        ends = [None, *(moment for _, moment in since)]
        return [HashSecret(text, moment, end) for (text, moment), end in zip(since, ends, strict=False)]

    def rotate(self, first: str) -> HashSecret:
        """
        Put a new secret before the others, of which `first` is the only one before the first rotation.
        """
        new = HashSecret(new_secret(), NOT_YET, None)
        with self._alone():
            known = self.read() or [HashSecret(first, ALWAYS, None)]
            self._write([new, *known])
        return new

    def take_up(self, text: str, now: datetime) -> None:
        """
        Note that a service makes hashes with a secret from now on, if that is the newest and was not in use before.
        """
        if not self._path.exists():
            return
        with self._alone():
            known = self.read()
            if known and (known[0].text, known[0].since) == (text, NOT_YET):
                self._write([replace(each, since=min(each.since, now)) for each in known])

    def drop(self, oldest: datetime) -> int:
        """
        Forget the secrets under which nothing is kept any more, and return how many; no hash that is kept was made
        before `oldest`.
        """
        if not self._path.exists():
            return 0
        with self._alone():
            known = self.read()
            needed = [each for each in known if each.until is None or each.until >= oldest]
            if len(needed) < len(known):
                self._write(needed)
        return len(known) - len(needed)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        # The service and a command may write at once, and of both the later would undo what the other did.
        with self._path.with_name("rotation.lock").open("ab") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _write(self, known: Sequence[HashSecret]) -> None:
        private_files.replace(self._path, "\n".join(f"{each.since.isoformat()} {each.text}" for each in known))


def needed_for(days: int, label_days: int) -> timedelta | None:
    """
    Return how long a secret is needed after its last hash, with comments and labels kept for so many days; None for
    good, which 0 days are. A label has its comment's hash, and may be given on that comment's last day.
    """
    return timedelta(days=days + label_days) + LATE if days and label_days else None


def new_secret() -> str:
    return secrets.token_urlsafe(48)
