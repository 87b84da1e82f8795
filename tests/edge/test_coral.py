"""
Coral's external moderation phase: signed requests in, statuses out.
"""

import hmac
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import pytest
from edge_fakes import FakeModeration, FakeSites, counted
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from service import accounting, coral
from service.api import problems
from service.api.body import FAULT
from service.coral.answers import STATUSES, late
from service.coral.signatures import Signatures
from service.core import policy
from service.core.comment import Comment
from service.core.coral import CoralStatus, Statuses
from service.core.decision import Decision, Verdict
from service.core.site import Site
from service.core.traffic import Quota
from service.errors import BodyTooSlow, HamletError, QuotaExceeded, StoreUnavailable
from service.gate import STALE_SECONDS, Gate
from service.store.coral import Phase

SITE = Site(1, "news", "0123456789")
SECRET = "empsec_5c0ffee"
DECISION = Decision("01930000-0000-7000-8000-000000000000", Verdict.ACCEPT, 0.1, -1.0, (), "Accepted.")
HELD = policy.overdue("01")
FLAG = {"actionType": "FLAG", "reason": "COMMENT_DETECTED_SPAM"}
REQUEST = {
    "action": "NEW",
    "comment": {"body": "<div>Thank <b>you</b></div>", "parentID": None},
    "author": {"id": "baf4e943", "role": "COMMENTER"},
    "story": {"id": "7", "url": "https://news.example/7"},
    "site": {"id": "a4bede88"},
    "tenantID": "19ba5794",
    "tenantDomain": "comments.news.example",
}


@dataclass
class FakePhases:
    phases: list[Phase] = field(default_factory=lambda: [Phase("news", SITE.key_id, (SECRET,), Statuses())])
    fault: HamletError | None = None
    reads: int = 0

    def list(self, now: datetime) -> Sequence[Phase]:
        self.reads += 1
        if self.fault:
            raise self.fault
        return self.phases


@dataclass
class Edge:
    sites: FakeSites = field(default_factory=lambda: FakeSites(SITE))
    phases: FakePhases = field(default_factory=FakePhases)
    moderation: FakeModeration = field(default_factory=lambda: FakeModeration(DECISION))
    seconds: float = 0.0

    def client(self) -> FlaskClient:
        app = Flask(__name__)
        accounting.install(app, is_breaker_open=lambda: False)
        problems.install(app)
        now, monotonic = lambda: datetime(2026, 11, 24, tzinfo=UTC), lambda: self.seconds
        gate = Gate(self.sites, monotonic=monotonic)
        signatures = Signatures(self.phases, gate, clock=now, monotonic=monotonic)
        app.register_blueprint(coral.blueprint(self.moderation, signatures))
        return app.test_client()


Post = Callable[..., TestResponse]


@pytest.fixture
def edge() -> Edge:
    return Edge()


@pytest.fixture
def post(edge: Edge) -> Post:
    """
    Send a request as Coral does: indented, and signed with each of some secrets.
    """
    client = edge.client()

    def post(request: object = REQUEST, *secrets: str) -> TestResponse:
        content = json.dumps(request, indent=2).encode()
        signatures = [hmac.digest(secret.encode(), content, "sha256").hex() for secret in secrets or (SECRET,)]
        header = ",".join(f"sha256={signature}" for signature in signatures)
        headers = {"X-Coral-Signature": header, "Content-Type": "application/json"}
        return client.post("/coral", data=content, headers=headers)

    return post


def test_an_accepted_comment_is_left_to_corals_other_settings(post: Post) -> None:
    answer = post()

    assert (answer.status_code, answer.data) == (204, b"")
    assert "Content-Type" not in answer.headers


@pytest.mark.parametrize(("verdict", "status"), [(Verdict.HOLD, "SYSTEM_WITHHELD"), (Verdict.REJECT, "REJECTED")])
def test_what_is_held_or_rejected_is_withheld_or_rejected_and_flagged(
    edge: Edge, post: Post, verdict: Verdict, status: str
) -> None:
    edge.moderation.decision = replace(DECISION, verdict=verdict)

    answer = post()

    assert (answer.status_code, answer.json) == (200, {"status": status, "actions": [FLAG]})


def test_a_site_chooses_other_statuses(edge: Edge, post: Post) -> None:
    chosen = Statuses(accept=CoralStatus.APPROVED, reject=CoralStatus.PREMOD)
    edge.phases.phases = [Phase("news", SITE.key_id, (SECRET,), chosen)]

    accepted = post().json
    edge.moderation.decision = replace(DECISION, verdict=Verdict.REJECT)

    assert accepted == {"status": "APPROVED", "actions": []}
    assert post().json == {"status": "PREMOD", "actions": [FLAG]}


def test_a_site_that_only_logs_is_told_nothing(edge: Edge, post: Post) -> None:
    edge.moderation.decision = replace(DECISION, verdict=Verdict.REJECT, log_only=True)

    assert post().status_code == 204


def test_a_comment_has_its_html_its_article_and_its_account_for_an_author(edge: Edge, post: Post) -> None:
    post({**REQUEST, "comment": {"body": "<div>Thank <b>you</b></div>", "parentID": "d79b787f"}, "later": {}})

    (comment,) = edge.moderation.asked
    assert comment == Comment(
        name="",
        comment="<div>Thank <b>you</b></div>",
        email="baf4e943@comments.news.example",
        permalink="https://news.example/7",
        type="reply",
        parent_id="d79b787f",
        author_role="commenter",
    )


def test_while_coral_rotates_its_secret_either_signature_will_do(post: Post) -> None:
    assert post(REQUEST, "empsec_a_newer_one", SECRET).status_code == 204


@pytest.mark.parametrize("secrets", [("empsec_of_somebody_else",), ("",)])
def test_a_wrong_secret_gets_no_verdict(edge: Edge, post: Post, secrets: tuple[str, ...]) -> None:
    answer = post(REQUEST, *secrets)

    assert answer.status_code == 401
    assert edge.moderation.asked == []


def test_a_refused_signature_is_in_the_number_that_tells_of_guesses(post: Post) -> None:
    before = counted(401, "unknown-key")

    post(REQUEST, "empsec_of_somebody_else")

    assert counted(401, "unknown-key") == before + 1


@pytest.mark.parametrize("header", ["", "sha256=", "sha256=é", ",,,", "sha1=00", "sha256=" + "0" * 64])
def test_a_missing_or_mangled_signature_gets_no_verdict(edge: Edge, header: str) -> None:
    answer = edge.client().post("/coral", data=b"{}", headers={"X-Coral-Signature": header})

    assert answer.status_code == 401


def test_the_signature_is_of_the_bytes_and_not_of_what_they_mean(edge: Edge) -> None:
    signature = hmac.digest(SECRET.encode(), json.dumps(REQUEST).encode(), "sha256").hex()

    answer = edge.client().post(
        "/coral", data=json.dumps(REQUEST, indent=2), headers={"X-Coral-Signature": f"sha256={signature}"}
    )

    assert answer.status_code == 401


def test_a_disabled_site_gets_no_verdict(edge: Edge, post: Post) -> None:
    edge.sites.is_disabled = True

    assert post().status_code == 401


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (StoreUnavailable("away"), "store-unavailable"),
        (QuotaExceeded(Quota(600, 0, 60), 60), "quota-exceeded"),
        (ZeroDivisionError(), "plain"),
    ],
    ids=repr,
)
def test_what_fails_is_counted_and_holds_the_comment_since_coral_would_publish_it(
    edge: Edge, post: Post, fault: Exception, code: str
) -> None:
    edge.moderation.fault = fault
    before = counted(200, code)

    answer = post()

    assert answer.json == {"status": "SYSTEM_WITHHELD", "actions": [FLAG]}
    assert counted(200, code) == before + 1


@pytest.mark.parametrize("request_", [{}, [], {"comment": "text"}, {"comment": {"body": 7}}, "x" * 300_000], ids=str)
def test_what_cannot_be_read_is_held_too(post: Post, request_: object) -> None:
    assert post(request_).json == {"status": "SYSTEM_WITHHELD", "actions": [FLAG]}


def test_a_body_that_does_not_come_in_time_is_held_too(edge: Edge) -> None:
    answer = edge.client().post("/coral", environ_overrides={FAULT: BodyTooSlow("it did not come")})

    assert answer.json == {"status": "SYSTEM_WITHHELD", "actions": [FLAG]}


def test_nothing_that_an_author_can_type_is_an_error(edge: Edge, post: Post) -> None:
    answer = post({**REQUEST, "comment": {"body": "a\0\ud800" + "ü" * 40_000}})

    assert answer.status_code == 204
    assert edge.moderation.asked[0].comment.startswith("a\0\ufffdü")
    assert len(edge.moderation.asked[0].comment.encode()) <= 65_536


def test_without_the_store_secrets_that_were_read_lately_go_on_working(edge: Edge, post: Post) -> None:
    post()
    edge.phases.fault = StoreUnavailable("away")

    edge.seconds = STALE_SECONDS
    known = post()
    edge.seconds = 2 * STALE_SECONDS + 6
    forgotten = post()

    assert known.status_code == 204
    assert forgotten.json == {"status": "SYSTEM_WITHHELD", "actions": [FLAG]}


def test_a_store_that_does_not_answer_is_asked_for_the_secrets_once_a_second_whoever_signs(
    edge: Edge, post: Post
) -> None:
    edge.phases.fault = StoreUnavailable("away")

    answers = [post(REQUEST, "empsec_of_somebody_else").json for edge.seconds in (0.0, 0.1, 0.9, 1.0, 1.9)]
    reads = edge.phases.reads
    edge.phases.fault, edge.seconds = None, 2.0

    assert answers == [{"status": "SYSTEM_WITHHELD", "actions": [FLAG]}] * 5
    assert reads == 2
    assert post().status_code == 204


def test_the_secrets_are_read_every_few_seconds_and_not_for_every_comment(edge: Edge, post: Post) -> None:
    for edge.seconds in (0.0, 4.9, 5.0):
        post()

    assert edge.phases.reads == 2


def environ(path: str, **changes: Any) -> dict[str, Any]:
    return {"PATH_INFO": path, "wsgi.input": BytesIO(b"{}"), **changes}


def test_a_comment_that_takes_too_long_is_held_as_its_site_wishes() -> None:
    unknown = late(environ("/coral"), HELD)
    known = late(environ("/coral", **{STATUSES: Statuses(hold=CoralStatus.PREMOD)}), HELD)

    assert unknown and known
    assert json.loads(unknown[2]) == {"status": "SYSTEM_WITHHELD", "actions": [FLAG]}
    assert json.loads(known[2])["status"] == "PREMOD"
    assert late(environ("/v1/comments"), HELD) is None
