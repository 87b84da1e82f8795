"""
The JSON edge alone: its real routes around a moderation, a store and a clock that tests hold in their hands.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from edge_fakes import FakeSites
from flask import Flask
from flask.testing import FlaskClient
from past_flask import answering
from stores import Store, news_in

from service.api import decisions as decisions_api
from service.api import openapi, problems
from service.api.comments import Comments
from service.core.comment import Asked, Claim, Comment
from service.core.decision import Decision, Reason, Verdict
from service.core.site import Site, Thresholds
from service.core.traffic import Quota
from service.errors import HamletError
from service.gate import Gate
from service.moderation import Outcome

KEY = "hamlet_0123456789_" + "A" * 43

DECISION = Decision(
    id="01930000-0000-7000-8000-000000000000",
    verdict=Verdict.HOLD,
    score=0.8312345678901234,
    prior=-1.2,
    reasons=(
        Reason("text", 2.1, evidence=("payday loans",)),
        Reason("campaign", 1.4, seen=7, authors=6),
        Reason("flood", rule="flood"),
    ),
    summary="Held: its words.",
    model="2026-11-23.1",
    thresholds=Thresholds(0.35, 0.97),
)


@dataclass
class FakeModeration:
    """
    Gives the same decision to every comment, or the same error, and keeps what it was asked.
    """

    decision: Decision = DECISION
    replayed: bool = False
    fault: Exception | None = None
    asked: list[tuple[Comment, Claim | None]] = field(default_factory=list)

    def moderate(self, site: Site, comment: Comment, claim: Claim | None = None) -> Outcome:
        (outcome,) = self.moderate_all([Asked(site, comment, claim)])
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    def moderate_all(self, asked: Sequence[Asked]) -> list[Outcome | Exception]:
        self.asked += [(each.comment, each.claim) for each in asked]
        return [self.fault or Outcome(self.decision, Quota(600, 599, reset=1), self.replayed)] * len(asked)


@dataclass
class FakeDecisions:
    """
    Has one decision of site 1.
    """

    fault: HamletError | None = None

    def find(self, site_id: int, decision_id: str) -> Decision | None:
        if self.fault:
            raise self.fault
        return DECISION if (site_id, decision_id) == (1, DECISION.id) else None


@pytest.fixture
def news(tmp_path: Path) -> Iterator[Store]:
    """
    The store of a state folder, which has the site `news`.
    """
    with news_in(tmp_path) as store:
        yield store


@pytest.fixture
def sites() -> FakeSites:
    return FakeSites(Site(1, "blog", "0123456789"), KEY)


@pytest.fixture
def moderation() -> FakeModeration:
    return FakeModeration()


@pytest.fixture
def decisions() -> FakeDecisions:
    return FakeDecisions()


@pytest.fixture
def comments(sites: FakeSites, moderation: FakeModeration) -> Comments:
    return Comments(moderation, Gate(sites), chance=lambda: 0.5)


@pytest.fixture
def edge(sites: FakeSites, comments: Comments, decisions: FakeDecisions) -> Flask:
    app = Flask(__name__)
    problems.install(app, chance=lambda: 0.5)
    app.register_blueprint(decisions_api.blueprint(Gate(sites), decisions))
    app.register_blueprint(openapi.blueprint())
    return answering(app, comments)


@pytest.fixture
def caller(edge: Flask) -> FlaskClient:
    """
    A client that sends the site's key.
    """
    client = edge.test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {KEY}"
    return client
