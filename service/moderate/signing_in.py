"""
Signing in and out.
"""

from typing import cast

from flask import Blueprint, Response, g, redirect, render_template, request, url_for

from service.errors import SignInsBusy, WrongSignIn
from service.moderate.session import COOKIE, forget, remember
from service.signing_in import SigningIn


def install(pages: Blueprint, signing: SigningIn) -> None:
    """
    Add the form, and what happens to it.
    """

    @pages.get("/sign-in")
    def ask() -> Response:
        if g.moderator:
            return _to("moderate.show")
        return Response(render_template("moderate/sign_in.html", error="", name=""))

    @pages.post("/sign-in")
    def sign_in() -> Response:
        name = request.form.get("name", "").strip()
        try:
            token = signing.sign_in(name, request.form.get("password", ""))
        except (WrongSignIn, SignInsBusy) as error:
            return Response(render_template("moderate/sign_in.html", error=error.detail, name=name), error.status)
        response = _to("moderate.show")
        remember(response, token)
        return response

    @pages.post("/sign-out")
    def sign_out() -> Response:
        signing.sign_out(request.cookies[COOKIE])
        response = _to("moderate.ask")
        forget(response)
        return response


def _to(endpoint: str) -> Response:
    return cast("Response", redirect(url_for(endpoint), 303))
