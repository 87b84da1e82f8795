"""
The numbers at `/metrics`, counted by every worker in files of its own (`metric_files.py`).

Imported only once PROMETHEUS_MULTIPROC_DIR is set: prometheus_client decides at its import where it counts.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from itertools import product
from math import inf
from typing import Protocol, TypeVar

from prometheus_client import Counter, Gauge, Histogram

from service.core.decision import Decision, Verdict
from service.core.labels import Given, Label, Source
from service.metric_files import forget_the_dead, reserve
from service.model.folder import Distrust

reserve()

_Value = TypeVar("_Value", bound=Hashable)

# A comment takes some 3 ms and has 800.
SECONDS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 0.8, 1.0)
EDGES = ("api", "akismet", "coral", "perspective", "web")
PARTS = ("traffic", "model", "store", "time")
# What a request has for a verdict that decided nothing: a label, a page, a refusal.
NO_VERDICT = "none"
# Finer towards the ends, where the thresholds of most models are.
SCORES = (0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.999)


class Spread(Histogram):
    """
    A histogram that is told of many amounts together: by itself it writes its numbers anew for each of them.
    """

    def observe_all(self, amounts: Sequence[float]) -> None:
        """
        Count amounts, as `observe` counts one.
        """
        if amounts:
            self._sum.inc(sum(amounts))
        for place, count in _times([bisect_left(self._upper_bounds, amount) for amount in amounts]):
            self._buckets[place].inc(count)


DECISIONS = Counter("hamlet_decisions_total", "Comments decided", ("edge", "verdict"))
REASONS = Counter("hamlet_reasons_total", "Comments held or rejected, by what weighed most against them", ("code",))
SCORE = Spread("hamlet_score", "Scores of the comments decided", buckets=SCORES)
REPLAYED = Counter("hamlet_replayed_total", "Decisions given again for the same id or Idempotency-Key")
DEGRADED = Counter("hamlet_degraded_total", "Decisions made without a part", ("part",))
LABELS = Counter("hamlet_labels_total", "Labels kept", ("label", "source", "set_aside"))
LATENCY = Spread("hamlet_request_seconds", "Time to answer a request", ("edge", "verdict"), buckets=SECONDS)
PROBLEMS = Counter("hamlet_problems_total", "Requests answered with an error, or with hold for one", ("status", "code"))
TRAFFIC_ERRORS = Counter("hamlet_traffic_errors_total", "Calls of Redis that failed", ("kind",))
BREAKERS_OPEN = Gauge(
    "hamlet_traffic_breakers_open", "Workers that do not call Redis for now", multiprocess_mode="livesum"
)
MODEL = Gauge(
    "hamlet_model_info", "1 for each model that a worker has in use", ("version",), multiprocess_mode="livemax"
)
OUTBOX_PENDING = Gauge("hamlet_outbox_pending", "Messages to sites that wait", multiprocess_mode="mostrecent")
OUTBOX_OLDEST = Gauge(
    "hamlet_outbox_oldest_seconds", "Age of the message that waits longest", multiprocess_mode="mostrecent"
)
OUTBOX_DEAD = Gauge("hamlet_outbox_dead", "Messages to sites that were given up", multiprocess_mode="mostrecent")
OUTBOX_SENT = Counter("hamlet_outbox_attempts_total", "Attempts to tell a site", ("kind", "outcome"))
ERASED = Counter("hamlet_erased_total", "Rows erased since they were too old", ("what",))
MODEL_LOADS = Counter("hamlet_model_loads_total", "Models that workers took up, at their start or in place of another")
MODEL_SECONDS = Gauge(
    "hamlet_model_load_seconds", "Time to take up the model in use, of the slowest worker", multiprocess_mode="livemax"
)
MODEL_FAILURES = Counter("hamlet_model_load_failures_total", "Models that could not be loaded", ("reason",))
STORE_ERRORS = Counter("hamlet_store_errors_total", "Calls of the store that failed", ("kind",))
REPLACED = Counter("hamlet_workers_replaced_total", "Workers whose place another one took", ("cause",))

# Looked up once: finding a labelled child costs more than counting.
_DECISIONS = {(edge, verdict): DECISIONS.labels(edge, verdict.value) for edge in EDGES for verdict in Verdict}
# There from the start, at zero: of a number that appears with its first event, Prometheus sees no increase.
for _label, _source, _set_aside in product(Label, Source, ("yes", "no")):
    LABELS.labels(_label, _source, _set_aside)
for _cause in ("died", "age", "model"):
    REPLACED.labels(_cause)
for _reason in Distrust:
    MODEL_FAILURES.labels(_reason)
_DEGRADED = {part: DEGRADED.labels(part) for part in PARTS}
_LATENCY = {
    (edge, verdict): LATENCY.labels(edge, verdict)
    for edge in (*EDGES, "other")
    for verdict in (*(each.value for each in Verdict), NO_VERDICT)
}


class Answered(Protocol):
    """
    An answer, such as an account has it. `edge` is the blueprint that gave it, `problem` the code of what it says went
    wrong.
    """

    edge: str
    status: int
    seconds: float
    decision: Decision | None
    replayed: bool
    problem: str | None


def count_answers(answers: Sequence[Answered], *, is_breaker_open: bool) -> None:
    """
    Count answers that are given together: each number is written once for all of them.
    """
    seconds = defaultdict[tuple[str, str], list[float]](list)
    made = []
    for each in answers:
        edge = each.edge if each.edge in EDGES else "other"
        seconds[edge, each.decision.verdict.value if each.decision else NO_VERDICT].append(each.seconds)
        if each.problem:
            count_problem(each.status, each.problem)
        if each.replayed:
            REPLAYED.inc()
        elif each.decision:
            made.append((each.edge, each.decision))
    for labels, amounts in seconds.items():
        _LATENCY[labels].observe_all(amounts)
    if any(each.decision for each in answers):
        BREAKERS_OPEN.set(int(is_breaker_open))
    _count_decisions(made)


def _count_decisions(made: Sequence[tuple[str, Decision]]) -> None:
    for key, count in _times([(edge, decision.verdict) for edge, decision in made]):
        _DECISIONS[key].inc(count)
    SCORE.observe_all([decision.score for _, decision in made if decision.score is not None])
    unsure = [main_reason(decision) for _, decision in made if decision.verdict is not Verdict.ACCEPT]
    for code, count in _times([code for code in unsure if code]):
        REASONS.labels(code).inc(count)
    for _, decision in made:
        for part in decision.degraded:
            _DEGRADED[part].inc()


def _times(values: Iterable[_Value]) -> Iterable[tuple[_Value, int]]:
    # Not by a Counter, which takes a microsecond and a half to begin.
    found: dict[_Value, int] = {}
    for value in values:
        found[value] = found.get(value, 0) + 1
    return found.items()


def count_problem(status: int, code: str) -> None:
    PROBLEMS.labels(str(status), code).inc()


def count_label(given: Given) -> None:
    """
    Count a label that was not given before.
    """
    LABELS.labels(given.label, given.source, "yes" if given.set_aside else "no").inc()


def count_purged(erased: Mapping[str, int]) -> None:
    for what, count in erased.items():
        ERASED.labels(what).inc(count)


def counting(counter: Counter) -> Callable[[str], None]:
    """
    Return what counts something by its kind.
    """
    return lambda kind: counter.labels(kind).inc()


def count_replaced(cause: str) -> None:
    """
    Count a worker whose place another one took, and by why: died, age or model.
    """
    REPLACED.labels(cause).inc()
    forget_the_dead()


def main_reason(decision: Decision) -> str | None:
    """
    Return the code of the rule that decided, else of the reason that weighed most against the comment.
    """
    against = [reason for reason in decision.reasons if reason.rule or (reason.weight or 0.0) > 0]
    main = max(against, key=lambda reason: inf if reason.rule else reason.weight or 0.0, default=None)
    return main.code if main else None


def model_taken(version: str, before: str | None, seconds: float) -> None:
    """
    Say which model serves, which no longer does, and how long it took to load.
    """
    if before:
        MODEL.labels(before).set(0)
    MODEL.labels(version).set(1)
    MODEL_LOADS.inc()
    MODEL_SECONDS.set(seconds)
