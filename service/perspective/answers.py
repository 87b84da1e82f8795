"""
Scores and errors in the shapes that Google's services have.
"""

from typing import Any

from flask import Response
from pydantic_core import to_json

from service.core.decision import Decision
from service.errors import BodyTooLarge, HamletError, ModelUnavailable, Unauthorised
from service.perspective.requests import ATTRIBUTE, TEXT_ERRORS, TOO_LONG, Analysis, Asked

_NAMES = {400: "INVALID_ARGUMENT", 403: "PERMISSION_DENIED", 429: "RESOURCE_EXHAUSTED", 503: "UNAVAILABLE"}
# Every other error is of the argument.
_STATUS = {403: 403, 429: 429, 503: 503}
# What a list says by which rule; one that holds is sure of nothing.
_CERTAIN = {"allow_list": 0.0, "deny_list": 1.0}
_NO_KEY = "Please pass the site's key as ?key=KEY."
_WRONG_KEY = "API key not valid. Please pass a valid API key."
_RPC, _OWN = "type.googleapis.com/google.rpc.", "type.googleapis.com/google.commentanalyzer.v1alpha1."


def scored(asked: Analysis, decision: Decision) -> Response:
    """
    Return the score of a decision: certainty where the site's own lists let the comment through or turned it away,
    whatever a model says, else the probability of spam.

    Raises:
        ModelUnavailable: there was no model to score it.
    """
    certain = (_CERTAIN[reason.rule] for reason in decision.reasons if reason.rule in _CERTAIN)
    value = next(certain, decision.score)
    if value is None:
        raise ModelUnavailable("there is no model to score the comment; ask again later")
    answer: dict[str, Any] = {}
    if value >= asked.threshold:
        score = {"value": value, "type": "PROBABILITY"}
        answer["attributeScores"] = {ATTRIBUTE: {"summaryScore": score}}
        if asked.wants_spans:
            # The reasons are words all over the text, and no part of it has a probability of its own.
            spans = [{"begin": 0, "end": len(asked.text), "score": score}]
            answer["attributeScores"][ATTRIBUTE]["spanScores"] = spans
    return _json(200, {**answer, "languages": asked.languages, **_token(asked)})


def thanks(asked: Asked) -> Response:
    return _json(200, {"requestedLanguages": asked.languages, **_token(asked)})


def refusal(error: HamletError, *, has_key: bool) -> Response:
    """
    Return an error; it repeats nothing of the comment.
    """
    status, message, details = _STATUS.get(error.status, 400), error.detail, list[dict[str, Any]]()
    if isinstance(error, Unauthorised):
        # As Google does: a wrong key is a wrong argument.
        status, message = (400, _WRONG_KEY) if has_key else (403, _NO_KEY)
        reason = "API_KEY_INVALID" if has_key else "API_KEY_MISSING"
        details.append({"@type": f"{_RPC}ErrorInfo", "reason": reason})
    elif isinstance(error, BodyTooLarge) or error.field in TEXT_ERRORS:
        details.append({"@type": f"{_OWN}Error", "errorType": error.field or TOO_LONG})
    elif error.field:
        violation = {"field": error.field, "description": message}
        details.append({"@type": f"{_RPC}BadRequest", "fieldViolations": [violation]})
    answer = {"code": status, "message": message, "status": _NAMES[status], "details": details}
    return _json(status, {"error": answer})


def _token(asked: Asked) -> dict[str, str]:
    return {} if asked.client_token is None else {"clientToken": asked.client_token}


def _json(status: int, answer: object) -> Response:
    headers = {"Content-Type": "application/json; charset=UTF-8", "Cache-Control": "no-store"}
    return Response(to_json(answer), status, headers)
