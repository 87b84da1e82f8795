"""
What Hamlet answers: a verdict, its score and the reasons for it.
"""

from dataclasses import replace
from enum import StrEnum
from functools import cached_property
from typing import Any

from pydantic_core import to_json

from service.core.light_dataclass import light_dataclass
from service.core.site import Thresholds


class Verdict(StrEnum):
    """
    What the CMS should do with a comment.
    """

    ACCEPT = "accept"
    HOLD = "hold"
    REJECT = "reject"


@light_dataclass()
class Reason:
    """
    One cause of a verdict.

    `weight` is in log-odds of spam, signed. A reason with `rule` set has no weight: the rule decided alone.
    `evidence` quotes the comment as written. `seen` and `authors` count a text and its near-copies in 24 hours; of
    `labelled_copy` and `standing`, `seen` counts the labelled comments. `entry` is of the site's lists.
    """

    code: str
    weight: float | None = None
    rule: str | None = None
    evidence: tuple[str, ...] = ()
    seen: int | None = None
    authors: int | None = None
    entry: int | None = None


@light_dataclass()
class Explanation:
    """
    A score as a sum: `prior` plus the weights of `reasons` is the log-odds of spam.
    """

    log_odds: float
    prior: float
    reasons: tuple[Reason, ...]


@light_dataclass(slots=False)
class Decision:
    """
    What was decided on one comment. `score` is None where no model could be used; where a rule decided, it had no say.

    The CMS is told `answered`, which while the site is `log_only` is accept whatever the verdict. There are no slots,
    so that its JSON is made once, for the store and for the answer.
    """

    id: str
    verdict: Verdict
    score: float | None
    prior: float | None
    reasons: tuple[Reason, ...]
    summary: str
    discard: bool = False
    retry_after: int | None = None
    model: str | None = None
    thresholds: Thresholds | None = None
    degraded: tuple[str, ...] = ()
    recorded: bool = True
    log_only: bool = False

    @property
    def answered(self) -> Verdict:
        """
        What the CMS is told to do.
        """
        return Verdict.ACCEPT if self.log_only else self.verdict

    @property
    def told(self) -> dict[str, Any]:
        """
        What the CMS is told of it.
        """
        bounds = self.thresholds
        return {
            "id": self.id,
            "verdict": self.answered.value,
            "log_only": self.log_only,
            "decided": self.verdict.value,
            "score": self.score,
            "discard": self.discard and not self.log_only,
            "prior": self.prior,
            "reasons": [_told(reason) for reason in self.reasons],
            "summary": self.summary if self.answered is self.verdict else only_logged(self.summary),
            "retry_after": self.retry_after,
            "model": self.model,
            "thresholds": bounds
            and {
                "accept_below": bounds.accept_below,
                "reject_at": bounds.reject_at,
                "discard_at": bounds.discard_at,
            },
            "degraded": self.degraded,
            "recorded": self.recorded,
        }

    @cached_property
    def told_json(self) -> bytes:
        """
        What the CMS is told, every number in full.
        """
        return to_json(self.told)

    @property
    def kept_json(self) -> bytes:
        """
        What is kept of it, of which it can be made again: what would be told if the site did more than log.
        """
        if not self.log_only:
            return self.told_json
        return to_json({**replace(self, log_only=False).told, "log_only": True})


@light_dataclass()
class Recorded:
    """
    A stored decision, with the digest of the body that its idempotency key first came with, and whether it was given
    before.
    """

    decision: Decision
    digest: str | None = None
    replayed: bool = False


def only_logged(summary: str) -> str:
    """
    Return what to say of another verdict than accept where accept is answered all the same.

    >>> only_logged("Rejected: its words.")
    'Accepted, since the site only logs; otherwise rejected: its words.'
    """
    return f"Accepted, since the site only logs; otherwise {summary[:1].lower()}{summary[1:]}"


def _told(reason: Reason) -> dict[str, Any]:
    told: dict[str, Any] = {"code": reason.code}
    if reason.rule is None:
        told["weight"] = reason.weight
    else:
        told["rule"] = reason.rule
    if reason.evidence:
        told["evidence"] = reason.evidence
    if reason.seen is not None:
        told["seen"] = reason.seen
    if reason.authors is not None:
        told["authors"] = reason.authors
    if reason.entry is not None:
        told["entry"] = reason.entry
    return told
