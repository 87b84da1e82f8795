"""
What tells commenters apart.
"""

from ipaddress import ip_address

import pytest

from service.core.commenter import PLAIN_IPV4, pooled_address


def test_addresses_are_told_apart_where_the_standard_library_says_that_they_are_public() -> None:
    # The second bytes between which networks of their own begin or end.
    addresses = [
        f"{first}.{second}.7.9" for first in range(256) for second in (0, 15, 16, 18, 20, 31, 32, 63, 64, 127, 168, 254)
    ]

    told = {address for address in addresses if pooled_address(address)}

    assert told == {address for address in addresses if pooled_address(f"::ffff:{address}")}
    assert len(told) > 2_500


def test_every_byte_of_an_address_is_read_as_the_standard_library_does() -> None:
    written = [*map(str, range(1_000)), "00", "01", "001", "1 ", "-1", "", "x", "１"]

    assert {text for text in written if PLAIN_IPV4.fullmatch(f"8.8.{text}.8")} == {*map(str, range(256))}
    assert {text for text in written if PLAIN_IPV4.fullmatch(f"{text}.8.8.8")} == {*map(str, range(256))}


@pytest.mark.parametrize("text", ["8.8.8", "8.8.8.8.8", "8.8.8.8\n", "8.8.8.8/32", "8.8.8.8:80", "08.8.8.8"])
def test_what_is_no_plain_address_is_left_to_the_standard_library(text: str) -> None:
    assert not PLAIN_IPV4.fullmatch(text)
    with pytest.raises(ValueError, match="does not appear to be"):
        ip_address(text)
