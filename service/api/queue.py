"""
The JSON edge for moderators: what waits for them.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from flask import Blueprint, Response
from pydantic import BaseModel, Field

from service.api.answer import Answer, as_json
from service.api.asking import caller, parameters, whole_number
from service.core.site import Scope
from service.errors import InvalidField
from service.gate import Gate
from service.store.queue import Waiting

QUEUE = "/v1/queue"
USUAL, MOST = 50, 200
# As uuid7 writes them, since they are compared as texts.
_DECISION_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_TOLD = ("url", "permalink", "article_title", "parent_id", "language")


class WaitingAnswer(BaseModel, title="WaitingComment"):
    """
    A held comment as its author wrote it, with the decision. Show it as text: nothing of it has been made harmless.
    """

    received_at: datetime
    name: str
    comment: str
    cms_id: str = Field(description="The CMS's own id; empty if it sent none.")
    url: str
    permalink: str
    article_title: str
    parent_id: str
    language: str
    decision: Answer


class QueueAnswer(BaseModel, title="Queue"):
    """
    A page of the queue, the newest first.
    """

    comments: list[WaitingAnswer]
    next: str | None = Field(description="`before` of the next page; null if nothing more waits.")


class Pages(Protocol):
    """
    Reads the queue of a site; raises StoreUnavailable when it cannot.
    """

    def page(self, site_id: int, most: int, before: str = "") -> Sequence[Waiting]: ...


def blueprint(queue: Pages, gate: Gate) -> Blueprint:
    """
    Return the route that reads the queue, for keys that may say what its comments were.
    """
    api = Blueprint("queue", __name__)

    @api.get(QUEUE)
    def show() -> Response:
        site = caller(gate, Scope.FEEDBACK)
        limit, before = _options(parameters("limit", "before"))
        # One more than asked for tells whether there is a next page.
        found = queue.page(site.id, limit + 1, before)
        page = found[:limit]
        following = page[-1].decision.id if len(found) > limit else None
        return as_json({"comments": [_answer(waiting) for waiting in page], "next": following})

    return api


def _options(given: Mapping[str, str]) -> tuple[int, str]:
    limit, before = whole_number(given, "limit", USUAL, MOST), given.get("before", "")
    if before and not _DECISION_ID.fullmatch(before):
        raise InvalidField("`before` must be what an earlier page has as `next`", field="before")
    return limit, before


def _answer(waiting: Waiting) -> dict[str, Any]:
    return {
        "received_at": waiting.received_at,
        "name": waiting.name,
        "comment": waiting.comment,
        "cms_id": waiting.details.get("id", ""),
        **{field: waiting.details.get(field, "") for field in _TOLD},
        "decision": waiting.decision.told,
    }
