"""
What a comment is answered that has no verdict in time: hold, in the words of its edge, accounted for like any answer.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from uuid_utils import uuid7

from service import accounting
from service.accounting import Account, Tracing
from service.core import policy
from service.core.decision import Decision
from service.wire import Environ, RawAnswer


class Late(NamedTuple):
    """
    How an edge tells that a comment is held for want of time, by that decision: None for what is none of its comments.
    `route` is None where there are several.
    """

    edge: str
    route: str | None
    answer: Callable[[Environ, Decision], RawAnswer | None]


@dataclass(frozen=True, slots=True)
class Overdue:
    """
    Holds comments that take too long, each by the edge that it came to.
    """

    edges: Sequence[Late]
    is_breaker_open: Callable[[], bool]
    tracing: Tracing | None = None

    def hold(self, environ: Environ) -> RawAnswer | None:
        """
        Return what to answer a comment; None for any other request, and for one that has been answered just now.
        """
        decision = policy.overdue(str(uuid7()))
        for late in self.edges:
            if answer := late.answer(environ, decision):
                return self._accounted(late, environ, decision, answer)
        return None

    def _accounted(self, late: Late, environ: Environ, decision: Decision, answer: RawAnswer) -> RawAnswer | None:
        account = Account.begin(environ)
        if not account.is_of_answer(environ):
            return None
        account.edge, account.route, account.decision = late.edge, late.route, decision
        accounting.close([account], [environ], is_breaker_open=self.is_breaker_open, tracing=self.tracing)
        status, headers, content = answer
        return status, headers + account.headers(), content
