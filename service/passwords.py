"""
Passwords of moderators: hashed by argon2id, so that a stolen store does not give them away.
"""

import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from service.errors import SignInsBusy

# NIST SP 800-63B-4 asks for fifteen characters where nothing but the password is asked for, and for no mixture.
SHORTEST, LONGEST = 15, 1_000

# RFC 9106's second choice: 64 MiB and three passes; the library's own default.
_hasher = PasswordHasher()
# One at a time in a process: whoever tries many takes neither all threads nor all memory from those who comment.
_turn = threading.Lock()


def new_password() -> str:
    return secrets.token_urlsafe(15)


def hashed(password: str) -> str:
    return _hasher.hash(password)


@contextmanager
def turn() -> Iterator[None]:
    """
    Let nobody else check a password until the context ends.

    Raises:
        SignInsBusy: another one is being checked.
    """
    if not _turn.acquire(blocking=False):
        raise SignInsBusy("another sign-in is being checked; try again", retry_after=1)
    try:
        yield
    finally:
        _turn.release()


def is_right(hash_: str | None, password: str) -> bool:
    """
    Tell whether a password is the one of a hash; without a hash, None or empty, it takes as long and is not.
    """
    try:
        _hasher.verify(hash_ or _nobodys(), password[:LONGEST])
    except (VerificationError, InvalidHashError):
        return False
    return bool(hash_)


@cache
def _nobodys() -> str:
    # Not at the import: it takes 64 MiB for a moment, which a worker that signs nobody in need not.
    return hashed(new_password())
