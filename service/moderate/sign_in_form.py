"""
Signing in and out.
"""

from dataclasses import dataclass
from typing import cast
from urllib.parse import urlsplit

from flask import Blueprint, Response, g, redirect, render_template, request, url_for

from service.errors import HamletError, WrongSignIn
from service.guesses import Guesses
from service.moderate.returning import own_page
from service.moderate.session import COOKIE, forget, refusal, remember
from service.signing_in import SigningIn

_ENDED = "your session has ended, and what you asked for last was not done: sign in again"


@dataclass(frozen=True, slots=True)
class Provider:
    """
    An OpenID provider that says who somebody is: their account is the one whose name is the claim's value. `secret` is
    Hamlet's own.
    """

    issuer: str
    client_id: str
    client_secret: str
    claim: str
    secret: bytes

    @property
    def host(self) -> str:
        """
        What people know it by.
        """
        return urlsplit(self.issuer).netloc


def install(pages: Blueprint, signing: SigningIn, provider: Provider | None) -> None:
    @pages.get("/sign-in")
    def ask() -> Response:
        back = own_page(request.args.get("next", ""))
        if g.moderator:
            return _to(back)
        error = _ENDED if "ended" in request.args else ""
        return Response(render_template("moderate/sign_in.html", error=error, name="", back=back, provider=provider))

    # A hash takes more processor time than a hundred comments.
    guesses = Guesses()

    @pages.post("/sign-in")
    def sign_in() -> Response:
        name, address = request.form.get("name", "").strip(), request.environ.get("REMOTE_ADDR", "")
        back = own_page(request.form.get("next", ""))
        try:
            guesses.check(address)
            return let_in(signing.sign_in(name, request.form.get("password", "")), back)
        except HamletError as error:
            if isinstance(error, WrongSignIn):
                guesses.count(address)
            return refused(error, provider, back, name)

    @pages.post("/sign-out")
    def sign_out() -> Response:
        signing.sign_out(request.cookies.get(COOKIE, ""))
        response = _to(url_for("moderate.ask"))
        forget(response)
        return response


def let_in(token: str, back: str) -> Response:
    """
    Return the way to a page, with a session.
    """
    response = _to(back)
    remember(response, token)
    return response


def refused(error: HamletError, provider: Provider | None, back: str, name: str = "") -> Response:
    """
    Return the form again, with what went wrong.
    """
    page = render_template("moderate/sign_in.html", error=error.detail, name=name, back=back, provider=provider)
    return refusal(error, page)


def _to(page: str) -> Response:
    return cast("Response", redirect(page, 303))
