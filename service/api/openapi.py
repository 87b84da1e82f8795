"""
The OpenAPI 3.1 document, made from the models that validate, and the pages that show it.
"""

from functools import cache
from importlib.metadata import version
from typing import Any

from flask import Blueprint, Response, render_template
from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema
from pydantic_core import to_json

from service.api.answer import Answer
from service.api.labels import HeardAnswer, LabelSubmission
from service.api.lists_body import ListAnswer, ListSubmission, TrialAnswer
from service.api.paths import PATHS, RESPONSES, SECURITY
from service.api.problems import Problem
from service.api.queue import QueueAnswer
from service.api.submission import Submission
from service.errors import HamletError

# Swagger UI draws its icons from data: URLs; looked at in Chromium, it needs nothing else that is not our own.
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


def blueprint() -> Blueprint:
    """
    Return `/openapi.json`, `/docs` with its assets, and the page that explains the problems.
    """
    pages = Blueprint(
        "openapi", __name__, template_folder="templates", static_folder="static", static_url_path="/docs/assets"
    )

    @pages.get("/openapi.json")
    def openapi() -> Response:
        return Response(to_json(document(), indent=2), content_type="application/json")

    @pages.get("/docs")
    def docs() -> Response:
        return _page("docs.html")

    @pages.get("/docs/problems")
    def problems() -> Response:
        kinds = sorted(HamletError.__subclasses__(), key=lambda kind: (kind.status, kind.code))
        return _page("problems.html", kinds=kinds)

    return pages


@cache
def document() -> dict[str, Any]:
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Hamlet",
            "version": version("hamlet-moderation"),
            "summary": "A comment in, a verdict out: accept, hold or reject, with the reasons.",
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": "/", "description": "This installation"}],
        "security": [{name: []} for name in SECURITY],
        "paths": PATHS,
        "components": {"schemas": _schemas(), "responses": RESPONSES, "securitySchemes": SECURITY},
    }


def _schemas() -> dict[str, Any]:
    models: list[tuple[type[BaseModel], JsonSchemaMode]] = [
        *((asked, "validation") for asked in (Submission, LabelSubmission, ListSubmission)),
        *((told, "serialization") for told in (Answer, HeardAnswer, QueueAnswer, ListAnswer, TrialAnswer, Problem)),
    ]
    _, schemas = models_json_schema(models, ref_template="#/components/schemas/{model}")
    return dict(schemas["$defs"])


def _page(template: str, **values: Any) -> Response:
    return Response(render_template(template, **values), headers={"Content-Security-Policy": CONTENT_SECURITY_POLICY})
