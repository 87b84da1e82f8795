"""
comment-check: exact bytes and headers, and what is answered when there is no verdict.
"""

import re
from dataclasses import replace

import pytest
from akismet_edge import DECISION, GUID, KEY, OTHER_KEY, Edge, check
from edge_fakes import counted
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from service.akismet import answers
from service.api import problems
from service.api.body import FAULT
from service.core import policy
from service.core.decision import Verdict
from service.core.site import AkismetHold
from service.core.traffic import Quota
from service.errors import BodyTooSlow, QuotaExceeded, StoreUnavailable

WORDPRESS = {"User-Agent": "WordPress/6.6 | Akismet/5.7.2"}
DISCOURSE = {"User-Agent": "Discourse/3.4.0 | discourse-akismet/1.0"}
OTHERS = {"User-Agent": "Node.js/20 | Akismet-api/6.0.0"}
QUEUES = (WORDPRESS, DISCOURSE)
HELD = policy.overdue("01")


def ask(client: FlaskClient, headers: dict[str, str] | None = None, **changes: str) -> TestResponse:
    return client.post("/1.1/comment-check", data=check(**changes), headers=headers or {})


def akismet_headers(response: TestResponse) -> dict[str, str]:
    return {name.lower(): value for name, value in response.headers if name.lower().startswith("x-akismet")}


@pytest.mark.parametrize(
    ("verdict", "body"), [(Verdict.ACCEPT, b"false"), (Verdict.REJECT, b"true")], ids=["accept", "reject"]
)
def test_a_verdict_is_a_bare_word_with_the_guid_of_its_decision_and_nothing_else(
    client: FlaskClient, edge: Edge, verdict: Verdict, body: bytes
) -> None:
    edge.decide(verdict)

    response = ask(client)

    assert (response.status_code, response.data) == (200, body)
    assert response.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert akismet_headers(response) == {"x-akismet-guid": GUID}


def test_what_is_not_worth_a_look_may_be_discarded(client: FlaskClient, edge: Edge) -> None:
    edge.decide(Verdict.REJECT, discard=True)

    response = ask(client)

    assert response.data == b"true"
    assert akismet_headers(response) == {"x-akismet-guid": GUID, "x-akismet-pro-tip": "discard"}


def test_a_site_that_only_logs_is_told_no_spam(client: FlaskClient, edge: Edge) -> None:
    edge.decide(Verdict.REJECT, discard=True, log_only=True)

    response = ask(client)

    assert response.data == b"false"
    assert akismet_headers(response) == {"x-akismet-guid": GUID}


@pytest.mark.parametrize("client_headers", QUEUES, ids=["wordpress", "discourse"])
def test_what_is_held_reaches_the_queue_of_a_client_that_has_one(
    client: FlaskClient, edge: Edge, client_headers: dict[str, str]
) -> None:
    edge.decide(Verdict.HOLD)

    response = ask(client, client_headers)

    assert response.data == b"false"
    assert akismet_headers(response) == {"x-akismet-guid": GUID, "x-akismet-error": "held-for-review"}


@pytest.mark.parametrize("client_headers", [OTHERS, {"User-Agent": ""}, {"User-Agent": "x WordPress/6"}])
def test_what_is_held_is_spam_to_any_other_client(
    client: FlaskClient, edge: Edge, client_headers: dict[str, str]
) -> None:
    edge.decide(Verdict.HOLD, discard=True)

    response = ask(client, client_headers)

    assert response.data == b"true"
    assert akismet_headers(response) == {"x-akismet-guid": GUID}


@pytest.mark.parametrize(
    ("wish", "client_headers", "body"),
    [(AkismetHold.PENDING, OTHERS, b"false"), (AkismetHold.SPAM, WORDPRESS, b"true")],
)
def test_a_sites_own_wish_goes_before_what_its_client_can_do(
    client: FlaskClient, edge: Edge, wish: AkismetHold, client_headers: dict[str, str], body: bytes
) -> None:
    edge.wish(wish)
    edge.decide(Verdict.HOLD)

    response = ask(client, client_headers)

    assert response.data == body
    assert ("X-akismet-error" in response.headers) == (body == b"false")


@pytest.mark.parametrize("fault", [StoreUnavailable("down"), RuntimeError("anything")])
@pytest.mark.parametrize("part", ["moderation", "sites"])
@pytest.mark.parametrize(("client_headers", "body"), [(WORDPRESS, b"false"), (OTHERS, b"true")])
def test_without_a_verdict_the_comment_is_held_and_counted(
    client: FlaskClient, edge: Edge, fault: Exception, part: str, client_headers: dict[str, str], body: bytes
) -> None:
    getattr(edge, part).fault = fault
    code = problems.code_of(fault)
    before = counted(200, code)

    response = ask(client, client_headers)

    assert (response.status_code, response.data) == (200, body)
    assert counted(200, code) == before + 1
    assert re.fullmatch("[0-9a-f]{32}", response.headers["X-akismet-guid"])
    assert response.headers.get("X-akismet-error") == ("unavailable" if body == b"false" else None)
    assert "X-akismet-pro-tip" not in response.headers


def test_a_form_that_is_too_large_is_held_since_visitors_can_make_one(client: FlaskClient) -> None:
    response = ask(client, {**WORDPRESS, "Host": f"{KEY}.example.com"}, POST_junk="x" * 300_000)

    assert (response.status_code, response.data) == (200, b"false")
    assert response.headers["X-akismet-error"] == "unavailable"


def test_a_body_that_was_cut_off_is_held(client: FlaskClient) -> None:
    response = client.post(
        "/1.1/comment-check", data=b"api_key=", headers=WORDPRESS, environ_overrides={"CONTENT_LENGTH": "100"}
    )

    assert (response.status_code, response.headers["X-akismet-error"]) == (200, "unavailable")


def test_a_body_that_does_not_come_in_time_is_held(client: FlaskClient) -> None:
    response = client.post(
        "/1.1/comment-check", headers=WORDPRESS, environ_overrides={FAULT: BodyTooSlow("it did not come")}
    )

    assert (response.status_code, response.headers["X-akismet-error"]) == (200, "unavailable")


@pytest.mark.parametrize(
    ("wish", "body"), [(None, b"false"), (AkismetHold.SPAM, b"true")], ids=["unknown site", "site with a wish"]
)
def test_a_check_that_takes_too_long_has_an_answer_before_its_own(wish: AkismetHold | None, body: bytes) -> None:
    environ = {"PATH_INFO": f"/k/{KEY}/.rest.akismet.com/1.1/comment-check", "HTTP_USER_AGENT": "WordPress/7.1"}

    answer = answers.late(environ | ({answers.HOLD: wish} if wish else {}), HELD)

    assert answer
    status, headers, content = answer
    assert (status, content) == (200, body)
    assert "x-akismet-guid" in dict(headers)
    assert dict(headers).get("x-akismet-error") == ("unavailable" if body == b"false" else None)


def test_any_other_call_may_take_its_time() -> None:
    assert answers.late({"PATH_INFO": "/1.1/verify-key"}, HELD) is None


def test_an_unknown_key_is_invalid_and_says_why_with_a_guid(client: FlaskClient) -> None:
    response = ask(client, api_key=OTHER_KEY)

    assert (response.status_code, response.data) == (200, b"invalid")
    assert {*akismet_headers(response)} == {"x-akismet-debug-help", "x-akismet-guid"}


@pytest.mark.parametrize("missing", ["blog", "user_ip"])
@pytest.mark.parametrize("call", ["comment-check", "submit-spam", "submit-ham"])
def test_a_field_that_must_be_there_is_named(client: FlaskClient, missing: str, call: str) -> None:
    response = client.post(f"/1.1/{call}", data=check(**{missing: ""}))

    assert (response.status_code, response.data) == (200, b"invalid")
    assert response.headers["X-akismet-debug-help"] == f"{missing} is required"


def test_a_caller_over_its_quota_is_told_when_to_come_again(client: FlaskClient, edge: Edge) -> None:
    edge.moderation.fault = QuotaExceeded(Quota(600, 0, 30), 10)

    response = ask(client)

    assert (response.status_code, response.headers["Retry-After"]) == (429, "10")
    assert response.headers["X-akismet-guid"]


@pytest.mark.parametrize("path", ["/1.1/comment-check", "/9.9/comment-check", "/k/x/y/z/comment-check"])
def test_a_wrong_method_or_address_has_a_guid_too(client: FlaskClient, path: str) -> None:
    response = client.delete(path)

    assert response.status_code in (404, 405)
    assert response.headers["X-akismet-guid"]


def test_no_two_answers_share_a_guid(client: FlaskClient, edge: Edge) -> None:
    edge.moderation.fault = StoreUnavailable("down")

    guids = {ask(client).headers["X-akismet-guid"] for _ in range(20)}

    assert len(guids) == 20


@pytest.mark.parametrize(
    ("said", "body"),
    [
        ({"comment_author": "viagra-test-123"}, b"true"),
        ({"comment_author_email": "akismet-guaranteed-spam@example.com"}, b"true"),
        ({"user_role": "administrator"}, b"false"),
        ({"user_role": "editor, administrator,super_admin", "comment_author": "viagra-test-123"}, b"false"),
    ],
)
def test_what_is_agreed_on_is_answered_without_asking_anybody(
    client: FlaskClient, edge: Edge, said: dict[str, str], body: bytes
) -> None:
    response = ask(client, None, **said)

    assert response.data == body
    assert {*akismet_headers(response)} == {"x-akismet-guid"}
    assert not edge.moderation.asked


def test_a_discard_can_be_tried(client: FlaskClient) -> None:
    response = ask(client, test_discard="1")

    assert (response.data, response.headers["X-akismet-pro-tip"]) == (b"true", "discard")


@pytest.mark.parametrize("role", ["", "subscriber", "not-administrator"])
def test_any_other_role_is_judged(client: FlaskClient, edge: Edge, role: str) -> None:
    ask(client, user_role=role)

    assert edge.moderation.asked


@pytest.mark.parametrize("value", ["1", "true", "True"])
@pytest.mark.parametrize("verdict", [Verdict.ACCEPT, Verdict.REJECT])
def test_a_test_is_judged_where_it_leaves_no_trace(
    client: FlaskClient, edge: Edge, value: str, verdict: Verdict
) -> None:
    edge.decide(verdict)

    response = ask(client, is_test=value)

    assert response.data == (b"true" if verdict is Verdict.REJECT else b"false")
    assert (len(edge.rehearsal.asked), len(edge.moderation.asked)) == (1, 0)


@pytest.mark.parametrize("value", ["0", "false", "False", "", " "])
def test_a_test_that_is_none_is_a_comment(client: FlaskClient, edge: Edge, value: str) -> None:
    ask(client, is_test=value)

    assert (len(edge.rehearsal.asked), len(edge.moderation.asked)) == (0, 1)


@pytest.mark.parametrize(
    "content_type",
    [
        "application/x-www-form-urlencoded",
        "application/x-www-form-urlencoded;charset=UTF-8",
        "application/x-www-form-urlencoded; charset=UTF-8",
        "charset=utf-8",
        "",
    ],
)
def test_the_type_of_a_form_may_be_spelled_in_any_way(client: FlaskClient, edge: Edge, content_type: str) -> None:
    form = f"api_key={KEY}&blog=b&user_ip=8.8.8.8&comment_content=caf%C3%A9".encode()

    client.post("/1.1/comment-check", data=form, headers={"Content-Type": content_type})

    assert edge.moderation.asked[0].comment == "café"


def test_a_decision_of_a_part_that_failed_is_told_like_any_other(client: FlaskClient, edge: Edge) -> None:
    edge.moderation.decision = replace(DECISION, verdict=Verdict.HOLD, recorded=False, degraded=("store",))

    assert ask(client, WORDPRESS).headers["X-akismet-error"] == "held-for-review"
