"""
What a client of Perspective asks for.
"""

import sys
from dataclasses import dataclass
from typing import Any

from service.api import body
from service.api.submission import LONGEST_COMMENT, LONGEST_ID
from service.core.labels import Label
from service.core.members import shown
from service.core.text import storable
from service.errors import BadRequest, InvalidField

# The one attribute that a model has been trained for.
ATTRIBUTE = "SPAM"
# What Perspective calls a text that cannot be scored.
EMPTY, TOO_LONG = TEXT_ERRORS = ("COMMENT_EMPTY", "COMMENT_TOO_LONG")
# From here on a suggested score says spam.
SPAM_FROM = 0.5
# Of integers JSON has some that are no float.
MOST = sys.float_info.max


@dataclass(frozen=True, slots=True)
class Asked:
    """
    What both calls say: the text, and what is to be given back as it came.
    """

    text: str
    languages: tuple[str, ...]
    client_token: str | None


@dataclass(frozen=True, slots=True)
class Analysis(Asked):
    """
    A text to be scored. A score below `threshold` is not wanted.
    """

    threshold: float
    wants_spans: bool
    do_not_store: bool


@dataclass(frozen=True, slots=True)
class Suggestion(Asked):
    """
    What a moderator says of a text, and the community in whose name.
    """

    label: Label
    community: str


def analysis(content: bytes) -> Analysis:
    """
    Return what `comments:analyze` is asked for; unknown members are left alone.

    Raises:
        BadRequest: the body is not JSON, or `comment` or `requestedAttributes` not what they should be.
        InvalidField: an attribute is asked for that there is no model for, or the text is empty or too long.
    """
    given = body.from_json(content)
    wish = _attribute(given, "requestedAttributes")
    threshold = wish.get("scoreThreshold")
    return Analysis(
        *_asked(given),
        threshold=0.0 if threshold is None else _number(threshold, "scoreThreshold"),
        wants_spans=given.get("spanAnnotations") is True,
        do_not_store=given.get("doNotStore") is True,
    )


def suggestion(content: bytes) -> Suggestion:
    """
    Return what `comments:suggestscore` says; raises as `analysis` does.
    """
    given = body.from_json(content)
    summary = _attribute(given, "attributeScores").get("summaryScore")
    value = _number(summary.get("value") if isinstance(summary, dict) else None, "attributeScores.SPAM.summaryScore")
    label = Label.SPAM if value >= SPAM_FROM else Label.HAM
    return Suggestion(*_asked(given), label=label, community=_text(given.get("communityId"))[:LONGEST_ID])


def _asked(given: dict[str, Any]) -> tuple[str, tuple[str, ...], str | None]:
    comment = given.get("comment")
    text = _text(comment.get("text") if isinstance(comment, dict) else None)
    if not text.strip():
        raise InvalidField("Comment must be non-empty.", field=EMPTY)
    if len(text) > LONGEST_COMMENT // 4 and len(text.encode()) > LONGEST_COMMENT:
        raise InvalidField(f"Comment text was too many bytes; at most {LONGEST_COMMENT}.", field=TOO_LONG)
    languages = given.get("languages")
    known = tuple(_text(each) for each in languages) if isinstance(languages, list) else ()
    token = given.get("clientToken")
    return text, known, _text(token) if isinstance(token, str) else None


def _attribute(given: dict[str, Any], member: str) -> dict[str, Any]:
    attributes = given.get(member)
    if not isinstance(attributes, dict) or not attributes:
        raise BadRequest(f"{member} must name an attribute")
    for name in attributes:
        if name != ATTRIBUTE:
            detail = f"Attribute {shown(name)} is not available: there is a model for {ATTRIBUTE} only."
            raise InvalidField(detail, field=f"{member}.{shown(name)}")
    wish = attributes[ATTRIBUTE]
    return wish if isinstance(wish, dict) else {}


def _number(value: object, name: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not -MOST <= value <= MOST:
        raise BadRequest(f"{name} must be a number")
    return float(value)


def _text(value: object) -> str:
    return storable(value) if isinstance(value, str) else ""
