"""
Every request accounted for: an id, the headers that browsers heed, the numbers and one line in the log.
"""

import logging
import random
import re
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol, Self

from flask import Flask, Response, g, request

from service import metrics
from service.core.decision import Decision
from service.trace_context import TraceContext
from service.wire import BEGAN, Environ, Headers

REQUEST_ID = "X-Request-Id"
# In the environment of a request: the account of its answer.
ANSWERED = "hamlet.answered"
_SANE_ID = re.compile("[!-~]{1,128}")
# A page that needs more says so itself.
_HEADERS = (
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"),
)

logger = logging.getLogger("hamlet.requests")


@dataclass(slots=True)
class Account:
    """
    One request, from its begin to its end. `edge` and `route` say who answered; the rest is what was answered, unless
    it was `abandoned`: what took too long got another answer, which has an account of its own.
    """

    request_id: str
    method: str
    began: float
    trace: TraceContext | None = None
    edge: str = "other"
    # The rule: a path may hold what somebody typed.
    route: str | None = None
    site: str | None = None
    decision: Decision | None = None
    replayed: bool = False
    status: int = 200
    # The code of what the answer says went wrong.
    problem: str | None = None
    seconds: float = 0.0
    abandoned: bool = False

    @classmethod
    def begin(cls, environ: Environ) -> Self:
        """
        Return the account of a request, which began when it was read from the wire, if that was noted.
        """
        given = environ.get("HTTP_X_REQUEST_ID", "")
        sane = given if _SANE_ID.fullmatch(given) else f"{random.getrandbits(128):032x}"
        environ["HTTP_X_REQUEST_ID"] = sane  # also of who answers it if this takes too long
        traceparent = environ.get("HTTP_TRACEPARENT")
        trace = TraceContext.read(traceparent) if traceparent else None
        return cls(sane, environ["REQUEST_METHOD"], environ.get(BEGAN) or time.perf_counter(), trace)

    def is_of_answer(self, environ: Environ) -> bool:
        """
        Tell whether a request gets the answer that this is the account of: the first that is ready, and asks.
        """
        return environ.setdefault(ANSWERED, self) is self

    def headers(self, given: Iterable[str] = ()) -> Headers:
        """
        Return the headers of its answer that are not given already.
        """
        traced = [("traceresponse", self.trace.answered)] if self.trace else []
        return [(REQUEST_ID, self.request_id), *traced, *(header for header in _HEADERS if header[0] not in given)]

    def line(self) -> dict[str, object]:
        """
        Return what the log says of it.
        """
        line: dict[str, object] = {
            "request_id": self.request_id,
            "trace_id": self.trace and self.trace.trace_id,
            "span_id": self.trace and self.trace.span_id,
            "edge": self.edge,
            "method": self.method,
            "route": self.route,
            "status": self.status,
            "problem": self.problem,
            "milliseconds": round(self.seconds * 1000, 2),
            "site": self.site,
        }
        if decision := self.decision:
            line |= {
                "verdict": decision.verdict.value,
                "score": decision.score if decision.score is None else round(decision.score, 4),
                "degraded": list(decision.degraded) or None,
                "replayed": self.replayed or None,
            }
        return line


class Tracing(Protocol):
    """
    Is told of each request when it has ended, and before the worker ends.
    """

    def record(self, account: Account) -> None: ...
    def close(self) -> None: ...


def close(
    accounts: Sequence[Account],
    environs: Sequence[Environ],
    *,
    is_breaker_open: Callable[[], bool],
    tracing: Tracing | None = None,
) -> None:
    """
    Count answers that are given together, log them and trace them. What was abandoned is logged as that, not counted.
    """
    ended = time.perf_counter()
    for each, environ in zip(accounts, environs, strict=True):
        each.seconds = ended - each.began
        each.abandoned = not each.is_of_answer(environ)
    answers = [each for each in accounts if not each.abandoned]
    metrics.count_answers(answers, is_breaker_open=is_breaker_open())
    if logger.isEnabledFor(logging.INFO):
        _log("request", answers)
        _log("abandoned", [each for each in accounts if each.abandoned])
    if tracing:
        for each in accounts:
            tracing.record(each)


def _log(event: str, accounts: Sequence[Account]) -> None:
    if accounts:
        logger.info(event, extra={"lines": [each.line() for each in accounts]})


def install(app: Flask, *, is_breaker_open: Callable[[], bool], tracing: Tracing | None = None) -> None:
    """
    Watch all requests of an application. Views say what they did in `g.site`, `g.decision` and `g.replayed`, and
    whoever answers with an error, in whatever words, in `g.problem`.
    """

    @app.before_request
    def begin() -> None:
        g.account = Account.begin(request.environ)
        g.request_id = g.account.request_id

    @app.after_request
    def finish(response: Response) -> Response:
        account: Account = g.account
        response.headers.extend(account.headers({name for name, _ in response.headers}))
        account.edge = request.blueprint or "other"
        account.route = request.url_rule.rule if request.url_rule else None
        account.site, account.decision, account.replayed = g.get("site"), g.get("decision"), g.get("replayed", False)
        account.status, account.problem = response.status_code, g.get("problem")
        close([account], [request.environ], is_breaker_open=is_breaker_open, tracing=tracing)
        return response
