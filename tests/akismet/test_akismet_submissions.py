"""
submit-spam and submit-ham: what a moderator says reaches the labels.
"""

import pytest
from akismet_edge import DECISION, GUID, Edge, check
from flask.testing import FlaskClient

from service.api.body import FAULT
from service.core.decision import Verdict
from service.core.labels import Label, Source
from service.errors import BadRequest, BodyTooSlow, HamletError

THANKS = b"Thanks for making the web a better place."


@pytest.mark.parametrize("label", Label)
def test_what_a_moderator_says_is_kept_and_thanked_for(client: FlaskClient, edge: Edge, label: Label) -> None:
    fields = check(comment_content="Buy", guid=GUID, comment_check_response="false", reporter="ann")

    response = client.post(f"/1.1/submit-{label}", data=fields)

    assert (response.status_code, response.data) == (200, THANKS)
    assert not [name for name, _ in response.headers if name.lower().startswith("x-akismet")]
    ((site, report, source),) = edge.labels.kept
    assert (site, report.label, source) == ("blog", label, Source.AKISMET)
    assert (report.decision_id, report.told) == (DECISION.id, Verdict.ACCEPT)
    assert report.who == "ann"
    assert report.comment.comment == "Buy"


@pytest.mark.parametrize("guid", ["", "none of ours"])
def test_without_a_guid_the_fields_have_to_do(client: FlaskClient, edge: Edge, guid: str) -> None:
    client.post("/1.1/submit-spam", data=check(guid=guid, comment_author="Ann"))

    ((_, report, _),) = edge.labels.kept
    assert (report.decision_id, report.told, report.comment.name) == (None, None, "Ann")


@pytest.mark.parametrize("call", ["submit-spam", "submit-ham", "verify-key"])
def test_a_form_that_is_too_large_is_told_so_as_clients_of_akismet_are(client: FlaskClient, call: str) -> None:
    response = client.post(f"/1.1/{call}", data=check(comment_content="x" * 300_000))

    assert (response.status_code, response.data) == (200, b"invalid")
    assert response.headers["X-akismet-debug-help"] == "the body is larger than 262144 bytes"


@pytest.mark.parametrize("fault", [BodyTooSlow("it did not arrive"), BadRequest("it breaks off")])
def test_a_form_that_did_not_come_whole_is_told_so_too(client: FlaskClient, edge: Edge, fault: HamletError) -> None:
    response = client.post("/1.1/submit-spam", data=check(), environ_overrides={FAULT: fault})

    assert (response.status_code, response.data) == (200, b"invalid")
    assert response.headers["X-akismet-debug-help"] == fault.detail
    assert not edge.labels.kept


def test_a_test_teaches_nothing(client: FlaskClient, edge: Edge) -> None:
    response = client.post("/1.1/submit-spam", data=check(is_test="1"))

    assert response.data == THANKS
    assert not edge.labels.kept
