"""
The use case: a moderator signs in, and is known by a session until it ends.
"""

import hashlib
import secrets
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from service.core.moderator import Moderator
from service.errors import WrongSignIn

IDLE, LONGEST = timedelta(hours=12), timedelta(days=7)


class Accounts(Protocol):
    """
    Knows the accounts; every call raises StoreUnavailable when it cannot.
    """

    def attempt(self, name: str, now: datetime) -> tuple[int, str] | None: ...
    def find(self, name: str) -> tuple[int, str] | None: ...
    def succeeded(self, moderator_id: int) -> None: ...


class Sessions(Protocol):
    """
    Keeps who is signed in; every call raises StoreUnavailable when it cannot.
    """

    def begin(self, digest: bytes, moderator_id: int, password: str, now: datetime) -> bool: ...
    def moderator(self, digest: bytes, now: datetime) -> Moderator | None: ...
    def end(self, digest: bytes) -> None: ...


@dataclass(frozen=True, slots=True)
class SigningIn:
    """
    The parts that signing in needs. `turn` is for one at a time, and raises SignInsBusy; in it `is_right` compares a
    password with a hash, None where there is no account.
    """

    accounts: Accounts
    sessions: Sessions
    turn: Callable[[], AbstractContextManager[None]]
    is_right: Callable[[str | None, str], bool]
    clock: Callable[[], datetime]

    def sign_in(self, name: str, password: str) -> str:
        """
        Return the token of a new session; the store keeps only its digest.

        Raises:
            WrongSignIn: name and password are no account's, or it is locked for a while; these are not told apart.
            SignInsBusy: another password is being checked.
        """
        now = self.clock()
        with self.turn():  # which who does not get has made no attempt
            account = self.accounts.attempt(name, now)
            is_right = self.is_right(account[1] if account else None, password)
        if account is None or not is_right:
            raise WrongSignIn(
                "name or password is wrong, or there were too many wrong ones: then wait, from a minute up to an hour"
            )
        self.accounts.succeeded(account[0])
        return self._begin(account, now)

    def vouched(self, name: str) -> str:
        """
        Return the token of a new session for whoever a trusted provider says has this name.

        Raises:
            WrongSignIn: there is no account of this name.
        """
        account = self.accounts.find(name)
        if account is None:
            raise WrongSignIn(f"there is no account for {name!r}; `hamlet moderators add` makes one")
        return self._begin(account, self.clock())

    def moderator(self, token: str) -> Moderator | None:
        """
        Return who is signed in with a token; None if nobody is any more.
        """
        return self.sessions.moderator(_digest(token), self.clock())

    def sign_out(self, token: str) -> None:
        self.sessions.end(_digest(token))

    def _begin(self, account: tuple[int, str], now: datetime) -> str:
        token = secrets.token_urlsafe(32)
        if not self.sessions.begin(_digest(token), *account, now):
            raise WrongSignIn("the account was changed at this moment; sign in again")
        return token


def _digest(token: str) -> bytes:
    # 256 random bits need no slow hash.
    return hashlib.sha256(token.encode()).digest()
