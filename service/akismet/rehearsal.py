"""
A moderation for tests: the same verdict, and no trace of it but in the quota of whoever asks.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from service.core.comment import Claim, Comment
from service.core.decision import Decision
from service.core.site import Site
from service.core.traffic import Observation
from service.moderation import Moderation, Traffic


def rehearsing(moderation: Moderation) -> Moderation:
    """
    Return a moderation that records nothing, and holds nothing against an author or a text.
    """
    return replace(moderation, traffic=_QuotaAlone(moderation.traffic), decisions=_Nowhere())


@dataclass(frozen=True, slots=True)
class _QuotaAlone:
    traffic: Traffic

    def observe(self, site: Site, comment: Comment, *, claim: str | None) -> Observation:
        return self.traffic.observe(site, Comment("", ""), claim=None)


@dataclass(frozen=True, slots=True)
class _Unkept:
    decision: Decision
    digest: str | None = None
    replayed: bool = False


class _Nowhere:
    def record(
        self, site: Site, comment: Comment, decision: Decision, received_at: datetime, claim: Claim | None
    ) -> _Unkept:
        return _Unkept(replace(decision, recorded=False))

    def claimed(self, site_id: int, claim_key: str) -> None:
        return None
