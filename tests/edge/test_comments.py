"""
Comments that are answered together: each by itself, with a line of its own.
"""

import json
import logging
from io import BytesIO
from typing import Any

import pytest

from service.api.comments import Comments
from service.logs import JsonLine

KEY = "hamlet_0123456789_" + "A" * 43
GOOD = b'{"name": "Ann", "comment": "Hello"}'


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


def test_what_is_wrong_with_one_request_is_not_the_affair_of_those_beside_it(comments: Comments) -> None:
    good, bad = environ(GOOD, {}), environ(b"{", {})

    answers = comments.answer([good, bad, environ(GOOD, {"HTTP_AUTHORIZATION": "x"}), environ(GOOD, {})])

    assert [status for status, _, _ in answers] == [200, 400, 401, 200]
    assert all(len(headers) == len(dict(headers)) for _, headers, _ in answers)


def test_each_of_those_that_are_answered_together_has_a_line_of_its_own(
    comments: Comments, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "hamlet.requests")

    comments.answer([environ(GOOD, {}), environ(b"{", {"HTTP_X_REQUEST_ID": "2"})])

    lines = [json.loads(line) for record in caplog.records for line in JsonLine().format(record).splitlines()]
    told = [(line["request_id"], line["status"], line["site"], line.get("verdict")) for line in lines]
    assert told == [("1", 200, "blog", "hold"), ("2", 400, "blog", None)]
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
