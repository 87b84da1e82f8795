"""
What the look of a comment says, whatever its words: links, capitals, length, characters in disguise.
"""

import re
from collections.abc import Iterator
from math import log2

from service.core import text

MANY_EMOJI = 5
FEWEST_LETTERS_TO_SHOUT = 15

LONGEST_QUOTE = 40

_SPACE = re.compile(r"\s")
_LETTER = "[A-Za-z\u0400-\u04ff]"
_HIDDEN = re.compile(f"(?<={_LETTER})[\u00ad\u200b-\u200d\u2060\ufeff]+(?={_LETTER})")
# Of Greek only what is drawn like Latin: "Δt" and "πr" are science.
_OTHER_SCRIPT = "[αεινορτυχ\u0400-\u052f\u0561-\u0586]"
_DISGUISES = {
    "hidden_characters": _HIDDEN,
    "bidi_control": text.BIDI,
    "damaged_characters": text.DAMAGED,
    "zalgo": text.ZALGO,
    "styled_letters": text.STYLED,
    "mixed_script": re.compile(f"[A-Za-z]{_OTHER_SCRIPT}|{_OTHER_SCRIPT}[A-Za-z]"),
    "strange_marks": re.compile(f"[A-Za-z][{text.MARKS}][A-Za-z][{text.MARKS}]"),
}
# The same written as entities, which browsers show as the characters themselves.
_ENCODED = {
    "hidden_characters": re.compile(
        f"(?<={_LETTER})&(?:amp;)?(?:shy|zwnj|zwj|#173|#820[3-5]|#xad|#x200[b-d]);?(?={_LETTER})", re.IGNORECASE
    ),
    # Letters and digits; quotes, signs and letters with accents are what honest editors encode.
    "encoded_letters": re.compile(
        r"&(?:amp;)?#0{0,4}(?:4[89]|5[0-7]|6[5-9]|[78]\d|90|9[7-9]|1[01]\d|12[0-2]"
        r"|x0{0,4}(?:3\d|4[1-9a-f]|5[0-9a]|6[1-9a-f]|7[0-9a]))(?![0-9a-f])",
        re.IGNORECASE,
    ),
}


def shape(shown: str, words: int, addresses: int, emoji: int) -> Iterator[str]:
    """
    Return clues about a shown text of so many distinct words, addresses and emoji.

    >>> list(shape("BUY NOW AND SAVE!!!", words=4, addresses=1, emoji=0))
    ['length_2', 'one_link', 'words_a_link_2', 'exclaiming']
    """
    yield f"length_{int(log2(words + 1))}"
    if addresses:
        yield {1: "one_link", 2: "two_links"}.get(addresses, "many_links")
        yield f"words_a_link_{min(6, int(log2(words // addresses + 1)))}"
    letters = [character for character in shown[:2000] if character.isalpha()]
    if len(letters) > FEWEST_LETTERS_TO_SHOUT and sum(map(str.isupper, letters)) > 0.6 * len(letters):
        yield "shouting"
    if emoji >= MANY_EMOJI:
        yield "many_emoji"
    if "!!!" in shown:
        yield "exclaiming"


def disguise(source: str) -> dict[str, str]:
    """
    Return clues about characters that hide what a text says, each with the word it was found in, as written.

    >>> disguise("Crypto c&#8203;asino"), disguise("Best pаypal here")
    ({'hidden_characters': 'c&#8203;asino'}, {'mixed_script': 'pаypal'})
    """
    is_plain = source.isascii() and "\x00" not in source
    found = {} if is_plain else _found(_DISGUISES, source)
    return found if "&" not in source else _found(_ENCODED, source) | found


def _found(patterns: dict[str, re.Pattern[str]], source: str) -> dict[str, str]:
    searched = ((clue, pattern.search(source)) for clue, pattern in patterns.items())
    return {clue: _word_at(source, match.start()) for clue, match in searched if match}


def _word_at(source: str, position: int) -> str:
    before = _SPACE.split(source[max(0, position - LONGEST_QUOTE) : position])[-1]
    return before + _SPACE.split(source[position : position + LONGEST_QUOTE], maxsplit=1)[0]
