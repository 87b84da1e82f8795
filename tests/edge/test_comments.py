"""
A comment gets the same answer, log line and numbers by the short way as through Flask.
"""

import json
import logging
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import run_wsgi_app

from service import accounting
from service.api.comments import Comments
from service.core.traffic import Quota
from service.errors import QuotaExceeded, StoreUnavailable
from service.logs import JsonLine

KEY = "hamlet_0123456789_" + "A" * 43
GOOD = b'{"name": "Ann", "comment": "Hello"}'
FORM = {"CONTENT_TYPE": "application/x-www-form-urlencoded"}


@pytest.fixture
def accounted(edge: Flask) -> Flask:
    accounting.install(edge, is_breaker_open=lambda: False)
    return edge


def environ(body: bytes, changes: dict[str, str]) -> dict[str, Any]:
    given = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": "/v1/comments",
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "8000",
        "wsgi.url_scheme": "http",
        "CONTENT_TYPE": "application/json",
        "CONTENT_LENGTH": str(len(body)),
        "HTTP_AUTHORIZATION": f"Bearer {KEY}",
        "HTTP_X_REQUEST_ID": "1",
    }
    return {**given, **changes, "wsgi.input": BytesIO(body), "wsgi.input_terminated": True}


def through_flask(app: Flask, given: dict[str, Any]) -> tuple[int, dict[str, str], Any]:
    response = run_wsgi_app(app, given)
    content = b"".join(response[0])
    return (
        int(response[1][:3]),
        {name: value for name, value in response[2] if name != "Content-Length"},
        json.loads(content),
    )


@pytest.mark.parametrize(
    ("body", "changes"),
    [
        (GOOD, {}),
        (b"name=Ann&comment=Hello", FORM),
        (GOOD, {"HTTP_IDEMPOTENCY_KEY": "5"}),
        (GOOD, {"HTTP_IDEMPOTENCY_KEY": "\x7f"}),
        (GOOD, {"HTTP_AUTHORIZATION": "Bearer x"}),
        (GOOD, {"HTTP_AUTHORIZATION": "", "HTTP_X_API_KEY": KEY}),
        (GOOD, {"CONTENT_TYPE": "text/plain"}),
        (GOOD, {"CONTENT_LENGTH": "300000"}),
        (GOOD, {"CONTENT_LENGTH": "99"}),
        (b"{", {}),
        (b"", {}),
        (b'{"coment": "x"}', {}),
    ],
)
def test_both_ways_give_the_same_answer_and_say_the_same_of_it(
    accounted: Flask, comments: Comments, caplog: pytest.LogCaptureFixture, body: bytes, changes: dict[str, str]
) -> None:
    caplog.set_level(logging.INFO, "hamlet.requests")

    ((status, headers, content),) = comments.answer([environ(body, changes)])
    by_flask = through_flask(accounted, environ(body, changes))

    assert (status, dict(headers), json.loads(content)) == by_flask
    assert len(headers) == len(dict(headers))
    lines = [json.loads(JsonLine().format(record)) for record in caplog.records]
    assert len(lines) == 2
    assert [line.pop("milliseconds") > 0 for line in lines] == [True, True]
    assert lines[0] | {"time": ""} == lines[1] | {"time": ""}


@pytest.mark.parametrize(
    "fault", [QuotaExceeded(Quota(1, 0, 60), 20), StoreUnavailable("away", retry_after=1), RuntimeError("Hello")]
)
def test_both_ways_give_the_same_problem(
    accounted: Flask, comments: Comments, moderation: Any, fault: Exception
) -> None:
    moderation.fault = fault

    ((status, headers, content),) = comments.answer([environ(GOOD, {})])

    assert (status, dict(headers), json.loads(content)) == through_flask(accounted, environ(GOOD, {}))
    assert b"Hello" not in content


def test_what_is_wrong_with_one_request_is_not_the_affair_of_those_beside_it(comments: Comments) -> None:
    good, bad = environ(GOOD, {}), environ(b"{", {})

    answers = comments.answer([good, bad, environ(GOOD, {"HTTP_AUTHORIZATION": "x"}), environ(GOOD, {})])

    assert [status for status, _, _ in answers] == [200, 400, 401, 200]


def test_each_of_those_that_are_answered_together_has_a_line_of_its_own(
    comments: Comments, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "hamlet.requests")

    comments.answer([environ(GOOD, {}), environ(b"{", {"HTTP_X_REQUEST_ID": "2"})])

    lines = [json.loads(line) for record in caplog.records for line in JsonLine().format(record).splitlines()]
    assert [(line["request_id"], line["status"]) for line in lines] == [("1", 200), ("2", 400)]
    assert all({"time", "level", "logger", "event", "milliseconds"} <= line.keys() for line in lines)


def test_what_nobody_expected_of_all_together_is_tried_with_each_alone(comments: Comments, moderation: Any) -> None:
    together = moderation.moderate_all

    def only_alone(asked: Any) -> Any:
        if len(asked) > 1 or asked[0].comment.comment == "poison":
            raise RuntimeError
        return together(asked)

    moderation.moderate_all = only_alone
    poison = b'{"name": "Ann", "comment": "poison"}'

    answers = comments.answer([environ(body, {}) for body in (GOOD, poison, GOOD)])

    assert [status for status, _, _ in answers] == [200, 500, 200]
