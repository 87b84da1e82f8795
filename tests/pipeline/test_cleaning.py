from time import thread_time

import pytest

from training.data.clean import clean
from training.data.rows import Row


def cleaned(comment: str, label: str = "spam") -> Row:
    return clean(Row("blog", label, "Ada", comment))


def test_what_saving_added_to_a_link_is_taken_away() -> None:
    row = cleaned('See <a href="http://a.example" rel="nofollow noopener" title="http://a.example">this</a>')

    assert row.comment == 'See <a href="http://a.example">this</a>'


def test_a_broken_rel_attribute_is_taken_away_too() -> None:
    assert cleaned('<a href="http://a.example" / rel="nofollow">x</a>').comment == '<a href="http://a.example">x</a>'


def test_what_saving_took_for_an_address_is_what_was_typed() -> None:
    row = cleaned(
        'New to <a href="http://ASP.NET">ASP.NET</a>, see <a href="http://a.example/b">http://a.example/b</a>'
    )

    assert row.comment == "New to ASP.NET, see http://a.example/b"


def test_a_link_that_shows_something_else_stays() -> None:
    written = '<a href="http://pills.example/">a.example</a>'

    assert cleaned(written).comment == written


def test_a_trackback_keeps_its_text_and_loses_its_form() -> None:
    row = cleaned("<strong>Cheap boots...</strong>\n\n[...]I like this page[...]")

    assert row.comment == "I like this page"
    assert row.is_trackback


def test_a_trackback_of_a_title_alone_keeps_the_title() -> None:
    row = cleaned("<strong>Cheap boots</strong>\n\n[...][...]")

    assert row.comment == "Cheap boots"


def test_the_form_is_taken_from_ham_just_as_from_spam() -> None:
    assert cleaned("[...] quoted", "ham").comment == cleaned("[...] quoted", "spam").comment == "quoted"


def test_bold_words_inside_a_comment_are_no_trackback() -> None:
    row = cleaned("I <strong>really</strong> mean it", "ham")

    assert row.comment == "I <strong>really</strong> mean it"
    assert not row.is_trackback


def test_doubled_entities_become_single_ones() -> None:
    assert cleaned("a &amp;amp;lt; b &amp; c").comment == "a &lt; b &amp; c"


@pytest.mark.no_cover
@pytest.mark.parametrize("spaces", [65_000, 2_100, 20])
def test_links_with_many_spaces_are_cleaned_in_no_time(spaces: int) -> None:
    written = (f"<a{' ' * spaces}x" * (65_000 // spaces + 1))[:65_000] + "."
    began = thread_time()

    row = cleaned(written)

    assert row.comment == written
    assert thread_time() - began < 0.5
