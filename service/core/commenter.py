"""
Who wrote a comment, as far as limits may hold it against them: address, e-mail, or at worst the name.
"""

import re
import unicodedata
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address

from service.core.addresses import address_of
from service.core.comment import Comment
from service.core.keyed import mac
from service.core.light_dataclass import light_dataclass

# What people type who do not want to give a name, and the commonest names there are: too many readers share one.
COMMON_NAMES = frozenset(
    """
    a admin administrator alex ali ana anna anon anonim anonimo anonym anonyme anonymous anónimo anônimo anonimowy
    anonymus author ben chris daniel david editor gast gost guest gäst hans invitado invité jane joe john juan
    maria max me michael mike moderator muhammad name nobody none no name noname ospite paul peter sam test tom
    unknown user usuario utente utilisateur visitante visitor visiteur x
    аноним гость 匿名 游客 名無しさん ゲスト 익명 ضيف
    """.split()  # noqa: SIM905 - a list of seventy quoted words would be harder to read and to mend
)
_OCTET = "(?:1[0-9]{0,2}|2(?:[0-4][0-9]?|5[0-5]?|[6-9])?|[3-9][0-9]?|0)"
# An IPv4 address as machines write it: `ipaddress` takes three times as long to read one, ten times to say what it is.
PLAIN_IPV4 = re.compile(rf"({_OCTET})(?:\.{_OCTET}){{3}}")
# First bytes of which all addresses are public. What others stand for, `ipaddress` knows.
_PUBLIC = frozenset(map(str, {*range(1, 224)} - {10, 100, 127, 169, 172, 192, 198, 203}))
# Enough for any name. NFKC takes quadratic time on long runs of combining marks, so cut before it.
LONGEST_NAME = 200


@light_dataclass()
class Identity:
    """
    One thing that tells a commenter from others; `breadth` is how many times the usual limits it is allowed.
    """

    kind: str
    value: str
    breadth: int = 1


def identities(comment: Comment) -> tuple[Identity, ...]:
    """
    Return what identifies the author; empty where nothing may be held against one person.

    A name counts only where there is nothing better, and with wide bounds, since strangers share names.
    """
    known = []
    if address := pooled_address(comment.ip):
        known.append(Identity("address", address))
    if email := comment.email.strip().casefold():
        known.append(Identity("email", email))
    if known:
        return tuple(known)

    name = plain_name(comment.name)
    if not name or name in COMMON_NAMES:
        return ()
    return (Identity("name", name, breadth=4),)


@lru_cache(maxsize=256)
def pooled_address(text: str) -> str:
    """
    Return what one household shares of an address: all of IPv4, the /64 of IPv6; empty if it tells nobody apart.

    Private, loopback, link-local and reserved addresses are a proxy's or a test's, so many people share them.

    >>> pooled_address("8.8.8.8"), pooled_address("::ffff:8.8.8.8"), pooled_address("192.168.0.1")
    ('8.8.8.8', '8.8.8.8', '')
    >>> pooled_address("2a00:1450:4001:82b::200e")
    '2a00:1450:4001:82b::/64'
    """
    if (plain := PLAIN_IPV4.fullmatch(text)) and plain[1] in _PUBLIC:
        return text
    address = address_of(text)
    if address is None or not address.is_global or address.is_multicast or address.is_reserved:
        return ""
    if isinstance(address, IPv4Address):
        return str(address)
    return f"{IPv6Address(int(address) >> 64 << 64)}/64"


def plain_name(text: str) -> str:
    """
    Return a name as people would compare it: one width, one case, single spaces.

    >>> plain_name(" Anna   \\N{FULLWIDTH LATIN CAPITAL LETTER M}ARIA ")
    'anna maria'
    """
    return " ".join(unicodedata.normalize("NFKC", text[:LONGEST_NAME]).casefold().split())


def email_hash(secret: bytes, email: str) -> str | None:
    """
    Return what is kept instead of an e-mail; None if there is none.
    """
    return _keyed(secret, "email", email.strip().casefold())


def address_hash(secret: bytes, ip: str) -> str | None:
    """
    Return what is kept instead of an address; None if it tells nobody apart.
    """
    return _keyed(secret, "address", pooled_address(ip))


# A comment's author is asked for by the traffic and by the store.
@lru_cache(maxsize=256)
def _keyed(secret: bytes, kind: str, value: str) -> str | None:
    # Without the secret, all four billion IPv4 addresses could be hashed and compared in an hour.
    return mac(secret, f"{kind}:{value}".encode(errors="surrogatepass")) if value else None
