"""
Errors as problem documents.
"""

import logging
import re
from typing import Any

import pytest
from flask import Flask, g
from flask.testing import FlaskClient

from service.errors import HamletError
from service.logs import JsonLine

SECRET = "my own words"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/v1/comments", 405),
        ("HEAD", "/v1/comments", 405),
        ("DELETE", "/v1/comments/x", 405),
        ("GET", "/v1/nothing", 404),
        ("GET", "/nothing", 404),
    ],
)
def test_errors_of_the_router_are_problems_too(caller: FlaskClient, method: str, path: str, status: int) -> None:
    response = caller.open(path, method=method)

    assert (response.status_code, response.content_type) == (status, "application/problem+json")
    if status == 405:
        assert set(response.headers["Allow"].split(", ")) in ({"POST", "OPTIONS"}, {"GET", "HEAD", "OPTIONS"})
    if method != "HEAD":
        assert response.get_json()["status"] == status
        assert ("verdict" in response.get_json()) == path.startswith("/v1/comments")


def test_a_problem_carries_the_id_of_its_request(edge: Flask, caller: FlaskClient) -> None:
    edge.before_request(lambda: setattr(g, "request_id", "r-1"))

    assert caller.get("/v1/comments").get_json()["request_id"] == "r-1"


def test_the_unexpected_is_a_500_that_says_hold_and_logs_the_place_but_no_text(
    caller: FlaskClient, moderation: Any, caplog: pytest.LogCaptureFixture
) -> None:
    def stumble(_: object) -> None:
        raise RuntimeError(SECRET)

    moderation.moderate_all = stumble

    with caplog.at_level(logging.ERROR):
        response = caller.post("/v1/comments", json={"name": "", "comment": SECRET})

    assert (response.status_code, response.get_json()["verdict"]) == (500, "hold")
    line = JsonLine().format(caplog.records[0])
    assert "RuntimeError" in line
    assert "stumble" in line
    assert SECRET not in response.text + line


def test_every_kind_of_problem_is_explained_at_the_address_of_its_type(caller: FlaskClient) -> None:
    page = caller.get("/docs/problems").text

    assert HamletError.__subclasses__()
    for kind in HamletError.__subclasses__():
        assert f'id="{kind.code}"' in page


def test_the_page_of_problems_has_its_style_and_shows_code_as_code(caller: FlaskClient) -> None:
    page = caller.get("/docs/problems").text

    assert "<code>hamlet sites keys add</code>" in page
    assert "`" not in page
    with caller.get(re.findall('rel="stylesheet" href="([^"]*)"', page)[0]) as style:
        assert (style.status_code, style.mimetype) == (200, "text/css")


def test_a_redirect_is_no_problem(edge: Flask, caller: FlaskClient) -> None:
    edge.add_url_rule("/pages/", view_func=lambda: "", endpoint="pages")

    response = caller.get("/pages")

    assert (response.status_code, response.headers["Location"]) == (308, "http://localhost/pages/")
