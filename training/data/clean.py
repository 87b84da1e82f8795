"""
What saving left on old comments and no comment form will send: taken away, so that it cannot become a clue.

Blogs that were moderated long ago show us comments as stored. Nearly every `rel="nofollow"` and every trackback in our
data stands on spam, and every doubled entity on ham, so a model would learn the storage and not the spam.
"""

import re
from dataclasses import replace

from training.data.rows import Row

# Each run of spaces is gone through once, from where it begins: else a link and 2,000 spaces took 20 s.
_REL = re.compile(
    r"""(<a\b[^<>]{0,2000}?)(?<!\s)(?:\s*+/)?\s++rel\s*=\s*(?:"[^"<>]*"|'[^'<>]*'|[^\s"'<>]+)""", re.IGNORECASE
)
# Disqus repeats the link's text as its title; only one ham source has it.
_ANCHOR_TITLE = re.compile(r"""(<a\b[^<>]{0,2000}?)(?<!\s)\s++title\s*=\s*"[^"<>]*\"""", re.IGNORECASE)
# Blogs make links of hosts and addresses, and of what only looks like one (ASP.NET).
_LINKED_ADDRESS = re.compile(
    r"""<a\s+href\s*=\s*(["'])((?:https?://)?([^"'<>\s]{1,2000}?)/?)\1\s*>\s*(\2|\3)\s*</a>""", re.IGNORECASE
)
_DOUBLED_ENTITY = re.compile(r"&(?:amp;)+(?=#?\w{1,8};)", re.IGNORECASE)
_TRACKBACK_TITLE = re.compile(r"^\s*<strong>([^<]{0,500})</strong>[ \t]*(?:\r?\n\s*|$)")
_ELLIPSIS = re.compile(r"\[(?:\.\.\.|…|&#8230;|&hellip;)\]")


def clean(row: Row) -> Row:
    """
    Return the row as a comment form would have sent it, marked if it was in the form of a trackback.

    A text that was nothing but a trackback's title keeps the title, without its markup.
    """
    text = _LINKED_ADDRESS.sub(r"\4", _ANCHOR_TITLE.sub(r"\1", _REL.sub(r"\1", row.comment)))
    text = _DOUBLED_ENTITY.sub("&", text)
    title = _TRACKBACK_TITLE.match(text)
    excerpt = _ELLIPSIS.match(text.lstrip()) is not None
    body = _ELLIPSIS.sub(" ", _TRACKBACK_TITLE.sub("", text)).strip()
    comment = body or (title[1].strip() if title else "") or text
    return replace(row, comment=comment, is_trackback=row.is_trackback or title is not None or excerpt)
