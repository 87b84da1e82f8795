"""
Sites and their keys, on both engines.
"""

import re
from typing import Any

import pytest
from sqlalchemy import update
from stores import Store

from service.core.site import AkismetHold, Limits, OwnThresholds
from service.store import tables
from service.store.errors import BadSiteSetting, SiteExists, UnknownSite
from service.store.keys import digest
from service.store.sites import SiteRow, Sites


@pytest.fixture
def sites(store: Store) -> Sites:
    return Sites(store.engine)


def id_of(key: str) -> str:
    return key.split("_")[1]


def test_a_key_leads_to_its_site(sites: Sites) -> None:
    key = sites.add("blog")

    found = sites.by_key_id(id_of(key))

    assert re.fullmatch(r"hamlet_[0-9a-f]{10}_[A-Za-z0-9_-]{43}", key)
    assert found
    site, stored, is_disabled = found
    assert (site.name, site.key_id, site.limits, is_disabled) == ("blog", id_of(key), Limits(), False)
    assert stored == digest(key)


def test_an_unknown_key_leads_nowhere(sites: Sites) -> None:
    assert sites.by_key_id("0000000000") is None
    assert sites.by_key_id("\0é") is None


def test_a_name_is_given_once(sites: Sites) -> None:
    with pytest.raises(SiteExists, match="'news' already"):
        sites.add("news")


def test_after_a_rotation_only_the_new_key_works(sites: Sites) -> None:
    old = sites.add("blog")

    new = sites.rotate("blog")

    assert sites.by_key_id(id_of(old)) is None
    assert sites.by_key_id(id_of(new))


def test_a_site_can_be_disabled_and_enabled(sites: Sites) -> None:
    key_id = id_of(sites.add("blog"))

    sites.disable("blog")
    while_disabled = sites.by_key_id(key_id)
    sites.enable("blog")
    after = sites.by_key_id(key_id)

    assert while_disabled
    assert after
    assert (while_disabled[2], after[2]) == (True, False)


def test_sites_are_listed_by_name(sites: Sites) -> None:
    key = sites.add("blog")
    sites.disable("blog")

    blog, news = sites.list()

    assert blog == SiteRow("blog", True, (id_of(key),), Limits(), OwnThresholds(), log_only=False)
    assert news.name == "news"


def test_what_is_configured_adds_up(sites: Sites) -> None:
    key_id = id_of(sites.add("blog"))

    sites.configure("blog", limits={"commenter_per_minute": 2}, thresholds={"reject_at": 0.9}, log_only=True)
    sites.configure("blog", limits={"site_per_minute": 50}, thresholds={"max_spam_accepted": 0.1})

    found = sites.by_key_id(key_id)
    assert found
    assert found[0].limits == Limits(commenter_per_minute=2, site_per_minute=50)
    assert found[0].thresholds == OwnThresholds(reject_at=0.9, max_spam_accepted=0.1)
    assert found[0].log_only


def test_how_akismets_clients_hold_is_their_own_affair_unless_the_site_says(sites: Sites) -> None:
    key_id = id_of(sites.add("blog"))
    before = sites.by_key_id(key_id)

    sites.configure("blog", akismet_hold=AkismetHold.PENDING)
    sites.configure("blog", limits={"site_per_minute": 50})

    after = sites.by_key_id(key_id)
    assert before
    assert after
    assert (before[0].akismet_hold, after[0].akismet_hold) == (AkismetHold.AUTO, AkismetHold.PENDING)
    assert sites.named("blog").akismet_hold is AkismetHold.PENDING


def test_the_ids_of_all_keys_in_use_can_be_read(sites: Sites) -> None:
    before = set(sites.key_ids())
    first = sites.add("blog")

    second = sites.rotate("blog")

    assert set(sites.key_ids()) - before == {id_of(second)} != {id_of(first)}


def test_keys_are_listed_while_somebody_else_writes(store: Store, sites: Sites) -> None:
    with store.engine.begin() as connection:
        connection.execute(update(tables.sites).where(tables.sites.c.name == "news").values(disabled=True))

        assert len(sites.keys("news")) == 1


def test_a_limit_of_a_newer_hamlet_is_passed_over_by_an_older_one(store: Store, sites: Sites) -> None:
    limits = {"site_per_minute": 7, "site_per_fortnight": 1}
    with store.engine.begin() as connection:
        connection.execute(update(tables.sites).where(tables.sites.c.name == "news").values(limits=limits))

    assert sites.named("news").limits == Limits(site_per_minute=7)


def test_a_way_to_hold_of_a_newer_hamlet_is_the_usual_one_for_an_older_one(store: Store, sites: Sites) -> None:
    key = sites.add("blog")
    with store.engine.begin() as connection:
        connection.execute(update(tables.sites).values(akismet_hold="quarantine"))

    found = sites.by_key_id(id_of(key))

    assert found and found[0].akismet_hold is AkismetHold.AUTO
    assert sites.named("blog").akismet_hold is AkismetHold.AUTO


def test_what_is_given_back_is_the_default_again(sites: Sites) -> None:
    sites.configure("news", limits={"key_per_minute": 7}, thresholds={"reject_at": 0.9, "max_false_reject": 0.01})

    sites.configure("news", limits={"key_per_minute": None}, thresholds={"reject_at": None}, log_only=False)

    news = sites.named("news")
    assert news.limits == Limits()
    assert news.thresholds == OwnThresholds(max_false_reject=0.01)


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ({"limits": {"commenter_per_hour": -1}}, "--commenter-per-hour is -1; give 0 for no limit"),
        ({"thresholds": {"reject_at": 1.5}}, "--reject-at is 1.5; give a score from 0 to 1"),
        ({"thresholds": {"accept_below": float("nan")}}, "--accept-below is nan; give a score"),
        ({"thresholds": {"max_false_reject": 0.0}}, "--max-false-reject is 0.0; give a rate above 0"),
        ({"thresholds": {"max_spam_accepted": 1.0}}, "--max-spam-accepted is 1.0; give a rate above 0 and below 1"),
        ({"thresholds": {"accept_below": 0.95}}, "--accept-below 0.95 is above --reject-at 0.9; change one of them"),
    ],
)
def test_a_setting_that_makes_no_sense_is_refused(sites: Sites, setting: dict[str, Any], message: str) -> None:
    sites.configure("news", thresholds={"reject_at": 0.9})

    with pytest.raises(BadSiteSetting, match=re.escape(message)):
        sites.configure("news", **setting)

    assert sites.named("news").thresholds == OwnThresholds(reject_at=0.9)


def test_an_unknown_name_is_answered_with_the_known_ones(sites: Sites) -> None:
    for act in (sites.rotate, sites.disable, sites.enable, sites.configure, sites.named):
        with pytest.raises(UnknownSite, match="no site 'blgo'; there are: news"):
            act("blgo")
