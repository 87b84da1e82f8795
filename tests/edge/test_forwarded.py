"""
Whose address counts when a request came by proxies.
"""

import json
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from running_service import Answer, RunningService, write_model

from service.forwarded import believe, networks
from service.guesses import MOST_GUESSES

PROXIES = networks("10.0.0.0/8, fd00::/8")
CALLER = "203.0.113.7"


def believed(peer: str, forwarded_for: str | None = None, proto: str | None = None) -> tuple[str, str]:
    environ: dict[str, Any] = {"REMOTE_ADDR": peer, "wsgi.url_scheme": "http"}
    if forwarded_for is not None:
        environ["HTTP_X_FORWARDED_FOR"] = forwarded_for
    if proto is not None:
        environ["HTTP_X_FORWARDED_PROTO"] = proto

    believe(environ, PROXIES)

    return environ["REMOTE_ADDR"], environ["wsgi.url_scheme"]


@pytest.mark.parametrize(
    ("peer", "forwarded_for"),
    [
        ("10.0.0.1", CALLER),
        ("10.0.0.1", f"{CALLER}:51234"),
        ("10.0.0.1", f"::ffff:{CALLER}"),
        ("10.0.0.1", f"198.51.100.1, {CALLER}"),  # the left one is what the caller claimed
        ("10.0.0.1", f"198.51.100.1,{CALLER}, 10.9.9.9"),
        ("[fd00::1]", f"{CALLER}, 10.9.9.9"),
        ("[::ffff:10.0.0.1]", CALLER),
    ],
)
def test_the_caller_is_the_rightmost_address_that_is_no_proxy_of_ours(peer: str, forwarded_for: str) -> None:
    assert believed(peer, forwarded_for)[0] == CALLER


@pytest.mark.parametrize("peer", ["192.0.2.1", "[2001:db8::1]", ""])
def test_nobody_else_is_believed(peer: str) -> None:
    assert believed(peer, "198.51.100.1", "https") == (peer, "http")


@pytest.mark.parametrize("junk", ["", "unknown", "_hidden", "<script>", f"{CALLER}, unknown", "10.0.0.1.evil"])
def test_junk_is_never_an_address(junk: str) -> None:
    assert believed("10.0.0.1", junk)[0] == "10.0.0.1"


def test_where_all_are_ours_the_first_of_them_called() -> None:
    assert believed("10.0.0.1", "10.0.0.3, 10.0.0.2")[0] == "10.0.0.3"


def test_a_very_long_list_is_not_read_to_its_begin() -> None:
    assert believed("10.0.0.1", f"{CALLER}," + ",".join(["10.0.0.2"] * 100_000))[0] == "10.0.0.2"


@pytest.mark.parametrize(
    ("proto", "scheme"), [("https", "https"), ("http, HTTPS", "https"), ("https, http", "http"), ("wss", "http")]
)
def test_the_scheme_is_what_the_nearest_proxy_says(proto: str, scheme: str) -> None:
    assert believed("10.0.0.1", CALLER, proto)[1] == scheme


@given(st.text(), st.text())
def test_no_header_makes_an_error(forwarded_for: str, proto: str) -> None:
    assert believed("10.0.0.1", forwarded_for, proto)


def guess(service: RunningService, forwarded_for: str) -> Answer:
    form = urlencode({"key": "0" * 12, "blog": "https://blog.example/"}).encode()
    form_type = "application/x-www-form-urlencoded"
    return service.request("POST", "/1.1/verify-key", form, Content_Type=form_type, X_Forwarded_For=forwarded_for)


def test_a_guesser_behind_a_listed_proxy_is_slowed_down_and_nobody_else(tmp_path: Path) -> None:
    write_model(tmp_path / "models")
    with RunningService(tmp_path, HAMLET_WORKERS="1", HAMLET_TRUSTED_PROXIES="127.0.0.1") as service:
        statuses = [guess(service, f"9.9.9.{each}, 8.8.8.8").status for each in range(MOST_GUESSES + 1)]
        other = guess(service, "8.8.8.8, 8.8.4.4")

    assert statuses == [200] * MOST_GUESSES + [429]
    assert other.status == 200


def test_who_guesses_keys_of_the_api_is_told_when_to_come_again_and_to_hold(tmp_path: Path) -> None:
    write_model(tmp_path / "models")
    wrong = {
        "X_Api_Key": "hamlet_0123456789_" + "A" * 43,
        "X_Forwarded_For": "8.8.8.8",
        "Content_Type": "application/json",
    }
    with RunningService(tmp_path, HAMLET_WORKERS="1", HAMLET_TRUSTED_PROXIES="127.0.0.1") as service:
        answers = [service.request("POST", "/v1/comments", b"{}", **wrong) for _ in range(MOST_GUESSES + 1)]
        judged = service.moderate("Ann", "thanks to all of you")

    assert [answer.status for answer in answers] == [401] * MOST_GUESSES + [429]
    problem = json.loads(answers[-1].body)
    assert (problem["type"], problem["verdict"]) == ("/docs/problems#too-many-keys", "hold")
    assert 1 <= int(answers[-1].headers["retry-after"]) <= 90
    assert judged["verdict"] == "accept"


def test_without_a_listed_proxy_nobody_can_have_another_slowed_down(tmp_path: Path) -> None:
    write_model(tmp_path / "models")
    with RunningService(tmp_path, HAMLET_WORKERS="1") as service:
        statuses = {guess(service, "8.8.8.8").status for _ in range(MOST_GUESSES + 1)}

    assert statuses == {200}
