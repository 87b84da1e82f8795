"""
Links in a text that the model's reading leaves out.
"""

import pytest

from service.core import link_search


@pytest.mark.parametrize(
    ("shown", "link"),
    [
        ("see shop.example.com now", "shop.example.com"),
        ("_shop.example.com_", "shop.example.com"),
        ("...shop.example.com", "shop.example.com"),
        ("看shop.example.com看", "shop.example.com"),
        ("ｓｈｏｐ．ｅｘａｍｐｌｅ．ｃｏｍ", "shop.example.com"),
        ("fine.example.org,https://shop.example.com", "https://shop.example.com"),
        ("nowhttps://shop.example.com", "https://shop.example.com"),
        ("[here](//shop.example.com)", "shop.example.com"),
    ],
)
def test_a_link_is_found_whatever_is_glued_to_it(shown: str, link: str) -> None:
    assert link in link_search.find(shown).lower


@pytest.mark.parametrize("shown", ["", "No dot at all", "The end. So", "write to @shop.example.com", "1.5 and 9.11"])
def test_a_text_that_leads_nowhere_has_no_links(shown: str) -> None:
    assert link_search.find(shown) == ([], [])


def test_links_in_capitals_are_told_from_those_that_are_not() -> None:
    found = link_search.find("shop.example.com or Evil.COM. The end.So it is")

    assert found == (["shop.example.com"], ["evil.com", "end.so"])
