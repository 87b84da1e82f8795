"""
Every request accounted for: an id, the headers that browsers heed, the numbers and one line in the log.
"""

import logging
import re
import secrets
import time
from collections.abc import Callable

from flask import Flask, Response, g, request

from service import metrics
from service.core.decision import Decision

REQUEST_ID = "X-Request-Id"
_SANE_ID = re.compile("[!-~]{1,128}")
# A page that needs more says so itself.
_HEADERS = (
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"),
)

logger = logging.getLogger("hamlet.requests")


def install(app: Flask, *, is_breaker_open: Callable[[], bool]) -> None:
    """
    Watch all requests of an application. Views say what they did in `g.site`, `g.decision` and `g.replayed`.
    """

    @app.before_request
    def begin() -> None:
        g.began = time.perf_counter()
        given = request.environ.get("HTTP_X_REQUEST_ID", "")
        g.request_id = given if _SANE_ID.fullmatch(given) else secrets.token_hex(16)

    @app.after_request
    def finish(response: Response) -> Response:
        seconds = time.perf_counter() - g.began
        headers = response.headers
        given = {name for name, _ in headers}
        headers.extend([(REQUEST_ID, g.request_id), *(header for header in _HEADERS if header[0] not in given)])
        edge = request.blueprint or "other"
        is_problem = response.mimetype == "application/problem+json"
        decision: Decision | None = g.get("decision")
        metrics.count_request(edge, response.status_code, seconds, decision, is_problem=is_problem)
        replayed: bool = g.get("replayed", False)
        if decision:
            metrics.count_decision(edge, decision, is_replayed=replayed, is_breaker_open=is_breaker_open())
        if logger.isEnabledFor(logging.INFO):
            logger.info("request", extra=_line(edge, response.status_code, seconds, decision, replayed))
        return response


def _line(edge: str, status: int, seconds: float, decision: Decision | None, replayed: bool) -> dict[str, object]:
    line: dict[str, object] = {
        "request_id": g.request_id,
        "edge": edge,
        "method": request.method,
        # The rule: a path may hold what somebody typed.
        "route": request.url_rule.rule if request.url_rule else None,
        "status": status,
        "milliseconds": round(seconds * 1000, 2),
        "site": g.get("site"),
    }
    if decision:
        line |= {
            "verdict": decision.verdict.value,
            "score": decision.score if decision.score is None else round(decision.score, 4),
            "degraded": list(decision.degraded) or None,
            "replayed": replayed or None,
        }
    return line
