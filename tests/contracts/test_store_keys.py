"""
The keys of a site, on both engines: what they are for, and until when.
"""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import text
from stores import NOON, Store

from service.core.site import USUAL_SCOPES, Scope
from service.store.errors import BadSiteSetting, UnknownKey
from service.store.sites import Sites

WEEK = timedelta(days=7)


class Clock:
    now = NOON

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def sites(store: Store, clock: Clock) -> Sites:
    return Sites(store.engine, clock=clock)


def id_of(key: str) -> str:
    return key.split("_")[1]


def test_the_first_key_of_a_site_is_for_comments_and_labels(sites: Sites) -> None:
    key_id = id_of(sites.add("blog"))

    found = sites.by_key_id(key_id)

    assert found
    assert found[0].scopes == USUAL_SCOPES == {Scope.CHECK, Scope.FEEDBACK}


def test_another_key_is_for_what_it_was_made_for(sites: Sites) -> None:
    first = id_of(sites.add("blog"))

    added = id_of(sites.add_key("blog", frozenset({Scope.ADMIN})))

    found = sites.by_key_id(added)
    assert found
    assert found[0].scopes == {Scope.ADMIN}
    assert {row.id: row.scopes for row in sites.keys("blog")} == {first: USUAL_SCOPES, added: {Scope.ADMIN}}
    assert all(row.made_at == NOON and row.expires_at is None for row in sites.keys("blog"))


def test_rotated_keys_work_until_the_end_of_the_overlap(sites: Sites, clock: Clock) -> None:
    old = id_of(sites.add("blog"))
    other = id_of(sites.add_key("blog", frozenset({Scope.ADMIN})))

    new = id_of(sites.rotate("blog", WEEK))

    clock.now = NOON + WEEK - timedelta(seconds=1)
    assert all(sites.by_key_id(key_id) for key_id in (old, other, new))
    assert {row.id: row.expires_at for row in sites.keys("blog")} == {old: NOON + WEEK, other: NOON + WEEK, new: None}
    clock.now = NOON + WEEK
    assert [bool(sites.by_key_id(key_id)) for key_id in (old, other, new)] == [False, False, True]
    assert sites.named("blog").key_ids == (new,)
    assert {old, other}.isdisjoint(sites.key_ids())


def test_a_second_rotation_gives_no_key_more_time(sites: Sites, clock: Clock) -> None:
    old = id_of(sites.add("blog"))
    sites.rotate("blog", timedelta(days=1))

    sites.rotate("blog", WEEK)

    clock.now = NOON + timedelta(days=2)
    assert sites.by_key_id(old) is None


def test_a_rotation_without_overlap_ends_all_at_once(sites: Sites) -> None:
    old = id_of(sites.add("blog"))
    sites.rotate("blog", WEEK)

    new = id_of(sites.rotate("blog"))

    assert sites.by_key_id(old) is None
    assert [row.id for row in sites.keys("blog")] == [new]


def test_one_key_can_be_taken_away(sites: Sites) -> None:
    first, second = id_of(sites.add("blog")), id_of(sites.add_key("blog", USUAL_SCOPES))

    sites.remove_key("blog", first)

    assert sites.by_key_id(first) is None
    assert sites.by_key_id(second)
    with pytest.raises(UnknownKey, match="blog has no key of the id"):
        sites.remove_key("blog", first)
    with pytest.raises(UnknownKey, match="news has no key"):
        sites.remove_key("news", second)


def test_a_scope_of_a_newer_hamlet_opens_nothing(store: Store, sites: Sites) -> None:
    key_id = id_of(sites.add("blog"))
    with store.engine.begin() as connection:
        connection.execute(text("UPDATE keys SET scopes = 'check everything'"))

    found = sites.by_key_id(key_id)

    assert found
    assert found[0].scopes == {Scope.CHECK}


def test_languages_are_of_use_only_where_other_scripts_are_held(sites: Sites) -> None:
    key_id = id_of(sites.add("blog"))

    sites.configure("blog", languages=["EN", "de", "en"])
    told = sites.by_key_id(key_id)
    sites.configure("blog", hold_other_scripts=True)
    held = sites.by_key_id(key_id)

    assert told
    assert held
    assert (told[0].languages, held[0].languages) == ((), ("en", "de"))
    assert sites.named("blog").languages == ("en", "de")


def test_to_hold_other_scripts_takes_a_known_language(sites: Sites) -> None:
    with pytest.raises(BadSiteSetting, match="'xx' is no language"):
        sites.configure("news", languages=["xx"])
    with pytest.raises(BadSiteSetting, match="give --languages too"):
        sites.configure("news", hold_other_scripts=True)
    sites.configure("news", languages=["en"], hold_other_scripts=True)
    with pytest.raises(BadSiteSetting, match="give --languages too"):
        sites.configure("news", languages=[])
