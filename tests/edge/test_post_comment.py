"""
POST /v1/comments: what a caller gets, and what reaches the moderation.
"""

import json
from dataclasses import fields, replace
from datetime import UTC, datetime
from typing import Any

import pytest
from flask.testing import FlaskClient

from service.api.quota import headers_of
from service.api.submission import Submission
from service.core.comment import Comment
from service.core.decision import Verdict
from service.core.traffic import Quota
from service.errors import ClaimInFlight, ClaimMismatch, QuotaExceeded, StoreUnavailable

MINIMAL = {"name": "Anna", "comment": "Thank you."}
EVERYTHING = {
    "name": "Anna",
    "comment": "Thank you.",
    "email": "anna@example.org",
    "url": "https://anna.example.org",
    "ip": "8.8.8.8",
    "user_agent": "Mozilla/5.0",
    "referrer": "https://example.org/",
    "permalink": "https://example.org/7",
    "article_title": "Seven",
    "article_text": "All about seven.",
    "type": "comment",
    "parent_id": "3",
    "author_role": "guest",
    "language": "en",
    "submitted_at": "2026-11-23T19:30:00.5+01:00",
    "form_seconds": 12.5,
    "honeypot": "",
    "id": "4711",
}


def test_the_answer_is_the_decision_in_json(caller: FlaskClient) -> None:
    response = caller.post("/v1/comments", json=MINIMAL)

    assert response.status_code == 200
    assert response.content_type == "application/json"
    assert response.get_json() == {
        "id": "01930000-0000-7000-8000-000000000000",
        "verdict": "hold",
        "log_only": False,
        "decided": "hold",
        "score": 0.8312345678901234,
        "discard": False,
        "prior": -1.2,
        "reasons": [
            {"code": "text", "weight": 2.1, "evidence": ["payday loans"]},
            {"code": "campaign", "weight": 1.4, "seen": 7, "authors": 6},
            {"code": "flood", "rule": "flood"},
        ],
        "summary": "Held: its words.",
        "retry_after": None,
        "model": "2026-11-23.1",
        "thresholds": {"accept_below": 0.35, "reject_at": 0.97, "discard_at": 1.0},
        "degraded": [],
        "recorded": True,
    }


def test_a_site_that_only_logs_is_told_to_accept_and_what_was_decided(caller: FlaskClient, moderation: Any) -> None:
    rejected = {"verdict": Verdict.REJECT, "discard": True, "summary": "Rejected: its words."}
    moderation.decision = replace(moderation.decision, **rejected, log_only=True)

    answer = caller.post("/v1/comments", json=MINIMAL).get_json()

    assert (answer["verdict"], answer["decided"], answer["log_only"]) == ("accept", "reject", True)
    assert answer["summary"] == "Accepted, since the site only logs; otherwise rejected: its words."
    assert answer["discard"] is False


def test_headers_tell_the_quota_and_forbid_caching(caller: FlaskClient) -> None:
    headers = caller.post("/v1/comments", json=MINIMAL).headers

    assert headers["RateLimit-Policy"] == '"comments";q=600;w=60'
    assert headers["RateLimit"] == '"comments";r=599;t=1'
    assert headers["Cache-Control"] == "no-store"
    assert "Idempotent-Replayed" not in headers


def test_a_key_without_a_limit_is_not_told_that_nothing_is_left() -> None:
    assert headers_of(Quota(0, 0, 0)) == {}


def test_a_decision_given_before_is_marked(caller: FlaskClient, moderation: Any) -> None:
    moderation.replayed = True

    assert caller.post("/v1/comments", json=MINIMAL).headers["Idempotent-Replayed"] == "true"


def test_a_decision_without_a_model_has_no_score_nor_thresholds(caller: FlaskClient, moderation: Any) -> None:
    moderation.decision = replace(moderation.decision, score=None, prior=None, model=None, thresholds=None, reasons=())

    answer = caller.post("/v1/comments", json=MINIMAL).get_json()

    assert [answer[key] for key in ("score", "prior", "model", "thresholds", "reasons")] == [None, None, None, None, []]


def test_every_field_of_a_comment_can_be_sent() -> None:
    # What only clients of Akismet say: where they want to hear of a decision, and under which article.
    names = {field.name for field in fields(Comment)} - {"callback", "post_id"}

    assert names == Submission.model_fields.keys() == EVERYTHING.keys()


@pytest.mark.parametrize("as_form", [False, True])
def test_json_and_forms_say_the_same(caller: FlaskClient, moderation: Any, as_form: bool) -> None:
    body: dict[str, Any] = {"data": EVERYTHING} if as_form else {"json": EVERYTHING}

    response = caller.post("/v1/comments", **body)

    assert response.status_code == 200
    comment, claim = moderation.asked[0]
    moment = datetime(2026, 11, 23, 18, 30, 0, 500_000, UTC)
    assert comment == Comment(**{**EVERYTHING, "submitted_at": moment})  # type: ignore[arg-type]
    assert claim.key == "id:4711"


def test_null_and_an_empty_form_field_are_as_good_as_not_sent(caller: FlaskClient, moderation: Any) -> None:
    optional = EVERYTHING.keys() - MINIMAL.keys()

    caller.post("/v1/comments", json={**MINIMAL, **dict.fromkeys(optional)})
    caller.post("/v1/comments", data={**MINIMAL, **dict.fromkeys(optional, "")})

    assert moderation.asked == [(Comment("Anna", "Thank you."), None)] * 2


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("8.8.8.8", "8.8.8.8"),
        (" ::ffff:8.8.8.8 ", "8.8.8.8"),
        ("FE80::1%eth0", "fe80::1"),
        ("2001:DB8:0::1", "2001:db8::1"),
        ("", ""),
    ],
)
def test_addresses_are_kept_in_their_plain_form(caller: FlaskClient, moderation: Any, given: str, kept: str) -> None:
    caller.post("/v1/comments", json={**MINIMAL, "ip": given})

    assert moderation.asked[0][0].ip == kept


def test_identifiers_may_be_numbers(caller: FlaskClient, moderation: Any) -> None:
    caller.post("/v1/comments", json={**MINIMAL, "id": 4711, "parent_id": 0})

    comment, claim = moderation.asked[0]
    assert (comment.id, comment.parent_id, claim.key) == ("4711", "0", "id:4711")


def test_the_header_goes_before_the_id_and_neither_is_taken_for_the_other(caller: FlaskClient, moderation: Any) -> None:
    caller.post("/v1/comments", json={**MINIMAL, "id": 5}, headers={"Idempotency-Key": "5"})
    caller.post("/v1/comments", json={**MINIMAL, "id": 5})
    caller.post("/v1/comments", json=MINIMAL)

    assert [claim and claim.key for _, claim in moderation.asked] == ["header:5", "id:5", None]


def test_the_digest_is_of_what_was_said_and_not_of_how(caller: FlaskClient, moderation: Any) -> None:
    said = {"name": "Anna", "comment": "é", "submitted_at": "2026-11-23T18:30:00Z", "id": 5, "form_seconds": 3}
    caller.post("/v1/comments", json=said)
    backwards = json.dumps(dict(reversed(said.items())), ensure_ascii=False, indent=2)
    caller.post("/v1/comments", data=backwards.encode(), content_type="application/json")
    caller.post("/v1/comments", data=said)
    caller.post("/v1/comments", json={**said, "comment": "e"})

    digests = [claim.digest for _, claim in moderation.asked]
    assert digests[0] == digests[1] == digests[2] != digests[3]


def test_no_email_and_no_address_can_be_tried_by_the_digest(caller: FlaskClient, moderation: Any) -> None:
    said = {"name": "Anna", "comment": "Hello", "id": 5}
    caller.post("/v1/comments", json={**said, "email": "anna@mail.example", "ip": "198.41.0.4"})
    caller.post("/v1/comments", json=said)

    with_them, without = [claim.digest for _, claim in moderation.asked]
    assert with_them == without


@pytest.mark.parametrize("key", ["", " ", "a b", "é", "x" * 201, "a\tb"])
def test_a_bad_idempotency_key_is_named(caller: FlaskClient, key: str) -> None:
    response = caller.post("/v1/comments", json=MINIMAL, headers={"Idempotency-Key": key})

    assert response.status_code == 422
    assert response.get_json()["field"] == "Idempotency-Key"


@pytest.mark.parametrize(
    ("fault", "status", "kind", "retry_after"),
    [
        (QuotaExceeded(Quota(600, 0, 30), 10), 429, "quota-exceeded", "13"),
        (ClaimInFlight("wait", retry_after=1), 409, "in-flight", "2"),
        (ClaimMismatch("other body", field="id"), 422, "idempotency-mismatch", None),
        (StoreUnavailable("down"), 503, "store-unavailable", "7"),
    ],
)
def test_what_moderation_refuses_is_a_problem_that_says_hold(
    caller: FlaskClient, moderation: Any, fault: Exception, status: int, kind: str, retry_after: str | None
) -> None:
    moderation.fault = fault

    response = caller.post("/v1/comments", json=MINIMAL)

    problem = response.get_json()
    assert (response.status_code, problem["status"], problem["verdict"]) == (status, status, "hold")
    assert problem["type"] == f"/docs/problems#{kind}"
    assert response.headers.get("Retry-After") == retry_after


def test_a_refused_caller_sees_its_quota(caller: FlaskClient, moderation: Any) -> None:
    moderation.fault = QuotaExceeded(Quota(600, 0, 30), 10)

    assert caller.post("/v1/comments", json=MINIMAL).headers["RateLimit"] == '"comments";r=0;t=30'
