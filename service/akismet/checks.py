"""
The calls about a comment: is it spam, it was spam, it was none.
"""

from flask import Response, g

from service.akismet.answers import GUID, THANKS, decision_id, new_guid, text, verdict
from service.akismet.comments import to_comment
from service.akismet.fields import Fields
from service.akismet.parts import Call, Parts
from service.core.decision import Verdict
from service.core.labels import Label, Source
from service.core.site import Scope
from service.core.text import storable
from service.errors import InvalidField, MissingScope
from service.labelling import LONGEST_WHO, Report

# By which people try whether all is connected.
SPAM_AUTHOR, SPAM_EMAIL = "viagra-test-123", "akismet-guaranteed-spam@example.com"


def check(call: Call, parts: Parts) -> Response:
    """
    Return `true` for spam and `false` for none; a test is judged like any other comment.
    """
    _require(call.fields, "blog", "user_ip")
    agreed = _agreed(call.fields)
    if agreed:
        return agreed
    comment = to_comment(call.fields)
    if call.fields.is_on("is_test"):
        return verdict(parts.rehearsal.moderate(call.site, comment).decision, call.environ)
    outcome = parts.moderation.moderate(call.site, comment)
    g.decision, g.replayed = outcome.decision, outcome.replayed
    return verdict(outcome.decision, call.environ)


def submit(call: Call, parts: Parts, *, label: Label) -> Response:
    """
    Keep what a moderator says, and thank.
    """
    if Scope.FEEDBACK not in call.site.scopes:
        raise MissingScope("this key is not for feedback; `hamlet sites keys add` makes one that is")
    _require(call.fields, "blog", "user_ip")
    if not call.fields.is_on("is_test"):
        told = call.fields.text("comment_check_response").strip().lower()
        report = Report(
            to_comment(call.fields),
            label,
            who=storable(call.fields.text("reporter"))[:LONGEST_WHO],
            decision_id=decision_id(call.fields.text("guid")),
            told={"true": Verdict.REJECT, "false": Verdict.ACCEPT}.get(told),
        )
        parts.labels.report(call.site, report, Source.AKISMET)
    return text(THANKS)


def _agreed(fields: Fields) -> Response | None:
    """
    Return the answer where it is agreed on before, whatever the comment says.
    """
    roles = {role.strip().lower() for role in fields.text("user_role").split(",")}
    if "administrator" in roles:
        return text("false", {GUID: new_guid()})
    if fields.is_on("test_discard"):
        return text("true", {GUID: new_guid(), "X-akismet-pro-tip": "discard"})
    if fields.text("comment_author") == SPAM_AUTHOR or fields.text("comment_author_email").lower() == SPAM_EMAIL:
        return text("true", {GUID: new_guid()})
    return None


def _require(fields: Fields, *names: str) -> None:
    for name in names:
        if not fields.text(name):
            raise InvalidField(f"{name} is required", field=name)
