"""
A comment's words without its form, by which it is known again after a CMS has cleaned, escaped or re-linked it.
"""

import html
import re

from service.core.comment import Comment
from service.core.keyed import mac

# Of a long comment the beginning is enough: more of the source than of the letters, since tags change their length.
LONGEST_SOURCE, LONGEST_TEXT = 8_000, 2_000

_TAG = re.compile(r"</?[a-zA-Z!][^<>]*>")
_SIGN = re.compile(r"[\W_]+")
_ASCII_SIGNS = bytes(code for code in range(128) if not chr(code).isalnum())
_SMALL = bytes(range(256)).lower()


def wording(secret: bytes, comment: Comment) -> str:
    """
    Return a keyed hash of who wrote and what, equal for a comment as it was typed and as WordPress keeps it.

    >>> typed = Comment("Ann & Bob", 'Tom\\'s <a href="http://x.example">page</a> & more <script>')
    >>> kept = Comment("Ann &amp; Bob", 'Tom&#8217;s <a href="http://x.example" rel="nofollow">page</a> &amp; more')
    >>> wording(b"secret", typed) == wording(b"secret", kept)
    True
    """
    said = (comment.email, comment.name, _TAG.sub(" ", comment.comment[:LONGEST_SOURCE]))
    return mac(secret, b"wording:" + b"\n".join([_letters(html.unescape(part)) for part in said]))[:32]


def _letters(text: str) -> bytes:
    if text.isascii():
        # The same as the pattern says, in a tenth of its time.
        return text.encode().translate(_SMALL, _ASCII_SIGNS)[:LONGEST_TEXT]
    return _SIGN.sub("", text).casefold()[:LONGEST_TEXT].encode(errors="surrogatepass")
