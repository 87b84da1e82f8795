"""
The exact texts and headers that Akismet's clients compare with, and three verdicts told in two words.
"""

from uuid import UUID, uuid4

from flask import Response

from service.core.decision import Decision, Verdict
from service.core.site import AkismetHold
from service.wire import Environ, RawAnswer

GUID = "X-akismet-guid"
HELP = "X-akismet-debug-help"
ERROR = "X-akismet-error"
THANKS = "Thanks for making the web a better place."
# Where an admitted caller's site leaves its wish, for whoever must answer without it.
HOLD = "hamlet.akismet_hold"
# They put what comes with ERROR into a queue for moderators; the others do not read it, and would publish.
_WITH_A_QUEUE = ("WordPress/", "Discourse/")


def text(content: str, headers: dict[str, str] | None = None, *, media_type: str = "text/plain") -> Response:
    """
    Return bare text: clients compare every byte.
    """
    fixed = {"Content-Type": f"{media_type}; charset=utf-8", "Cache-Control": "no-store"}
    return Response(content, headers={**fixed, **(headers or {})})


def invalid(why: str) -> Response:
    """
    Return what a call is told that cannot be answered as it stands.
    """
    return text("invalid", {HELP: why})


def verdict(decision: Decision, environ: Environ) -> Response:
    """
    Return a decision as the client of this request understands it.
    """
    guid = guid_of(decision.id)
    if decision.answered is Verdict.HOLD:
        return held(environ, "held-for-review", guid)
    if decision.answered is Verdict.ACCEPT:
        return text("false", {GUID: guid})
    return text("true", {GUID: guid, "X-akismet-pro-tip": "discard"} if decision.discard else {GUID: guid})


def held(environ: Environ, why: str, guid: str) -> Response:
    """
    Return what makes the client of this request hold its comment, by its site's wish or by what the client can do.
    """
    body, headers = _held(environ, why, guid)
    return text(body, headers)


def late(environ: Environ, _: Decision) -> RawAnswer | None:
    """
    Return the answer for a check that takes too long, as plain bytes; None for any other request.
    """
    if not is_check(environ):
        return None
    body, headers = _held(environ, "unavailable", new_guid())
    fixed = [("content-type", "text/plain; charset=utf-8"), ("cache-control", "no-store")]
    return 200, [*fixed, *((name.lower(), value) for name, value in headers.items())], body.encode()


def is_check(environ: Environ) -> bool:
    """
    Tell whether a request asks for a verdict, by any of the addresses that it may use.
    """
    path: str = environ["PATH_INFO"]
    return path.endswith("/comment-check")


def guid_of(decision_id: str) -> str:
    """
    Return the id of a decision as clients keep it: 32 hexadecimal digits.

    >>> guid_of("019ab1c2-7d3e-7f00-8a51-0c6f2f9d4e11")
    '019ab1c27d3e7f008a510c6f2f9d4e11'
    """
    return decision_id.replace("-", "")


def decision_id(guid: str) -> str | None:
    """
    Return the id of the decision that a guid stands for; None if it is none of ours.

    >>> decision_id("019ab1c27d3e7f008a510c6f2f9d4e11"), decision_id("x")
    ('019ab1c2-7d3e-7f00-8a51-0c6f2f9d4e11', None)
    """
    try:
        return str(UUID(guid.strip()))
    except ValueError:
        return None


def new_guid() -> str:
    """
    Return a guid for an answer without a decision: WordPress heeds no answer that has none.
    """
    return uuid4().hex


def _held(environ: Environ, why: str, guid: str) -> tuple[str, dict[str, str]]:
    wish = environ.get(HOLD, AkismetHold.AUTO)
    has_queue = environ.get("HTTP_USER_AGENT", "").startswith(_WITH_A_QUEUE)
    if wish is AkismetHold.PENDING or (wish is AkismetHold.AUTO and has_queue):
        return "false", {GUID: guid, ERROR: why}
    return "true", {GUID: guid}
