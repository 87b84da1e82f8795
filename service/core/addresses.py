"""
Addresses as machines and people write them.
"""

from ipaddress import IPv4Address, IPv6Address, ip_address

Address = IPv4Address | IPv6Address


def address_of(text: str) -> Address | None:
    """
    Return the address that a text is, None if it is none; one of IPv4 even where it is written as one of IPv6.

    >>> address_of(" ::ffff:203.0.113.7"), address_of("unknown")
    (IPv4Address('203.0.113.7'), None)
    """
    try:
        address = ip_address(text.strip())
    except ValueError:
        return None
    return (address.ipv4_mapped or address) if isinstance(address, IPv6Address) else address
