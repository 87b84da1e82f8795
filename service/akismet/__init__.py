"""
An edge that Akismet's clients can be pointed at: bare texts under `/1.1`, and three verdicts through a protocol of two.

`keys` finds the site, `fields` and `comments` read, `checks` and `accounts` are the calls, `answers` the exact bytes.
"""

import logging
from collections.abc import Callable
from functools import partial

from flask import Blueprint, Response, g, request

from service.akismet import accounts, answers, checks
from service.akismet.fields import Fields, parse
from service.akismet.keys import key_of
from service.akismet.parts import Call, Parts
from service.api import body, problems
from service.core.labels import Label
from service.errors import (
    BadRequest,
    BodyTooLarge,
    BodyTooSlow,
    HamletError,
    InvalidField,
    MissingScope,
    QuotaExceeded,
    TooManyKeys,
    Unauthorised,
)

# Clients that make a host of their key can be given an address for a key: it ends up as a part of the path.
PLACES = ("", "/k/<key>", "/k/<key>/<_host>")
VERSIONS = ("", "/1.1", "/1.2")

Answers = Callable[[Call, Parts], Response]

CALLS: dict[str, Answers] = {
    "verify-key": lambda *_: answers.text("valid"),
    "deactivate": lambda *_: answers.text("deactivated"),  # the client's plugin, not the site
    "comment-check": checks.check,
    **{f"submit-{label}": partial(checks.submit, label=label) for label in Label},
    "usage-limit": accounts.usage_limit,
    "key-sites": accounts.key_sites,
    "get-stats": accounts.stats,
    "get-key-stats": accounts.stats,
    "get-subscription": accounts.subscription,
    "token": accounts.token,
}

logger = logging.getLogger("hamlet.akismet")


def blueprint(parts: Parts) -> Blueprint:
    """
    Return all calls, each under `/1.1`, `/1.2` and neither, and after `/k/<key>` and `/k/<key>/<any host>`.
    """
    akismet = Blueprint("akismet", __name__)
    for name, call in CALLS.items():
        view = partial(_answer_or_hold if name == "comment-check" else _answer, parts, call)
        for place in PLACES:
            for version in VERSIONS:
                akismet.add_url_rule(f"{place}{version}/{name}", name, view, methods=["GET", "POST"])

    @akismet.errorhandler(Unauthorised)
    @akismet.errorhandler(MissingScope)
    @akismet.errorhandler(InvalidField)
    @akismet.errorhandler(BadRequest)
    @akismet.errorhandler(BodyTooLarge)
    @akismet.errorhandler(BodyTooSlow)
    def refuse(error: HamletError) -> Response:
        g.problem = error.code
        return answers.invalid(error.detail)

    @akismet.after_app_request
    def give_guid(response: Response) -> Response:
        # To errors of every kind too, a wrong method or address included: see `answers.new_guid`.
        if answers.is_check(request.environ) and answers.GUID not in response.headers:
            response.headers[answers.GUID] = answers.new_guid()
        return response

    return akismet


def _answer(parts: Parts, call: Answers, key: str | None = None, _host: str | None = None) -> Response:
    environ = request.environ
    fields = _read()
    key = key_of(fields, key, environ.get("HTTP_HOST", ""))
    site = parts.keyring.admit(key, environ.get("REMOTE_ADDR", ""))
    g.site, environ[answers.HOLD] = site.name, site.akismet_hold
    return call(Call(site, fields, environ, key), parts)


def _answer_or_hold(parts: Parts, call: Answers, **place: str) -> Response:
    """
    Return an answer, or have the comment held: most clients publish what they get no verdict on.
    """
    try:
        return _answer(parts, call, **place)
    except (Unauthorised, MissingScope, InvalidField, QuotaExceeded, TooManyKeys):
        raise  # the caller's own affair
    except HamletError as error:
        g.problem = error.code
        logger.warning("a check was answered with hold: %s", error.code)
    except Exception as error:
        g.problem = problems.PLAIN
        logger.error("unexpected error", exc_info=error, extra={"request_id": g.get("request_id")})
    return answers.held(request.environ, "unavailable", answers.new_guid())


def _read() -> Fields:
    # Whatever its type is said to be: one client says "charset=utf-8" and no more.
    environ = request.environ
    content = body.raw(environ) if request.method == "POST" else environ["QUERY_STRING"].encode("latin-1")
    return parse(content)
