"""
Letters as they are meant.
"""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.core import text

ANYTHING = st.text(alphabet=st.characters(codec=None), max_size=300)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("FREE", "free"),
        ("𝓬𝓪𝓼𝓲𝓷𝓸", "casino"),
        ("𝐕𝐈𝐀𝐆𝐑𝐀", "viagra"),
        ("ⓒⓐⓢⓘⓝⓞ", "casino"),
        ("ｃａｓｉｎｏ", "casino"),
        ("ᴄᴀsɪɴᴏ", "casino"),
        ("🅲🅰🆂🅸🅽🅾", "casino"),
        ("саsinо", "casino"),
        ("раураl", "paypal"),
        ("Здpaвcтвyйтe", "здравствуйте"),
        ("🅟🅤🅛🅐🅤", "pulau"),
        ("loooooool", "lool"),
        ("don’t", "don't"),
        ("Z͑ͫ̓a̴l̡g̷o", "zalgo"),
    ],
)
def test_a_disguised_word_is_read_as_it_is_meant(written: str, meant: str) -> None:
    assert meant in text.fold(text.visible(written))


@pytest.mark.parametrize("word", ["привет", "Müller", "ελλάδα", "안녕하세요", "việt", "مرحبا", "нет"])
def test_a_word_of_another_language_stays_itself(word: str) -> None:
    assert text.fold(word) == (unicodedata.normalize("NFKC", word.casefold()),)


def test_a_leet_word_is_kept_beside_its_reading() -> None:
    assert text.fold("v1agra") == ("v1agra", "viagra")


def test_long_numbers_keep_only_their_length() -> None:
    assert text.fold("2024") == text.fold("1999")
    assert text.fold("7") != text.fold("9")


def test_chinese_is_taken_in_overlapping_pairs() -> None:
    assert text.fold("免费兼职") == ("免费", "费兼", "兼职")


def test_what_a_reader_cannot_see_is_taken_away() -> None:
    assert text.visible("vi\u200bag\u00adra \u202egnp\u202c \x00ok") == "viagra gnp ok"


def test_a_lone_surrogate_becomes_a_replacement_character_and_nothing_else_changes() -> None:
    assert text.storable("a\ud83d😀\x00é") == "a\ufffd😀\x00é"


@pytest.mark.parametrize(
    "short", ["First!", "lol", "Thank you so much!", "", "👍👍👍👍👍👍👍👍👍👍👍👍👍👍👍👍👍👍👍👍👍👍👍👍👍👍👍"]
)
def test_a_text_that_many_readers_write_has_no_fingerprint(short: str) -> None:
    assert text.fingerprint(short) == ""


def test_repeats_share_a_fingerprint_whatever_their_case_spacing_and_invisible_characters() -> None:
    first = text.fingerprint("I earn $500 a day from home, ask me how")
    again = text.fingerprint("i EARN 500 a day\u200b from home... ask me how!!")

    assert first
    assert first == again


@given(ANYTHING)
def test_whatever_is_typed_can_be_stored(typed: str) -> None:
    stored = text.storable(typed)

    assert stored.encode().decode() == stored
    assert text.storable(stored) == stored


@given(ANYTHING)
def test_taking_away_the_invisible_twice_changes_nothing_more(typed: str) -> None:
    assert text.visible(text.visible(typed)) == text.visible(typed)


@given(st.text(max_size=60))
def test_folding_never_fails_and_never_grows_without_bound(word: str) -> None:
    assert all(len(folded) <= text.LONGEST_WORD for folded in text.fold(word))


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyzàéîõüßжщэ", min_size=1, max_size=30))
def test_folding_a_folded_word_changes_nothing(word: str) -> None:
    (folded,) = text.fold(word)

    assert text.fold(folded) == (folded,)


@given(ANYTHING)
def test_a_fingerprint_never_fails(typed: str) -> None:
    assert len(text.fingerprint(typed)) in (0, 32)
