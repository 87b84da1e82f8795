"""
The document of the API and the pages that show it.
"""

import hashlib
import json
import re
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from service.api import submission
from service.api.answer import Answer
from service.errors import HamletError

VENDORED = Path(submission.__file__).parent / "static" / "swagger-ui"


def test_the_document_names_every_route_of_the_edge(edge: Flask, caller: FlaskClient) -> None:
    document = caller.get("/openapi.json").get_json()

    routes = {re.sub(r"<(?:decision_)?(\w+)>", r"{\1}", rule.rule) for rule in edge.url_map.iter_rules()}
    assert document["openapi"] == "3.1.0"
    assert (
        routes - {"/static/{path:filename}", "/docs/assets/<path:filename>", "/static/<path:filename>"}
        <= document["paths"].keys()
    )


def test_every_reference_in_the_document_leads_somewhere(caller: FlaskClient) -> None:
    response = caller.get("/openapi.json")

    references = set(re.findall(r'"#/([^"]+)"', response.text))
    assert len(references) > 10
    for reference in references:
        found: Any = response.get_json()
        for part in reference.split("/"):
            found = found[part]
        assert found


@pytest.mark.parametrize("name", ["Submission", "LabelSubmission", "EntrySubmission"])
def test_the_document_allows_null_for_every_field_that_may_be_left_out_and_no_other(
    caller: FlaskClient, name: str
) -> None:
    schema = caller.get("/openapi.json").get_json()["components"]["schemas"][name]

    nullable = {field for field, said in schema["properties"].items() if "null" in json.dumps(said)}
    assert nullable == schema["properties"].keys() - set(schema["required"])


def test_the_examples_of_the_document_work(caller: FlaskClient) -> None:
    content = caller.get("/openapi.json").get_json()["paths"]["/v1/comments"]["post"]["requestBody"]["content"]

    for example in content["application/json"]["examples"].values():
        response = caller.post("/v1/comments", json=example["value"])

        Answer.model_validate(response.get_json())


@pytest.mark.parametrize("page", ["/docs", "/docs/problems"])
def test_pages_run_no_inline_script_and_name_no_other_host(caller: FlaskClient, page: str) -> None:
    response = caller.get(page)

    assert response.status_code == 200
    assert "script-src 'self';" in response.headers["Content-Security-Policy"]
    assert not re.search(r"<script(?![^>]*\bsrc=)|\son\w+=|https?://", response.text)


def test_all_assets_of_the_docs_are_served_from_here(caller: FlaskClient) -> None:
    assets = re.findall(r'(?:src|href)="(/docs/assets/[^"]+)"', caller.get("/docs").text)

    assert len(assets) == 3
    for asset in assets:
        with caller.get(asset) as response:
            assert response.status_code == 200


def test_the_vendored_files_are_those_of_the_version_named() -> None:
    lines = (VENDORED / "VERSION").read_text().splitlines()[1:]

    assert len(lines) == 2
    for digest, name in (line.split() for line in lines):
        assert hashlib.sha256((VENDORED / name).read_bytes()).hexdigest() == digest


def test_the_written_documentation_names_every_field_route_and_problem(caller: FlaskClient) -> None:
    written = (Path(__file__).parents[2] / "docs" / "http-api.md").read_text(encoding="utf-8")

    document = caller.get("/openapi.json").get_json()
    names = {*document["paths"], *(kind.code for kind in HamletError.__subclasses__())}
    for schema in ("Submission", "Answer", "ReasonAnswer", "ThresholdsAnswer"):
        names |= document["components"]["schemas"][schema]["properties"].keys()
    assert {name for name in names if name not in written} == set()


def test_wherever_a_key_may_be_wrong_there_may_have_been_too_many(caller: FlaskClient) -> None:
    document = caller.get("/openapi.json").get_json()
    operations = [operation for path in document["paths"].values() for operation in path.values()]
    asking = [operation["responses"] for operation in operations if "401" in operation["responses"]]

    assert asking
    assert all("429" in responses for responses in asking)
