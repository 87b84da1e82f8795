"""
Coral's request as a comment.
"""

from typing import Any

from service.api import body
from service.api.submission import LONGEST_COMMENT, LONGEST_ID
from service.core.comment import Comment
from service.core.text import storable
from service.errors import BadRequest


def to_comment(content: bytes) -> Comment:
    """
    Return the comment that a request is about; its body is HTML, or plain text if Coral is set so.

    Coral names and addresses nobody. The author's account stands where an e-mail address would: it tells commenters
    apart as well, and is kept as a keyed hash only. What a later Coral may say beside is left alone.

    Raises:
        BadRequest: it is no request of Coral's.
    """
    asked = body.from_json(content)
    if not isinstance(_at(asked, "comment", "body"), str):
        raise BadRequest("the body is no request of a moderation phase")
    author, parent = _text(asked, "author", "id"), _text(asked, "comment", "parentID")
    return Comment(
        name="",
        comment=_text(asked, "comment", "body").encode()[:LONGEST_COMMENT].decode(errors="ignore"),
        email=f"{author}@{_text(asked, 'tenantDomain')}" if author else "",
        permalink=_text(asked, "story", "url"),
        type="reply" if parent else "comment",
        parent_id=parent[:LONGEST_ID],
        author_role=_text(asked, "author", "role").lower(),
    )


def _text(asked: dict[str, Any], *path: str) -> str:
    value = _at(asked, *path)
    return storable(value) if isinstance(value, str) else ""


def _at(value: Any, *path: str) -> Any:
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value
