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
from service.wire import Environ, RawAnswer


class Late(NamedTuple):
    """
    How an edge holds a comment without a decision: `answer` is None for what is none of its comments. `route` is None
    where there are several.
    """

    edge: str
    route: str | None
    answer: Callable[[Environ], RawAnswer | None]


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
        for late in self.edges:
            if answer := late.answer(environ):
                return self._accounted(late, environ, answer)
        return None

    def _accounted(self, late: Late, environ: Environ, answer: RawAnswer) -> RawAnswer | None:
        account = Account.begin(environ)
        if not account.is_of_answer(environ):
            return None
        account.edge, account.route = late.edge, late.route
        account.decision = policy.overdue(str(uuid7()))
        accounting.close([account], [environ], is_breaker_open=self.is_breaker_open, tracing=self.tracing)
        status, headers, content = answer
        return status, headers + account.headers(), content
