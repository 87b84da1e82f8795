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
from service.core.light_dataclass import light_dataclass
from service.core.site import Site
from service.gate import Gate
from service.moderation import Outcome
from service.wire import Environ, Headers, RawAnswer

PATH, EDGE = "/v1/comments", "api"


class ModeratesAll(Protocol):
    """
    Decides on comments together, as `service.moderation.Moderation` does.
    """

    def moderate_all(self, asked: Sequence[Asked]) -> list[Outcome | Exception]: ...


@light_dataclass()
class Found:
    """
    What is decided on a request, or what is wrong with it, and the name of its site as far as that is known.
    """

    site: str | None
    outcome: Outcome | Exception


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
        Return the answer to each request, accounted for. It never raises.
        """
        accounts = [Account.begin(environ) for environ in environs]
        answers = [self._answer(*each) for each in zip(accounts, self.decide(environs), strict=True)]
        accounting.close(accounts, is_breaker_open=self.is_breaker_open, tracing=self.tracing)
        return answers

    def decide(self, environs: Sequence[Environ]) -> list[Found]:
        """
        Return what is found of each request. One that fails fails alone.
        """
        read = [self._read(environ) for environ in environs]
        outcomes = iter(self._moderated([asked for _, asked in read if isinstance(asked, Asked)]))
        return [Found(site, next(outcomes) if isinstance(asked, Asked) else asked) for site, asked in read]

    def _read(self, environ: Environ) -> tuple[str | None, Asked | Exception]:
        # Headers are taken from the environment: through Flask's `request.headers` each costs a microsecond.
        site: Site | None = None
        try:
            site = self.gate.caller(environ)
            fields, is_form = body.fields_of(environ)
            comment = submission.to_comment(fields, is_form=is_form)
            claim = submission.to_claim(comment, environ.get("HTTP_IDEMPOTENCY_KEY"))
            return site.name, Asked(site, comment, claim)
        except Exception as error:
            return site.name if site else None, error

    def _moderated(self, asked: list[Asked]) -> list[Outcome | Exception]:
        try:
            return self.moderation.moderate_all(asked) if asked else []
        except Exception as error:
            # What nobody expected of one comment must not cost the others their decision.
            return [error] if len(asked) == 1 else [self._moderated([each])[0] for each in asked]

    def _answer(self, account: Account, found: Found) -> RawAnswer:
        account.edge, account.route, account.site = EDGE, PATH, found.site
        if isinstance(found.outcome, Outcome):
            account.decision, account.replayed = found.outcome.decision, found.outcome.replayed
            headers, content = headers_for(found.outcome), found.outcome.decision.told_json
        else:
            account.problem = problems.code_of(found.outcome)
            account.status, headers, content = problems.of(found.outcome, PATH, account.request_id, self.chance())
        return account.status, headers + account.headers(), content


def headers_for(outcome: Outcome) -> Headers:
    """
    Return the headers that a decision goes out with.
    """
    replayed = [("Idempotent-Replayed", "true")] if outcome.replayed else []
    return [*HEADERS, *headers_of(outcome.quota).items(), *replayed]
