"""
Whose comments are counted together.
"""

import pytest
import redis
from traffic_observer import Author, Observer

from service.core.campaign import BANDS
from service.core.comment import Comment
from service.core.commenter import identities, pooled_address


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (Author(ip="2a00:1450:4001:82b::1"), Author(ip="2a00:1450:4001:82b:ffff::2")),
        (Author(ip="::ffff:8.8.8.8"), Author(ip="8.8.8.8")),
        (Author(ip="8.8.8.8", email="a@example.org"), Author(ip="9.9.9.9", email=" A@Example.org ")),
        (Author(name="Ophelia  Polonia"), Author(name="ophelia polonia ")),
    ],
)
def test_one_author_in_two_spellings_is_counted_once(observe: Observer, first: Author, second: Author) -> None:
    alone = observe(**first).flood

    assert observe(**second).flood == pytest.approx(2 * alone)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (Author(ip="2a00:1450:4001:82b::1"), Author(ip="2a00:1450:4001:82c::1")),
        (Author(ip="8.8.8.8"), Author(ip="8.8.8.9")),
        (Author(ip="8.8.8.8", name="Ophelia"), Author(ip="8.8.8.9", name="Ophelia")),
    ],
)
def test_two_authors_are_counted_apart(observe: Observer, first: Author, second: Author) -> None:
    alone = observe(**first).flood

    assert observe(**second).flood == alone


@pytest.mark.parametrize(
    "address",
    ["", "junk", "10.0.0.1", "192.168.1.1", "127.0.0.1", "::1", "fe80::1%eth0", "fd00::1", "169.254.1.1", "0.0.0.0",
     "100.64.0.1", "224.0.0.1", "240.0.0.1", "::ffff:127.0.0.1", "2001:db8::1", "8.8.8.8:80", "9" * 5000],
)  # fmt: skip
def test_an_address_that_tells_nobody_apart_is_never_pooled(address: str) -> None:
    assert pooled_address(address) == ""


@pytest.mark.parametrize("name", ["", "  ", "Anonymous", "GUEST", "john", "Ａdmin", "Invité", "Аноним", "匿名"])
def test_an_empty_or_common_name_is_nobody(observe: Observer, name: str) -> None:
    floods = [observe(name=name, ip="10.0.0.1").flood for _ in range(30)]

    assert set(floods) == {0}


def test_a_name_alone_has_four_times_the_bounds(observe: Observer) -> None:
    floods = [observe(name="Ophelia").flood for _ in range(21)]

    assert floods[19] == 1.0
    assert floods[20] > 1


@pytest.mark.parametrize("name", ["a" + "\u0301" * 100_000, "\ufdfa" * 64_000, "\ud800", "\0"])
def test_no_name_makes_an_error(observe: Observer, name: str) -> None:
    seen = observe(name=name, email=name, ip=name, text=name, claim=name)

    assert not seen.degraded


def test_an_address_is_better_than_a_name() -> None:
    comment = Comment(name="Ophelia", comment="", ip="8.8.8.8")

    assert [identity.kind for identity in identities(comment)] == ["address"]


def test_no_personal_data_is_in_the_keys_and_every_key_expires(observe: Observer, counters: redis.Redis) -> None:
    text = "Get thee to a nunnery: why wouldst thou be a breeder of sinners?"
    observe(name="Ophelia", ip="8.8.8.8", email="o@elsinore.dk", text=text, claim="comment-17")
    observe(name="Ophelia", text=text, claim="comment-18")

    keys = list(counters.scan_iter())

    assert len(keys) == 2 + 6 + 2 + BANDS
    assert all(key.startswith(b"hamlet:{7}:") for key in keys)
    assert all(counters.pttl(key) > 0 for key in keys)
    stored = repr([*keys, *counters.mget(keys)]).lower()
    for personal in ("ophelia", "8.8.8.8", "elsinore", "nunnery", "comment-17"):
        assert personal not in stored
