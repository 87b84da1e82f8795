"""
Requests as spans of OpenTelemetry, sent to a collector of the operator's own.

Imported only where one is set. Spans are made when a request has ended, from the times that were noted: while it is
under way this costs two looks at a clock, and a text or a name has no way into them.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from importlib.metadata import version
from threading import local

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator
from opentelemetry.trace import NonRecordingSpan, SpanContext, SpanKind, StatusCode, TraceFlags
from opentelemetry.util.types import AttributeValue

from service.accounting import Account
from service.core.comment import Asked
from service.core.decision import Decision, Recorded
from service.core.traffic import Observation
from service.errors import StoreUnavailable
from service.moderation import Decisions, Moderation, Traffic

PROBES = "ops"
# For a collector to take what it is sent; a worker that ends waits no longer than this.
SECONDS = 2.0


def to_collector(url: str) -> "Tracing":
    """
    Return what sends spans to a collector, by OTLP over HTTP, from a thread of its own; what it refuses is dropped.
    """
    return Tracing(BatchSpanProcessor(OTLPSpanExporter(endpoint=url, timeout=SECONDS)))


@dataclass(frozen=True, slots=True)
class _Step:
    name: str
    began: float
    ended: float


class Tracing:
    """
    Makes spans of requests and of what they waited for. A class, since each thread has the steps of its last decision.
    """

    def __init__(self, processor: SpanProcessor) -> None:
        self._ids = _Ids()
        resource = Resource({"service.name": "hamlet", "service.version": version("hamlet-moderation")})
        provider = TracerProvider(resource=resource, id_generator=self._ids, shutdown_on_exit=False)
        provider.add_span_processor(processor)
        self._provider = provider
        self._tracer = provider.get_tracer("hamlet")
        self._steps = _Steps()

    def watch(self, moderation: Moderation) -> Moderation:
        """
        Return a moderation whose steps are noted.
        """
        traffic = _WatchedTraffic(moderation.traffic, self._steps)
        return replace(moderation, traffic=traffic, decisions=_WatchedDecisions(moderation.decisions, self._steps))

    def record(self, account: Account) -> None:
        """
        Send a request that has ended, with the steps that its decision took.

        What probes ask is left out: it would be most of what is sent.
        """
        if account.edge == PROBES:
            return
        epoch = time.time_ns() - round(time.perf_counter() * 1e9)

        def at(reading: float) -> int:
            return epoch + round(reading * 1e9)

        parent = None
        if account.trace:
            self._ids.next_span = int(account.trace.span_id, 16)
            parent = _parent(account.trace.trace_id, account.trace.parent_id, account.trace.flags)
        span = self._tracer.start_span(
            f"{account.method} {account.route or account.edge}",
            context=parent,
            kind=SpanKind.SERVER,
            attributes=_attributes(account),
            start_time=at(account.began),
        )
        self._ids.next_span = 0
        if account.status >= 500:
            span.set_status(StatusCode.ERROR)
        if account.decision:
            for step in self._steps.since(account.began):
                inner = trace.set_span_in_context(span)
                self._tracer.start_span(step.name, context=inner, start_time=at(step.began)).end(at(step.ended))
        span.end(at(account.began + account.seconds))

    def close(self) -> None:
        self._provider.shutdown()


class _Ids(local, RandomIdGenerator):
    """
    Gives a request's span the id that its caller has been told, in the thread that makes it.
    """

    next_span = 0

    def generate_span_id(self) -> int:
        return self.next_span or super().generate_span_id()


class _Steps(local):
    """
    The steps of the decisions that this thread made last, together.
    """

    def __init__(self) -> None:
        self.traffic: _Step | None = None
        self.store: _Step | None = None

    def since(self, began: float) -> Iterator[_Step]:
        """
        Yield the steps, unless they are of earlier requests. The score is what lies between Redis and the store.
        """
        traffic, store = self.traffic, self.store
        if traffic is None or traffic.began < began:
            return
        yield traffic
        if store:
            yield _Step("score", traffic.ended, store.began)
            yield store


@dataclass(frozen=True, slots=True)
class _WatchedTraffic:
    inner: Traffic
    steps: _Steps

    def observe(self, asked: Sequence[Asked], meanwhile: Callable[[], None]) -> list[Observation]:
        began = time.perf_counter()
        observed = self.inner.observe(asked, meanwhile)
        self.steps.traffic, self.steps.store = _Step("traffic", began, time.perf_counter()), None
        return observed


@dataclass(frozen=True, slots=True)
class _WatchedDecisions:
    inner: Decisions
    steps: _Steps

    def record(
        self, made: Sequence[tuple[Asked, Decision]], received_at: datetime
    ) -> Sequence[Recorded | StoreUnavailable]:
        began = time.perf_counter()
        recorded = self.inner.record(made, received_at)
        self.steps.store = _Step("store", began, time.perf_counter())
        return recorded

    def claimed(self, site_id: int, claim_key: str) -> Recorded | None:
        return self.inner.claimed(site_id, claim_key)


def _parent(trace_id: str, span_id: str, flags: str) -> Context:
    caller = SpanContext(int(trace_id, 16), int(span_id, 16), is_remote=True, trace_flags=TraceFlags(int(flags, 16)))
    return trace.set_span_in_context(NonRecordingSpan(caller))


def _attributes(account: Account) -> dict[str, AttributeValue]:
    attributes: dict[str, AttributeValue] = {
        "http.request.method": account.method,
        "http.response.status_code": account.status,
        "hamlet.edge": account.edge,
        "hamlet.request_id": account.request_id,
    }
    if account.route:
        attributes["http.route"] = account.route
    if account.site:
        attributes["hamlet.site"] = account.site
    if account.abandoned:
        attributes["hamlet.abandoned"] = True
    if decision := account.decision:
        attributes |= {"hamlet.verdict": decision.verdict.value, "hamlet.degraded": decision.degraded}
        if decision.model:
            attributes["hamlet.model"] = decision.model
    return attributes
