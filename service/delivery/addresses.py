"""
Which addresses a message may go to: those of the public internet, unless the operator allows others.
"""

import socket
from collections.abc import Callable, Sequence
from ipaddress import IPv4Address, IPv6Address, IPv6Network

from service.core.addresses import address_of

Resolve = Callable[[str, int], Sequence[str]]

# Gateways turn the last four bytes of these into an IPv4 address (RFC 6052).
_NAT64 = IPv6Network("64:ff9b::/96")
# What the registries have given out; Python calls some of the rest global too.
_UNICAST = IPv6Network("2000::/3")


# So many are tried: a machine without IPv6 may be given such addresses all the same.
MOST_ADDRESSES = 3


class NotAllowed(Exception):
    """
    A message was to go where none may go. The message says why, without the address.
    """


def resolve(host: str, port: int) -> Sequence[str]:
    """
    Return the addresses that a name has now.

    Raises:
        OSError: it has none, or nobody who knows answers.
    """
    return [str(info[4][0]) for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def allowed(host: str, port: int, resolve: Resolve, *, allow_private: bool) -> Sequence[str]:
    """
    Return the addresses to connect to, the best first: looked up once, so that no second answer of the name server can
    differ from the one that was checked.

    Raises:
        NotAllowed: one of the addresses is not public. All must be: a name that mixes them has no good reason to.
        OSError: the name has no address.
    """
    found = resolve(host, port)
    if not found:
        raise OSError("the name has no address")
    if not allow_private and not all(map(is_public, found)):
        raise NotAllowed("the host is not on the public internet")
    return found[:MOST_ADDRESSES]


def is_public(text: str) -> bool:
    """
    Tell whether an address, or the one that it stands for, is of the public internet.

    >>> [is_public(address) for address in ("93.184.215.14", "10.0.0.1", "::ffff:127.0.0.1", "64:ff9b::a00:1", "x")]
    [True, False, False, False, False]
    """
    address = address_of(text)
    if isinstance(address, IPv6Address) and address in _NAT64:
        address = IPv4Address(int(address) & 0xFFFFFFFF)
    if isinstance(address, IPv6Address):
        return address in _UNICAST and address.is_global and address.sixtofour is None
    return address is not None and address.is_global and not address.is_multicast and not address.is_reserved
