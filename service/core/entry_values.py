"""
Values of list entries, as owners write them and as they are compared.
"""

import re
from html import unescape
from ipaddress import IPv4Network, IPv6Network, ip_network
from operator import itemgetter

from service.core import expressions, link_hosts, text
from service.core.entries import Kind
from service.core.phrases import APART, words
from service.core.tokens import tokens

LONGEST_VALUE = 500
MOST_WORDS = 12

_PARTIAL_ADDRESS = re.compile(r"((?:\d{1,3}\.){1,3})\*?")
# As a browser, a log or a proxy writes one.
_PORT = re.compile(r"\[([\da-f:.]+)\](?::\d+)?|(\d+(?:\.\d+){3}):\d+", re.IGNORECASE)
# Any host for one e-mail; a handle ("@ann") is no e-mail of all of a domain.
_EMAIL = re.compile(r"[^\s@<>]{1,64}@[^\W_][^\s@<>]{0,254}|@[^\W_][^\s@<>]{0,200}\.[^\s@<>]{1,63}")
_AROUND_EMAIL = re.compile(r"""^(?:["'*]|mailto:|[^@<>]{0,200}<)*|[>.,;"']*$""", re.IGNORECASE)
_DOTTED = re.compile(r"\w\.\w")
_ENDING = re.compile(r"(?:\*?\.)?[^\s!-,./:-@\[-^`{-~]+\.?")


class BadEntry(ValueError):
    """
    An entry that could match nothing, or is not of its kind. The message says what to write instead.
    """


def normal(kind: Kind, value: str) -> str:
    """
    Return a value as it is stored and compared.

    Raises:
        BadEntry: it is not of this kind.

    >>> normal(Kind.WORD, "Payday  LOANS, loans"), normal(Kind.DOMAIN, "https://www.Spam.example/x")
    ('payday loans loans', 'spam.example')
    >>> normal(Kind.ADDRESS, "192.0.2.*")
    '192.0.2.0/24'
    """
    value = value.strip()
    if not value or len(value) > LONGEST_VALUE:
        raise BadEntry(f"an entry has 1 to {LONGEST_VALUE} characters")
    return _NORMAL[kind](value)


def author(name: str) -> str:
    """
    Return a name as entries compare it: look-alike and invisible letters, case, spaces and entities undone.

    >>> author(" Раypal  TEAM"), author("Tom &amp; Ann")
    ('paypal team', 'tom & ann')
    """
    name = unescape(name)
    return " ".join(filter(None, map(text.plain, text.visible(name).split())))


def network(value: str) -> IPv4Network | IPv6Network:
    """
    Return the addresses that an entry covers. Raises ValueError if it is none.
    """
    found = ip_network(value, strict=False)
    if isinstance(found, IPv6Network) and found.network_address.ipv4_mapped and found.prefixlen >= 96:
        return IPv4Network((found.network_address.ipv4_mapped, found.prefixlen - 96), strict=False)
    return found


def _word(value: str) -> str:
    found = [words([token]) for token in tokens(text.visible(value))]
    count = sum(map(len, found))
    if not count or [APART] in found:
        raise BadEntry("this holds a link or an e-mail, not words alone" if count else "there are no words in it")
    if count > MOST_WORDS:
        raise BadEntry(f"an entry has at most {MOST_WORDS} words, or so many characters where no spaces are written")
    # The pairs of an unspaced script are for look-ups; the owner should see what was typed.
    plain = " ".join(each[0][0] if len(each) == 1 else text.plain(each[0][2]) for each in found if each)
    is_same = [*map(itemgetter(0), words(tokens(plain)))] == [meant for each in found for meant, _, _ in each]
    # Signs such as "¼" would be read as something else when they are written out.
    return plain if is_same else " ".join(text.visible(value).split())


def _regex(value: str) -> str:
    try:
        expressions.check(value)
    except ValueError as error:
        raise BadEntry(f"this is no expression of RE2: {error}") from None
    return value


def _domain(value: str) -> str:
    if sum(map(bool, map(_DOTTED.search, re.split(r"[\s,;|]+", value)))) > 1:
        raise BadEntry("this is more than one domain; write each as an entry of its own")
    host = link_hosts.host_in(value)
    # Nobody who writes "site:spam.example" or "http:" means what is before the colon.
    if not host or ".." in host or value[0] == "#" or not ("." in host or _ENDING.fullmatch(value.strip("\"'"))):
        raise BadEntry("this is no domain; write spam.example, or xyz for all that end in it")
    return host


def _address(value: str) -> str:
    if partial := _PARTIAL_ADDRESS.fullmatch(value):
        octets = partial[1].rstrip(".").split(".")
        value = f"{'.'.join([*octets, *['0'] * (4 - len(octets))])}/{8 * len(octets)}"
    if behind := _PORT.fullmatch(value):
        value = behind[1] or behind[2]
    try:
        covered = network(value)
    except ValueError:
        raise BadEntry("this is no address and no range such as 192.0.2.0/24") from None
    return str(covered.network_address) if covered.num_addresses == 1 else str(covered)


def _email(value: str) -> str:
    value = _AROUND_EMAIL.sub("", value)
    if not _EMAIL.fullmatch(value):
        raise BadEntry("this is no e-mail address; write one, or @mail.example for all of a domain")
    return value.casefold()


def _author(value: str) -> str:
    if not (name := author(value)):
        raise BadEntry("this is no name")
    return name


_NORMAL = {
    Kind.WORD: _word,
    Kind.REGEX: _regex,
    Kind.DOMAIN: _domain,
    Kind.ADDRESS: _address,
    Kind.EMAIL: _email,
    Kind.AUTHOR: _author,
}
