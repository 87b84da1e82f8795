"""
Accounts of moderators and their sessions, on both engines.
"""

from datetime import timedelta

import pytest
from sqlalchemy import update
from stores import NOON, Store

from service.core.moderator import Moderator, Role
from service.store.errors import ModeratorExists, UnknownModerator, UnknownSite
from service.store.moderators import FREE_FAILURES, Moderators, Sessions
from service.store.tables import moderators

MINUTE = timedelta(minutes=1)
DIGEST = bytes(32)


@pytest.fixture
def accounts(store: Store) -> Moderators:
    """
    One account, Anna's, who sees the site news.
    """
    moderators = Moderators(store.engine)
    moderators.add("Anna", Role.MODERATOR, ["news", "news"], "hash", NOON)
    return moderators


@pytest.fixture
def sessions(store: Store) -> Sessions:
    return Sessions(store.engine, idle=timedelta(hours=12), longest=timedelta(days=7))


def number_of(accounts: Moderators, name: str = "Anna") -> int:
    found = accounts.attempt(name, NOON)
    assert found
    accounts.succeeded(found[0])
    return found[0]


def test_an_account_is_for_the_sites_it_was_made_for_or_for_all(accounts: Moderators) -> None:
    accounts.add("Bob", Role.ADMIN, [], "hash", NOON)

    rows = accounts.list()

    assert [(row.name, row.role, row.sites) for row in rows] == [
        ("Anna", Role.MODERATOR, ("news",)),
        ("Bob", Role.ADMIN, None),
    ]


def test_a_role_of_a_newer_hamlet_is_listed_as_it_is_and_is_none_in_a_session(
    store: Store, accounts: Moderators, sessions: Sessions
) -> None:
    sessions.begin(DIGEST, number_of(accounts), "hash", NOON)
    with store.engine.begin() as connection:
        connection.execute(update(moderators).values(role="auditor"))

    found = sessions.moderator(DIGEST, NOON)

    assert found and found.role is None
    assert [row.role for row in accounts.list()] == ["auditor"]


def test_a_name_is_given_to_one_account(accounts: Moderators) -> None:
    with pytest.raises(ModeratorExists, match="'Anna' already"):
        accounts.add("Anna", Role.ADMIN, [], "hash", NOON)


def test_an_account_is_found_by_its_exact_name(accounts: Moderators) -> None:
    assert accounts.find("Anna") == (number_of(accounts), "hash")
    assert accounts.find("anna") is None


def test_an_account_for_an_unknown_site_is_not_made(accounts: Moderators) -> None:
    with pytest.raises(UnknownSite, match="'blog'"):
        accounts.add("Bob", Role.MODERATOR, ["blog"], "hash", NOON)

    assert [row.name for row in accounts.list()] == ["Anna"]


def test_after_some_failures_an_account_is_locked_longer_each_time(accounts: Moderators) -> None:
    for _ in range(FREE_FAILURES + 1):
        assert accounts.attempt("Anna", NOON)

    assert accounts.attempt("Anna", NOON + MINUTE * 0.9) is None
    assert accounts.attempt("Anna", NOON + MINUTE)
    assert accounts.attempt("Anna", NOON + MINUTE * 2.9) is None
    assert accounts.list()[0].locked_until == NOON + MINUTE * 3


def test_no_lock_is_longer_than_an_hour(accounts: Moderators) -> None:
    now = NOON
    for _ in range(FREE_FAILURES + 20):
        assert accounts.attempt("Anna", now)
        now = accounts.list()[0].locked_until or now

    assert accounts.attempt("Anna", now)
    assert accounts.list()[0].locked_until == now + MINUTE * 60


def test_a_clock_that_is_put_back_locks_nobody_out_for_longer_than_an_hour(accounts: Moderators) -> None:
    for _ in range(FREE_FAILURES + 1):
        assert accounts.attempt("Anna", NOON)

    assert accounts.attempt("Anna", NOON - MINUTE * 30) is None
    assert accounts.attempt("Anna", NOON - MINUTE * 60 * 24)


def test_accounts_are_listed_while_somebody_else_writes(store: Store, accounts: Moderators) -> None:
    with store.engine.begin() as connection:
        connection.execute(update(moderators).values(failures=1))

        assert [row.name for row in accounts.list()] == ["Anna"]


def test_a_sign_in_that_succeeds_forgets_the_failures(accounts: Moderators) -> None:
    for _ in range(FREE_FAILURES * 3):
        number_of(accounts)

    assert accounts.attempt("Anna", NOON)


def test_a_new_password_unlocks_and_signs_out(accounts: Moderators, sessions: Sessions) -> None:
    sessions.begin(DIGEST, number_of(accounts), "hash", NOON)
    for _ in range(FREE_FAILURES + 1):
        accounts.attempt("Anna", NOON)

    accounts.change_password("Anna", "another")

    assert sessions.moderator(DIGEST, NOON) is None
    found = accounts.attempt("Anna", NOON)
    assert found and found[1] == "another"


def test_no_session_begins_by_a_password_that_was_changed_or_for_who_was_removed(
    accounts: Moderators, sessions: Sessions
) -> None:
    number = number_of(accounts)
    accounts.change_password("Anna", "another")

    assert not sessions.begin(DIGEST, number, "hash", NOON)
    assert sessions.moderator(DIGEST, NOON) is None
    assert sessions.begin(DIGEST, number, "another", NOON)
    accounts.remove("Anna")
    assert not sessions.begin(bytes(31), number, "another", NOON)


def test_an_unknown_name_can_do_nothing(accounts: Moderators) -> None:
    assert accounts.attempt("nobody", NOON) is None
    with pytest.raises(UnknownModerator, match="hamlet moderators list"):
        accounts.change_password("nobody", "hash")
    with pytest.raises(UnknownModerator):
        accounts.remove("nobody")


def test_a_session_tells_who_it_is_and_what_they_may_see(
    store: Store, accounts: Moderators, sessions: Sessions
) -> None:
    number = number_of(accounts)

    sessions.begin(DIGEST, number, "hash", NOON)

    expected = Moderator(number, "Anna", Role.MODERATOR, frozenset({store.site.id}))
    assert sessions.moderator(DIGEST, NOON) == expected
    assert sessions.moderator(bytes(31), NOON) is None


def test_a_session_ends_after_half_a_day_without_a_request(accounts: Moderators, sessions: Sessions) -> None:
    sessions.begin(DIGEST, number_of(accounts), "hash", NOON)

    assert sessions.moderator(DIGEST, NOON + MINUTE * 700)
    assert sessions.moderator(DIGEST, NOON + MINUTE * 1400)
    assert sessions.moderator(DIGEST, NOON + MINUTE * 2200) is None


def test_a_session_ends_after_a_week_however_busy(accounts: Moderators, sessions: Sessions) -> None:
    sessions.begin(DIGEST, number_of(accounts), "hash", NOON)
    for hours in range(1, 168):
        assert sessions.moderator(DIGEST, NOON + timedelta(hours=hours))

    assert sessions.moderator(DIGEST, NOON + timedelta(days=7, seconds=1)) is None


def test_a_session_of_a_clock_that_was_put_back_does_not_go_on_for_years(
    accounts: Moderators, sessions: Sessions
) -> None:
    sessions.begin(DIGEST, number_of(accounts), "hash", NOON + timedelta(days=700))
    sessions.begin(bytes(31), number_of(accounts), "hash", NOON + timedelta(hours=1))

    assert sessions.moderator(DIGEST, NOON) is None
    assert sessions.moderator(bytes(31), NOON)


def test_whoever_signs_out_or_is_removed_has_no_session(accounts: Moderators, sessions: Sessions) -> None:
    number = number_of(accounts)
    sessions.begin(DIGEST, number, "hash", NOON)
    sessions.begin(bytes(31), number, "hash", NOON)

    sessions.end(DIGEST)
    assert sessions.moderator(DIGEST, NOON) is None
    accounts.remove("Anna")

    assert sessions.moderator(bytes(31), NOON) is None
    assert accounts.list() == []
