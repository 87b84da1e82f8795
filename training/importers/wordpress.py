"""
A comment of WordPress, from whichever export: its status is its label, unless a moderator said another word.
"""

from collections.abc import Collection, Mapping

from training.data.files import Rejected
from training.importers.outcome import PENDING, STAFF, TRASH, Article, Found, found

LABELS = {"1": "ham", "approve": "ham", "approved": "ham", "spam": "spam", "": ""}
SKIPPED = {"0": PENDING, "hold": PENDING, "unapproved": PENDING, "trash": TRASH, "post-trashed": TRASH}
# Plugins keep notes on orders and the like among the comments.
TYPES = ("", "comment", "review", "pingback", "trackback")
WITHOUT_SPAM = (
    "WordPress leaves spam out of this export, and Akismet deletes it after 15 days: add a dump of the tables "
    "wp_comments and wp_commentmeta, or what `wp comment list --status=spam --format=json --fields=comment_ID,"
    "comment_post_ID,comment_author,comment_author_url,comment_date_gmt,comment_content,comment_approved,comment_type` "
    "prints"
)


def outcome(
    place: str, fields: Mapping[str, str], article: Article, said: str = "", staff: Collection[str] = ()
) -> Found | Rejected:
    """
    Return the comment with these columns of wp_comments; `said` is a moderator's label, `staff` are user ids.

    A moderator's label goes before the status, except in the trash.
    """
    kind = fields.get("comment_type", "")
    status = fields.get("comment_approved", "").lower()
    if kind not in TYPES:
        return Rejected(place, f"of the type {kind[:40]!r}, which no reader writes")
    if "comment_content" not in fields:
        return Rejected(place, "has no comment_content: export it again with that column")
    if fields.get("user_id", "") in staff:
        return Rejected(place, STAFF)
    if status not in LABELS and (not said or SKIPPED.get(status) == TRASH):
        return Rejected(place, SKIPPED.get(status, f"of the status {status[:20]!r}, which is unknown"))
    return found(
        place,
        article,
        said or LABELS[status],
        fields.get("comment_author", ""),
        fields["comment_content"],
        fields.get("comment_author_url", ""),
        _date(fields),
        kind,
    )


def _date(fields: Mapping[str, str]) -> str:
    given = fields.get("comment_date_gmt", "")
    return fields.get("comment_date", "") if not given or given.startswith("0000") else given
