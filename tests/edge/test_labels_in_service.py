"""
Labels in the whole service: what a moderator says is heard by the next comment, whichever worker it meets.
"""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from running_service import Answer, RunningService, write_model

from service.store.keys import akismet_key, id_of

PITCH = "We offer personal loans from two percent interest to people with bad credit, write us a note"
SPUN = "We provide personal loans from two percent interest to people with bad credit, send us a note"
QUESTION = "Has anybody tried those vitamin pills from the market, or are they only coloured chalk and sugar?"


@pytest.fixture
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningService]:
    folder = tmp_path_factory.mktemp("service")
    write_model(folder / "models")
    with RunningService(folder, HAMLET_WORKERS="2") as running:
        yield running


def ask(service: RunningService, path: str, **fields: str) -> Any:
    headers = {"X_Api_Key": service.key, "Content_Type": "application/json"}
    answer = service.request("POST", path, json.dumps(fields).encode(), **headers)
    assert answer.status == 200, answer
    return json.loads(answer.body)


def submit(service: RunningService, call: str, **fields: str) -> Answer:
    secret = (service.folder / "state" / "secret").read_text().strip().encode()
    known = {"api_key": akismet_key(secret, id_of(service.key)), "blog": "https://blog.example/"}
    return service.request("POST", f"/1.1/{call}", urlencode({**known, **fields}).encode())


def codes(decision: Any) -> list[str]:
    return [reason["code"] for reason in decision["reasons"]]


def test_a_comment_labelled_spam_has_its_next_near_copy_held(service: RunningService) -> None:
    first = ask(service, "/v1/comments", name="Ann", comment=PITCH, ip="8.8.8.8")
    ask(service, f"/v1/comments/{first['id']}/label", label="spam")

    second = ask(service, "/v1/comments", name="Ann", comment=SPUN, ip="8.8.8.8")
    found = service.request("GET", f"/v1/comments/{first['id']}", X_Api_Key=service.key)

    assert (first["verdict"], second["verdict"]) == ("accept", "hold")
    assert codes(second)[:2] == ["labelled_copy", "standing"]
    assert [given["label"] for given in json.loads(found.body)["labels"]] == ["spam"]


def test_a_held_comment_labelled_ham_has_its_author_and_its_copies_accepted(service: RunningService) -> None:
    first = ask(service, "/v1/comments", name="Ann", comment=QUESTION, email="ann@x.example")
    ask(service, f"/v1/comments/{first['id']}/label", label="ham", who="Mod")

    again = ask(service, "/v1/comments", name="Ann", comment=f"{QUESTION} Please!", email="ann@x.example")
    other = ask(service, "/v1/comments", name="Ann", comment="More pills?", email="ann@x.example")
    with_link = ask(service, "/v1/comments", name="Bob", comment=f"{QUESTION} http://pills.example/")

    assert [each["verdict"] for each in (first, again, other, with_link)] == ["hold", "accept", "accept", "hold"]
    assert "labelled_copy" not in codes(with_link)


def test_a_held_comment_waits_in_the_queue_until_it_is_labelled(service: RunningService) -> None:
    held = ask(service, "/v1/comments", name="Ann", comment=QUESTION)

    before = json.loads(service.request("GET", "/v1/queue", X_Api_Key=service.key).body)
    ask(service, f"/v1/comments/{held['id']}/label", label="ham")
    after = json.loads(service.request("GET", "/v1/queue", X_Api_Key=service.key).body)

    assert [each["decision"] for each in before["comments"]] == [held]
    assert after == {"comments": [], "next": None}


@pytest.mark.parametrize("has_guid", [True, False])
def test_what_wordpress_submits_as_spam_is_heard_by_the_next_check(service: RunningService, has_guid: bool) -> None:
    typed = {"comment_content": f"{PITCH} <b>&</b>", "comment_author": "Ann", "user_ip": "8.8.8.8"}
    kept = {**typed, "comment_content": f"{PITCH} <b>&amp;</b>", "reporter": "editor"}
    first = submit(service, "comment-check", **typed)
    guid = {"guid": first.headers["x-akismet-guid"]} if has_guid else {}

    thanks = submit(service, "submit-spam", **kept, **guid)
    second = submit(service, "comment-check", comment_content=SPUN, comment_author="Bob", user_ip="9.9.9.9")

    assert (first.body, thanks.body, second.body) == (b"false", b"Thanks for making the web a better place.", b"true")
    digits = first.headers["x-akismet-guid"]
    decision_id = "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))
    found = json.loads(service.request("GET", f"/v1/comments/{decision_id}", X_Api_Key=service.key).body)
    assert [(given["label"], given["who"], given["source"]) for given in found["labels"]] == [
        ("spam", "editor", "akismet")
    ]


def test_what_was_never_checked_acts_all_the_same(service: RunningService) -> None:
    submit(service, "submit-spam", comment_content=PITCH, comment_author="Ann", user_ip="8.8.8.8")

    after = submit(service, "comment-check", comment_content=SPUN, comment_author="Bob", user_ip="9.9.9.9")

    assert after.body == b"true"
