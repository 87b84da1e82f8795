"""
The host that a link names and the words in it, however it is written: for lists, and for what a copy adds.

`links.host_of`, from which the model learned, only strips what may stand behind a host. Here it ends at any sign that
no host has: an owner who lists a domain means it whatever is glued to it.
"""

import re
from urllib.parse import unquote

from service.core import links

LONGEST, LONGEST_PATH, MOST_WORDS = 2_000, 400, 24

BROKEN_SCHEME = r"(?:https?|ftps?)(?:[:;]|//)"
# Before the host, as typed or made by a form that puts "http://" before anything.
_LEAD = re.compile(rf"^[\W_]*(?:{BROKEN_SCHEME}[\W_]*)*", re.IGNORECASE)
_SIGN = re.compile(
    "["
    r"\s!-,/:-@\[-^`{-~"  # of ASCII all but "-", "." and "_"
    "\u007f-\u00a9\u00ab-\u00b4\u00b6-\u00b9\u00bb-\u00bf"  # of Latin-1 all but letters, "ª", "µ" and "º"
    "\u2010-\u206f\u20a0-\u20cf\u2100-\u214f\u2190-\u2bff"  # dashes, quotes, currencies, what is like letters, arrows
    "\u3000-\u303f\U0001f000-\U0001faff"  # what Chinese and Japanese set between words, emoji
    "]"
)
_WWW = re.compile(r"^(?:www\.[.\-_]*)+")
_NAME = re.compile(r"[^\W_]+")


def host_in(link: str) -> str:
    """
    Return the host that a link names, without what stands around it.

    >>> host_in("“http://shop.example—now”"), host_in("http://https//shop.example"), host_in("http://shop%2Eexample&a")
    ('shop.example', 'shop.example', 'shop.example')
    """
    named = unquote(links.host_of(_LEAD.sub("", link[:LONGEST])))
    return _WWW.sub("", _SIGN.split(named, maxsplit=1)[0].strip(".-_"))


def words_of(link: str) -> list[str]:
    """
    Return the words of a host and a path in their order, digits in them and all; "" for what parts them.

    >>> words_of("https://www.bet365-bonus.co.uk/2026/free-spins?id=7")
    ['bet365', 'bonus', '', '', 'free', 'spins']
    """
    host = host_in(link)
    suffix = links.registered_domain(host).partition(".")[2]
    path = _LEAD.sub("", link[:LONGEST_PATH]).partition("?")[0].partition("/")[2]
    found = [*_NAME.findall(host.removesuffix(f".{suffix}")), "", *_NAME.findall(path)]
    # A date is no word, and no "9/11".
    return ["" if word.isdecimal() else word for word in found[:MOST_WORDS]]
