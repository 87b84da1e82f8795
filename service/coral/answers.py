"""
What Coral is told, as its phases understand it.
"""

from flask import Response
from pydantic_core import to_json

from service.api.answer import HEADERS, no_content
from service.core.coral import CoralStatus, Statuses
from service.core.decision import Decision, Verdict
from service.wire import Environ, RawAnswer

PATH = "/coral"
# Where an admitted site leaves its choice, for whoever must answer without a decision.
STATUSES = "hamlet.coral_statuses"
_FLAG = {"actionType": "FLAG", "reason": "COMMENT_DETECTED_SPAM"}


def answer(status: CoralStatus, verdict: Verdict) -> Response:
    """
    Return an answer: nothing for NONE, since any status, NONE too, would end Coral's own moderation there and then.
    """
    if status is CoralStatus.NONE:
        return no_content()
    return Response(_body(status, verdict), headers=HEADERS)


def late(environ: Environ, _: Decision) -> RawAnswer | None:
    """
    Return the answer for a comment that takes too long, as plain bytes; None for any other request.
    """
    if environ["PATH_INFO"] != PATH:
        return None
    return 200, [*HEADERS], _body(environ.get(STATUSES, Statuses()).hold, Verdict.HOLD)


def _body(status: CoralStatus, verdict: Verdict) -> bytes:
    return to_json({"status": status.value, "actions": [] if verdict is Verdict.ACCEPT else [_FLAG]})
