"""
Akismet's edge alone: its real routes around parts that tests hold in their hands.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from edge_fakes import FakeModeration, FakeReports
from flask import Flask

from service import accounting, akismet
from service.akismet.keys import Keyring
from service.akismet.parts import Parts
from service.api import problems
from service.core.decision import Decision, Verdict
from service.core.site import AkismetHold, Site
from service.errors import HamletError
from service.gate import Gate
from service.store.keys import akismet_key
from service.store.statistics import Tally

SECRET = b"s" * 32
SITE = Site(1, "blog", "0123456789")
KEY = akismet_key(SECRET, SITE.key_id)
OTHER_KEY = "0123456789ab"
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
DECISION = Decision("01930000-0000-7000-8000-000000000000", Verdict.ACCEPT, 0.1, -1.0, (), "Accepted.")
GUID = "01930000000070008000000000000000"


@dataclass
class FakeSites:
    """
    One site with one key, in a store that may fail.
    """

    site: Site = SITE
    is_disabled: bool = False
    fault: HamletError | None = None
    reads: int = 0

    def by_key_id(self, key_id: str) -> tuple[Site, bytes, bool] | None:
        if self.fault:
            raise self.fault
        return (self.site, b"", self.is_disabled) if key_id == self.site.key_id else None

    def key_ids(self) -> Sequence[str]:
        self.reads += 1
        if self.fault:
            raise self.fault
        return [self.site.key_id]


@dataclass
class FakeStatistics:
    """
    Has the same tally for every period, and keeps what it was asked for.
    """

    tally: Tally = field(default_factory=lambda: Tally(accepted=3, held=2, rejected=5))
    asked: list[Sequence[datetime]] = field(default_factory=list)
    fault: HamletError | None = None

    def tallies(self, site_id: int, moments: Sequence[datetime]) -> list[Tally]:
        if self.fault:
            raise self.fault
        self.asked.append(moments)
        return [self.tally] * (len(moments) - 1)


@dataclass
class Edge:
    """
    The edge with the parts that a test may change.
    """

    sites: FakeSites = field(default_factory=FakeSites)
    moderation: FakeModeration = field(default_factory=lambda: FakeModeration(DECISION))
    rehearsal: FakeModeration = field(default_factory=lambda: FakeModeration(DECISION))
    statistics: FakeStatistics = field(default_factory=FakeStatistics)
    labels: FakeReports = field(default_factory=FakeReports)

    def decide(self, verdict: Verdict, *, discard: bool = False, log_only: bool = False) -> None:
        decision = replace(DECISION, verdict=verdict, discard=discard, log_only=log_only)
        self.moderation.decision = self.rehearsal.decision = decision

    def wish(self, hold: AkismetHold) -> None:
        self.sites.site = replace(SITE, akismet_hold=hold)

    def app(self) -> Flask:
        app = Flask(__name__)
        accounting.install(app, is_breaker_open=lambda: False)
        problems.install(app, chance=lambda: 0.0)
        keyring = Keyring(self.sites, Gate(self.sites), SECRET)
        parts = Parts(self.moderation, self.rehearsal, keyring, self.statistics, lambda: NOW, self.labels)
        app.register_blueprint(akismet.blueprint(parts))
        return app


def check(**changes: str) -> dict[str, str]:
    """
    Return the form of a check.
    """
    return {"api_key": KEY, "blog": "https://blog.example/", "user_ip": "8.8.8.8", **changes}
