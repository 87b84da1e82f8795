"""
Every error as a problem document (RFC 9457), translated here and nowhere else.

`type` is a reference to this installation's own page of problems: Hamlet has no domain of its own, the page explains
each type where the caller met it, and the RFC allows relative references with a full path (section 3.1.1).
"""

import logging
import random
from collections.abc import Callable
from math import ceil
from typing import Any, Literal

from flask import Flask, Response, current_app, g, request
from pydantic import BaseModel, Field
from pydantic_core import to_json
from werkzeug.exceptions import HTTPException
from werkzeug.sansio.response import Response as AnyResponse

from service.api.quota import HOUR_SECONDS, headers_of
from service.errors import (
    HamletError,
    InvalidField,
    LabelsExceeded,
    NotFound,
    QuotaExceeded,
    Unauthorised,
    UnsupportedMediaType,
)
from service.wire import RawAnswer

PAGE = "/docs/problems"
MEDIA_TYPE = "application/problem+json"
# On these a CMS may act on the answer alone, so even an error says what to do with the comment.
VERDICTS = ("/v1/comments", "/v1/batch")
RETRY_AFTER_SECONDS = 5
# Under which code those are counted whose type is about:blank.
PLAIN = "plain"
# Among the extensions of an application: what spreads the callers that are told to come back.
_CHANCE = "hamlet.chance"
_UNEXPECTED = {
    "type": "about:blank",
    "title": "Internal Server Error",
    "status": 500,
    "detail": "something unexpected went wrong; it was logged",
}

logger = logging.getLogger("hamlet.problems")


class FieldProblem(BaseModel):
    """
    What is wrong with one field. The value is never repeated.
    """

    field: str
    detail: str


class Problem(BaseModel):
    """
    An error, as in RFC 9457.
    """

    type: str = Field(description="Stable; the address of its explanation, or about:blank for a plain HTTP error.")
    title: str
    status: int
    detail: str
    field: str | None = Field(None, description="The first field that is wrong.")
    errors: list[FieldProblem] | None = Field(None, description="Every field that is wrong, up to 20.")
    request_id: str | None = Field(None, description="Under which the log has this request.")
    verdict: Literal["hold"] | None = Field(None, description="What to do with the comment, on the comment endpoints.")


def install(app: Flask, *, chance: Callable[[], float] = random.random) -> None:
    """
    Answer every error of an application with a problem document, where an edge has no words of its own for it.

    Args:
        app: The application.
        chance: From 0 to 1; spreads the callers that are told to come back, by whichever edge.
    """
    app.extensions[_CHANCE] = chance

    @app.errorhandler(Exception)
    def failed(error: Exception) -> Response:
        g.problem = code_of(error)
        return _response(of(error, request.path, g.get("request_id"), chance()))

    @app.errorhandler(HTTPException)
    def of_http(error: HTTPException) -> AnyResponse:
        status = error.code or 500
        if error.response is not None or status < 400:
            return error.get_response()
        if status == 404:
            return failed(NotFound("there is nothing at this address"))
        g.problem = PLAIN
        document = {"type": "about:blank", "title": error.name, "status": status, "detail": _plain_detail(status)}
        response = _response(_problem(document, request.path, g.get("request_id")))
        response.headers.extend(header for header in error.get_headers() if header[0] != "Content-Type")
        return response


def account(error: HamletError) -> dict[str, str]:
    """
    Have an error counted that is answered in an edge's own words; return the headers that say when to come back.
    """
    g.problem = error.code
    return _wait(error, current_app.extensions[_CHANCE]())


def code_of(error: Exception) -> str:
    """
    Return under which code an error is counted.
    """
    return error.code if isinstance(error, HamletError) else PLAIN


def of(error: Exception, path: str, request_id: str | None, chance: float) -> RawAnswer:
    """
    Return what to answer instead of what failed, and log what nobody expected.

    Args:
        error: What was raised.
        path: Of the request.
        request_id: Under which the log has the request.
        chance: From 0 to 1; spreads the callers that are told to come back.
    """
    if not isinstance(error, HamletError):
        # `logs` writes where it happened and never the message, which may quote a comment.
        logger.error("unexpected error", exc_info=error, extra={"request_id": request_id})
        return _problem(_UNEXPECTED, path, request_id)
    head = {"type": f"{PAGE}#{error.code}", "title": error.title, "status": error.status, "detail": error.detail}
    status, headers, body = _problem({**head, **_extensions(error)}, path, request_id)
    headers += (_headers(error) | _wait(error, chance)).items()
    return status, headers, body


def _problem(document: dict[str, Any], path: str, request_id: str | None) -> RawAnswer:
    named = {} if request_id is None else {"request_id": request_id}
    says = {"verdict": "hold"} if path.startswith(VERDICTS) else {}
    headers = [("Content-Type", MEDIA_TYPE), ("Cache-Control", "no-store")]
    return document["status"], headers, to_json({**document, **named, **says})


def _response(raw: RawAnswer) -> Response:
    status, headers, body = raw
    return Response(body, status, headers)


def _extensions(error: HamletError) -> dict[str, Any]:
    extensions: dict[str, Any] = {"field": error.field} if error.field else {}
    if isinstance(error, InvalidField):
        extensions["errors"] = [{"field": field, "detail": detail} for field, detail in error.errors]
    return extensions


def _headers(error: HamletError) -> dict[str, str]:
    if isinstance(error, Unauthorised):
        return {"WWW-Authenticate": 'Bearer realm="hamlet"'}
    if isinstance(error, UnsupportedMediaType):
        return {"Accept": ", ".join(error.accepted), "Accept-Encoding": "identity"}
    if isinstance(error, LabelsExceeded):
        return headers_of(error.quota, "labels", HOUR_SECONDS)
    return headers_of(error.quota) if isinstance(error, QuotaExceeded) else {}


def _wait(error: HamletError, chance: float) -> dict[str, str]:
    seconds = RETRY_AFTER_SECONDS if error.retry_after is None and error.status == 503 else error.retry_after
    return {} if seconds is None else {"Retry-After": str(ceil(seconds * (1 + chance / 2)))}


def _plain_detail(status: int) -> str:
    # Werkzeug's own descriptions are for people in front of a browser.
    return "this address does not take this method; see Allow" if status == 405 else "the request cannot be answered"
