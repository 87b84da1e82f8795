"""
The JSON edge: any decision again, and the begin of a batch.
"""

from typing import Protocol

from flask import Blueprint, Response, request
from werkzeug.wsgi import get_content_length

from service.api import batch, body
from service.api.answer import as_json, label_answer
from service.api.asking import caller, is_plausible
from service.api.comments import PATH as COMMENTS
from service.core.decision import Decision
from service.core.labels import Given
from service.errors import BodyTooLarge, InvalidField, NotFound
from service.gate import Gate
from service.wire import Environ


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


def blueprint(gate: Gate, decisions: Decisions, labels: Labels | None = None) -> Blueprint:
    """
    Return the routes of comments under `/v1`.
    """
    api = Blueprint("api", __name__)

    # Without a view: `bridge` has these answered past Flask, which says only that it takes no other method.
    api.add_url_rule(COMMENTS, "moderate", methods=["POST"])

    @api.post(batch.PATH)
    def begin_batch() -> Response:
        # The head of the answer; `service.api.batch` adds its lines, and gets each of them from `comments`.
        caller(gate)
        _expect_batch(request.environ)
        return Response(headers={"Content-Type": batch.MEDIA_TYPES[0], "Cache-Control": "no-store"})

    @api.get("/v1/comments/<decision_id>")
    def find(decision_id: str) -> Response:
        site = caller(gate)
        decision = decisions.find(site.id, decision_id) if is_plausible(decision_id) else None
        if decision is None:
            raise NotFound("this site has no decision of this id")
        said = {"labels": [label_answer(given) for given in labels.of(site.id, decision_id)]} if labels else {}
        return as_json({**decision.told, **said})

    return api


def _expect_batch(environ: Environ) -> None:
    encoding = environ.get("HTTP_CONTENT_ENCODING", "")
    body.media_type(environ.get("CONTENT_TYPE", ""), encoding, batch.MEDIA_TYPES)
    if (get_content_length(environ) or 0) > batch.LARGEST_BATCH:
        raise BodyTooLarge(f"a batch has at most {batch.LARGEST_BATCH} bytes; send the rest in another")
    if "HTTP_IDEMPOTENCY_KEY" in environ:
        raise InvalidField("a batch takes no `Idempotency-Key`; give each comment its `id`", field="Idempotency-Key")
