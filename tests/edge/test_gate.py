"""
Keys at the gate.
"""

import hashlib
import hmac
import sys
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from types import FrameType
from typing import Any

import pytest
from flask.testing import FlaskClient
from traffic_observer import Clock

from service.core.site import Scope, Site
from service.errors import MissingScope, StoreUnavailable, TooManyKeys, Unauthorised
from service.gate import STALE_SECONDS, Gate, Row
from service.guesses import MOST_GUESSES

KEY = "hamlet_0123456789_" + "A" * 43
SITE = Site(1, "blog", "0123456789")
PUBLIC = "8.8.8.8"


class Sites:
    def __init__(self) -> None:
        self.is_disabled = self.is_down = False
        self.reads = 0
        self.site = SITE

    def by_key_id(self, key_id: str) -> Row | None:
        self.reads += 1
        if self.is_down:
            raise StoreUnavailable("down")
        known = (self.site, hashlib.sha256(KEY.encode()).digest(), self.is_disabled)
        return known if key_id == SITE.key_id else None


@pytest.mark.parametrize(
    ("authorization", "api_key"),
    [(f"Bearer {KEY}", None), (f"bearer  {KEY} ", None), (None, KEY), ("Basic eDp5", KEY)],
)
def test_a_key_is_admitted_from_either_header(authorization: str | None, api_key: str | None) -> None:
    gate = Gate(Sites())

    assert gate.admit(authorization, api_key) == SITE


@pytest.mark.parametrize(
    "key",
    [
        KEY[:-1] + "B",
        KEY.replace("0123456789", "9999999999"),
        "x",
        "kéy\xff",
        KEY + "é",
        "hamlet_0123456789_",
        "A" * 9999,
    ],
)
def test_any_other_key_is_refused_in_the_same_words(key: str) -> None:
    gate = Gate(Sites())

    with pytest.raises(Unauthorised, match=r"^no site has this key$"):
        gate.admit(f"Bearer {key}", None)


def work_of(attempt: Callable[[], object]) -> Counter[str]:
    """
    Return how often a refused attempt hashed a key, compared digests and asked the store.
    """
    done: Counter[str] = Counter()

    def see(frame: FrameType, event: str, called: Any) -> None:
        if event == "call":
            done[frame.f_code.co_name] += 1
        elif called is hmac.compare_digest:
            done["compare_digest"] += event == "c_call"

    sys.setprofile(see)
    try:
        with suppress(Unauthorised):
            attempt()
    finally:
        sys.setprofile(None)
    return Counter({name: done[name] for name in ("digest", "compare_digest", "by_key_id")})


@pytest.mark.parametrize("key", [KEY[:-1] + "B", KEY.replace("0123456789", "9999999999")], ids=["secret", "id"])
def test_a_wrong_secret_and_an_unknown_id_cost_the_same_work_the_first_time_and_the_next(key: str) -> None:
    gate = Gate(Sites())

    first, second = (work_of(lambda: gate.admit(f"Bearer {key}", None)) for _ in range(2))

    assert first == {"digest": 1, "compare_digest": 1, "by_key_id": 1}
    assert second == {"digest": 1, "compare_digest": 1, "by_key_id": 0}


def guess(gate: Gate, address: str, times: int = MOST_GUESSES) -> None:
    for number in range(times):
        with pytest.raises(Unauthorised):
            gate.admit(None, KEY.replace("0123456789", f"{number:010x}"), address=address)


def test_an_address_that_guesses_waits_for_a_minute_and_the_store_is_not_asked() -> None:
    sites, clock = Sites(), Clock()
    gate = Gate(sites, monotonic=clock)
    guess(gate, PUBLIC)
    before = sites.reads

    with pytest.raises(TooManyKeys) as refused:
        gate.admit(None, KEY, address=PUBLIC)

    assert (refused.value.retry_after, sites.reads) == (60, before)
    clock.now += 61
    assert gate.admit(None, KEY, address=PUBLIC) == SITE


def test_others_and_a_site_in_use_at_the_same_address_go_on() -> None:
    gate = Gate(Sites())
    gate.admit(None, KEY, address=PUBLIC)
    guess(gate, PUBLIC)

    assert gate.admit(None, KEY, address=PUBLIC) == SITE
    assert gate.admit(None, KEY, address="9.9.9.9") == SITE
    with pytest.raises(TooManyKeys):
        gate.admit(None, KEY[:-1] + "B", address=PUBLIC)


@pytest.mark.parametrize("address", ["127.0.0.1", "[::1]", "10.0.0.7", ""])
def test_an_address_that_many_share_is_not_made_to_wait(address: str) -> None:
    gate = Gate(Sites())

    guess(gate, address, MOST_GUESSES + 5)

    assert gate.admit(None, KEY, address=address) == SITE


def test_whoever_changes_the_address_within_their_network_is_one_guesser() -> None:
    gate = Gate(Sites())
    for number in range(MOST_GUESSES):
        guess(gate, f"[2a00:1450:4001:82b::{number:x}]", 1)

    with pytest.raises(TooManyKeys):
        gate.admit(None, KEY, address="[2a00:1450:4001:82b::ffff]")


def test_no_key_is_told_how_to_send_one() -> None:
    with pytest.raises(Unauthorised, match="X-Api-Key"):
        Gate(Sites()).admit(None, None)


@pytest.mark.parametrize("scope", Scope)
def test_a_key_opens_what_it_is_for_and_nothing_else(scope: Scope) -> None:
    sites = Sites()
    sites.site = replace(SITE, scopes=frozenset({scope}))
    gate = Gate(sites)

    assert gate.admit(None, KEY, scope=scope) == sites.site
    for other in {*Scope} - {scope}:
        with pytest.raises(MissingScope, match=f"not for {other.value}.*--scope {other.value}"):
            gate.admit(None, KEY, scope=other)


def test_a_key_that_was_told_by_other_means_must_be_for_comments() -> None:
    sites = Sites()
    sites.site = replace(SITE, scopes=frozenset({Scope.FEEDBACK}))

    with pytest.raises(MissingScope, match="not for check"):
        Gate(sites).known(SITE.key_id)


def test_what_a_key_is_for_is_told_to_its_holder_alone() -> None:
    sites = Sites()
    sites.site = replace(SITE, scopes=frozenset())

    with pytest.raises(Unauthorised, match=r"^no site has this key$"):
        Gate(sites).admit(None, KEY[:-1] + "B")


def test_rows_are_remembered_for_five_seconds_whether_there_is_a_site_or_not() -> None:
    sites, clock = Sites(), Clock()
    gate = Gate(sites, monotonic=clock)
    for _ in range(3):
        gate.admit(None, KEY)
        with pytest.raises(Unauthorised):
            gate.admit(None, KEY.replace("0123456789", "9999999999"))

    clock.now += 4.9
    gate.admit(None, KEY)

    assert sites.reads == 2


def test_a_disabled_key_stops_after_five_seconds() -> None:
    sites, clock = Sites(), Clock()
    gate = Gate(sites, monotonic=clock)
    gate.admit(None, KEY)

    sites.is_disabled = True
    clock.now += 5

    with pytest.raises(Unauthorised, match=r"^no site has this key$"):
        gate.admit(None, KEY)


def test_a_known_site_outlives_ten_minutes_without_a_store_asked_every_five_seconds() -> None:
    sites, clock = Sites(), Clock()
    gate = Gate(sites, monotonic=clock)
    gate.admit(None, KEY)

    sites.is_down = True
    clock.now += STALE_SECONDS
    gate.admit(None, KEY)
    gate.admit(None, KEY)

    assert sites.reads == 2
    clock.now += 5
    with pytest.raises(StoreUnavailable):
        gate.admit(None, KEY)


def test_an_unseen_key_without_a_store_is_no_verdict_on_the_key() -> None:
    sites = Sites()
    sites.is_down = True

    with pytest.raises(StoreUnavailable):
        Gate(sites).admit(None, KEY)


def test_a_store_that_does_not_answer_is_asked_once_a_second_whatever_keys_come() -> None:
    sites, clock = Sites(), Clock()
    gate = Gate(sites, monotonic=clock)
    gate.admit(None, KEY)
    clock.now += 5
    sites.is_down = True

    for number in range(24):
        with pytest.raises(StoreUnavailable):
            gate.admit(None, KEY.replace("0123456789", f"{number:010x}"))
    known = gate.admit(None, KEY)
    reads = sites.reads
    clock.now += 1
    sites.is_down = False

    assert (known, reads) == (SITE, 2)
    assert gate.admit(None, KEY) == SITE


def test_guesses_do_not_fill_the_memory_nor_push_out_a_site_in_use(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.gate.MOST_ROWS", 10)
    sites, clock = Sites(), Clock()
    gate = Gate(sites, monotonic=clock)
    for guess in range(25):
        with pytest.raises(Unauthorised):
            gate.admit(None, KEY.replace("0123456789", f"{guess:010x}"))
        clock.now += 1
        gate.admit(None, KEY)

    assert len(gate._cache) == 10
    assert sites.reads == 25 + 5


def test_without_a_key_the_answer_is_401_with_a_challenge_and_says_hold(caller: FlaskClient) -> None:
    del caller.environ_base["HTTP_AUTHORIZATION"]

    response = caller.post("/v1/comments", json={"name": "", "comment": ""})

    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"] == 'Bearer realm="hamlet"'
    assert response.get_json()["verdict"] == "hold"


def test_a_key_for_other_things_is_told_so_and_to_hold(caller: FlaskClient, sites: Any) -> None:
    sites.site = replace(sites.site, scopes=frozenset({Scope.ADMIN}))

    response = caller.post("/v1/comments", json={"name": "", "comment": ""})

    assert response.status_code == 403
    assert response.get_json()["type"] == "/docs/problems#missing-scope"
    assert response.get_json()["verdict"] == "hold"
