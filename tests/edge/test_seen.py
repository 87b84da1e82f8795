"""
What operators see of a running service, by every edge: numbers and lines, and nothing of who wrote what.
"""

import hmac
import json
import re
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from listening_site import ListeningSite, listening
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span
from running_service import Answer, RunningService, wait_until, write_model

CORAL_SECRET = "empsec_" + "5c" * 32
# In every field that a client may send, on every edge, something that is found again wherever it turns up.
MARKS = (
    "zqtext",
    "zqname",
    "zqmail",
    "zqhost",
    "zqagent",
    "zqpath",
    "zqtitle",
    "zqword",
    "203.0.113.77",
    "2001:db8::77",
)
FIELDS = {
    "name": "zqname zqname",
    "comment": "A casino with zqtext, see http://zqhost.example/zqpath",
    "email": "zqmail@zqhost.example",
    "url": "http://zqhost.example/",
    "ip": "203.0.113.77",
    "user_agent": "zqagent/1.0",
    "referrer": "http://zqhost.example/zqpath",
    "permalink": "http://zqhost.example/zqpath",
    "article_title": "zqtitle",
    "article_text": "zqtitle zqtext",
    "parent_id": "zqpath",
    "author_role": "zqname",
    "honeypot": "zqtext",
    "id": "zqpath-4711",
}
AKISMET = {
    "blog": "http://zqhost.example/",
    "user_ip": "2001:db8::77",
    "user_agent": "zqagent",
    "referrer": "http://zqhost.example/zqpath",
    "permalink": "http://zqhost.example/zqpath",
    "comment_author": "zqname",
    "comment_author_email": "zqmail@zqhost.example",
    "comment_author_url": "http://zqhost.example/",
    "comment_content": "good pills and zqtext",
    "comment_context[]": "zqtitle",
    "HTTP_COOKIE": "zqword",
}
CORAL = {
    "action": "NEW",
    "comment": {"body": "<p>casino zqtext</p>", "parentID": "zqpath"},
    "author": {"id": "zqname", "role": "zqname"},
    "story": {"id": "zqpath", "url": "http://zqhost.example/zqpath"},
    "site": {"id": "zqhost"},
    "tenantID": "zqhost",
    "tenantDomain": "zqhost.example",
}
PERSPECTIVE = {
    "comment": {"text": "casino zqtext"},
    "context": {"entries": [{"text": "zqtitle"}]},
    "requestedAttributes": {"SPAM": {}},
    "languages": ["zqword"],
    "clientToken": "zqname",
    "sessionId": "zqpath",
    "communityId": "zqhost",
}
# Of the caller and its way here, which is the author's where a form posts straight to Hamlet.
SENT_ALONG = {
    "User_Agent": "zqagent",
    "Referer": "http://zqhost.example/zqpath",
    "Cookie": "hamlet_session=zqword",
    "X_Forwarded_For": "203.0.113.77, 2001:db8::77",
    "Forwarded": "for=203.0.113.77",
    "Tracestate": "zqname=zqword",
    "Baggage": "name=zqname",
}


def post(service: RunningService, path: str, content: Any, **headers: str) -> Answer:
    form = isinstance(content, str)
    body = content.encode() if form else json.dumps(content).encode()
    media_type = "application/x-www-form-urlencoded" if form else "application/json"
    return service.request("POST", path, body, **{"Content_Type": media_type, **SENT_ALONG, **headers})


def by_every_edge(service: RunningService) -> list[Answer]:
    """
    Send a comment by each edge, then what else takes a person's words, then what is refused.
    """
    service.hamlet("sites", "coral", "demo", "--secret", CORAL_SECRET)
    shown = json.loads(service.hamlet("sites", "show", "demo", "--json"))
    admin = service.hamlet("sites", "keys", "add", "demo", "--scope", "admin").split()[-1]
    key = {"Authorization": f"Bearer {service.key}"}
    signature = hmac.digest(CORAL_SECRET.encode(), json.dumps(CORAL).encode(), "sha256").hex()
    decided = post(service, "/v1/comments", FIELDS, **key)
    decision = json.loads(decided.body)["id"]
    suggestion = {**PERSPECTIVE, "attributeScores": {"SPAM": {"summaryScore": {"value": 1}}}}
    answers = [
        decided,
        post(service, "/v1/comments", urlencode(FIELDS), **key),
        post(service, "/1.1/comment-check", urlencode({**AKISMET, "api_key": shown["akismet_keys"][0]})),
        post(service, "/coral", CORAL, X_Coral_Signature=f"sha256={signature}"),
        post(service, f"/v1alpha1/comments:analyze?key={service.key}", PERSPECTIVE),
        post(service, f"/v1alpha1/comments:suggestscore?key={service.key}", suggestion),
        post(service, "/", urlencode({"name": "zqname", "comment": "casino zqtext"})),
        post(service, "/v1/batch", {**FIELDS, "id": "2"}, **{**key, "Content_Type": "application/x-ndjson"}),
        post(service, f"/v1/comments/{decision}/label", {"label": "spam", "who": "zqname"}, **key),
        post(
            service,
            "/v1/lists",
            {"entries": [{"value": "zqword", "action": "hold", "note": "zqname"}]},
            X_Api_Key=admin,
        ),
        service.request("GET", "/v1/queue", b"", **key),
    ]
    refused = [
        post(service, "/v1/comments", {**FIELDS, "zqname": "zqtext"}, **key),
        post(service, "/v1/comments", '{"zqname": "zqtext"', **{**key, "Content_Type": "application/json"}),
        post(service, "/v1/comments?zqname=zqtext", FIELDS, Authorization="Bearer zqword"),
        post(
            service,
            "/moderate/sign-in",
            urlencode({"name": "zqname", "password": "zqword"}),
            Sec_Fetch_Site="same-origin",
        ),
        service.request("GET", "/zqpath/zqname?q=zqtext", b"", **SENT_ALONG),
        service.request("GET", "/v1/comments/zqpath", b"", **key),
    ]
    assert [answer for answer in answers if answer.status not in (200, 201, 204)] == []
    assert [answer for answer in refused if not 400 <= answer.status < 500] == []
    assert b"zqtext" in answers[-1].body  # so that it was there to be seen
    return answers + refused


@pytest.fixture(scope="module")
def collector() -> Iterator[ListeningSite]:
    """
    Where traces are sent.
    """
    with listening() as site:
        site.body = b""
        yield site


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory, collector: ListeningSite) -> Iterator[RunningService]:
    folder = tmp_path_factory.mktemp("seen")
    write_model(folder / "models")
    url = f"http://127.0.0.1:{collector.port}/v1/traces"
    with RunningService(folder, HAMLET_WORKERS="2", HAMLET_LOG_LEVEL="debug", HAMLET_OTLP_URL=url) as running:
        yield running


def traces(collector: ListeningSite) -> list[Span]:
    exports = [ExportTraceServiceRequest.FromString(told.body) for told in collector.told]
    return [
        span
        for export in exports
        for resource in export.resource_spans
        for scope in resource.scope_spans
        for span in scope.spans
    ]


@pytest.fixture(scope="module")
def answers(service: RunningService) -> list[Answer]:
    return by_every_edge(service)


@pytest.fixture(scope="module")
def numbers(service: RunningService, answers: list[Answer]) -> str:
    return service.request("GET", "/metrics").body.decode()


def test_no_number_has_anything_of_a_comment_or_its_author(numbers: str) -> None:
    assert [mark for mark in MARKS if mark in numbers] == []


def test_no_line_of_the_log_has_anything_of_a_comment_or_its_author(
    service: RunningService, answers: list[Answer]
) -> None:
    wait_until(lambda: len(service.log_lines()) >= len(answers))
    log = Path(service.folder / "log").read_text()

    assert [mark for mark in MARKS if mark in log] == []
    assert service.key not in log


def test_no_span_has_anything_of_a_comment_or_its_author(answers: list[Answer], collector: ListeningSite) -> None:
    wait_until(lambda: len([span for span in traces(collector) if span.kind == Span.SPAN_KIND_SERVER]) >= len(answers))
    sent = b"".join(told.body for told in collector.told).decode("latin-1")

    assert [mark for mark in MARKS if mark in sent] == []
    assert {"traffic", "score", "store"} <= {span.name for span in traces(collector)}


def test_a_trace_is_followed_from_the_caller_to_the_log(service: RunningService) -> None:
    trace, caller = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"

    answer = service.request("GET", "/v1/queue", Traceparent=f"00-{trace}-{caller}-01")

    wait_until(lambda: any(line.get("trace_id") == trace for line in service.log_lines()))
    (line,) = (line for line in service.log_lines() if line.get("trace_id") == trace)
    assert answer.headers["traceresponse"] == f"00-{trace}-{line['span_id']}-01"


@pytest.mark.parametrize("edge", ["api", "akismet", "coral", "perspective", "web"])
def test_the_time_to_answer_is_told_by_edge_and_verdict(numbers: str, edge: str) -> None:
    timed = re.findall(rf'hamlet_request_seconds_count{{edge="{edge}",verdict="(hold|reject)"}} (\d+)', numbers)

    assert sum(int(count) for _, count in timed) >= 1


def test_why_comments_were_withheld_and_how_they_scored_is_counted(numbers: str) -> None:
    scored = re.search(r"^hamlet_score_count (\d+)", numbers, re.MULTILINE)

    assert re.search(r'^hamlet_reasons_total{code="(text|honeypot|campaign)"} [1-9]', numbers, re.MULTILINE)
    assert scored
    assert int(scored[1]) >= 5


def test_what_waits_for_moderators_is_counted_over_all_sites(numbers: str) -> None:
    waiting = re.search(r"^hamlet_queue_comments (\d+)", numbers, re.MULTILINE)

    assert waiting
    assert int(waiting[1]) >= 1
    assert re.search(r"^hamlet_queue_oldest_seconds \d", numbers, re.MULTILINE)


def test_every_request_is_one_line_with_its_edge(service: RunningService, answers: list[Answer]) -> None:
    wait_until(lambda: len([line for line in service.log_lines() if line["event"] == "request"]) >= len(answers))
    lines = [line for line in service.log_lines() if line.get("verdict")]

    assert {line["edge"] for line in lines} == {"api", "akismet", "coral", "perspective", "web"}


def test_what_was_traced_last_is_sent_before_a_worker_ends(tmp_path: Path, collector: ListeningSite) -> None:
    write_model(tmp_path / "models")
    url = f"http://127.0.0.1:{collector.port}/v1/traces"
    with RunningService(tmp_path, HAMLET_OTLP_URL=url, OTEL_BSP_SCHEDULE_DELAY="600000") as service:
        key = {"Authorization": f"Bearer {service.key}"}
        service.request("GET", "/v1/queue", b"", Traceparent=f"00-{'a' * 32}-{'b' * 16}-01", **key)

        service.stop(signal.SIGTERM)

    assert bytes.fromhex("a" * 32) in [span.trace_id for span in traces(collector)]


def test_a_collector_that_is_away_keeps_no_worker_from_ending(tmp_path: Path) -> None:
    write_model(tmp_path / "models")
    with RunningService(tmp_path, HAMLET_OTLP_URL="http://127.0.0.1:1/v1/traces") as service:
        verdict = service.moderate("Ann", "thanks to all of you")["verdict"]

        code, _ = service.stop(signal.SIGTERM)

    assert (verdict, code) == ("accept", 0)
    assert "is killed" not in (tmp_path / "log").read_text()
