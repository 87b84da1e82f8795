"""
The JSON edge for moderators: what a comment was.
"""

from typing import Protocol

from flask import Blueprint, Response, request
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from service.api import body, submission
from service.api.answer import LabelAnswer, as_json, label_answer
from service.api.asking import caller, is_plausible
from service.api.quota import HOUR_SECONDS, headers_of
from service.core.labels import Label
from service.core.site import Scope, Site
from service.core.text import storable
from service.errors import NotFound
from service.gate import Gate
from service.labelling import LONGEST_WHO, Heard
from service.wire import Environ


class LabelSubmission(BaseModel):
    """
    What somebody says that a comment was.
    """

    model_config = ConfigDict(extra="forbid", title="Label", json_schema_extra=submission.nullable)

    label: Label = Field(description="What the comment was.")
    who: str = Field("", max_length=LONGEST_WHO, description="Who says so, in the CMS's own words; may be left out.")


class HeardAnswer(BaseModel, title="LabelAnswer"):
    """
    The label as it was kept, beside all others of the same comment.
    """

    id: str = Field(description="The decision's id.")
    label: Label | None = Field(description="The label in force; null while none counts.")
    set_aside: str | None = Field(description="Why the label that was sent does not count yet; null if it counts.")
    labels: list[LabelAnswer]


class Hears(Protocol):
    """
    Takes labels, as `service.labelling.Labelling` does.
    """

    def label(self, site: Site, decision_id: str, label: Label, who: str) -> Heard: ...


def blueprint(labelling: Hears, gate: Gate) -> Blueprint:
    api = Blueprint("labels", __name__)

    @api.post("/v1/comments/<decision_id>/label")
    def label(decision_id: str) -> Response:
        site = caller(gate, Scope.FEEDBACK)
        wish = _read(request.environ)
        if not is_plausible(decision_id):
            raise NotFound("this site has no decision of this id")
        return _answer(decision_id, labelling.label(site, decision_id, wish.label, wish.who))

    return api


def _read(environ: Environ) -> LabelSubmission:
    given, _ = body.fields_of(environ)
    repaired = {
        storable(name): storable(value) if isinstance(value, str) else value
        for name, value in submission.sent(given, LabelSubmission).items()
    }
    try:
        return LabelSubmission.model_validate(repaired)
    except ValidationError as error:
        raise submission.invalid(error, ("a label", LabelSubmission)) from None


def _answer(decision_id: str, heard: Heard) -> Response:
    counts = heard.in_force
    answer = {
        "id": decision_id,
        "label": counts and counts.label.value,
        "set_aside": heard.given.set_aside,
        "labels": [label_answer(given) for given in heard.all],
    }
    quota = headers_of(heard.quota, "labels", HOUR_SECONDS) if heard.quota else {}
    return as_json(answer, 202 if heard.given.set_aside else 200, quota.items())
