"""
The fields of a check as a comment. What an author can have typed is never an error.
"""

from datetime import UTC, datetime

from service.akismet.fields import Fields
from service.api.submission import LONGEST_COMMENT, LONGEST_ID
from service.core.addresses import address_of
from service.core.comment import Comment
from service.core.text import storable

# Beyond it a form was left open over lunch, or the clocks of visitor and blog differ.
LONGEST_FORM_SECONDS = 24 * 3600.0
# A URL that is cut short is none, but no CMS names a longer one.
LONGEST_CALLBACK = 2_000
# What JavaScript and old plugins send for nothing.
_NOTHING = frozenset({"undefined", "unknown", "null"})


def to_comment(fields: Fields) -> Comment:
    """
    Return the comment that a check or a submission is about.
    """
    submitted_at = _moment(fields.text("comment_date_gmt"))
    return Comment(
        name=storable(fields.text("comment_author")),
        comment=_shortened(storable(fields.text("comment_content"))),
        email=_known(fields, "comment_author_email"),
        url=_known(fields, "comment_author_url"),
        ip=str(address_of(fields.text("user_ip")) or ""),
        user_agent=_known(fields, "user_agent"),
        referrer=_known(fields, "referrer"),
        permalink=_known(fields, "permalink"),
        article_text=storable("\n".join(fields.context)),
        type=_known(fields, "comment_type", "content_type"),
        parent_id=_known(fields, "comment_parent")[:LONGEST_ID],
        author_role=_known(fields, "user_role"),
        language=_known(fields, "blog_lang"),
        submitted_at=submitted_at,
        form_seconds=_form_seconds(fields.text("POST_ak_js"), submitted_at),
        honeypot=_honeypot(fields),
        post_id=_known(fields, "comment_post_ID")[:LONGEST_ID],
        callback=_known(fields, "callback")[:LONGEST_CALLBACK],
    )


def _known(fields: Fields, *names: str) -> str:
    text = storable(fields.text(*names))
    return "" if text.strip().lower() in _NOTHING else text


def _shortened(comment: str) -> str:
    """
    Cut what the JSON edge would refuse: here nobody would ask the author for a shorter one.
    """
    if len(comment) <= LONGEST_COMMENT // 4:
        return comment
    return comment.encode()[:LONGEST_COMMENT].decode(errors="ignore")


def _moment(text: str) -> datetime | None:
    """
    Return a time in any of the clients' spellings, in UTC unless it says otherwise; None for what is none.

    >>> _moment("2026-11-23 18:30:00") == _moment("2026-11-23T19:30:00.000+01:00"), _moment("soon")
    (True, None)
    """
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _form_seconds(shown_at: str, submitted_at: datetime | None) -> float | None:
    """
    Return how long the form was open, from the visitor's clock in milliseconds to the blog's.
    """
    if submitted_at is None or not (shown_at.isascii() and shown_at.isdecimal() and len(shown_at) <= 15):
        return None
    seconds = submitted_at.timestamp() - int(shown_at) / 1000
    return seconds if 0 <= seconds <= LONGEST_FORM_SECONDS else None


def _honeypot(fields: Fields) -> str:
    name = fields.text("honeypot_field_name")
    return storable(fields.text(name, "POST_ak_hp_textarea"))
