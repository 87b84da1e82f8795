"""
GET /v1/comments/{id}: a decision again.
"""

from typing import Any

import pytest
from flask.testing import FlaskClient

from service.core.site import Site
from service.errors import StoreUnavailable

ADDRESS = "/v1/comments/01930000-0000-7000-8000-000000000000"


def test_a_decision_can_be_read_again_as_it_was_given(caller: FlaskClient) -> None:
    given = caller.post("/v1/comments", json={"name": "", "comment": ""}).data

    response = caller.get(ADDRESS)

    assert (response.status_code, response.data) == (200, given)


def test_another_site_does_not_find_it(caller: FlaskClient, sites: Any) -> None:
    sites.site = Site(2, "other", "0123456789")

    assert caller.get(ADDRESS).status_code == 404


@pytest.mark.parametrize("decision_id", ["x", "%00", "%ED%A0%80", "é", "x" * 65, "x" * 5000])
def test_an_id_that_cannot_be_is_not_found(caller: FlaskClient, decision_id: str) -> None:
    response = caller.get(f"/v1/comments/{decision_id}")

    assert response.status_code == 404
    assert response.get_json()["type"] == "/docs/problems#not-found"


def test_a_store_that_cannot_be_read_is_a_problem_to_come_back_for(caller: FlaskClient, decisions: Any) -> None:
    decisions.fault = StoreUnavailable("down")

    response = caller.get(ADDRESS)

    assert (response.status_code, response.headers["Retry-After"]) == (503, "7")


def test_without_a_key_nothing_is_found(caller: FlaskClient) -> None:
    del caller.environ_base["HTTP_AUTHORIZATION"]

    assert caller.get(ADDRESS).status_code == 401
