"""
The whole service with Coral, with a client of Perspective, and with a site that hears of decisions.
"""

import hmac
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import pytest
from listening_site import ListeningSite, listening
from running_service import Answer, RunningService, wait_until, write_model

CORAL_SECRET = "empsec_" + "5c" * 32


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_model(tmp_path / "models")
    return tmp_path


@pytest.fixture
def site() -> Iterator[ListeningSite]:
    with listening() as site:
        yield site


def post(service: RunningService, path: str, body: Any, **headers: str) -> Answer:
    return service.request("POST", path, json.dumps(body).encode(), Content_Type="application/json", **headers)


def coral(service: RunningService, text: str, secret: str = CORAL_SECRET) -> Answer:
    content = {"action": "NEW", "comment": {"body": text}, "author": {"id": "7"}, "tenantDomain": "x.example"}
    signature = hmac.digest(secret.encode(), json.dumps(content).encode(), "sha256").hex()
    return post(service, "/coral", content, X_Coral_Signature=f"sha256={signature}")


def test_coral_and_perspective_are_answered_as_soon_as_they_are_set(folder: Path) -> None:
    with RunningService(folder) as service:
        service.hamlet("sites", "coral", "demo", "--secret", CORAL_SECRET, "--reject", "PREMOD")
        asked = {"comment": {"text": "casino"}, "requestedAttributes": {"SPAM": {}}, "doNotStore": True}

        left = coral(service, "<p>thanks to all of you</p>")
        withheld = coral(service, "casino casino casino casino")
        refused = coral(service, "thanks", secret="empsec_of_somebody_else")
        scored = post(service, f"/v1alpha1/comments:analyze?key={service.key}", asked)
        suggestion = {"comment": {"text": "buy pills"}, "attributeScores": {"SPAM": {"summaryScore": {"value": 1}}}}
        suggested = post(service, f"/v1alpha1/comments:suggestscore?key={service.key}", suggestion)
        numbers = service.request("GET", "/metrics").body.decode()

    assert (left.status, withheld.status, refused.status) == (204, 200, 401)
    assert json.loads(withheld.body)["status"] == "PREMOD"
    assert json.loads(scored.body)["attributeScores"]["SPAM"]["summaryScore"]["value"] > 0.9
    assert suggested.status == 200, suggested
    assert 'hamlet_decisions_total{edge="coral",verdict="reject"} 1.0' in numbers
    assert service.key not in (folder / "log").read_text()


def test_nothing_is_lost_when_all_is_killed_before_it_was_told(folder: Path, site: ListeningSite) -> None:
    url = site.url.replace("site.example", "127.0.0.1")
    site.statuses = [500]
    with RunningService(folder, HAMLET_DELIVER_PRIVATELY="true") as service:
        service.hamlet("sites", "set", "demo", "--webhook", url)
        held = service.moderate("Ann", "pills, good pills")
        service.kill_all()
    with closing(sqlite3.connect(folder / "state" / "hamlet.sqlite")) as store, store:
        store.execute(
            "UPDATE outbox SET due_at = created_at"
        )  # as it is again minutes later, if it was just being told
    early = len(site.told)

    site.statuses = [200]
    with RunningService(folder, HAMLET_DELIVER_PRIVATELY="true") as service:
        wait_until(lambda: len(site.told) > early)
        wait_until(lambda: not json.loads(service.hamlet("outbox", "list", "--json")))
        wait_until(lambda: b"\nhamlet_outbox_pending 0.0\n" in service.request("GET", "/metrics").body)
        numbers = service.request("GET", "/metrics").body.decode()

    assert held["verdict"] == "hold"
    assert {json.loads(told.body)["id"] for told in site.told} == {f"held:{held['id']}"}
    assert 'hamlet_outbox_attempts_total{kind="webhook",outcome="delivered"} 1.0' in numbers
    assert "pills" not in (folder / "log").read_text()


def test_a_private_address_is_told_nothing_unless_the_operator_allows_it(folder: Path, site: ListeningSite) -> None:
    with RunningService(folder) as service:
        service.hamlet("sites", "set", "demo", "--webhook", site.url.replace("site.example", "localhost"))
        service.moderate("Ann", "pills, good pills")
        wait_until(lambda: json.loads(service.hamlet("outbox", "list", "--json")))
        wait_until(lambda: json.loads(service.hamlet("outbox", "list", "--json"))[0]["fault"])
        (entry,) = json.loads(service.hamlet("outbox", "list", "--json"))

    assert entry["fault"] == "the host is not on the public internet"
    assert site.told == []


def test_a_moderators_label_releases_the_comment_where_wordpress_had_it_checked(
    folder: Path, site: ListeningSite
) -> None:
    with RunningService(folder, HAMLET_DELIVER_PRIVATELY="true") as service:
        service.hamlet("sites", "set", "demo", "--home", f"127.0.0.1:{site.port}")
        (key,) = json.loads(service.hamlet("sites", "show", "demo", "--json"))["akismet_keys"]
        form = {"api_key": key, "blog": "https://blog.example/", "user_ip": "8.8.8.8", "comment_content": "good pills"}
        form["callback"] = site.url.replace("site.example", "127.0.0.1")
        form_type = {"Content_Type": "application/x-www-form-urlencoded"}
        checked = service.request("POST", "/1.1/comment-check", urlencode(form).encode(), **form_type)
        guid = checked.headers["x-akismet-guid"]
        labelled = post(service, f"/v1/comments/{UUID(guid)}/label", {"label": "ham"}, X_Api_Key=service.key)
        wait_until(lambda: site.told)

    assert labelled.status == 200, labelled
    assert json.loads(site.told[0].body) == {
        "key": key,
        "endpoint": "comment-check",
        "comments": [{"guid": guid, "result": "false"}],
    }
