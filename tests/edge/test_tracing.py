"""
Requests as spans: what they are called, whose children they are, and what they took.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest
from flask.testing import FlaskClient
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode
from past_flask import answering

from service import ops
from service.accounting import ANSWERED
from service.api import decisions as decisions_api
from service.api.comments import Comments
from service.app import Parts, assemble
from service.config import Settings, SettingsError
from service.core.comment import Asked
from service.core.decision import Decision, Recorded
from service.core.site import Site
from service.core.traffic import Observation, Quota
from service.errors import StoreUnavailable
from service.gate import Gate
from service.moderation import Moderation
from service.store.keys import digest
from service.trace_context import TraceContext
from service.tracing import Tracing

KEY = "hamlet_0123456789_" + "A" * 43
TRACE, CALLER = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
TRACEPARENT = f"00-{TRACE}-{CALLER}-01"


@dataclass
class Everything:
    """
    A site that takes part in all that a decision needs.
    """

    fault: Exception | None = None

    def by_key_id(self, key_id: str) -> tuple[Site, bytes, bool]:
        if self.fault:
            raise self.fault
        return Site(1, "blog", key_id), digest(KEY), False

    def observe(self, asked: Sequence[Asked], meanwhile: Callable[[], None]) -> list[Observation]:
        return [Observation(Quota(600, 599, 1))] * len(asked)

    def record(
        self, made: Sequence[tuple[Asked, Decision]], received_at: datetime
    ) -> list[Recorded | StoreUnavailable]:
        return [Recorded(decision) for _, decision in made]

    def claimed(self, site_id: int, claim_key: str) -> Recorded | None:
        return None

    def find(self, site_id: int, decision_id: str) -> Decision | None:
        return None


@dataclass
class Traced:
    """
    An application whose spans stay in memory.
    """

    all: Everything = field(default_factory=Everything)

    def __post_init__(self) -> None:
        self._exporter = InMemorySpanExporter()
        tracing = Tracing(SimpleSpanProcessor(self._exporter))
        clock = datetime.now(UTC)
        ids = iter(map(str, range(100)))
        moderation = Moderation(self.all, lambda: None, self.all, clock=lambda: clock, new_id=lambda: next(ids))
        watched = tracing.watch(moderation)
        gate = Gate(self.all)
        self.comments = Comments(watched, gate, tracing=tracing)
        probes = ops.blueprint({}, needed=frozenset(), model=lambda: None)
        parts = Parts(self.comments, [decisions_api.blueprint(gate, self.all), probes])
        self.client: FlaskClient = answering(assemble(parts), self.comments).test_client()
        self.client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {KEY}"

    def spans(self) -> list[ReadableSpan]:
        return list(self._exporter.get_finished_spans())

    def only(self, kind: SpanKind = SpanKind.SERVER) -> ReadableSpan:
        (span,) = (span for span in self.spans() if span.kind is kind)
        return span


@pytest.fixture
def traced() -> Traced:
    return Traced()


def test_a_comment_is_a_span_with_its_steps_as_children_in_order(traced: Traced) -> None:
    traced.client.post("/v1/comments", json={"name": "Ann", "comment": "hi"})

    request = traced.only()
    steps = [span for span in traced.spans() if span is not request]
    assert request.name == "POST /v1/comments"
    assert [step.name for step in steps] == ["traffic", "score", "store"]
    assert all(step.parent and step.parent.span_id == request.context.span_id for step in steps)
    moments = [moment or 0 for span in steps for moment in (span.start_time, span.end_time)]
    moments = [request.start_time or 0, *moments, request.end_time or 0]
    assert moments == sorted(moments)


def test_a_span_says_what_was_decided_and_where(traced: Traced) -> None:
    traced.client.post("/v1/comments", json={"name": "Ann", "comment": "hi"}, headers={"X-Request-Id": "r-1"})

    assert dict(traced.only().attributes or {}) == {
        "http.request.method": "POST",
        "http.route": "/v1/comments",
        "http.response.status_code": 200,
        "hamlet.edge": "api",
        "hamlet.request_id": "r-1",
        "hamlet.site": "blog",
        "hamlet.verdict": "hold",
        "hamlet.degraded": ("model",),
    }


def test_a_request_is_part_of_its_callers_trace_and_the_answer_names_its_span(traced: Traced) -> None:
    answer = traced.client.post(
        "/v1/comments", json={"name": "", "comment": "hi"}, headers={"Traceparent": TRACEPARENT}
    )

    span = traced.only()
    assert span.parent
    assert (f"{span.context.trace_id:032x}", f"{span.parent.span_id:016x}") == (TRACE, CALLER)
    assert answer.headers["traceresponse"] == f"00-{TRACE}-{span.context.span_id:016x}-01"


def test_what_the_caller_does_not_sample_is_not_sent(traced: Traced) -> None:
    traced.client.get("/v1/comments/1", headers={"Traceparent": TRACEPARENT[:-1] + "0"})

    assert traced.spans() == []


def test_comments_that_are_decided_together_are_spans_of_their_own(traced: Traced) -> None:
    environ = traced.client.post("/v1/comments", json={"name": "", "comment": "hi"}).request.environ
    before = len(traced.spans())
    environ["wsgi.input"].seek(0)
    other = {**environ, "HTTP_TRACEPARENT": TRACEPARENT}

    traced.comments.answer([environ, other])

    requests = [span for span in traced.spans()[before:] if span.kind is SpanKind.SERVER]
    assert len({span.context.trace_id for span in requests}) == 2


def test_a_request_without_a_decision_has_no_steps_of_an_earlier_one(traced: Traced) -> None:
    traced.client.post("/v1/comments", json={"name": "", "comment": "hi"})
    before = len(traced.spans())

    traced.client.get("/v1/comments/zq-somebody")

    (span,) = traced.spans()[before:]
    assert span.name == "GET /v1/comments/<decision_id>"


def test_an_error_of_ours_is_an_error_in_the_trace_without_its_words() -> None:
    traced = Traced(Everything(RuntimeError("a comment")))

    traced.client.get("/v1/comments/1")

    span = traced.only()
    assert span.status.status_code is StatusCode.ERROR
    assert "a comment" not in span.to_json()


def test_what_was_decided_too_late_says_so(traced: Traced) -> None:
    comment = {"name": "Ann", "comment": "hi"}

    traced.client.post("/v1/comments", json=comment, environ_overrides={ANSWERED: "by another"})

    assert (traced.only().attributes or {})["hamlet.abandoned"] is True
    assert [span.name for span in traced.spans() if span.kind is not SpanKind.SERVER] == ["traffic", "score", "store"]


def test_probes_are_not_traced(traced: Traced) -> None:
    traced.client.get("/livez")

    assert traced.spans() == []


@pytest.mark.parametrize(
    "traceparent",
    [
        "",
        "00",
        TRACEPARENT.upper(),
        f"ff-{TRACE}-{CALLER}-01",
        f"00-{'0' * 32}-{CALLER}-01",
        f"00-{TRACE}-{'0' * 16}-01",
        f"{TRACEPARENT}-more",
        f" {TRACEPARENT}",
    ],
)
def test_what_is_no_traceparent_is_left_alone(traceparent: str) -> None:
    assert TraceContext.read(traceparent) is None


def test_a_later_version_of_the_standard_is_read_as_far_as_it_is_known() -> None:
    later = TraceContext.read(f"01-{TRACE}-{CALLER}-01-more")

    assert later
    assert later.trace_id == TRACE


def test_the_address_of_a_collector_is_a_url() -> None:
    with pytest.raises(SettingsError, match="HAMLET_OTLP_URL cannot be"):
        Settings.from_environment({"HAMLET_OTLP_URL": "collector:4318"})
