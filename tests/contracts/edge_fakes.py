"""
What the edges of other protocols ask, in the hands of a test.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime

from prometheus_client import REGISTRY

from service.core.comment import Comment
from service.core.decision import Decision
from service.core.labels import Given, Source
from service.core.site import Site
from service.core.traffic import Quota
from service.errors import HamletError
from service.labelling import Heard, Report
from service.moderation import Outcome
from service.store.keys import digest

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def counted(status: int, code: str) -> float:
    """
    Return how many requests this process has answered with an error of this code.
    """
    return REGISTRY.get_sample_value("hamlet_problems_total", {"status": str(status), "code": code}) or 0


@dataclass
class FakeSites:
    """
    One site with one key, in a store that may fail.
    """

    site: Site
    key: str = ""
    is_disabled: bool = False
    fault: HamletError | None = None
    reads: int = 0

    def by_key_id(self, key_id: str) -> tuple[Site, bytes, bool] | None:
        self.reads += 1
        if self.fault:
            raise self.fault
        return (self.site, digest(self.key), self.is_disabled) if key_id == self.site.key_id else None


@dataclass
class FakeModeration:
    """
    Gives the same decision to every comment, or the same error, and keeps what it was asked.
    """

    decision: Decision
    fault: Exception | None = None
    asked: list[Comment] = field(default_factory=list)

    def moderate(self, site: Site, comment: Comment) -> Outcome:
        self.asked.append(comment)
        if self.fault:
            raise self.fault
        return Outcome(self.decision, Quota(limit=600, remaining=599, reset=1))


@dataclass
class FakeReports:
    """
    Keeps what it is told, after the name of the site and before the way it came.
    """

    kept: list[tuple[str, Report, Source]] = field(default_factory=list)

    def report(self, site: Site, report: Report, source: Source) -> Heard:
        self.kept.append((site.name, report, source))
        return Heard(Given("l1", report.label, report.who, source, 0.25, NOON), [], None)
