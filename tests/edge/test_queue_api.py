"""
GET /v1/queue: what waits for a moderator.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from service.api import queue as queue_api
from service.core.decision import Decision, Verdict
from service.core.site import Scope, Site
from service.errors import HamletError, StoreUnavailable
from service.gate import Gate
from service.store.queue import Waiting

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
DECISION = Decision("03", Verdict.HOLD, 0.5, -1.0, (), "Held.")
PAGE = "019ab1c2-7d3e-7f00-8a51-0c6f2f9d4e11"
DETAILS = {"url": "http://ann.example/", "id": "4711", "callback": "http://cms.example/hook"}


@dataclass
class FakeQueue:
    """
    Has three comments that wait, or fails, and keeps what it was asked.
    """

    fault: HamletError | None = None
    asked: list[tuple[int, int, str]] = field(default_factory=list)

    def page(self, site_id: int, most: int, before: str = "") -> Sequence[Waiting]:
        if self.fault:
            raise self.fault
        self.asked.append((site_id, most, before))
        of = [Waiting(replace(DECISION, id=each), NOON, "Ann", "<b>Hi</b>", DETAILS) for each in ("03", "02", "01")]
        return of[:most]


@pytest.fixture
def queue() -> FakeQueue:
    return FakeQueue()


@pytest.fixture
def edge(edge: Flask, queue: FakeQueue, sites: Any) -> Flask:
    edge.register_blueprint(queue_api.blueprint(queue, Gate(sites)))
    return edge


def test_each_comment_comes_as_it_was_written_with_its_decision(caller: FlaskClient) -> None:
    response = caller.get("/v1/queue?limit=1")

    (found,) = response.get_json()["comments"]
    assert (response.status_code, response.headers["Cache-Control"]) == (200, "no-store")
    assert (found["name"], found["comment"], found["cms_id"]) == ("Ann", "<b>Hi</b>", "4711")
    assert (found["url"], found["permalink"], found["received_at"]) == (
        "http://ann.example/",
        "",
        "2026-11-24T12:00:00Z",
    )
    assert (found["decision"]["id"], found["decision"]["verdict"]) == ("03", "hold")
    assert "callback" not in found


def test_the_answer_is_what_the_document_says(caller: FlaskClient) -> None:
    queue_api.QueueAnswer.model_validate_json(caller.get("/v1/queue").data)


@pytest.mark.parametrize(("limit", "following"), [(1, "03"), (2, "02"), (3, None), (200, None)])
def test_next_leads_to_the_page_after_this_one(caller: FlaskClient, limit: int, following: str | None) -> None:
    assert caller.get(f"/v1/queue?limit={limit}").get_json()["next"] == following


def test_fifty_are_a_page_and_before_begins_the_next(caller: FlaskClient, queue: FakeQueue) -> None:
    caller.get(f"/v1/queue?before={PAGE}")

    assert queue.asked == [(1, 51, PAGE)]


def test_an_empty_before_is_the_first_page(caller: FlaskClient, queue: FakeQueue) -> None:
    caller.get("/v1/queue?before=")

    assert queue.asked == [(1, 51, "")]


@pytest.mark.parametrize("limit", ["0", "201", "-1", "x", "", "1" * 5000, "0000000019", "000000001" + "9" * 5000, "٣"])
def test_a_limit_that_cannot_be_is_named(caller: FlaskClient, limit: str) -> None:
    problem = caller.get("/v1/queue", query_string={"limit": limit})

    assert (problem.status_code, problem.get_json()["field"]) == (422, "limit")


@pytest.mark.parametrize(
    "before", ["x" * 65, "\0", "é", "zz", "null", PAGE.upper(), f"{PAGE}\n", PAGE.replace("-", "")]
)
def test_a_page_that_cannot_be_is_named(caller: FlaskClient, queue: FakeQueue, before: str) -> None:
    problem = caller.get("/v1/queue", query_string={"before": before})

    assert (problem.status_code, problem.get_json()["field"]) == (422, "before")
    assert queue.asked == []


def test_a_parameter_that_is_misspelt_is_named_and_reads_no_first_page(caller: FlaskClient, queue: FakeQueue) -> None:
    problem = caller.get("/v1/queue?limits=1")

    assert (problem.status_code, problem.get_json()["field"]) == (422, "limits")
    assert problem.get_json()["detail"] == "there is no parameter `limits`, only `limit`, `before`"
    assert queue.asked == []


def test_a_key_that_may_not_label_may_not_read_what_waits(caller: FlaskClient, sites: Any) -> None:
    sites.site = Site(1, "blog", "0123456789", scopes=frozenset({Scope.CHECK}))

    assert caller.get("/v1/queue").status_code == 403


def test_a_store_that_cannot_be_read_is_a_problem_to_come_back_for(caller: FlaskClient, queue: FakeQueue) -> None:
    queue.fault = StoreUnavailable("down")

    response = caller.get("/v1/queue")

    assert (response.status_code, response.headers["Retry-After"]) == (503, "7")
