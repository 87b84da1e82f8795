"""
What a reader sees of a comment's markup.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.core.markup import MOST_TAGS, render


def test_a_link_keeps_its_words_and_gives_its_target() -> None:
    rendered = render('Read <a href="https://news.example/a">this story</a> first')

    assert rendered.text == "Read this story first"
    assert rendered.targets == ("https://news.example/a",)


@pytest.mark.parametrize(
    "shown", ["news.example/a-long...", "http://news.example/a-lo…", "news.example/.../a-long-story"]
)
def test_an_address_that_saving_shortened_is_read_as_it_was_typed(shown: str) -> None:
    rendered = render(f'See <a href="http://news.example/a-long-story">{shown}</a>.')

    assert rendered.text == "See http://news.example/a-long-story."
    assert rendered.targets == ()


@pytest.mark.parametrize("shown", ["more...", "...", "news.example...", "http://news.example/..."])
def test_a_link_that_shows_another_address_is_no_shortened_one(shown: str) -> None:
    rendered = render(f'<a href="http://pills.example/buy">{shown}</a>')

    assert rendered.targets == ("http://pills.example/buy",)


@pytest.mark.parametrize("written", ["fish &amp; chips", "fish &amp;amp; chips", "fish & chips", "fish &#38; chips"])
def test_entities_are_decoded_even_doubled_ones(written: str) -> None:
    assert render(written).text == "fish & chips"


@pytest.mark.parametrize(
    "written",
    [
        "ca<b>si</b>no",
        "ca<!-- -->sino",
        "ca<!-- a > b -->sino",
        "<span class='x'>c</span><i>asino</i>",
        "ca[b]si[/b]no",
        "[color=red]c[/color]asino",
        "ca**si**no",
        "&#99;&#x61;sino",
        "&amp;#99;asino",
        "c&ZeroWidthSpace;asino",
    ],
)
def test_a_word_in_pieces_is_one_word(written: str) -> None:
    assert render(written).text.replace("\u200b", "") == "casino"


def test_a_word_in_pieces_is_one_word_beyond_the_number_of_tags_that_is_parsed() -> None:
    assert render("<i></i>" * MOST_TAGS + "ca<b>si</b>n<!-- <p> a > b -->o").text == "casino"


@pytest.mark.parametrize(
    "written", ["one<br>two", "<p>one</p><p>two</p>", "<ul><li>one<li>two</ul>", "<h2>one</h2>two"]
)
def test_lines_and_paragraphs_are_words_apart(written: str) -> None:
    assert render(written).text.split() == ["one", "two"]


@pytest.mark.parametrize("plain", ["1 < 2 and 3 > 2", "I <3 this", "x <- y"])
def test_a_less_than_sign_is_not_markup(plain: str) -> None:
    assert render(plain).text == plain


def test_an_address_in_angle_brackets_is_seen() -> None:
    assert "https://news.example/a" in render("see <https://news.example/a> there").text


def test_bbcode_gives_its_target() -> None:
    rendered = render("[url=http://pills.example]cheap[/url] [b]pills[/b]")

    assert rendered.targets == ("http://pills.example",)
    assert rendered.text.split() == ["cheap", "pills"]
    assert rendered.has_bbcode


def test_the_target_of_bbcode_stands_without_its_quotes_and_a_colour_is_no_target() -> None:
    assert render('[url="http://pills.example"][color=red]cheap[/color][/url]').targets == ("http://pills.example",)


def test_links_are_found_beyond_the_number_of_tags_that_is_parsed() -> None:
    rendered = render("<b>" * (MOST_TAGS + 1) + '<a href="http://pills.example">x</a>')

    assert rendered.targets == ("http://pills.example",)
    assert rendered.text.split() == ["x"]


@given(st.text(alphabet=st.sampled_from("<>&;/'\"= abhref[]url\x00\u200b!-#1"), max_size=400))
def test_any_markup_can_be_rendered(source: str) -> None:
    assert isinstance(render(source).text, str)
