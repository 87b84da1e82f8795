"""
The JSON edge: a comment in, its decision out, and any decision again.
"""

from collections.abc import Mapping
from typing import Any, Protocol

from flask import Blueprint, Response, g, request
from uuid_utils import uuid7
from werkzeug.wsgi import get_content_length

from service import answer, batch, body, submission
from service.core.comment import Claim, Comment
from service.core.decision import Decision, Verdict
from service.core.labels import Given
from service.core.site import Site
from service.core.summary import summarise
from service.errors import BodyTooLarge, InvalidField, NotFound
from service.gate import Gate
from service.moderation import Outcome
from service.quota import headers_of

LONGEST_DECISION_ID = 64
COMMENTS = "/v1/comments"
Raw = tuple[int, list[tuple[str, str]], bytes]


class Moderates(Protocol):
    """
    Decides on comments, as `service.moderation.Moderation` does.
    """

    def moderate(self, site: Site, comment: Comment, claim: Claim | None = None) -> Outcome: ...


class Decisions(Protocol):
    """
    Finds a decision of one site again; raises StoreUnavailable when it cannot be read.
    """

    def find(self, site_id: int, decision_id: str) -> Decision | None: ...


class Labels(Protocol):
    """
    Finds what was said of a decided comment; raises StoreUnavailable when it cannot be read.
    """

    def of(self, site_id: int, decision_id: str) -> list[Given]: ...


def blueprint(moderation: Moderates, gate: Gate, decisions: Decisions, labels: Labels | None = None) -> Blueprint:
    """
    Return the routes under `/v1`. They leave `site`, `decision` and `replayed` in `flask.g` for log and metrics.
    """
    api = Blueprint("api", __name__)

    @api.post(COMMENTS)
    def moderate() -> Response:
        environ = request.environ
        site = _caller(gate, environ)
        comment, claim = _read(environ)
        outcome = moderation.moderate(site, comment, claim)
        g.decision, g.replayed = outcome.decision, outcome.replayed
        headers = headers_of(outcome.quota)
        if outcome.replayed:
            headers["Idempotent-Replayed"] = "true"
        return _answer(outcome.decision, headers)

    @api.post(batch.PATH)
    def begin_batch() -> Response:
        # The head of the answer; `service.batch` adds its lines, and gets each of them from `moderate`.
        _caller(gate, request.environ)
        _expect_batch(request.environ)
        return Response(headers={"Content-Type": batch.MEDIA_TYPES[0], "Cache-Control": "no-store"})

    @api.get("/v1/comments/<decision_id>")
    def find(decision_id: str) -> Response:
        site = _caller(gate, request.environ)
        decision = decisions.find(site.id, decision_id) if is_plausible(decision_id) else None
        if decision is None:
            raise NotFound("this site has no decision of this id")
        return _answer(decision, {}, labels.of(site.id, decision_id) if labels else None)

    return api


def is_plausible(decision_id: str) -> bool:
    """
    Tell whether a text can be a decision's id: PostgreSQL takes no NUL, and all of ours are short and plain.
    """
    return len(decision_id) <= LONGEST_DECISION_ID and decision_id.isascii() and decision_id.isprintable()


def late(environ: dict[str, Any]) -> Raw | None:
    """
    Return the answer for a comment that takes too long, as plain bytes; None for any other request, and for a body that
    did not arrive, which is an error and says what to do.
    """
    if environ["PATH_INFO"] != COMMENTS or not environ["wsgi.input"].getbuffer():
        return None
    why = ("time",)
    says = summarise(Verdict.HOLD, (), why)
    decision = Decision(str(uuid7()), Verdict.HOLD, None, None, (), says, degraded=why, recorded=False)
    return 200, [("content-type", "application/json"), ("cache-control", "no-store")], answer.to_body(decision)


# Headers are taken from the environment: through `request.headers` each costs a microsecond.


def _caller(gate: Gate, environ: dict[str, Any]) -> Site:
    site = gate.admit(environ.get("HTTP_AUTHORIZATION"), environ.get("HTTP_X_API_KEY"))
    g.site = site.name
    return site


def _read(environ: dict[str, Any]) -> tuple[Comment, Claim | None]:
    media_type = body.media_type(environ.get("CONTENT_TYPE", ""), environ.get("HTTP_CONTENT_ENCODING", ""))
    content = body.raw(environ)
    is_form = media_type == body.FORM
    fields = body.from_form(content) if is_form else body.from_json(content)
    comment = submission.to_comment(fields, is_form=is_form)
    return comment, submission.to_claim(comment, environ.get("HTTP_IDEMPOTENCY_KEY"))


def _expect_batch(environ: dict[str, Any]) -> None:
    encoding = environ.get("HTTP_CONTENT_ENCODING", "")
    body.media_type(environ.get("CONTENT_TYPE", ""), encoding, batch.MEDIA_TYPES)
    if (get_content_length(environ) or 0) > batch.LARGEST_BATCH:
        raise BodyTooLarge(f"a batch has at most {batch.LARGEST_BATCH} bytes; send the rest in another")
    if "HTTP_IDEMPOTENCY_KEY" in environ:
        raise InvalidField("a batch takes no `Idempotency-Key`; give each comment its `id`", field="Idempotency-Key")


def _answer(decision: Decision, headers: Mapping[str, str], labels: list[Given] | None = None) -> Response:
    fixed = {"Content-Type": "application/json", "Cache-Control": "no-store"}
    return Response(answer.to_body(decision, labels), headers={**fixed, **headers})
