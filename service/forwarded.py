"""
Who is calling, where proxies stand before Hamlet: what listed proxies say of their callers, and nobody else.
"""

from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Network, ip_network

from service.core.addresses import Address, address_of
from service.wire import Environ

Network = IPv4Network | IPv6Network
# Nobody has more proxies than this, one behind the other.
MOST_HOPS = 10


def networks(text: str) -> tuple[Network, ...]:
    """
    Return the networks that a setting lists, between commas; a lone address is a network of one.

    >>> networks("10.0.0.0/8, ::1")
    (IPv4Network('10.0.0.0/8'), IPv6Network('::1/128'))

    Raises:
        ValueError: something in it is no network.
    """
    return tuple(ip_network(part.strip()) for part in text.split(",") if part.strip())


def believe(environ: Environ, proxies: Sequence[Network]) -> None:
    """
    Put the caller's address and scheme into a request's environment, if it came by a proxy of ours.

    `X-Forwarded-For` is read from the right: what stands left of the first address that is no proxy of ours was
    written by the caller, who may write anything. Where a proxy of ours passed junk on, it counts as the caller.
    """
    peer = parse(environ["REMOTE_ADDR"])
    if peer is None or not _is_of(proxies, peer):
        return
    environ["REMOTE_ADDR"] = str(_caller(peer, environ.get("HTTP_X_FORWARDED_FOR", ""), proxies))
    if environ.get("HTTP_X_FORWARDED_PROTO", "").rpartition(",")[2].strip().lower() == "https":
        environ["wsgi.url_scheme"] = "https"


def parse(text: str) -> Address | None:
    """
    Return an address as it stands in a header, with a port or without; None for anything else.

    >>> parse("203.0.113.7:51234"), parse("[2001:db8::7]:443"), parse("unknown")
    (IPv4Address('203.0.113.7'), IPv6Address('2001:db8::7'), None)
    """
    plain = text.strip()
    if plain.startswith("["):
        plain = plain[1:].partition("]")[0]
    elif plain.count(":") == 1:
        plain = plain.partition(":")[0]
    return address_of(plain)


def _caller(peer: Address, forwarded_for: str, proxies: Sequence[Network]) -> Address:
    caller = peer
    for hop in reversed(forwarded_for.split(",")[-MOST_HOPS:]):
        before = parse(hop)
        if before is None:
            break
        caller = before
        if not _is_of(proxies, caller):
            break
    return caller


def _is_of(proxies: Sequence[Network], address: Address) -> bool:
    return any(address in network for network in proxies)
