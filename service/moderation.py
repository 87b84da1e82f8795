"""
The use case: comments of sites in, recorded decisions out. What waits together is decided together.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeVar, TypeVarTuple

from service.core import policy
from service.core.comment import Asked, Claim, Comment
from service.core.decision import Decision, Explanation, Recorded
from service.core.features import extract
from service.core.light_dataclass import light_dataclass
from service.core.site import Site
from service.core.traffic import Observation, Quota
from service.errors import ClaimInFlight, ClaimMismatch, QuotaExceeded, StoreUnavailable
from service.model.scorer import Scorer

_Given = TypeVarTuple("_Given")
_Result = TypeVar("_Result")

# A claim younger than this, without a decision, is one that another request is still working on.
IN_FLIGHT_SECONDS = 10.0

logger = logging.getLogger("hamlet.moderation")


class Traffic(Protocol):
    """
    Counts comments against the limits and among their near-copies; never raises for a fault of its own. It may call
    `meanwhile`, once, while it waits.
    """

    def observe(self, asked: Sequence[Asked], meanwhile: Callable[[], None]) -> list[Observation]: ...


class Decisions(Protocol):
    """
    Keeps decisions, and finds the one that an idempotency key has got; StoreUnavailable where it cannot.
    """

    def record(
        self, made: Sequence[tuple[Asked, Decision]], received_at: datetime
    ) -> Sequence[Recorded | StoreUnavailable]: ...
    def claimed(self, site_id: int, claim_key: str) -> Recorded | None: ...


@light_dataclass()
class Outcome:
    """
    A decision, what is left of the caller's quota, and whether the decision had been given before.
    """

    decision: Decision
    quota: Quota
    replayed: bool = False


class Moderates(Protocol):
    """
    Decides on a comment, as `Moderation` does.
    """

    def moderate(self, site: Site, comment: Comment) -> Outcome: ...


@dataclass(frozen=True, slots=True)
class Moderation:
    """
    The parts that a decision needs. `scorer` gives the model in use, or None if there is none to trust.
    """

    traffic: Traffic
    scorer: Callable[[], Scorer | None]
    decisions: Decisions
    clock: Callable[[], datetime]
    new_id: Callable[[], str]

    def moderate(self, site: Site, comment: Comment, claim: Claim | None = None) -> Outcome:
        """
        Return the decision on a comment, recorded unless it says otherwise.

        Raises:
            QuotaExceeded: the site or its key has sent more than its limit; nothing was counted or scored.
            ClaimInFlight: another request with the same idempotency key is being decided.
            ClaimMismatch: the idempotency key came with another body before.
        """
        (outcome,) = self.moderate_all([Asked(site, comment, claim)])
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    def moderate_all(self, asked: Sequence[Asked]) -> list[Outcome | Exception]:
        """
        Return for each comment what `moderate` would return or raise: one call of Redis and one transaction for all.
        One that fails fails alone. While Redis counts, they are scored.
        """
        scorer, early = self.scorer(), list[Explanation | None]()
        observed = self.traffic.observe(asked, lambda: early.extend(_explained(scorer, asked)))
        now = self.clock()
        admitted = [each if seen.refused_for is None else None for each, seen in zip(asked, observed, strict=True)]
        explained = early or _explained(scorer, admitted)
        found = [
            _attempt(self._decide, each, seen, score, scorer, now)
            for each, seen, score in zip(asked, observed, explained, strict=True)
        ]
        made = [(each, what) for each, what in zip(asked, found, strict=True) if isinstance(what, Decision)]
        recorded = iter(self.decisions.record(made, now) if made else ())
        return [
            _outcome(each, what, seen.quota, next(recorded)) if isinstance(what, Decision) else what
            for each, seen, what in zip(asked, observed, found, strict=True)
        ]

    def _decide(
        self, asked: Asked, seen: Observation, explained: Explanation | None, scorer: Scorer | None, now: datetime
    ) -> Decision | Outcome:
        """
        Return a decision that is to be recorded, or the one that the same claim has got before.
        """
        if seen.refused_for is not None:
            raise QuotaExceeded(seen.quota, seen.refused_for)
        if asked.claim and (seen.claim_age is not None or seen.degraded):
            earlier = self._earlier(asked.site, asked.claim, seen.claim_age)
            if earlier:
                return Outcome(earlier, seen.quota, replayed=True)
        listed = asked.site.lists.match(asked.comment, now) if asked.site.lists else None
        return policy.decide(self.new_id(), asked, seen, explained, scorer if explained else None, listed)

    def _earlier(self, site: Site, claim: Claim, age: float | None) -> Decision | None:
        try:
            recorded = self.decisions.claimed(site.id, claim.key)
        except StoreUnavailable:
            return None  # decided again and not recorded: better twice than not at all
        if recorded:
            _same_body(recorded, claim)
            return recorded.decision
        if age is not None and age < IN_FLIGHT_SECONDS:
            raise ClaimInFlight("this comment is being decided by another request; ask again", retry_after=1)
        return None


def _explained(scorer: Scorer | None, asked: Sequence[Asked | None]) -> list[Explanation | None]:
    """
    Return the score of each comment with its reasons; None without a model, where it fails, and where nothing is asked.

    All are taken through one step before the first is taken through the next: each step has code and tables of its
    own, which would drive those of the other out of the processor's cache, comment by comment.
    """
    if not scorer:
        return [None] * len(asked)
    read = [_unless_it_fails(extract, each.comment) if each else None for each in asked]
    sites = [each.site.name if each else "" for each in asked]
    return [
        _unless_it_fails(scorer.explain, what, site) if what else None for what, site in zip(read, sites, strict=True)
    ]


def _unless_it_fails(step: Callable[[*_Given], _Result], *given: *_Given) -> _Result | None:
    try:
        return step(*given)
    except Exception as error:
        # Held as without a model. `logs` writes where it happened and never the message, which may quote a comment.
        logger.error("a comment could not be scored", exc_info=error)
        return None


def _attempt(step: Callable[[*_Given], _Result], *given: *_Given) -> _Result | Exception:
    try:
        return step(*given)
    except Exception as error:
        return error


def _outcome(
    asked: Asked, decision: Decision, quota: Quota, recorded: Recorded | StoreUnavailable
) -> Outcome | ClaimMismatch:
    if isinstance(recorded, StoreUnavailable):
        return Outcome(policy.unrecorded(decision), quota)
    try:
        _same_body(recorded, asked.claim)
    except ClaimMismatch as mismatch:
        return mismatch
    return Outcome(recorded.decision, quota, recorded.replayed)


def _same_body(recorded: Recorded, claim: Claim | None) -> None:
    if claim and recorded.replayed and recorded.digest not in (None, claim.digest):
        raise ClaimMismatch("this id or Idempotency-Key came with another body before; send a new one", field="id")
