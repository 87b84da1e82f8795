"""
`POST /v1/comments`: requests in, a decision or what is wrong with each out. Those that wait are decided together.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from service import accounting
from service.accounting import Account, Tracing
from service.api import body, problems, submission
from service.api.answer import HEADERS
from service.api.quota import headers_of
from service.core.comment import Asked
from service.core.decision import Decision
from service.gate import Gate
from service.moderation import Outcome
from service.wire import Environ, Headers, RawAnswer

PATH, EDGE = "/v1/comments", "api"


class ModeratesAll(Protocol):
    """
    Decides on comments together, as `service.moderation.Moderation` does.
    """

    def moderate_all(self, asked: Sequence[Asked]) -> list[Outcome | Exception]: ...


@dataclass(frozen=True, slots=True)
class Comments:
    """
    The JSON edge of comments, whoever carries the requests. `is_breaker_open` is for the gauge of that name; `chance`,
    from 0 to 1, spreads the callers that are told to come back; `tracing` is told of each request.
    """

    moderation: ModeratesAll
    gate: Gate
    is_breaker_open: Callable[[], bool] = lambda: False
    chance: Callable[[], float] = random.random
    tracing: Tracing | None = None

    def answer(self, environs: Sequence[Environ]) -> list[RawAnswer]:
        """
        Return the answer to each request, accounted for. It never raises, and one that fails fails alone.
        """
        accounts = [Account.begin(environ) for environ in environs]
        read = [self._read(*each) for each in zip(accounts, environs, strict=True)]
        outcomes = iter(self._moderated([asked for asked in read if isinstance(asked, Asked)]))
        found = [next(outcomes) if isinstance(asked, Asked) else asked for asked in read]
        answers = [self._answer(*each) for each in zip(accounts, found, strict=True)]
        accounting.close(accounts, environs, is_breaker_open=self.is_breaker_open, tracing=self.tracing)
        return answers

    def _read(self, account: Account, environ: Environ) -> Asked | Exception:
        account.edge, account.route = EDGE, PATH
        try:
            site = self.gate.caller(environ)
            account.site = site.name
            fields, is_form = body.fields_of(environ)
            comment = submission.to_comment(fields, is_form=is_form)
            return Asked(site, comment, submission.to_claim(comment, environ.get("HTTP_IDEMPOTENCY_KEY")))
        except Exception as error:
            return error

    def _moderated(self, asked: list[Asked]) -> list[Outcome | Exception]:
        try:
            return self.moderation.moderate_all(asked) if asked else []
        except Exception as error:
            # What nobody expected of one comment must not cost the others their decision.
            return [error] if len(asked) == 1 else [self._moderated([each])[0] for each in asked]

    def _answer(self, account: Account, found: Outcome | Exception) -> RawAnswer:
        if isinstance(found, Outcome):
            account.decision, account.replayed = found.decision, found.replayed
            headers, content = _headers_for(found), found.decision.told_json
        else:
            account.problem = problems.code_of(found)
            account.status, headers, content = problems.of(found, PATH, account.request_id, self.chance())
        return account.status, headers + account.headers(), content


def late(environ: Environ, decision: Decision) -> RawAnswer | None:
    """
    Return the answer for a comment that takes too long, as plain bytes; None for any other request, and for a body that
    did not arrive, which is an error and says what to do.
    """
    if environ["PATH_INFO"] != PATH or not environ["wsgi.input"].getbuffer():
        return None
    return 200, [*HEADERS], decision.told_json


def _headers_for(outcome: Outcome) -> Headers:
    replayed = [("Idempotent-Replayed", "true")] if outcome.replayed else []
    return [*HEADERS, *headers_of(outcome.quota).items(), *replayed]
