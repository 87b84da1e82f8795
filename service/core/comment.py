"""
What a CMS says about one comment.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from service.core.light_dataclass import light_dataclass

if TYPE_CHECKING:
    from service.core.site import Site


@light_dataclass()
class Comment:
    """
    A comment as its author wrote it and its CMS sent it; only `name` and `comment` are ever certain.

    Texts hold whatever an author can type, except lone surrogates: markup, NUL, bidi marks and zalgo included.
    An empty string means that the CMS did not say. `callback` is where it wants to hear of a later decision.
    """

    name: str
    comment: str
    email: str = ""
    url: str = ""
    ip: str = ""
    user_agent: str = ""
    referrer: str = ""
    permalink: str = ""
    article_title: str = ""
    article_text: str = ""
    type: str = ""
    parent_id: str = ""
    author_role: str = ""
    language: str = ""
    submitted_at: datetime | None = None
    form_seconds: float | None = None
    honeypot: str = ""
    id: str = ""
    post_id: str = ""
    callback: str = ""


@dataclass(frozen=True, slots=True)
class Claim:
    """
    An idempotency key (the CMS's own id of the comment, or the `Idempotency-Key` header) with a digest of the
    body that it came with, so that the same key with another body can be told.
    """

    key: str
    digest: str


@light_dataclass()
class Asked:
    """
    A comment that a site wants decided, with the claim of the request if it has one.
    """

    site: Site
    comment: Comment
    claim: Claim | None = None
