"""
What each edge answers without a decision, when one would come too late, and what is kept of both.
"""

import json
import logging
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from prometheus_client import REGISTRY

from service import accounting
from service.accounting import ANSWERED
from service.api.comments import Comments, late
from service.app import LATE
from service.core import policy
from service.logs import JsonLine
from service.overdue import Overdue

KEY = "hamlet_0123456789_" + "A" * 43
BODY = b'{"name": "Ann", "comment": "Hello"}'
HELD = policy.overdue("01")


def environ(path: str = "/v1/comments", body: bytes = BODY, **more: str) -> dict[str, Any]:
    given = {"REQUEST_METHOD": "POST", "PATH_INFO": path, "CONTENT_TYPE": "application/json", "HTTP_X_API_KEY": KEY}
    return {**given, **more, "CONTENT_LENGTH": str(len(body)), "wsgi.input": BytesIO(body)}


def overdue() -> Overdue:
    return Overdue(LATE, is_breaker_open=lambda: False)


def counted(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0


@pytest.fixture
def told(caplog: pytest.LogCaptureFixture) -> Callable[[], list[dict[str, Any]]]:
    """
    Return what the log says of requests.
    """
    caplog.set_level(logging.INFO, "hamlet.requests")

    def lines() -> list[dict[str, Any]]:
        records = [record for record in caplog.records if record.name == "hamlet.requests"]
        return [json.loads(line) for record in records for line in JsonLine().format(record).splitlines()]

    return lines


def test_a_comment_whose_decision_takes_too_long_is_held_and_not_recorded() -> None:
    answer = late(environ(), HELD)

    assert answer
    held = json.loads(answer[2])
    assert answer[0] == 200
    assert (held["verdict"], held["degraded"], held["recorded"], held["score"]) == ("hold", ["time"], False, None)
    assert held["summary"] == "Held: it took too long to judge."


@pytest.mark.parametrize(
    ("path", "edge"), [("/v1/comments", "api"), ("/1.1/comment-check", "akismet"), ("/coral", "coral")]
)
def test_every_edge_counts_what_came_too_late_as_held_for_want_of_time(path: str, edge: str) -> None:
    def numbers() -> tuple[float, float]:
        decided = counted("hamlet_decisions_total", edge=edge, verdict="hold")
        return decided, counted("hamlet_degraded_total", part="time")

    before = numbers()

    overdue().hold(environ(path))

    assert numbers() == (before[0] + 1, before[1] + 1)


def test_an_answer_without_a_decision_has_the_headers_and_the_line_of_any_other(
    told: Callable[[], list[dict[str, Any]]],
) -> None:
    answer = overdue().hold(environ(HTTP_X_REQUEST_ID="late-5"))

    assert answer
    assert {"X-Request-Id": "late-5", "X-Content-Type-Options": "nosniff"}.items() <= dict(answer[1]).items()
    (line,) = told()
    assert (line["event"], line["request_id"], line["route"]) == ("request", "late-5", "/v1/comments")
    assert (line["status"], line["verdict"], line["degraded"]) == (200, "hold", ["time"])


def test_of_a_decision_that_comes_too_late_the_log_says_so_under_the_same_id_and_no_number_counts_it(
    comments: Comments, told: Callable[[], list[dict[str, Any]]]
) -> None:
    asked = environ()
    answer = overdue().hold(asked)
    before = counted("hamlet_decisions_total", edge="api", verdict="hold")

    comments.answer([asked, environ(HTTP_X_REQUEST_ID="in-time")])

    assert answer
    assert counted("hamlet_decisions_total", edge="api", verdict="hold") - before == 1
    given, in_time, abandoned = told()
    assert (given["event"], given["request_id"]) == ("request", dict(answer[1])["X-Request-Id"])
    assert (in_time["event"], in_time["request_id"]) == ("request", "in-time")
    assert (abandoned["event"], abandoned["request_id"]) == ("abandoned", given["request_id"])
    assert (abandoned["site"], abandoned["score"]) == ("blog", 0.8312)


def test_so_it_is_of_what_flask_answers_too_late(edge: Flask, told: Callable[[], list[dict[str, Any]]]) -> None:
    accounting.install(edge, is_breaker_open=lambda: False)

    edge.test_client().get("/v1/comments/1", environ_overrides={ANSWERED: "by another"})

    assert [(line["event"], line["status"]) for line in told()] == [("abandoned", 401)]


def test_what_has_just_been_decided_is_not_held_any_more(
    comments: Comments, told: Callable[[], list[dict[str, Any]]]
) -> None:
    asked = environ()
    comments.answer([asked])

    assert overdue().hold(asked) is None
    assert [line["event"] for line in told()] == ["request"]


def test_a_body_that_did_not_arrive_and_other_routes_are_not_its_affair() -> None:
    assert late(environ(body=b""), HELD) is None
    assert late(environ("/v1/comments/7"), HELD) is None
    assert late(environ("/readyz"), HELD) is None
    assert overdue().hold(environ("/readyz")) is None
