"""
Links in a text, found more eagerly than for the model: in other scripts, glued to what stands around them, in capitals.
"""

import re
from typing import NamedTuple

from service.core.link_hosts import BROKEN_SCHEME
from service.core.tokens import LINKS, tokens

# Only what has a dot inside can name a host; it costs little to leave out the rest.
_DOTTED = re.compile("[\\w%][.\u3002\uff0e\uff61]\\w")
_WIDE = {wide: wide - 0xFEE0 for wide in range(0xFF01, 0xFF5F)}
_WIDE_DOT = re.compile("(?<=[0-9A-Za-z])[\u3002\uff61](?=[0-9A-Za-z])")
# Scripts that set no space before or behind a host.
_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff"
_BETWEEN_SCRIPTS = re.compile(f"(?<=[{_UNSPACED}])(?=[0-9A-Za-z])|(?<=[0-9A-Za-z])(?=[{_UNSPACED}])")
_GLUED = re.compile(r"(?<=[\w,;'’])(?=https?://)", re.IGNORECASE)
_BEFORE = re.compile(rf"(?:(?<!\S)|(?<=\]\())(?:[^\w\s@#]|_)*(?:{BROKEN_SCHEME}/?(?=[^\W_]))?", re.IGNORECASE)
_BEHIND = re.compile(r"(?<=[^\W_])_+(?![\w/])")


class Found(NamedTuple):
    """
    The links of a text, in lower case: those that stand in it so, and those that stand in it with capitals alone, which
    may be the end of a sentence and the beginning of the next.
    """

    lower: list[str]
    capitalised: list[str]


def find(shown: str) -> Found:
    """
    Return the links in a text.

    >>> find("'shop.example.com', 看http://a.example.com看, Evil.COM, the end.So")
    Found(lower=['shop.example.com', 'http://a.example.com'], capitalised=['evil.com', 'end.so'])
    """
    searched = _loosened(_with_plain_dots("\n".join(filter(_DOTTED.search, shown.split()))))
    found = [written for kind, written in tokens(searched.lower()) if kind in LINKS]
    return Found([link for link in found if link in searched], [link for link in found if link not in searched])


def _with_plain_dots(shown: str) -> str:
    if shown.isascii():
        return shown
    return _BETWEEN_SCRIPTS.sub(" ", _WIDE_DOT.sub(".", shown.translate(_WIDE)))


def _loosened(shown: str) -> str:
    """
    Return a text without the signs that stand right before and behind its links.
    """
    return _BEHIND.sub("", _BEFORE.sub("", _GLUED.sub(" ", shown)))
