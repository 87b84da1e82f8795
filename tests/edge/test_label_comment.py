"""
POST /v1/comments/{id}/label: what a comment was.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from service.api import decisions as decisions_api
from service.api import labels as labels_api
from service.core.labels import Given, Label, Source
from service.core.site import Scope, Site
from service.core.traffic import Quota
from service.errors import HamletError, LabelsExceeded, NotFound, StoreUnavailable
from service.gate import Gate
from service.labelling import Heard

ID = "01930000-0000-7000-8000-000000000000"
ADDRESS = f"/v1/comments/{ID}/label"
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
GIVEN = Given("1", Label.SPAM, "Mod", Source.API, 0.5, NOON)


@dataclass
class FakeLabelling:
    """
    Hears the same of every comment, or fails, and keeps what it was told.
    """

    given: Given = GIVEN
    fault: HamletError | None = None
    told: list[tuple[str, Label, str]] = field(default_factory=list)

    def label(self, site: Site, decision_id: str, label: Label, who: str) -> Heard:
        if self.fault:
            raise self.fault
        self.told.append((decision_id, label, who))
        return Heard(self.given, [self.given], Quota(300, 299, 3600))

    def of(self, site_id: int, decision_id: str) -> list[Given]:
        return [self.given]


@pytest.fixture
def labelling() -> FakeLabelling:
    return FakeLabelling()


@pytest.fixture
def edge(edge: Flask, labelling: FakeLabelling, sites: Any) -> Flask:
    edge.register_blueprint(labels_api.blueprint(labelling, Gate(sites)))
    return edge


@pytest.mark.parametrize(
    "send",
    [
        lambda caller: caller.post(ADDRESS, json={"label": "spam", "who": "Mod"}),
        lambda caller: caller.post(ADDRESS, data={"label": "spam", "who": "Mod"}),
    ],
    ids=["json", "form"],
)
def test_a_label_is_taken_and_told_back(
    caller: FlaskClient, labelling: FakeLabelling, send: Callable[[FlaskClient], Any]
) -> None:
    response = send(caller)

    assert labelling.told == [(ID, Label.SPAM, "Mod")]
    assert response.status_code == 200
    given = {"label": "spam", "who": "Mod", "source": "api", "weight": 0.5, "at": "2026-11-24T12:00:00Z"}
    assert response.get_json() == {
        "id": ID,
        "label": "spam",
        "set_aside": None,
        "labels": [{**given, "set_aside": None}],
    }
    assert response.headers["RateLimit"] == '"labels";r=299;t=3600'
    assert response.headers["RateLimit-Policy"] == '"labels";q=300;w=3600'


def test_a_field_whose_name_is_half_a_character_is_a_problem_and_no_error_of_ours(caller: FlaskClient) -> None:
    response = caller.post(ADDRESS, data=b'{"label": "spam", "\\ud800": ""}', content_type="application/json")

    assert response.status_code == 422
    assert response.get_json()["field"] == "\ufffd"


@pytest.mark.parametrize(
    "send",
    [
        lambda caller: caller.post(ADDRESS, json={"label": "ham"}),
        lambda caller: caller.post(ADDRESS, json={"label": "ham", "who": None}),
        lambda caller: caller.post(ADDRESS, data={"label": "ham", "who": ""}),
    ],
    ids=["left out", "null", "empty in a form"],
)
def test_nobody_need_be_named(
    caller: FlaskClient, labelling: FakeLabelling, send: Callable[[FlaskClient], Any]
) -> None:
    send(caller)

    assert labelling.told == [(ID, Label.HAM, "")]


def test_a_label_that_is_set_aside_is_accepted_and_says_so(caller: FlaskClient, labelling: FakeLabelling) -> None:
    labelling.given = replace(GIVEN, set_aside="a burst")

    response = caller.post(ADDRESS, json={"label": "ham"})

    assert response.status_code == 202
    assert (response.get_json()["label"], response.get_json()["set_aside"]) == (None, "a burst")


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        ({}, "label"),
        ({"label": "maybe"}, "label"),
        ({"label": 1}, "label"),
        ({"label": None}, "label"),
        ({"label": "spam", "whom": "x"}, "whom"),
        ({"label": "spam", "who": "x" * 201}, "who"),
        ({"label": "spam", "who": 7}, "who"),
    ],
    ids=str,
)
def test_what_is_no_label_is_a_problem_that_names_the_field(
    caller: FlaskClient, labelling: FakeLabelling, body: dict[str, object], wrong: str
) -> None:
    response = caller.post(ADDRESS, json=body)

    assert (response.status_code, response.get_json()["field"]) == (422, wrong)
    assert labelling.told == []


def test_a_misspelt_field_is_mended_in_the_words_of_a_label(caller: FlaskClient) -> None:
    response = caller.post(ADDRESS, json={"label": "spam", "whom": "Mod"})

    assert response.get_json()["detail"] == "`whom` is no field of a label; did you mean `who`?"


@pytest.mark.parametrize("content", [b"", b"{", b'{"label": "spam", "label": "ham"}', b"[]"])
def test_a_body_that_cannot_be_read_is_a_problem(caller: FlaskClient, content: bytes) -> None:
    assert caller.post(ADDRESS, data=content, content_type="application/json").status_code == 400


def test_who_labels_too_much_is_told_when_to_come_again(caller: FlaskClient, labelling: FakeLabelling) -> None:
    labelling.fault = LabelsExceeded(Quota(300, 0, 100), 100)

    response = caller.post(ADDRESS, json={"label": "spam"})

    assert (response.status_code, response.get_json()["type"]) == (429, "/docs/problems#labels-exceeded")
    assert response.headers["RateLimit"] == '"labels";r=0;t=100'
    assert response.headers["Retry-After"] == "125"


@pytest.mark.parametrize(("fault", "status"), [(NotFound("none"), 404), (StoreUnavailable("down"), 503)])
def test_what_goes_wrong_is_a_problem(
    caller: FlaskClient, labelling: FakeLabelling, fault: HamletError, status: int
) -> None:
    labelling.fault = fault

    assert caller.post(ADDRESS, json={"label": "spam"}).status_code == status


@pytest.mark.parametrize("decision_id", ["%00", "é", "x" * 65])
def test_an_id_that_cannot_be_is_not_found(caller: FlaskClient, labelling: FakeLabelling, decision_id: str) -> None:
    response = caller.post(f"/v1/comments/{decision_id}/label", json={"label": "spam"})

    assert (response.status_code, labelling.told) == (404, [])


def test_a_key_that_only_checks_may_not_label(caller: FlaskClient, labelling: FakeLabelling, sites: Any) -> None:
    sites.site = replace(sites.site, scopes=frozenset({Scope.CHECK}))

    assert caller.post(ADDRESS, json={"label": "spam"}).status_code == 403
    assert labelling.told == []


def test_without_a_key_nothing_is_labelled(edge: Flask, labelling: FakeLabelling) -> None:
    assert edge.test_client().post(ADDRESS, json={"label": "spam"}).status_code == 401
    assert labelling.told == []


def test_a_decision_is_read_again_with_what_was_said_of_it(
    sites: Any, decisions: Any, labelling: FakeLabelling
) -> None:
    app = Flask(__name__)
    app.register_blueprint(decisions_api.blueprint(Gate(sites), decisions, labelling))

    response = app.test_client().get(f"/v1/comments/{ID}", headers={"X-Api-Key": "hamlet_0123456789_" + "A" * 43})

    assert [(said["label"], said["who"]) for said in response.get_json()["labels"]] == [("spam", "Mod")]
