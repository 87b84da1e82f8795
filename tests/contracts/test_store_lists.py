"""
The lists of sites, on both engines: kept, read only when they changed, and tried on what is stored.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, event, update
from stores import NOON, SECRET, Store, decision, registered

from service.core.comment import Comment
from service.core.decision import Verdict
from service.core.entries import Action, Entry, Kind
from service.core.entry_values import normal
from service.core.person import Person
from service.core.site import Site
from service.errors import StoreUnavailable
from service.gate import Gate
from service.listing import Listing
from service.store.errors import TooManyEntries, UnknownSite
from service.store.lists import MOST_ENTRIES, Entries
from service.store.persons import Persons
from service.store.sites import Sites
from service.store.tables import lists

CASINO = Comment("Ann", "a casino")


def entry(kind: str, value: str, action: str = "reject", **fields: Any) -> Entry:
    return Entry(Kind(kind), normal(Kind(kind), value), Action(action), **fields)


@pytest.fixture
def entries(store: Store) -> Entries:
    return Entries(store.engine)


@pytest.fixture
def sites(store: Store) -> Sites:
    return Sites(store.engine, clock=lambda: NOON)


def seen(sites: Sites, key_id: str) -> Site:
    found = sites.by_key_id(key_id)
    assert found
    return found[0]


@contextmanager
def statements(engine: Engine) -> Iterator[list[str]]:
    found: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        found.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield found
    event.remove(engine, "before_cursor_execute", note)


def test_what_is_added_is_there_as_it_was_said(entries: Entries) -> None:
    end = NOON + timedelta(days=7)
    wished = [entry("word", "casino", note="why", who="me"), entry("address", "10.0.0.0/8", "hold", expires_at=end)]

    stored = entries.add("news", wished, NOON)

    assert entries.of("news") == stored
    assert [replace(each, id=0) for each in stored] == wished
    assert all(each.id for each in stored)


def test_the_same_value_again_changes_what_is_there(entries: Entries) -> None:
    (first,) = entries.add("news", [entry("word", "casino")], NOON)

    (second,) = entries.add("news", [entry("word", "casino", "hold", note="not so sure")], NOON)

    assert second == replace(first, action=Action.HOLD, note="not so sure")
    assert entries.of("news") == [second]


def test_a_value_with_a_nul_is_one_entry_too(entries: Entries) -> None:
    (first,) = entries.add("news", [entry("regex", "pay\0day")], NOON)

    (again,) = entries.add("news", [entry("regex", "pay\0day", "hold")], NOON)

    assert (again.id, again.action) == (first.id, Action.HOLD)


def test_a_removed_number_is_never_given_again(entries: Entries) -> None:
    (first,) = entries.add("news", [entry("word", "casino")], NOON)

    removed = entries.remove("news", [first.id, 9999])
    (second,) = entries.add("news", [entry("word", "casino")], NOON)

    assert removed == 1
    assert second.id > first.id


def test_a_site_has_its_own_lists(store: Store, entries: Entries) -> None:
    registered(Sites(store.engine), "blog")
    (of_news,) = entries.add("news", [entry("word", "casino")], NOON)

    assert entries.of("blog") == []
    assert entries.remove("blog", [of_news.id]) == 0


def test_what_expired_is_cleared_with_the_next_change(entries: Entries) -> None:
    entries.add("news", [entry("word", "old", expires_at=NOON)], NOON - timedelta(days=1))

    entries.add("news", [entry("word", "casino")], NOON)

    assert [each.value for each in entries.of("news")] == ["casino"]


def test_there_is_an_end_to_entries_and_nothing_of_too_many_is_kept(entries: Entries) -> None:
    almost = [entry("author", f"bot {number}") for number in range(MOST_ENTRIES)]
    entries.add("news", almost, NOON)

    with pytest.raises(TooManyEntries, match="at most 10,000"):
        entries.add("news", [entry("word", "one more")], NOON)

    assert len(entries.of("news")) == MOST_ENTRIES


def test_expressions_that_are_too_large_together_are_not_kept(entries: Entries) -> None:
    with pytest.raises(TooManyEntries, match="too large together"):
        entries.add("news", [entry("regex", f"a.{{80}}b{number}") for number in range(100)], NOON)

    assert entries.of("news") == []


def test_an_unknown_site_is_said_to_be_one(entries: Entries) -> None:
    with pytest.raises(UnknownSite, match="no site 'blgo'"):
        entries.of("blgo")
    with pytest.raises(UnknownSite, match="no site 'blgo'"):
        entries.add("blgo", [], NOON)
    with pytest.raises(UnknownSite, match="no site 'blgo'"):
        entries.remove("blgo", [1])


def test_a_site_without_lists_costs_nothing(store: Store, sites: Sites) -> None:
    with statements(store.engine) as asked:
        site = seen(sites, store.site.key_id)

    assert site.lists is None
    assert len(asked) == 1


def test_lists_come_with_their_site_and_are_read_again_only_when_they_changed(
    store: Store, sites: Sites, entries: Entries
) -> None:
    (casino,) = entries.add("news", [entry("word", "casino")], NOON)

    first = seen(sites, store.site.key_id).lists
    with statements(store.engine) as asked:
        second = seen(sites, store.site.key_id).lists
    entries.remove("news", [casino.id])
    third = seen(sites, store.site.key_id).lists

    assert first
    assert first.match(CASINO, NOON)
    assert second is first
    assert len(asked) == 1
    assert third is None


def test_a_change_counts_five_seconds_later_and_the_last_lists_outlive_the_store(
    store: Store, sites: Sites, entries: Entries
) -> None:
    clock = [0.0]
    gate = Gate(sites, monotonic=lambda: clock[0])
    key_id = store.site.key_id
    gate.known(key_id)
    entries.add("news", [entry("word", "casino")], NOON)

    clock[0] = 4.9
    before = gate.known(key_id)
    clock[0] = 5.0
    after = gate.known(key_id)
    with store.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE sites SET lists_revision = 9")
        connection.exec_driver_sql("ALTER TABLE lists RENAME TO gone")
    clock[0] = 10.0
    without_a_store = gate.known(key_id)

    assert before.lists is None
    assert after.lists
    assert without_a_store.lists is after.lists


def test_a_decision_by_a_list_is_read_again_with_its_entry(store: Store, entries: Entries, sites: Sites) -> None:
    entries.add("news", [entry("word", "casino")], NOON)
    lists = seen(sites, store.site.key_id).lists
    assert lists
    listed = lists.match(CASINO, NOON)
    assert listed

    store.record(decision("07", verdict=Verdict.REJECT, reasons=(listed.reason,)))

    found = store.decisions.find(store.site.id, "07")
    assert found
    assert found.reasons == (listed.reason,)
    assert found.reasons[0].entry == listed.entry.id


def test_entries_are_tried_on_what_is_stored_of_comments(store: Store) -> None:
    listing = Listing(store.engine, [SECRET], lambda: NOON)
    for number, comment in enumerate(
        [
            Comment("Ann", "a casino"),
            Comment("Bob", "hello", email="Bob@x.org"),
            Comment("Eve", "hello", ip="8.8.8.8"),
            Comment("Eve", "hello", ip="2a00:1450:4001:82b::200e"),
            Comment("Dan", "hello", url="http://spam.example.com"),
            Comment("Dan", "fine", email="dan@x.org", ip="8.8.4.4"),
        ]
    ):
        store.record(decision(f"{number:02}", verdict=Verdict.ACCEPT), comment)
    wished = [
        entry("word", "casino"),
        entry("email", "bob@x.org"),
        entry("address", "8.8.8.8"),
        entry("address", "2a00:1450:4001:82b::/64"),
        entry("domain", "example.com", "hold"),
        entry("address", "8.8.4.0/24"),
    ]

    rehearsed = listing.rehearse("news", wished, 100)

    assert rehearsed.trial.comments == 6
    assert [counts.total() for _, counts in rehearsed.trial.hits] == [1, 1, 1, 1, 1, 0]
    assert rehearsed.trial.changes[Verdict.ACCEPT, Verdict.HOLD].examples == ["04"]
    assert rehearsed.notes == ["8.8.4.0/24 could not be tried: of e-mails and addresses only hashes are kept"]
    assert listing.of("news") == []


def test_lists_that_cannot_be_read_are_no_empty_lists(store: Store, entries: Entries, sites: Sites) -> None:
    entries.add("news", [entry("word", "casino")], NOON)
    with store.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE lists RENAME TO gone")

    with pytest.raises(StoreUnavailable):
        sites.by_key_id(store.site.key_id)


@pytest.mark.parametrize("newer", [{"kind": "image"}, {"action": "ask"}])
def test_an_entry_of_a_newer_hamlet_does_nothing_in_an_older_one(
    store: Store, sites: Sites, entries: Entries, newer: dict[str, str]
) -> None:
    entries.add("news", [entry("word", "casino"), entry("word", "poker", note="as Ann says")], NOON)
    with store.engine.begin() as connection:
        connection.execute(update(lists).where(lists.c.value == "poker").values(newer))

    found = seen(sites, store.site.key_id).lists

    assert found and found.match(CASINO, NOON)
    assert found.match(Comment("Ann", "poker"), NOON) is None
    assert [each.value for each in entries.of("news")] == ["casino"]
    assert len(Persons(store.engine, [SECRET]).find(Person(name="Ann"), None).notes) == 1
    (again,) = entries.add("news", [entry("word", "poker")], NOON)
    assert again.action is Action.REJECT
