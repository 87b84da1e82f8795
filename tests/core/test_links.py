"""
Links and the words inside them.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.core import links


@pytest.mark.parametrize(
    ("address", "host"),
    [
        ("https://www.Example.com/a", "example.com"),
        ("hxxp://example.com", "example.com"),
        ("http:////example.com//", "example.com"),
        ("//example.com?x", "example.com"),
        ("http://bank.example@evil.example/", "evil.example"),
        ("example [dot] com", "example.com"),
        ("shop(.)example{dot}com/a", "shop.example.com"),
        ("example . com", "example.com"),
        ("h**p://example.com", "example.com"),
        ("http : // example.com", "example.com"),
        ("http:\\\\example.com", "example.com"),
        ("https://ехаmрlе.com", "example.com"),
        ("https://аррӏе.com", "apple.com"),
        ("https://xn--80ak6aa92e.com", "apple.com"),
        ("https://ｅｘａｍｐｌｅ．com", "example.com"),
        ("https://example。com", "example.com"),
        ("https://xn--\x00.com", "xn--\x00.com"),
        ("https://пример.рф", "пример.рф"),
        ("https://münchen.de", "münchen.de"),
        ("http://example.com**", "example.com"),
        ("http://example.com’", "example.com"),
        ('http://example.com."', "example.com"),
        ("http://example.com!!", "example.com"),
        ("www.example.com,", "example.com"),
        ("http://example.com;", "example.com"),
        ("http://example.com.”", "example.com"),
        ("", ""),
    ],
)
def test_the_host_is_found_however_the_address_is_written(address: str, host: str) -> None:
    assert links.host_of(address) == host


def test_a_flood_of_hosts_is_not_remembered() -> None:
    for number in range(2_000):
        links.registered_domain(f"shop{number}.example.com")

    assert links.registered_domain.cache_info().currsize <= 512


@pytest.mark.parametrize("written", ["example.com", "shop.example.co.uk/deals", "Example.com", "münchen.de"])
def test_a_bare_domain_is_recognised(written: str) -> None:
    assert links.is_domain(written)


@pytest.mark.parametrize("written", ["e.g", "end.Then", "node.js", "3.14", "U.S.A", "wait...what", "ASP.NET"])
def test_a_dotted_word_is_not_a_domain(written: str) -> None:
    assert not links.is_domain(written)


def test_the_words_of_a_path_are_read_and_its_numbers_are_not() -> None:
    assert links.parts("http://x.example.com/buy-cheap-viagra-2024") == (
        "example.com",
        ".com",
        "example",
        "buy",
        "cheap",
        "viagra",
    )


@given(st.text(max_size=200))
def test_any_author_address_can_be_taken_apart(address: str) -> None:
    assert all(links.parts(address))
