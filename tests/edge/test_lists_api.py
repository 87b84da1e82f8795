"""
`/v1/lists`, around a real store.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from stores import NOON, SECRET, Store, decision
from werkzeug.test import TestResponse

from service.api import lists as lists_api
from service.api import problems
from service.core.comment import Comment
from service.core.decision import Verdict
from service.core.site import Scope
from service.gate import Gate
from service.listing import Listing
from service.store.sites import Sites


@dataclass
class Owner:
    """
    Whoever holds an admin key of the site "news".
    """

    client: FlaskClient
    store: Store
    headers: dict[str, str]

    def add(self, *entries: dict[str, Any], query: str = "") -> TestResponse:
        return self.client.post(f"/v1/lists{query}", json={"entries": list(entries)}, headers=self.headers)

    def lists(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.client.get("/v1/lists", headers=self.headers).get_json()["entries"]
        return found


@pytest.fixture
def owner(news: Store) -> Owner:
    sites = Sites(news.engine)
    app = Flask(__name__)
    problems.install(app)
    app.register_blueprint(lists_api.blueprint(Listing(news.engine, [SECRET], lambda: NOON), Gate(sites)))
    key = sites.add_key("news", frozenset({Scope.ADMIN}))
    return Owner(app.test_client(), news, {"X-Api-Key": key})


def test_entries_are_stored_as_they_are_compared_with_warnings(owner: Owner) -> None:
    response = owner.add(
        {"value": "Casino", "action": "reject"},
        {"value": "Ann", "kind": "author", "action": "accept", "note": "our author"},
        {"value": "192.0.2.*", "action": "hold", "expires_at": "2026-12-01T00:00:00+01:00"},
    )

    assert response.status_code == 201
    answer = response.get_json()
    assert answer["notes"] == ["ann: anyone can type this name and be accepted; an address is harder to forge"]
    assert answer["entries"] == owner.lists()
    casino, ann, somewhere = answer["entries"]
    key_id = owner.headers["X-Api-Key"].split("_")[1]
    assert casino == {
        "id": casino["id"],
        "kind": "word",
        "value": "casino",
        "action": "reject",
        "expires_at": None,
        "note": "",
        "who": f"key {key_id}",
    }
    assert (ann["kind"], ann["note"]) == ("author", "our author")
    assert (somewhere["value"], somewhere["expires_at"]) == ("192.0.2.0/24", "2026-11-30T23:00:00Z")


def test_a_parameter_that_is_misspelt_is_named_and_nothing_is_stored(owner: Owner) -> None:
    wish = {"entries": [{"value": "casino", "action": "reject"}]}

    problem = owner.client.post("/v1/lists?dryrun=true", json=wish, headers=owner.headers)

    assert (problem.status_code, problem.get_json()["field"]) == (422, "dryrun")
    assert owner.lists() == []


def test_an_entry_is_not_removed_where_something_else_was_meant(owner: Owner) -> None:
    entry_id = owner.add({"value": "casino", "action": "reject"}).get_json()["entries"][0]["id"]

    problem = owner.client.delete(f"/v1/lists/{entry_id}?dry_run=true", headers=owner.headers)

    assert (problem.status_code, len(owner.lists())) == (422, 1)


def test_who_asks_for_a_part_of_the_lists_is_told_that_there_is_none(owner: Owner) -> None:
    problem = owner.client.get("/v1/lists?kind=word", headers=owner.headers)

    assert (problem.status_code, problem.get_json()["detail"]) == (422, "there is no parameter `kind`")


def test_null_stands_for_what_is_not_said_of_an_entry(owner: Owner) -> None:
    owner.add({"value": "casino", "action": "hold", "kind": None, "expires_at": None, "note": None})

    (entry,) = owner.lists()
    assert (entry["kind"], entry["expires_at"], entry["note"]) == ("word", None, "")


def test_what_expired_is_not_shown(owner: Owner) -> None:
    owner.add({"value": "casino", "action": "hold", "expires_at": (NOON + timedelta(seconds=1)).isoformat()})
    assert owner.lists()

    app = Flask(__name__)
    later = Listing(owner.store.engine, [SECRET], lambda: NOON + timedelta(seconds=1))
    app.register_blueprint(lists_api.blueprint(later, Gate(Sites(owner.store.engine))))

    assert app.test_client().get("/v1/lists", headers=owner.headers).get_json() == {"entries": []}


def test_an_entry_is_removed_by_its_id_once(owner: Owner) -> None:
    entry_id = owner.add({"value": "casino", "action": "reject"}).get_json()["entries"][0]["id"]

    first = owner.client.delete(f"/v1/lists/{entry_id}", headers=owner.headers)
    second = owner.client.delete(f"/v1/lists/{entry_id}", headers=owner.headers)

    assert (first.status_code, first.data) == (204, b"")
    assert "Content-Type" not in first.headers
    assert second.status_code == 404
    assert owner.lists() == []


@pytest.mark.parametrize("entry_id", ["0", "99999999999999999999", "x", "-1"])
def test_no_such_entry_is_404(owner: Owner, entry_id: str) -> None:
    assert owner.client.delete(f"/v1/lists/{entry_id}", headers=owner.headers).status_code == 404


def test_a_dry_run_says_what_would_change_and_stores_nothing(owner: Owner) -> None:
    owner.store.record(decision("01", verdict=Verdict.ACCEPT), Comment("Ann", "a casino"))
    owner.store.record(decision("02", verdict=Verdict.REJECT), Comment("Eve", "casino"))
    owner.store.record(decision("03", verdict=Verdict.ACCEPT), Comment("Bob", "Thank you"))

    response = owner.add(
        {"value": "casino", "action": "reject"}, {"value": "@x.org", "action": "hold"}, query="?dry_run=true"
    )

    assert response.status_code == 200
    assert response.get_json() == {
        "comments": 3,
        "entries": [
            {"kind": "word", "value": "casino", "action": "reject", "accept": 1, "hold": 0, "reject": 1},
            {"kind": "email", "value": "@x.org", "action": "hold", "accept": 0, "hold": 0, "reject": 0},
        ],
        "changes": [{"before": "accept", "after": "reject", "count": 1, "examples": ["01"]}],
        "notes": ["@x.org could not be tried: of e-mails and addresses only hashes are kept"],
    }
    assert owner.lists() == []


def test_a_dry_run_looks_at_the_last_comments(owner: Owner) -> None:
    for number in range(3):
        owner.store.record(decision(f"{number:02}", verdict=Verdict.ACCEPT), Comment("Ann", "casino"))

    response = owner.add({"value": "casino", "action": "reject"}, query="?dry_run=true&last=2")

    assert response.get_json()["comments"] == 2


@pytest.mark.parametrize(
    ("entry", "field"),
    [
        ({"value": "casino"}, "entries.0.action"),
        ({"value": "casino", "action": None}, "entries.0.action"),
        ({"value": None, "action": "hold"}, "entries.0.value"),
        ({"value": "casino", "action": "explode"}, "entries.0.action"),
        ({"value": "casino", "action": "hold", "kind": "name"}, "entries.0.kind"),
        ({"value": "...", "action": "hold"}, "entries.0.value"),
        ({"value": "(a", "action": "hold", "kind": "regex"}, "entries.0.value"),
        ({"value": "x" * 501, "action": "hold"}, "entries.0.value"),
        ({"value": "casino", "action": "hold", "expires_at": "tomorrow"}, "entries.0.expires_at"),
        ({"value": "casino", "action": "hold", "expires_at": "2026-11-23T12:00:00Z"}, "entries.0.expires_at"),
        ({"value": "casino", "action": "hold", "expires_at": "9999-12-31T23:59:59-01:00"}, "entries.0.expires_at"),
        ({"value": "casino", "action": "hold", "note": "x" * 201}, "entries.0.note"),
        ({"value": "casino", "action": "hold", "until": "x"}, "entries.0.until"),
        ("casino", "entries.0"),
    ],
)
def test_a_field_that_is_wrong_is_named_and_not_repeated(owner: Owner, entry: Any, field: str) -> None:
    response = owner.add(entry)

    assert response.status_code == 422
    assert response.get_json()["field"] == field
    assert "x" * 100 not in response.text
    assert owner.lists() == []


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        ("{}", "`entries` is required"),
        ('{"entries": []}', "`entries` must have at least 1 item, not 0"),
        (
            '{"entries": ["casino"]}',
            "`entries.0` must be an object; its fields are value, action, kind, expires_at, note",
        ),
        ('{"entries": [{}], "entry": 1}', "`entry` is no field of this body; did you mean `entries`?"),
        ('{"entries": [{"value": "a", "action": "ban"}]}', "must be 'accept', 'discard', 'reject' or 'hold'"),
        (
            '{"entries": [{"value": "a", "action": "hold", "til": 1}]}',
            "`entries.0.til` is no field of an entry; its fields",
        ),
        ('{"entries": [{"value": "\\ud800", "action": "hold"}]}', "`entries.0.value` has half of a surrogate pair"),
        ('{"\\ud800": 1}', "a name has half of a surrogate pair"),
        ("[" * 50_000, "the body is nested too deeply"),
        (" " * 262_145, "the body is larger than 262144 bytes"),
    ],
)
def test_what_is_wrong_with_a_body_is_said_in_words_of_its_own(owner: Owner, body: str, detail: str) -> None:
    response = owner.client.post("/v1/lists", data=body, headers=owner.headers, content_type="application/json")

    problem = response.get_json()
    assert 400 <= response.status_code < 500
    assert detail in " ".join([problem["detail"], *(each["detail"] for each in problem.get("errors", ()))])
    assert "Input" not in response.text


@pytest.mark.parametrize(
    ("query", "field"),
    [("?dry_run=yes", "dry_run"), ("?last=0", "last"), ("?last=5001", "last"), ("?last=x", "last"), ("?last=", "last")],
)
def test_an_option_that_is_wrong_is_named(owner: Owner, query: str, field: str) -> None:
    response = owner.add({"value": "casino", "action": "hold"}, query=query)

    assert (response.status_code, response.get_json()["field"]) == (422, field)


def test_too_large_expressions_are_a_wrong_field(owner: Owner) -> None:
    response = owner.add(*({"value": f"a.{{80}}b{n}", "kind": "regex", "action": "hold"} for n in range(100)))

    assert (response.status_code, response.get_json()["field"]) == (422, "entries")


@pytest.mark.parametrize("body", ["[]", "{", '{"entries": []}', '{"entries": 5}', "{}"])
def test_a_body_that_is_no_list_of_entries_is_refused(owner: Owner, body: str) -> None:
    response = owner.client.post("/v1/lists", data=body, headers=owner.headers, content_type="application/json")

    assert response.status_code in (400, 422)


def test_only_json_is_read(owner: Owner) -> None:
    response = owner.client.post("/v1/lists", data={"value": "casino"}, headers=owner.headers)

    assert (response.status_code, response.headers["Accept"]) == (415, "application/json")


@pytest.mark.parametrize(("method", "path"), [("GET", "/v1/lists"), ("POST", "/v1/lists"), ("DELETE", "/v1/lists/1")])
def test_a_key_for_comments_is_not_for_lists_and_is_told_so(owner: Owner, method: str, path: str) -> None:
    key = Sites(owner.store.engine).add("blog")

    response = owner.client.open(path, method=method, headers={"X-Api-Key": key})

    assert response.status_code == 403
    problem = response.get_json()
    assert problem["type"] == "/docs/problems#missing-scope"
    assert "--scope admin" in problem["detail"]
    assert "verdict" not in problem
