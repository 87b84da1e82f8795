"""
The host and the words of a link that is written in any way.
"""

import pytest

from service.core import link_hosts


@pytest.mark.parametrize(
    "link",
    [
        "shop.example",
        "HTTPS://www.Shop.Example/a?b#c",
        "http://user@shop.example:8080",
        "http://http://shop.example",
        "http:/shop.example",
        "//shop.example.",
        "“http://shop.example”,",
        "👉shop.example👈",
        "http://shop.example—now",
        "http://shop.example&x=1",
        "http://shop%2Eexample%20",
        "http://shop。example",
        "www.-www.shop.example",
    ],
)
def test_a_host_is_read_without_what_stands_around_it(link: str) -> None:
    assert link_hosts.host_in(link) == "shop.example"


@pytest.mark.parametrize("link", ["", "http://", "...", "@"])
def test_what_names_no_host_has_none(link: str) -> None:
    assert link_hosts.host_in(link) == ""


def test_signs_that_a_host_may_have_are_kept() -> None:
    assert link_hosts.host_in("http://my-shop_24.example/") == "my-shop_24.example"


def test_the_words_of_a_link_are_those_of_its_host_and_path_without_suffix_and_query() -> None:
    assert link_hosts.words_of("http://cheap-pills.co.uk/buy/now?cheap=1") == ["cheap", "pills", "", "buy", "now"]


def test_numbers_part_words_and_are_none() -> None:
    assert link_hosts.words_of("news.com/9/11/win24") == ["news", "", "", "", "win24"]


def test_no_more_words_are_read_than_a_link_is_looked_through_for() -> None:
    assert len(link_hosts.words_of("shop.example/" + "a-" * 100)) == link_hosts.MOST_WORDS
