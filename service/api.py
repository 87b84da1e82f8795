"""
The JSON edge: a comment in, its decision out, and any decision again.
"""

from collections.abc import Mapping
from typing import Any, Protocol

from flask import Blueprint, Response, g, request

from service import answer, body, submission
from service.core.comment import Claim, Comment
from service.core.decision import Decision
from service.core.site import Site
from service.errors import NotFound
from service.gate import Gate
from service.moderation import Outcome
from service.quota import headers_of

LONGEST_DECISION_ID = 64


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


def blueprint(moderation: Moderates, gate: Gate, decisions: Decisions) -> Blueprint:
    """
    Return the routes under `/v1`. They leave `site`, `decision` and `replayed` in `flask.g` for log and metrics.
    """
    api = Blueprint("api", __name__)

    @api.post("/v1/comments")
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

    @api.get("/v1/comments/<decision_id>")
    def find(decision_id: str) -> Response:
        site = _caller(gate, request.environ)
        # PostgreSQL takes no NUL, and no id of ours is anything but short and plain.
        is_plausible = len(decision_id) <= LONGEST_DECISION_ID and decision_id.isascii() and decision_id.isprintable()
        decision = decisions.find(site.id, decision_id) if is_plausible else None
        if decision is None:
            raise NotFound("this site has no decision of this id")
        return _answer(decision, {})

    return api


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


def _answer(decision: Decision, headers: Mapping[str, str]) -> Response:
    fixed = {"Content-Type": "application/json", "Cache-Control": "no-store"}
    return Response(answer.to_body(decision), headers={**fixed, **headers})
