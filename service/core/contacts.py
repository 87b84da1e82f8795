"""
Where a comment leads its readers: the links, hosts, addresses, numbers and handles in it.
"""

import re
from itertools import chain

from service.core import link_hosts, link_search, markup, text
from service.core.comment import Comment
from service.core.tokens import tokens

# Longer texts are not searched: so much is no copy of what somebody else wrote.
LONGEST_TEXT = 12_000

_KINDS = frozenset(["email", "link", "disguised", "domain", "phone"])
_HANDLE = re.compile(r"(?<![\w.@])@[\w.]{3,60}")
_SCHEME = re.compile(r"^\w{2,6}\s?:\s?/{0,2}(?:www\.)?|^www\.")
_PATH = re.compile(r"[/?#].*", re.DOTALL)
# What sentences and quotes set behind an address. The name of a page hardly ever ends in them.
_BEHIND = ".,:;!?'’\"”“»›*`…/"
_NOT_DIALLED = re.compile(r"[^\d+]")


def contacts(comment: Comment) -> frozenset[str] | None:
    """
    Return all that a reader could follow, in the text, in the name or behind it; None for a text too long to be sure.

    >>> sorted(contacts(Comment("Ann", "See https://www.example.com/a or call +45 12 34 56 78", url="http://x.example/")))
    ['+4512345678', 'example.com/a', 'x.example']
    """
    if len(comment.comment) > LONGEST_TEXT:
        return None
    rendered = markup.render(comment.comment)
    shown = text.visible(f"{comment.name} \n{rendered.text}")
    # Read as for lists too: what is missed would be a contact that a copy adds unseen.
    found = (*written(shown), *chain(*link_search.find(shown)), *rendered.targets, comment.url)
    return frozenset(_plain(address) for address in found if address.strip())


def written(shown: str) -> list[str]:
    """
    Return what a text leads to, as it is written there: addresses and numbers, then handles.

    >>> written("Ask @ann, call +45 12 34 56 78 or see shop.example.com!")
    ['+45 12 34 56 78', 'shop.example.com', '@ann']
    """
    return [token for kind, token in tokens(shown) if kind in _KINDS] + _HANDLE.findall(shown)


def _plain(address: str) -> str:
    if not any(map(str.isalpha, address)):
        return _NOT_DIALLED.sub("", address)
    address = _SCHEME.sub("", address.strip().lower()).rstrip(_BEHIND)
    host = _PATH.sub("", address)
    path = address[len(host) :].removeprefix("/")
    return f"{link_hosts.host_in(host) if '@' not in host else host}/{path}".rstrip("/")
