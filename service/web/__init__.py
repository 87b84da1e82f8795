"""
The page to try Hamlet on: a form for one comment, and below it the verdict with its reasons.
"""

import json
import shlex

from flask import Blueprint, Response, g, render_template, request

from service.api import body, problems, submission
from service.core.comment import Comment
from service.core.decision import Decision
from service.errors import HamletError
from service.gate import Gate
from service.moderation import Moderation
from service.web.examples import EXAMPLES
from service.web.picture import draw

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
FIELDS = ("name", "comment", "url", "email", "article_title")


def blueprint(moderation: Moderation, gate: Gate, demo_key: str) -> Blueprint:
    """
    Return the page at `/`, which asks as the demo site does. It works without JavaScript and holds none.
    """
    web = Blueprint("web", __name__, template_folder="templates", static_folder="static", static_url_path="/try/assets")

    @web.get("/")
    def form() -> Response:
        chosen = request.args.get("example", "")
        example = EXAMPLES[int(chosen) - 1] if chosen in map(str, range(1, len(EXAMPLES) + 1)) else {}
        return _page(200, example)

    @web.post("/")
    def judge() -> Response:
        try:
            fields = body.from_form(body.raw(request.environ))
            comment = submission.to_comment({field: fields.get(field, "") for field in FIELDS}, is_form=True)
            site = gate.admit(None, demo_key)
            outcome = moderation.moderate(site, comment)
        except HamletError as error:
            page = _page(error.status, {}, error=error.detail)
            page.headers.update(problems.account(error))
            return page
        g.site, g.decision = site.name, outcome.decision
        return _answer(outcome.decision, comment, demo_key)

    return web


def _answer(decision: Decision, comment: Comment, demo_key: str) -> Response:
    values = {field: text for field in FIELDS if (text := getattr(comment, field)) or field in ("name", "comment")}
    curl = (
        f"curl {request.host_url}v1/comments -H 'Authorization: Bearer {demo_key}' \\\n"
        f"  -H 'Content-Type: application/json' -d {shlex.quote(json.dumps(values, ensure_ascii=False))}"
    )
    return _page(200, values, decision=decision, picture=draw(decision), curl=curl)


def _page(status: int, values: dict[str, str], **context: object) -> Response:
    page = render_template("web/try.html", values=values, examples=EXAMPLES, **context)
    return Response(page, status, {"Content-Security-Policy": CONTENT_SECURITY_POLICY, "Cache-Control": "no-store"})
