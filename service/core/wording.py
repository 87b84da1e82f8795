"""
A comment's words without its form, by which it is known again after a CMS has cleaned, escaped or re-linked it.
"""

import hmac
import html
import re

from service.core.comment import Comment

# Of a long comment the beginning is enough: more of the source than of the letters, since tags change their length.
LONGEST_SOURCE, LONGEST_TEXT = 8_000, 2_000

_TAG = re.compile(r"</?[a-zA-Z!][^<>]*>")
_SIGN = re.compile(r"[\W_]+")
_ASCII_SIGNS = {code: None for code in range(128) if not chr(code).isalnum()}


def wording(secret: bytes, comment: Comment) -> str:
    """
    Return a keyed hash of who wrote and what, equal for a comment as it was typed and as WordPress keeps it.

    >>> typed = Comment("Ann & Bob", 'Tom\\'s <a href="http://x.example">page</a> & more <script>')
    >>> kept = Comment("Ann &amp; Bob", 'Tom&#8217;s <a href="http://x.example" rel="nofollow">page</a> &amp; more')
    >>> wording(b"secret", typed) == wording(b"secret", kept)
    True
    """
    said = (comment.email, comment.name, _TAG.sub(" ", comment.comment[:LONGEST_SOURCE]))
    text = "\n".join(_letters(html.unescape(part))[:LONGEST_TEXT] for part in said)
    return hmac.digest(secret, f"wording:{text}".encode(errors="surrogatepass"), "sha256").hex()[:32]


def _letters(text: str) -> str:
    # A fifth of the time of the pattern, which this says too.
    return (text.translate(_ASCII_SIGNS) if text.isascii() else _SIGN.sub("", text)).casefold()
