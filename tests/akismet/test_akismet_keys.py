"""
Where clients put their key, and what a wrong one is told.
"""

import re

import pytest
from akismet_edge import KEY, OTHER_KEY, SECRET, SITE, Edge, FakeSites, check
from edge_fakes import counted
from flask.testing import FlaskClient
from traffic_observer import Clock

from service.akismet.keys import Keyring
from service.errors import StoreUnavailable, TooManyKeys, Unauthorised
from service.gate import Gate
from service.guesses import MOST_GUESSES
from service.store.keys import akismet_key

PUBLIC = "8.8.8.8"


@pytest.fixture
def sites() -> FakeSites:
    return FakeSites()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def keyring(sites: FakeSites, clock: Clock) -> Keyring:
    return Keyring(sites, Gate(sites, monotonic=clock), SECRET, monotonic=clock)


def guess(keyring: Keyring, times: int, address: str = PUBLIC) -> None:
    for _ in range(times):
        with pytest.raises(Unauthorised):
            keyring.admit(OTHER_KEY, address)


def test_a_key_is_what_wordpress_takes_and_hangs_on_the_secret_and_the_sites_key() -> None:
    keys = {akismet_key(secret, key_id) for secret in (b"a", b"b") for key_id in ("0000000000", "0000000001")}

    assert len(keys) == 4
    assert all(re.fullmatch("[0-9a-f]{12}", key) for key in keys)


@pytest.mark.parametrize(
    "sent",
    [
        {"data": {"key": KEY}},
        {"data": {"api_key": KEY}},
        {"data": {"key": KEY, "api_key": OTHER_KEY}},
        {"data": {"key": "", "api_key": KEY}},
        {"data": {"key": f" {KEY.upper()} "}},
        {"data": {"key": f"mod.example.com/k/{KEY}/"}},
        {"headers": {"Host": f"{KEY}.mod.example.com"}},
        {"headers": {"Host": f"{KEY.upper()}.rest.akismet.com:80"}},
    ],
)
def test_a_key_is_found_wherever_clients_put_it(client: FlaskClient, sent: dict[str, dict[str, str]]) -> None:
    assert client.post("/1.1/verify-key", **sent).data == b"valid"


@pytest.mark.parametrize("host", ["", "/.rest.akismet.com", "/.rest.akismet.com:80", ".rest.akismet.com", "/x"])
@pytest.mark.parametrize("version", ["/1.1", "/1.2", ""])
def test_a_key_may_be_a_part_of_the_path(client: FlaskClient, host: str, version: str) -> None:
    assert client.post(f"/k/{KEY}{host}{version}/verify-key").data == b"valid"


@pytest.mark.parametrize("host", ["rest.akismet.com", "rest.akismet.com:80", "localhost", "127.0.0.1:8000", ""])
def test_a_host_that_is_no_key_leaves_the_key_to_the_form(client: FlaskClient, host: str) -> None:
    assert client.post("/1.1/comment-check", data=check(), headers={"Host": host}).data == b"false"


@pytest.mark.parametrize(
    "sent",
    [
        {"data": {"key": OTHER_KEY, "api_key": KEY}},
        {"data": {"key": KEY[:-1]}},
        {"data": {"key": "ключ"}},
        {"data": {"api_key": "x" * 100_000}},
        {"headers": {"Host": "mod.example.com"}},
    ],
)
def test_any_other_key_is_invalid_with_a_word_why(client: FlaskClient, sent: dict[str, dict[str, str]]) -> None:
    response = client.post("/1.1/verify-key", **sent)

    assert (response.status_code, response.data) == (200, b"invalid")
    assert "key" in response.headers["X-akismet-debug-help"]


def test_a_wrong_key_is_in_the_number_that_tells_of_guesses(client: FlaskClient) -> None:
    before = counted(200, "unknown-key")

    client.post("/1.1/verify-key", data={"key": OTHER_KEY})

    assert counted(200, "unknown-key") == before + 1


def test_a_key_that_comes_in_no_form_is_asked_for_in_one(client: FlaskClient) -> None:
    response = client.post("/1.1/comment-check", json={"api_key": KEY, "blog": "https://a.example", "user_ip": PUBLIC})

    assert response.text == "invalid"
    assert "in a form (application/x-www-form-urlencoded)" in response.headers["X-akismet-debug-help"]


def test_a_valid_key_comes_without_a_word(client: FlaskClient) -> None:
    response = client.post("/1.1/verify-key", data={"key": KEY})

    assert response.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert not [name for name, _ in response.headers if name.lower().startswith("x-akismet-")]


def test_a_disabled_site_has_no_valid_key(client: FlaskClient, edge: Edge) -> None:
    edge.sites.is_disabled = True

    assert client.post("/1.1/verify-key", data={"key": KEY}).data == b"invalid"


def test_a_key_that_cannot_be_looked_up_is_neither_valid_nor_invalid(client: FlaskClient, edge: Edge) -> None:
    edge.sites.fault = StoreUnavailable("down")

    response = client.post("/1.1/verify-key", data={"key": KEY})

    assert (response.status_code, response.headers["Retry-After"]) == (503, "5")


def test_a_key_in_use_outlives_the_store(keyring: Keyring, sites: FakeSites) -> None:
    keyring.admit(KEY, PUBLIC)

    sites.fault = StoreUnavailable("down")

    assert keyring.admit(KEY, PUBLIC) == SITE


def test_a_store_that_does_not_answer_is_asked_once_a_second_and_is_no_verdict_on_a_key(
    keyring: Keyring, sites: FakeSites, clock: Clock
) -> None:
    sites.fault = StoreUnavailable("down")

    for _ in range(3):
        with pytest.raises(StoreUnavailable):
            keyring.admit(KEY, PUBLIC)
    reads_at_once = sites.reads
    clock.now += 1
    sites.fault = None

    assert reads_at_once == 1
    assert keyring.admit(KEY, PUBLIC) == SITE


def test_a_store_that_did_not_answer_for_a_sites_key_is_not_asked_for_all_of_them_either(
    sites: FakeSites, clock: Clock
) -> None:
    gate = Gate(sites, monotonic=clock)
    sites.fault = StoreUnavailable("down")
    with pytest.raises(StoreUnavailable):
        gate.known(SITE.key_id)

    with pytest.raises(StoreUnavailable):
        Keyring(sites, gate, SECRET, monotonic=clock).admit(KEY, PUBLIC)

    assert sites.reads == 0


def test_keys_are_read_again_once_a_second_for_keys_that_are_not_known(
    keyring: Keyring, sites: FakeSites, clock: Clock
) -> None:
    keyring.admit(KEY, PUBLIC)
    guess(keyring, 3)
    keyring.admit(KEY, PUBLIC)
    reads_at_once = sites.reads

    clock.now += 1
    guess(keyring, 1)

    assert (reads_at_once, sites.reads) == (1, 2)


def test_an_address_that_guesses_waits_for_a_minute_whatever_it_sends(keyring: Keyring, clock: Clock) -> None:
    guess(keyring, MOST_GUESSES)

    with pytest.raises(TooManyKeys) as refusal:
        keyring.admit(KEY, PUBLIC)

    assert refusal.value.retry_after == 60
    assert keyring.admit(KEY, "9.9.9.9") == SITE
    clock.now += 60
    assert keyring.admit(KEY, PUBLIC) == SITE
    guess(keyring, MOST_GUESSES)


def test_who_guesses_is_told_when_to_come_again(client: FlaskClient) -> None:
    client.environ_base["REMOTE_ADDR"] = PUBLIC
    for _ in range(MOST_GUESSES):
        client.post("/1.1/verify-key", data={"key": OTHER_KEY})

    response = client.post("/1.1/comment-check", data=check())

    assert (response.status_code, response.headers["Retry-After"]) == (429, "60")
    assert response.headers["X-akismet-guid"]


def test_an_address_that_many_share_is_not_made_to_wait_for_one_who_guesses(keyring: Keyring) -> None:
    guess(keyring, MOST_GUESSES + 1, "127.0.0.1")

    assert keyring.admit(KEY, "127.0.0.1") == SITE


def test_no_key_at_all_is_no_guess(keyring: Keyring) -> None:
    for _ in range(MOST_GUESSES + 1):
        with pytest.raises(Unauthorised, match="api_key"):
            keyring.admit("", PUBLIC)

    assert keyring.admit(KEY, PUBLIC) == SITE


def test_addresses_that_guess_do_not_fill_the_memory(keyring: Keyring, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.guesses.MOST_ADDRESSES", 10)

    for number in range(50):
        guess(keyring, 1, f"8.8.4.{number}")

    assert len(keyring._guesses._of_addresses) == 10
