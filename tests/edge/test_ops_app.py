"""
The application put together from parts that a test holds in its hands.
"""

import json
import logging
import sqlite3
import sys
import threading
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from past_flask import answering
from stores import make_tables

from service import ops
from service.api import decisions as decisions_api
from service.api.comments import Comments
from service.app import NEEDED, Parts, assemble, connect
from service.config import Settings
from service.gate import Gate
from service.logs import JsonLine, thread_ended
from service.store.engine import connect as connect_store

KEY = "hamlet_0123456789_" + "A" * 43


def client(sites: Any, moderation: Any, decisions: Any, **faults: str) -> FlaskClient:
    checks = {part: partial(faults.get, part) for part in ("store", "model", "traffic")}
    gate = Gate(sites)
    probes = ops.blueprint(checks, needed=NEEDED, model=lambda: None)
    parts = Parts(Comments(moderation, gate), [decisions_api.blueprint(gate, decisions), probes])
    return answering(assemble(parts), parts.comments).test_client()


@pytest.mark.parametrize(
    ("faults", "status", "word"),
    [
        ({}, 200, "ok"),
        ({"traffic": "away"}, 200, "degraded"),
        ({"model": "none"}, 503, "unavailable"),
        ({"store": "away", "traffic": "away"}, 503, "unavailable"),
    ],
)
def test_ready_is_who_can_judge_and_record(
    sites: Any, moderation: Any, decisions: Any, faults: dict[str, str], status: int, word: str
) -> None:
    answer = client(sites, moderation, decisions, **faults).get("/readyz")

    assert answer.status_code == status
    assert answer.json is not None
    assert answer.json["status"] == word
    assert {part: fault for part, fault in answer.json["checks"].items() if fault != "ok"} == faults


def test_a_store_that_somebody_writes_to_is_ready(tmp_path: Path) -> None:
    settings = Settings(state_dir=tmp_path, secret="s" * 32, redis_url="unix:///nowhere", models_dir=tmp_path)
    make_tables(connect_store(settings.store_url))
    caller = assemble(connect(settings)).test_client()

    with closing(sqlite3.connect(tmp_path / "hamlet.sqlite", isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")

        answer = caller.get("/readyz").json

    assert answer
    assert answer["checks"]["store"] == "ok"


@pytest.mark.parametrize("route", ["/livez", "/readyz", "/version"])
def test_operators_read_and_do_not_write(sites: Any, moderation: Any, decisions: Any, route: str) -> None:
    caller = client(sites, moderation, decisions)

    assert caller.get(route).headers["Cache-Control"] == "no-store"
    assert caller.head(route).status_code == 200
    assert caller.post(route).status_code == 405


def test_every_answer_has_the_headers_that_browsers_heed(sites: Any, moderation: Any, decisions: Any) -> None:
    caller = client(sites, moderation, decisions)

    for answer in (caller.get("/livez"), caller.get("/nothing"), caller.post("/v1/comments")):
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        assert answer.headers["X-Request-Id"]


def test_a_problem_names_its_request(sites: Any, moderation: Any, decisions: Any) -> None:
    answer = client(sites, moderation, decisions).post("/v1/comments", headers={"X-Request-Id": "abc"})

    assert answer.json is not None
    assert answer.json["request_id"] == "abc"


def test_without_the_demo_the_front_door_leads_to_the_docs(sites: Any, moderation: Any, decisions: Any) -> None:
    assert client(sites, moderation, decisions).get("/").location == "/docs"


def test_a_decision_is_logged_by_its_route_and_verdict(
    sites: Any, moderation: Any, decisions: Any, caplog: pytest.LogCaptureFixture
) -> None:
    caller = client(sites, moderation, decisions)

    with caplog.at_level(logging.INFO, "hamlet.requests"):
        caller.post("/v1/comments", json={"name": "Ann", "comment": "hi"}, headers={"X-Api-Key": KEY})
        caller.get("/v1/comments/some-secret-path", headers={"X-Api-Key": KEY})

    first, second = (json.loads(JsonLine().format(record)) for record in caplog.records)
    assert (first["verdict"], first["site"], first["score"]) == ("hold", "blog", 0.8312)
    assert second["route"] == "/v1/comments/<decision_id>"


def test_an_error_is_logged_with_what_went_wrong(
    sites: Any, moderation: Any, decisions: Any, caplog: pytest.LogCaptureFixture
) -> None:
    caller = client(sites, moderation, decisions)

    with caplog.at_level(logging.INFO, "hamlet.requests"):
        caller.post("/v1/comments", json={"name": "Ann"}, headers={"X-Api-Key": KEY})
        caller.post("/v1/comments", json={"name": "Ann", "comment": "hi"}, headers={"X-Api-Key": "wrong"})

    lines = [json.loads(JsonLine().format(record)) for record in caplog.records]
    assert [(line["status"], line["problem"]) for line in lines] == [(422, "invalid-field"), (401, "unknown-key")]


def test_an_error_that_ends_a_thread_is_logged_without_its_words(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(threading, "excepthook", thread_ended)
    threads = [threading.Thread(target=end, args=("a comment",), name="delivery") for end in (int, sys.exit)]

    for thread in threads:
        thread.start()
        thread.join()

    (line,) = (json.loads(JsonLine().format(record)) for record in caplog.records)
    assert (line["level"], line["event"]) == ("error", "the thread delivery ended")
    assert line["error"][0] == "ValueError"
    assert "a comment" not in str(line)


def test_an_event_is_one_ascii_line_and_an_error_is_its_places_without_its_words() -> None:
    try:
        raise ValueError("a comment")
    except ValueError as error:
        record = logging.LogRecord("hamlet.x", 40, "f", 1, "a\nb\x1b\u2028", (), (type(error), error, None))

    line = JsonLine().format(record)

    assert line.isascii()
    assert line.isprintable()
    assert "a comment" not in line
    assert json.loads(line)["error"][0] == "ValueError"
