"""
Letters as they are meant.
"""

import re
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
        ("c̶a̶s̶i̶n̶o̶", "casino"),
        ("c⃒á̱s⃝ï̭ṇ̈o͟", "casino"),
        ("ᴠɪᴘ", "vip"),
        ("ɪɴ", "in"),
        ("ᶜᵃˢⁱⁿᵒ", "casino"),
        ("⒞⒜⒮⒤⒩⒪", "casino"),
        ("🄲🄰🅂🄸🄽🄾", "casino"),
        ("c·a·s·i·n·o", "casino"),
        ("ϲаsіոօ", "casino"),
        ("саѕһ", "cash"),
        ("c4s1n0", "casino"),
        ("ca$1n0", "casino"),
        ("pr0f1t", "profit"),
        ("ch34p", "cheap"),
        ("fre3", "free"),
        ("b0nu$", "bonus"),
    ],
)
def test_a_disguised_word_is_read_as_it_is_meant(written: str, meant: str) -> None:
    assert meant in text.fold(text.visible(written))


@pytest.mark.parametrize(
    "word",
    [
        "привет",
        "Müller",
        "ελλάδα",
        "안녕하세요",
        "việt",
        "مرحبا",
        "нет",
        "сосна",
        "оса",
        "հայ",
        "naïve",
        "çığ",
        "हिन्दी",
        "ɛyɔ",
    ],
)
def test_a_word_of_another_language_stays_itself(word: str) -> None:
    assert text.fold(word) == (unicodedata.normalize("NFKC", word.casefold()),)


def test_a_plain_word_stands_for_itself_and_takes_no_second_string() -> None:
    word = "".join(["cas", "ino"])

    (meant,) = text.fold(word)

    assert meant is word


def test_a_leet_word_is_kept_beside_its_reading() -> None:
    assert text.fold("v1agra") == ("v1agra", "viagra")


@pytest.mark.parametrize("decomposed", ["Tie\u0302\u0301ng", "o\u0302ng", "cafe\u0301", "\u0438\u0306од"])
def test_an_accent_that_is_typed_as_a_mark_stays_an_accent(decomposed: str) -> None:
    assert text.fold(decomposed) == (unicodedata.normalize("NFC", decomposed).lower(),)


@pytest.mark.parametrize("word", ["mp3", "covid19", "2nd", "b2", "g20", "win10", "us$"])
def test_a_number_beside_letters_is_not_leet(word: str) -> None:
    assert text.fold(word)[0] == word
    assert len(text.fold(word)) == (2 if word == "us$" else 1)


def test_a_look_alike_is_told_from_its_latin_letter_by_nothing_but_its_script() -> None:
    assert text.drawn_like_latin("раураl") == "paypal"


def test_long_numbers_keep_only_their_length() -> None:
    assert text.fold("2024") == text.fold("1999")
    assert text.fold("7") != text.fold("9")


def test_chinese_is_taken_in_overlapping_pairs() -> None:
    assert text.fold("免费兼职") == ("免费", "费兼", "兼职")


def test_what_a_reader_cannot_see_is_taken_away() -> None:
    assert text.visible("vi\u200bag\u00adra \x00ok \u2067\u0645\u2069") == "viagra ok \u0645"


def test_what_is_shown_backwards_is_read_backwards() -> None:
    assert text.visible("free \u202eonisac\u202c, \u202eyalp") == "free casino, play"


def test_a_lone_surrogate_becomes_a_replacement_character_and_nothing_else_changes() -> None:
    assert text.storable("a\ud83d😀\x00é") == "a\ufffd😀\x00é"


@given(ANYTHING)
def test_whatever_is_typed_can_be_stored(typed: str) -> None:
    stored = text.storable(typed)

    assert stored.encode().decode() == stored
    assert text.storable(stored) == stored


@given(ANYTHING)
def test_taking_away_the_invisible_twice_changes_nothing_more(typed: str) -> None:
    assert text.visible(text.visible(typed)) == text.visible(typed)


@given(st.text(alphabet="aß’é\u200b\u202e\x01\u0301\ufffd", max_size=12))
def test_to_look_for_the_invisible_first_changes_nothing(typed: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(text, "_UNSEEN", re.compile(""))
        without_a_look = text.visible(typed)

    assert text.visible(typed) == without_a_look


@given(st.text(max_size=60))
def test_folding_never_fails_and_never_grows_without_bound(word: str) -> None:
    assert all(len(folded) <= text.LONGEST_WORD for folded in text.fold(word))


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyzàéîõüßжщэ", min_size=1, max_size=30))
def test_folding_a_folded_word_changes_nothing(word: str) -> None:
    (folded,) = text.fold(word)

    assert text.fold(folded) == (folded,)
