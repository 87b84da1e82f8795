"""
The use case: one comment of one site in, one recorded decision out.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from service.core import policy
from service.core.comment import Claim, Comment
from service.core.decision import Decision
from service.core.features import extract
from service.core.site import Site
from service.core.traffic import Observation, Quota
from service.errors import ClaimInFlight, ClaimMismatch, QuotaExceeded, StoreUnavailable
from service.scorer import Scorer

# A claim younger than this, without a decision, is one that another request is still working on.
IN_FLIGHT_SECONDS = 10.0


class Traffic(Protocol):
    """
    Counts a comment against the limits and among its near-copies; never raises.
    """

    def observe(self, site: Site, comment: Comment, *, claim: str | None) -> Observation: ...


class Recorded(Protocol):
    """
    A stored decision with the digest of the body that it was asked with.
    """

    @property
    def decision(self) -> Decision: ...
    @property
    def digest(self) -> str | None: ...
    @property
    def replayed(self) -> bool: ...


class Decisions(Protocol):
    """
    Keeps decisions; both calls raise StoreUnavailable when they cannot.
    """

    def record(
        self, site: Site, comment: Comment, decision: Decision, received_at: datetime, claim: Claim | None
    ) -> Recorded: ...
    def claimed(self, site_id: int, claim_key: str) -> Recorded | None: ...


@dataclass(frozen=True, slots=True)
class Outcome:
    """
    A decision, what is left of the caller's quota, and whether the decision had been given before.
    """

    decision: Decision
    quota: Quota
    replayed: bool = False


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
        seen = self.traffic.observe(site, comment, claim=claim.key if claim else None)
        if seen.refused_for is not None:
            raise QuotaExceeded(seen.quota, seen.refused_for)
        if claim and (seen.claim_age is not None or seen.degraded):
            earlier = self._earlier(site, claim, seen.claim_age)
            if earlier:
                return Outcome(earlier, seen.quota, replayed=True)
        scorer, now = self.scorer(), self.clock()
        decision = policy.decide(
            self.new_id(),
            site,
            comment,
            seen,
            scorer.explain(extract(comment)) if scorer else None,
            scorer.version if scorer else None,
            scorer.thresholds if scorer else None,
            scorer.curve if scorer else None,
            site.lists.match(comment, now) if site.lists else None,
        )
        try:
            recorded = self.decisions.record(site, comment, decision, now, claim)
        except StoreUnavailable:
            return Outcome(policy.unrecorded(decision), seen.quota)
        _same_body(recorded, claim)
        return Outcome(recorded.decision, seen.quota, recorded.replayed)

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


def _same_body(recorded: Recorded, claim: Claim | None) -> None:
    if claim and recorded.replayed and recorded.digest != claim.digest:
        raise ClaimMismatch("this id or Idempotency-Key came with another body before; send a new one", field="id")
