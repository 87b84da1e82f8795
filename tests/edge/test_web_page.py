"""
The try-it page, around a moderation that a test holds in its hands.
"""

from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from service import web
from service.api import openapi, problems
from service.core.decision import Reason, Verdict
from service.core.traffic import Quota
from service.errors import QuotaExceeded
from service.gate import Gate
from service.web.examples import EXAMPLES

KEY = "hamlet_0123456789_" + "A" * 43
FORM = {"name": "Ann", "comment": "payday loans"}


@pytest.fixture
def page(sites: Any, moderation: Any) -> FlaskClient:
    app = Flask(__name__)
    problems.install(app, chance=lambda: 0.5)
    app.register_blueprint(web.blueprint(moderation, Gate(sites), KEY))
    app.register_blueprint(openapi.blueprint())
    return app.test_client()


def test_the_form_is_empty_at_first(page: FlaskClient) -> None:
    answer = page.get("/")

    assert answer.status_code == 200
    assert 'id="verdict"' not in answer.text


def test_every_example_fills_the_form(page: FlaskClient) -> None:
    for number, example in enumerate(EXAMPLES, 1):
        assert f'value="{example["name"]}"' in page.get(f"/?example={number}").text


@pytest.mark.parametrize("number", ["0", "-1", "99", "x", "²", "1" * 5000])
def test_another_example_is_none(page: FlaskClient, number: str) -> None:
    assert page.get("/", query_string={"example": number}).status_code == 200


def test_an_answer_shows_verdict_score_reasons_and_curl(page: FlaskClient) -> None:
    text = page.post("/", data=FORM).text

    assert '<strong class="badge">hold</strong>' in text
    assert "83.1 %" in text
    assert "+2.10" in text
    assert ">payday loans</q>" in text
    assert "<span>rule</span>" in text
    assert f"Authorization: Bearer {KEY}" in text.replace("&#39;", "'")


def test_a_decision_without_a_model_has_no_score_to_show(page: FlaskClient, moderation: Any) -> None:
    moderation.decision = replace(
        moderation.decision, verdict=Verdict.HOLD, score=None, prior=None, thresholds=None, reasons=()
    )

    text = page.post("/", data=FORM).text

    assert "likely to be spam" not in text
    assert "hold</strong>" in text


def test_what_is_typed_and_quoted_is_escaped(page: FlaskClient, moderation: Any) -> None:
    attack = "\"'><script>alert(1)</script>"
    moderation.decision = replace(moderation.decision, reasons=(Reason("text", 1.0, evidence=(attack,)),))

    text = page.post("/", data={"name": attack, "comment": f"</textarea>{attack}", "url": attack}).text

    assert "<script" not in text


def test_an_error_is_said_on_the_page(page: FlaskClient, moderation: Any) -> None:
    moderation.fault = QuotaExceeded(Quota(600, 0, 9), 9)

    answer = page.post("/", data=FORM)

    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "12")
    assert "ask again in 9 s" in answer.text


def test_a_comment_that_is_too_long_is_told_so(page: FlaskClient) -> None:
    answer = page.post("/", data={"name": "", "comment": "x" * 70_000})

    assert answer.status_code == 422
    assert "at most 65536 bytes" in answer.text


def test_the_page_allows_no_script_and_no_style_of_its_own(page: FlaskClient) -> None:
    answer = page.post("/", data=FORM)

    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "style=" not in answer.text
    assert "<script" not in answer.text
