"""
A moderation for tests, and for what must not be stored: the same verdict, and no trace but in the quota of who asks.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from service.core.comment import Asked, Comment
from service.core.decision import Decision, Recorded
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

    def observe(self, asked: Sequence[Asked], meanwhile: Callable[[], None]) -> list[Observation]:
        return self.traffic.observe([Asked(each.site, Comment("", "")) for each in asked], meanwhile)


class _Nowhere:
    def record(self, made: Sequence[tuple[Asked, Decision]], received_at: datetime) -> list[Recorded]:
        return [Recorded(replace(decision, recorded=False)) for _, decision in made]

    def claimed(self, site_id: int, claim_key: str) -> None:
        return None
