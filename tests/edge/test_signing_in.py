"""
Signing in: whose password it is, and what is not told to whoever guesses.
"""

from datetime import UTC, datetime

import pytest

from service import passwords
from service.core.moderator import Moderator, Role
from service.errors import SignInsBusy, WrongSignIn
from service.signing_in import SigningIn

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
ANNA = Moderator(7, "Anna", Role.MODERATOR)


class FakeAccounts:
    """
    Anna's account, which can be locked.
    """

    def __init__(self) -> None:
        self.is_locked = False
        self.attempts = 0
        self.succeeded_with: list[int] = []

    def attempt(self, name: str, now: datetime) -> tuple[int, str] | None:
        self.attempts += 1
        return (ANNA.id, "hash of sesame") if name == "Anna" and not self.is_locked else None

    def find(self, name: str) -> tuple[int, str] | None:
        return (ANNA.id, "hash of sesame") if name == "Anna" else None

    def succeeded(self, moderator_id: int) -> None:
        self.succeeded_with.append(moderator_id)


class FakeSessions:
    """
    Sessions that do not end by themselves.
    """

    def __init__(self) -> None:
        self.open: dict[bytes, int] = {}
        self.password = "hash of sesame"

    def begin(self, digest: bytes, moderator_id: int, password: str, now: datetime) -> bool:
        if password == self.password:
            self.open[digest] = moderator_id
        return password == self.password

    def moderator(self, digest: bytes, now: datetime) -> Moderator | None:
        return ANNA if self.open.get(digest) == ANNA.id else None

    def end(self, digest: bytes) -> None:
        self.open.pop(digest, None)


@pytest.fixture
def accounts() -> FakeAccounts:
    return FakeAccounts()


@pytest.fixture
def sessions() -> FakeSessions:
    return FakeSessions()


@pytest.fixture
def signing_in(accounts: FakeAccounts, sessions: FakeSessions) -> SigningIn:
    return SigningIn(accounts, sessions, passwords.turn, lambda hash_, given: hash_ == f"hash of {given}", lambda: NOW)


def test_the_right_password_begins_a_session_that_ends_at_sign_out(
    signing_in: SigningIn, accounts: FakeAccounts, sessions: FakeSessions
) -> None:
    token = signing_in.sign_in("Anna", "sesame")

    assert signing_in.moderator(token) == ANNA
    assert accounts.succeeded_with == [ANNA.id]
    assert token.encode() not in b"".join(sessions.open)
    signing_in.sign_out(token)
    assert signing_in.moderator(token) is None


def test_a_wrong_password_an_unknown_name_and_a_locked_account_are_not_told_apart(
    signing_in: SigningIn, accounts: FakeAccounts
) -> None:
    said = []
    for name, password, is_locked in (("Anna", "open", False), ("Eve", "sesame", False), ("Anna", "sesame", True)):
        accounts.is_locked = is_locked
        with pytest.raises(WrongSignIn) as refused:
            signing_in.sign_in(name, password)
        said.append(refused.value.detail)

    assert len(set(said)) == 1
    assert accounts.succeeded_with == []


def test_a_hash_is_of_one_password_and_of_argon2id() -> None:
    hash_ = passwords.hashed("correct horse battery")

    assert hash_.startswith("$argon2id$")
    assert passwords.is_right(hash_, "correct horse battery")
    assert not passwords.is_right(hash_, "correct horse batter")
    assert not passwords.is_right(None, "correct horse battery")
    assert not passwords.is_right("no hash at all", "correct horse battery")


def test_passwords_are_checked_one_at_a_time(signing_in: SigningIn) -> None:
    with passwords.turn(), pytest.raises(SignInsBusy):
        signing_in.sign_in("Anna", "sesame")

    assert signing_in.sign_in("Anna", "sesame")


def test_who_came_while_another_was_checked_has_not_failed(signing_in: SigningIn, accounts: FakeAccounts) -> None:
    with passwords.turn(), pytest.raises(SignInsBusy):
        signing_in.sign_in("Anna", "sesame")

    assert accounts.attempts == 0


def test_whoever_a_provider_vouches_for_needs_an_account_and_no_password(
    signing_in: SigningIn, sessions: FakeSessions
) -> None:
    assert signing_in.moderator(signing_in.vouched("Anna")) == ANNA

    with pytest.raises(WrongSignIn, match="no account for 'Bob'"):
        signing_in.vouched("Bob")
    assert len(sessions.open) == 1


def test_an_account_without_a_password_is_entered_by_none() -> None:
    assert not passwords.is_right("", "")


def test_whose_password_is_changed_while_the_old_one_is_checked_is_not_let_in(
    signing_in: SigningIn, sessions: FakeSessions
) -> None:
    sessions.password = "hash of another"

    with pytest.raises(WrongSignIn, match="changed at this moment"):
        signing_in.sign_in("Anna", "sesame")
    with pytest.raises(WrongSignIn, match="changed at this moment"):
        signing_in.vouched("Anna")

    assert not sessions.open
