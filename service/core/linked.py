"""
Hosts that a comment leads to, read more eagerly than for the model: an owner's list says what is looked for.
"""

import re
from urllib.parse import unquote

from service.core import links
from service.core.phrases import LINKS
from service.core.tokens import tokens

MOST_WORDS = 24

_BROKEN_SCHEME = r"(?:https?|ftps?)(?:[:;]|//)"
# Before the host, as typed or made by a form that puts "http://" before anything.
_LEAD = re.compile(rf"^[\W_]*(?:{_BROKEN_SCHEME}[\W_]*)*", re.IGNORECASE)
# No host goes on behind a sign, but for "." and "-".
_END = re.compile(
    "[\\s!-,/:-@\\[-^`{-\u00a9\u00ab-\u00b4\u00b6-\u00b9\u00bb-\u00bf\u2010-\u206f\u20a0-\u20cf\u2100-\u214f\u2190-\u2bff"
    "\u3000-\u303f\U0001f000-\U0001faff]"
)
_WWW = re.compile(r"^(?:www\.[.\-_]*)+")
_NAME = re.compile(r"[^\W_]+")
# Only what has a dot inside can name a host; it costs little to leave out the rest.
_DOTTED = re.compile("[\\w%][.\u3002\uff0e\uff61]\\w")
_WIDE = {wide: wide - 0xFEE0 for wide in range(0xFF01, 0xFF5F)}
_WIDE_DOT = re.compile("(?<=[0-9A-Za-z])[\u3002\uff61](?=[0-9A-Za-z])")
# Scripts that set no space before or behind a host.
_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff"
_BETWEEN_SCRIPTS = re.compile(f"(?<=[{_UNSPACED}])(?=[0-9A-Za-z])|(?<=[0-9A-Za-z])(?=[{_UNSPACED}])")
_GLUED = re.compile(r"(?<=[\w,;'’])(?=https?://)", re.IGNORECASE)
_BEFORE = re.compile(rf"(?:(?<!\S)|(?<=\]\())(?:[^\w\s@#]|_)*(?:{_BROKEN_SCHEME}/?(?=[^\W_]))?", re.IGNORECASE)
_BEHIND = re.compile(r"(?<=[^\W_])_+(?![\w/])")


def host(address: str) -> str:
    """
    Return the host that an address names, without what stands around it.

    >>> host("“http://shop.example—now”"), host("http://https//shop.example"), host("http://shop%2Eexample&a")
    ('shop.example', 'shop.example', 'shop.example')
    """
    named = unquote(links.host_of(_LEAD.sub("", address[:2000])))
    return _WWW.sub("", _END.split(named, maxsplit=1)[0].strip(".-_"))


def words(address: str) -> list[str]:
    """
    Return the words of a host and a path in their order, digits in them and all; "" for what parts them.

    >>> words("https://www.bet365-bonus.co.uk/2026/free-spins?id=7")
    ['bet365', 'bonus', '', '', 'free', 'spins']
    """
    named = host(address)
    suffix = links.registered_domain(named).partition(".")[2]
    path = _LEAD.sub("", address[:400]).partition("?")[0].partition("/")[2]
    found = [*_NAME.findall(named.removesuffix(f".{suffix}")), "", *_NAME.findall(path)]
    # A date is no word, and no "9/11".
    return ["" if word.isdecimal() else word for word in found[:MOST_WORDS]]


def addresses(shown: str) -> tuple[list[str], list[str]]:
    """
    Return the addresses in a text, in lower case: those that were written so, and those that were not, which may be the
    end of a sentence and the beginning of the next.

    >>> addresses("'shop.example.com', 看http://a.example.com看, Evil.COM, the end.So")
    (['shop.example.com', 'http://a.example.com'], ['evil.com', 'end.so'])
    """
    shown = "\n".join(filter(_DOTTED.search, shown.split()))
    if not shown.isascii():
        shown = _BETWEEN_SCRIPTS.sub(" ", _WIDE_DOT.sub(".", shown.translate(_WIDE)))
    shown = _BEHIND.sub("", _BEFORE.sub("", _GLUED.sub(" ", shown)))
    found = [written for kind, written in tokens(shown.lower()) if kind in LINKS]
    return [each for each in found if each in shown], [each for each in found if each not in shown]
