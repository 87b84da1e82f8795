"""
Who asks for a page: the session's cookie, and the proof that a form was sent from our own page.
"""

from typing import Any

from flask import Blueprint, Response, g, redirect, render_template, request, url_for

from service.api import body, problems
from service.core.moderator import Moderator, Role
from service.errors import CrossSite, HamletError, NotFound
from service.moderate.returning import page_before
from service.signing_in import LONGEST, SigningIn

COOKIE = "hamlet_session"
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
# Endpoints that are there for whoever is not signed in.
_OPEN = frozenset(
    {f"moderate.{name}" for name in ("static", "ask", "sign_in", "sign_out", "to_provider", "from_provider")}
)


def install(pages: Blueprint, signing: SigningIn, role: Role | None = None) -> None:
    """
    Let only those past who are signed in, and who have the role that is asked for, if one is; a role that only a newer
    Hamlet knows opens nothing. Send browsers the headers that they must heed, and show errors as pages.
    """

    @pages.before_request
    def check() -> Any:
        if request.method == "POST" and not _is_from_here():
            raise CrossSite("this form was not sent from a page of this address; open the page again and repeat it")
        body.raw(request.environ)  # a form that did not come whole does nothing
        token = request.cookies.get(COOKIE, "")
        g.moderator = signing.moderator(token) if token and request.endpoint != "moderate.static" else None
        if g.moderator and g.moderator.role is None and request.endpoint not in _OPEN:
            raise NotFound(
                "there is nothing here for you: only a newer Hamlet knows the role of your account; "
                "`hamlet moderators list` shows it"
            )
        if g.moderator and role not in (None, g.moderator.role):
            raise NotFound("there is nothing here for you; an account of the role admin may see it")
        if g.moderator or request.endpoint in _OPEN:
            return None
        # Who only looks asked for nothing that was not done; who decides after signing out in another tab did.
        is_lost = request.method == "POST"
        form = url_for("moderate.ask", ended=1 if is_lost else None, next=page_before())
        if "HX-Request" in request.headers:
            # A whole page, not the part that was asked for.
            return Response("", 401, {"HX-Redirect": form})
        return redirect(form, 303)

    @pages.after_request
    def protect(response: Response) -> Response:
        if request.endpoint != "moderate.static":
            response.headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
            response.headers["Cache-Control"] = "no-store"
            # With `no-referrer` browsers tell our own forms' origin as null.
            response.headers["Referrer-Policy"] = "same-origin"
        return response

    @pages.errorhandler(HamletError)
    def failed(error: HamletError) -> Response:
        # To a form that was sent, not to what cannot be shown.
        back = page_before() if request.method == "POST" else None
        page = render_template("moderate/error.html", error=error, back=back, moderator=g.get("moderator"))
        return refusal(error, page)


def refusal(error: HamletError, page: str) -> Response:
    """
    Return a page that tells of an error, which is counted, with when to come again.
    """
    return Response(page, error.status, problems.account(error))


def moderator() -> Moderator:
    who: Moderator = g.moderator
    return who


def page_of(template: str, **values: object) -> Response:
    """
    Return a page, or a part of one, for whoever is signed in.
    """
    return Response(render_template(template, moderator=moderator(), **values))


def remember(response: Response, token: str) -> None:
    """
    Have the browser keep a session: out of reach of scripts, and of other sites' forms.
    """
    response.set_cookie(COOKIE, token, max_age=LONGEST, secure=request.is_secure, httponly=True, samesite="Lax")


def forget(response: Response) -> None:
    response.delete_cookie(COOKIE)


def _is_from_here() -> bool:
    # What browsers send with every form and no page can forge (W3C, Fetch Metadata Request Headers); older ones, and
    # all where neither TLS nor loopback protects the way, the origin alone. A token in each form would prove no more.
    site = request.headers.get("Sec-Fetch-Site")
    if site:
        return site == "same-origin"
    return request.headers.get("Origin", "").partition("://")[2] == request.host
