"""
What each edge answers without a decision, when one would come too late.
"""

import json
from io import BytesIO
from typing import Any

import pytest
from prometheus_client import REGISTRY

from service import app
from service.api.decisions import late


def environ(path: str = "/v1/comments", body: bytes = b"{}") -> dict[str, Any]:
    return {"PATH_INFO": path, "wsgi.input": BytesIO(body)}


def test_a_comment_whose_decision_takes_too_long_is_held_and_not_recorded() -> None:
    answer = late(environ())

    assert answer
    held = json.loads(answer[2])
    assert answer[0] == 200
    assert (held["verdict"], held["degraded"], held["recorded"], held["score"]) == ("hold", ["time"], False, None)
    assert held["summary"] == "Held: it took too long to judge."


@pytest.mark.parametrize(("path", "count"), [("/v1/comments", 1), ("/1.1/comment-check", 1), ("/readyz", 0)])
def test_every_edge_counts_what_came_too_late(path: str, count: int) -> None:
    before = REGISTRY.get_sample_value("hamlet_degraded_total", {"part": "time"}) or 0

    app.late(environ(path, b"comment_content=x"))

    assert (REGISTRY.get_sample_value("hamlet_degraded_total", {"part": "time"}) or 0) - before == count


def test_a_body_that_did_not_arrive_and_other_routes_are_not_its_affair() -> None:
    assert late(environ(body=b"")) is None
    assert late(environ("/v1/comments/7")) is None
    assert late(environ("/readyz")) is None
