"""
Where a comment leads: what a copy must not add to a comment that was called good.
"""

import pytest

from service.core.comment import Comment
from service.core.contacts import contacts


@pytest.mark.parametrize(
    "written",
    [
        "http://shop.example/a,",
        "http://shop.example/a.",
        "http://shop.example/a!",
        "http://shop.example/a?",
        "http://shop.example/a…",
        "“http://shop.example/a”",
        "'http://shop.example/a'",
        "`http://shop.example/a`",
        "*http://shop.example/a*",
        "https://www.Shop.example:443/a/",
    ],
)
def test_an_address_is_the_same_whatever_stands_around_it(written: str) -> None:
    assert contacts(Comment("Ann", f"See {written} or not")) == frozenset(["shop.example/a"])


@pytest.mark.parametrize("written", ["@ann_b", "@Ann_B.", "@ann_b...", "(@ann_b)"])
def test_a_handle_is_the_same_at_the_end_of_a_sentence(written: str) -> None:
    assert contacts(Comment("Ann", f"Ask {written}")) == frozenset(["@ann_b"])


@pytest.mark.parametrize(
    "other", ["http://shop.com?to=eve", "http://shop.com/?to=eve", "http://shop.com#eve", "http://shop.com/eve"]
)
def test_another_page_of_a_host_is_another(other: str) -> None:
    assert contacts(Comment("Ann", "http://shop.com?to=ann")) != contacts(Comment("Ann", other))


@pytest.mark.parametrize("written", ["'http://shop.com'", "Shop.Com", "_shop.com_", "请看shop.com谢谢"])
def test_no_address_is_missed_that_a_reader_sees(written: str) -> None:
    assert "shop.com" in (contacts(Comment("Ann", f"See {written}")) or ())
