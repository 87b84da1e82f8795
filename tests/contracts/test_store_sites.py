"""
Sites and their keys, on both engines.
"""

import re

import pytest
from stores import Store

from service.core.site import Limits
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

    assert blog == SiteRow("blog", True, (id_of(key),), Limits(), None, None)
    assert news.name == "news"


def test_what_is_configured_adds_up(sites: Sites) -> None:
    key_id = id_of(sites.add("blog"))

    sites.configure("blog", limits={"commenter_per_minute": 2}, reject_at=0.9)
    sites.configure("blog", limits={"site_per_minute": 50}, accept_below=0.2)

    found = sites.by_key_id(key_id)
    assert found
    assert found[0].limits == Limits(commenter_per_minute=2, site_per_minute=50)
    assert (found[0].accept_below, found[0].reject_at) == (0.2, 0.9)


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ({"limits": {"per_day": 3}}, "no limit 'per_day'; there are: commenter_per_minute"),
        ({"limits": {"commenter_per_hour": -1}}, "commenter_per_hour is -1; it must be 0"),
        ({"reject_at": 1.5}, "1.5 is no probability"),
        ({"accept_below": 0.95}, "accept_below 0.95 is above reject_at 0.9"),
    ],
)
def test_a_setting_that_makes_no_sense_is_refused(sites: Sites, setting: dict[str, float], message: str) -> None:
    sites.configure("news", reject_at=0.9)

    with pytest.raises(BadSiteSetting, match=re.escape(message)):
        sites.configure("news", **setting)  # type: ignore[arg-type]

    assert sites.list()[0].accept_below is None


def test_an_unknown_name_is_answered_with_the_known_ones(sites: Sites) -> None:
    for act in (sites.rotate, sites.disable, sites.enable, sites.configure):
        with pytest.raises(UnknownSite, match="no site 'blgo'; there are: news"):
            act("blgo")
