"""
An edge for clients of Perspective: `comments:analyze` and `comments:suggestscore`, for the attribute SPAM alone.

`requests` reads, `answers` writes scores and errors as Google does. Hamlet has a model of spam and none of toxicity, so
any other attribute is an error and never a guess.
"""

from dataclasses import dataclass

from flask import Blueprint, Response, g, request

from service.api import body, problems
from service.core.comment import Comment
from service.core.labels import Source
from service.core.site import Scope, Site
from service.errors import HamletError
from service.gate import Gate
from service.labelling import Report, Reports
from service.moderation import Moderates
from service.perspective import answers, requests

VERSION = "/v1alpha1"


@dataclass(frozen=True, slots=True)
class Parts:
    """
    The parts of Perspective's edge. `rehearsal` scores without a trace what must not be stored.
    """

    moderation: Moderates
    rehearsal: Moderates
    gate: Gate
    labels: Reports


def blueprint(parts: Parts) -> Blueprint:
    perspective = Blueprint("perspective", __name__)

    @perspective.post(f"{VERSION}/comments:analyze")
    def analyze() -> Response:
        site = _caller(parts.gate, Scope.CHECK)
        asked = requests.analysis(body.raw(request.environ))
        judge = parts.rehearsal if asked.do_not_store else parts.moderation
        outcome = judge.moderate(site, Comment("", asked.text))
        if not asked.do_not_store:
            g.decision, g.replayed = outcome.decision, outcome.replayed
        return answers.scored(asked, outcome.decision)

    @perspective.post(f"{VERSION}/comments:suggestscore")
    def suggest() -> Response:
        site = _caller(parts.gate, Scope.FEEDBACK)
        given = requests.suggestion(body.raw(request.environ))
        report = Report(Comment("", given.text), given.label, given.community)
        parts.labels.report(site, report, Source.PERSPECTIVE)
        return answers.thanks(given)

    @perspective.errorhandler(HamletError)
    def refuse(error: HamletError) -> Response:
        response = answers.refusal(error, has_key=bool(_key()))
        response.headers.update(problems.account(error))
        return response

    return perspective


def _caller(gate: Gate, scope: Scope) -> Site:
    site = gate.admit(None, _key(), scope=scope, address=request.environ.get("REMOTE_ADDR", ""))
    g.site = site.name
    return site


def _key() -> str | None:
    return request.args.get("key") or request.environ.get("HTTP_X_GOOG_API_KEY")
