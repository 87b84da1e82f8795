"""
Signing in by an OpenID provider: a real one of our own, on loopback.
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, build_opener

import pytest
from flask import Flask
from flask.testing import FlaskClient
from joserfc.jwk import ECKey
from openid_provider import CLIENT_ID, CLIENT_SECRET, OpenIdProvider
from werkzeug.test import TestResponse

from service import moderate
from service.api import openapi, problems
from service.config import Settings, SettingsError
from service.core.moderator import Moderator
from service.errors import WrongSignIn
from service.moderate import oidc
from service.moderate.sign_in_form import Provider


@dataclass
class FakeSigning:
    """
    Knows Anna, and that somebody vouched for her.
    """

    vouched_for: list[str] = field(default_factory=list)

    def vouched(self, name: str) -> str:
        if name != "Anna":
            raise WrongSignIn(f"there is no account for {name!r}")
        self.vouched_for.append(name)
        return "token"

    def moderator(self, token: str) -> Moderator | None:
        return None


@dataclass
class Desk:
    """
    A browser in front of the sign-in, and the provider beside it.
    """

    provider: OpenIdProvider
    claim: str = "preferred_username"
    signing: FakeSigning = field(default_factory=FakeSigning)

    def open(self) -> FlaskClient:
        app = Flask(__name__, static_folder=None)
        problems.install(app)
        app.register_blueprint(openapi.blueprint())
        signing: Any = self.signing
        unused: Any = None
        provider = Provider(self.provider.issuer, CLIENT_ID, CLIENT_SECRET, self.claim, b"secret")
        app.register_blueprint(
            moderate.blueprint(moderate.Parts(signing, unused, unused, unused, unused, unused, provider))
        )
        return app.test_client()

    def sign_in(self) -> TestResponse:
        browser = self.open()
        return browser.get(self.way_back(browser.get("/moderate/oidc")))

    def way_back(self, asked: TestResponse) -> str:
        """
        Return where the provider sends a browser that was sent to it.
        """
        assert asked.status_code == 302, asked.text
        back = urlsplit(where(asked.location))
        return f"{back.path}?{back.query}"


class _Stay(HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        return None


def where(address: str) -> str:
    """
    Return where an address redirects to.
    """
    try:
        build_opener(_Stay).open(address)
    except HTTPError as error:
        with error:
            return str(error.headers["Location"])
    raise AssertionError(address)


@pytest.fixture
def desk() -> Iterator[Desk]:
    with OpenIdProvider() as provider:
        yield Desk(provider)


def test_whoever_the_provider_vouches_for_gets_a_session_of_the_account_of_that_name(desk: Desk) -> None:
    answer = desk.sign_in()

    assert (answer.status_code, answer.location) == (303, "/moderate/")
    assert "hamlet_session=token;" in str(answer.headers.getlist("Set-Cookie"))
    assert desk.signing.vouched_for == ["Anna"]


def test_the_form_leads_to_the_provider_by_its_name(desk: Desk) -> None:
    text = desk.open().get("/moderate/sign-in").text

    assert f"sign in by {urlsplit(desk.provider.issuer).netloc}</a>" in text
    assert 'href="/moderate/oidc?next=/moderate/"' in text


def test_whoever_signs_in_by_the_provider_goes_on_where_they_were_at_the_second_try_too(desk: Desk) -> None:
    browser = desk.open()
    asked = browser.get("/moderate/oidc?next=/moderate/stats?site=3")
    desk.provider.answer = {"error": "access_denied"}
    refused = browser.get(desk.way_back(asked))
    assert 'href="/moderate/oidc?next=/moderate/stats?site%3D3"' in refused.text
    desk.provider.answer = {}

    answer = browser.get(desk.way_back(browser.get("/moderate/oidc?next=/moderate/stats?site%3D3")))

    assert answer.location == "/moderate/stats?site=3"
    assert desk.sign_in().location == "/moderate/"


def test_an_account_is_never_made_by_the_provider(desk: Desk) -> None:
    desk.provider.person = {"preferred_username": "Mallory"}

    answer = desk.sign_in()

    assert answer.status_code == 403
    assert "there is no account for &#39;Mallory&#39;" in answer.text
    assert "hamlet_session" not in str(answer.headers.getlist("Set-Cookie"))


@pytest.mark.parametrize(
    "said",
    [
        {"iss": "https://other.example"},
        {"aud": "x"},
        {"nonce": "other"},
        {"nonce": None},
        {"exp": 1},
        {"sub": None},
    ],
    ids=["issuer", "audience", "nonce", "no nonce", "expired", "nobody"],
)
def test_what_was_said_to_somebody_else_or_before_is_not_believed(desk: Desk, said: dict[str, Any]) -> None:
    desk.provider.said = said

    answer = desk.sign_in()

    assert (answer.status_code, desk.signing.vouched_for) == (403, [])
    assert "the provider did not confirm who you are" in answer.text


def test_what_another_key_signed_is_not_believed(desk: Desk) -> None:
    desk.provider.key = ECKey.generate_key("P-256")

    assert (desk.sign_in().status_code, desk.signing.vouched_for) == (403, [])


def test_what_nobody_signed_is_not_believed_though_the_provider_would(desk: Desk) -> None:
    desk.provider.header = {"alg": "none"}

    assert (desk.sign_in().status_code, desk.signing.vouched_for) == (403, [])


def test_the_way_back_is_open_only_to_the_browser_that_went(desk: Desk) -> None:
    back = desk.way_back(desk.open().get("/moderate/oidc"))

    answer = desk.open().get(back)

    assert (answer.status_code, desk.signing.vouched_for) == (403, [])


def test_a_way_back_is_gone_once(desk: Desk) -> None:
    browser = desk.open()
    back = desk.way_back(browser.get("/moderate/oidc"))

    assert [browser.get(back).status_code for _ in range(2)] == [303, 403]


def test_an_address_that_the_provider_has_not_verified_is_nobodys(desk: Desk) -> None:
    desk.claim = "email"
    desk.provider.person = {"email": "Anna", "email_verified": False}

    assert "has not verified your e-mail address" in desk.sign_in().text

    desk.provider.person = {"email": "Anna", "email_verified": True}
    assert desk.sign_in().status_code == 303


@pytest.mark.parametrize("person", [{}, {"preferred_username": ""}, {"preferred_username": ["Anna"]}])
def test_a_provider_that_does_not_say_the_name_is_told_of(desk: Desk, person: dict[str, Any]) -> None:
    desk.provider.person = person

    assert "does not say your `preferred_username`" in desk.sign_in().text


def test_whoever_the_provider_refuses_gets_the_form_and_nothing_of_the_address(desk: Desk) -> None:
    desk.provider.answer = {"error": "access_denied", "error_description": "call +1 202 555 0143"}

    answer = desk.sign_in()

    assert answer.status_code == 403
    assert "555" not in answer.text


def test_a_provider_that_is_none_leaves_the_password(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    desk.provider.is_broken = True

    with caplog.at_level(logging.WARNING, logger="hamlet.oidc"):
        answer = desk.open().get("/moderate/oidc")

    assert answer.status_code == 503
    assert "use a password" in answer.text
    assert len(caplog.records) == 1


@pytest.mark.parametrize("path", ["/.well-known/openid-configuration", "/token", "/keys"])
@pytest.mark.parametrize(
    "said", ["null", '{"keys": 7, "authorization_endpoint": 7, "access_token": 7, "id_token": null}']
)
def test_a_provider_that_says_something_else_than_expected_is_no_error_of_ours(
    desk: Desk, path: str, said: str
) -> None:
    desk.provider.instead = {path: said}
    browser = desk.open()

    answer = browser.get("/moderate/oidc")
    if answer.status_code == 302:
        answer = browser.get(desk.way_back(answer))

    assert answer.status_code in (403, 503)
    assert desk.signing.vouched_for == []


def test_one_sign_in_at_a_time_asks_the_provider(desk: Desk) -> None:
    with oidc._turn:
        answer = desk.open().get("/moderate/oidc")

    assert answer.status_code == 429


def test_behind_https_the_way_back_and_the_cookie_are_for_https(desk: Desk) -> None:
    asked = desk.open().get("/moderate/oidc", base_url="https://localhost")

    assert "redirect_uri=https%3A%2F%2Flocalhost%2Fmoderate%2Foidc%2Fback" in asked.location
    (cookie,) = asked.headers.getlist("Set-Cookie")
    assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/moderate/oidc"} <= set(cookie.split("; "))


def test_without_a_provider_there_is_no_way_to_one() -> None:
    app = Flask(__name__, static_folder=None)
    app.register_blueprint(openapi.blueprint())
    signing: Any = FakeSigning()
    unused: Any = None
    app.register_blueprint(moderate.blueprint(moderate.Parts(signing, unused, unused, unused, unused, unused)))

    assert app.test_client().get("/moderate/oidc").status_code == 404
    assert "sign in by" not in app.test_client().get("/moderate/sign-in").text


def test_an_issuer_needs_a_client_and_its_secret() -> None:
    issuer = {"HAMLET_OIDC_ISSUER": "https://id.example"}

    with pytest.raises(SettingsError, match="HAMLET_OIDC_ISSUER needs HAMLET_OIDC_CLIENT_ID"):
        Settings.from_environment(issuer)
    with pytest.raises(SettingsError, match="HAMLET_OIDC_ISSUER needs HAMLET_OIDC_CLIENT_SECRET"):
        Settings.from_environment(issuer | {"HAMLET_OIDC_CLIENT_ID": "hamlet"})


@pytest.mark.parametrize("issuer", ["http://id.example", "http://localhost.example/", "id.example", "ftp://id.example"])
def test_a_provider_is_asked_by_https_or_on_this_machine(issuer: str) -> None:
    with pytest.raises(SettingsError, match="HAMLET_OIDC_ISSUER cannot be"):
        Settings.from_environment({"HAMLET_OIDC_ISSUER": issuer})
