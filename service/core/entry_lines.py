"""
Lists as lines of text, such as WordPress keeps its disallowed comment keys, and what to think of before saving them.
"""

import re

from service.core import hosts, link_search, text
from service.core.entries import Action, Kind
from service.core.entry_values import BadEntry, network, normal
from service.core.tokens import LINKS, tokens

_SUFFIX = re.compile(r"\*?\.[^\s.*]+(?:\.[^\s.*]+)*")
# An address before a slash or a dash, or with asterisks for numbers, whether or not there is such a range: neither
# words (`24/7`) nor telephone numbers look like that.
_ADDRESS = r"(?:\d+(?:\.\d+){3}|[\da-f:]{0,37}::[\da-f:.]{0,43}|[\da-f]{1,4}(?::[\da-f]{1,4}){7})"
_RANGE = re.compile(
    rf"{_ADDRESS}\s*(?:/[\d\s./,-]*|(?:[-–,;]|\s)\s*{_ADDRESS}.*)|\d+(?:\.\d+)*(?:\.\*)+(?:\.\d+)*", re.IGNORECASE
)
_TYPED_KIND = re.compile(r"(word|regex|domain|address|email|author):\s*(.*)", re.IGNORECASE)
_SHARED = hosts.WELL_KNOWN | hosts.MESSENGERS | hosts.SHORTENERS
_ASCII_CLASS = re.compile(r"\\[bBwW]")
_DELIMITED = re.compile(r"/.*/[gimsu]*")
_ANYBODY = "anyone can write it and be accepted, spam and all"
_FORGED = {
    Kind.WORD: _ANYBODY,
    Kind.REGEX: _ANYBODY,
    Kind.DOMAIN: "anyone can link to it and be accepted, if nothing else is linked to",
    Kind.EMAIL: "anyone can type this e-mail and be accepted; an address is harder to forge",
    Kind.AUTHOR: "anyone can type this name and be accepted; an address is harder to forge",
}


def of_line(line: str) -> tuple[Kind, str]:
    """
    Return the kind that a line, in a list such as WordPress keeps, begins with or looks like, and the value it means.

    Raises:
        BadEntry: it is not of the kind that it begins with, or a range of addresses that cannot be.

    >>> for line in ("casino", "203.0.113.7", "spam.example.com", ".xyz", "author: Bob"):
    ...     print(*of_line(line))
    word casino
    address 203.0.113.7
    domain spam.example.com
    domain xyz
    author bob
    """
    if typed := _TYPED_KIND.fullmatch(line.strip()):
        kind = Kind(typed[1].lower())
        return kind, normal(kind, typed[2])
    if _RANGE.fullmatch(line.strip()):
        try:
            return Kind.ADDRESS, normal(Kind.ADDRESS, line)
        except BadEntry as error:
            raise BadEntry(f"{error}; write word:{line.strip()} if the text is meant") from None
    for kind in (Kind.ADDRESS, Kind.EMAIL):
        try:
            return kind, normal(kind, line)
        except BadEntry:
            pass
    shown = text.visible(line.strip())
    has_link = any(found in LINKS for found, _ in tokens(shown)) or (" " not in shown and any(link_search.find(shown)))
    kind = Kind.DOMAIN if has_link or _SUFFIX.fullmatch(line.strip()) else Kind.WORD
    return kind, normal(kind, line)


def to_line(kind: Kind, value: str) -> str:
    """
    Return the line that `of_line` reads as this entry.

    >>> to_line(Kind.WORD, "casino"), to_line(Kind.AUTHOR, "bob")
    ('casino', 'author:bob')
    """
    try:
        is_plain = of_line(value) == (kind, value)
    except BadEntry:
        is_plain = False
    return value if is_plain else f"{kind.value}:{value}"


def warnings(kind: Kind, value: str, action: Action) -> list[str]:
    """
    Return what an owner should think of before saving an entry.

    >>> warnings(Kind.AUTHOR, "ann", Action.ACCEPT)
    ['anyone can type this name and be accepted; an address is harder to forge']
    """
    found = []
    if action is Action.ACCEPT and kind in _FORGED:
        found.append(_FORGED[kind])
    if kind is Kind.DOMAIN and "." not in value:
        found.append(f"this is every domain that ends in .{value}")
    if kind is Kind.DOMAIN and value in _SHARED and action is not Action.ACCEPT:
        found.append(f"readers link to {value} as well; write regex: and a part of the address for one page of it")
    if kind is Kind.REGEX and not value.isascii() and _ASCII_CLASS.search(value):
        found.append(r"\b and \w know no letters but a to z; write \pL for any, or an entry of words")
    if kind is Kind.REGEX and _DELIMITED.fullmatch(value):
        found.append("this looks for the slashes too; case is ignored without saying so")
    if kind is Kind.ADDRESS and network(value).num_addresses > (1 << 16 if "." in value else 1 << 96):
        found.append(f"{value} is a wide range: many readers share it")
    return found
