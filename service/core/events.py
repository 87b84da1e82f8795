"""
What sites are told of decisions: the bodies of callbacks and webhooks, without a text, a name or an address in them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from service.core.decision import Verdict
from service.core.labels import Label

# Told of what a CMS said of a comment. A message is as long as its permalink, so that is cut.
_OF_COMMENT, LONGEST = ("id", "parent_id", "permalink"), 2_000
# What a label makes of a comment, whatever its verdict was.
VERDICTS = {Label.SPAM: Verdict.REJECT, Label.HAM: Verdict.ACCEPT}
LABELS = {verdict: label for label, verdict in VERDICTS.items()}


class Kind(StrEnum):
    """
    By which way a site is told.
    """

    CALLBACK = "callback"
    WEBHOOK = "webhook"


class State(StrEnum):
    """
    What became of something that is to be told: it waits, it was told, or it was given up.
    """

    PENDING = "pending"
    DONE = "done"
    DEAD = "dead"


class Event(StrEnum):
    """
    What has happened: Hamlet held a comment, somebody decided on it, somebody decided otherwise.
    """

    HELD = "held"
    DECIDED = "decided"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Subject:
    """
    A decision, as far as it is told; `details` is what the CMS said of its comment.
    """

    id: str
    verdict: Verdict
    score: float | None
    details: Mapping[str, Any]


def callback(subject: Subject, label: Label) -> dict[str, Any]:
    """
    Return the body of Akismet's webhook but for the key, as WordPress takes it: `true` is spam.
    """
    comment = {"guid": subject.id.replace("-", ""), "result": "true" if label is Label.SPAM else "false"}
    for name, detail in (("comment_post_ID", "post_id"), ("comment_parent", "parent_id")):
        if subject.details.get(detail):
            comment[name] = subject.details[detail]
    return {"endpoint": "comment-check", "comments": [comment]}


def webhook(
    event: Event, event_id: str, at: datetime, site: str, subject: Subject, label: Label | None = None
) -> dict[str, Any]:
    """
    Return the body of a webhook. `verdict` is what to do with the comment now, `decided` what Hamlet had decided.
    """
    return {
        "id": event_id,
        "event": event.value,
        "at": at.isoformat(),
        "site": site,
        "decision": subject.id,
        "comment": {name: (subject.details.get(name) or "")[:LONGEST] or None for name in _OF_COMMENT},
        "verdict": (VERDICTS[label] if label else subject.verdict).value,
        "decided": subject.verdict.value,
        "score": subject.score,
        "label": label.value if label else None,
    }
