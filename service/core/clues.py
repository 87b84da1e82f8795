"""
What the look of a comment says, whatever its words: links, capitals, length, characters in disguise.
"""

import re
import string
from collections.abc import Iterable, Iterator
from itertools import filterfalse

from service.core import links, text
from service.core.markup import Rendered

MANY_EMOJI = 5
FEWEST_LETTERS_TO_SHOUT = 15
FEW_WORDS = 4

LONGEST_QUOTE = 40

_ADDRESS = re.compile(links.ADDRESS, re.IGNORECASE)
_NO_WORD, _WORD = re.compile(r"\W*"), re.compile(r"\w")
# What begins with one character is searched for in a third of the time.
_LINE_BEGINS, _LINE_ENDS = re.compile(r"\n\s*"), re.compile(r"\s*$", re.MULTILINE)
_SPACE = re.compile(r"\s")
_CAPITALS = string.ascii_uppercase.encode()
# Two digits or three behind four letters or more ("naga168"), or the lottery of four digits ("kota4d"). The last digit
# is one of ASCII.
_BRAND = re.compile(r"[^\W\d_]{4,16}\d{1,2}[0-9]|[^\W\d_]{2,12}\d{0,2}4d")
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
_ANY_DISGUISE = re.compile(f"[{text.UNSEEN}]|{text.STYLED.pattern}|{_OTHER_SCRIPT}")
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
    yield f"length_{_magnitude(words)}"
    if addresses:
        yield {1: "one_link", 2: "two_links"}.get(addresses, "many_links")
        yield f"words_a_link_{min(6, _magnitude(words // addresses))}"
    start = shown[:2000]
    if start.isascii():
        capitals = len(start) - len(start.encode().translate(None, _CAPITALS))
    else:
        capitals = sum(map(str.isupper, start))
    if capitals > 0.6 * FEWEST_LETTERS_TO_SHOUT:  # first the count that is seldom reached
        letters = sum(map(str.isalpha, start))
        if letters > FEWEST_LETTERS_TO_SHOUT and capitals > 0.6 * letters:
            yield "shouting"
    if emoji >= MANY_EMOJI:
        yield "many_emoji"
    if "!!!" in shown:
        yield "exclaiming"


def _magnitude(count: int) -> int:
    return (count + 1).bit_length() - 1


def brand_with_number(words: Iterable[str]) -> str:
    """
    Return the first word, as `text.fold` left it, that is built like a gambling site's name; "" if there is none.

    >>> brand_with_number(["main", "naga168"]), brand_with_number(["kota4d"]), brand_with_number(["mp3", "2024"])
    ('naga168', 'kota4d', '')
    """
    return next(filter(_BRAND.fullmatch, filterfalse(str.isalpha, words)), "")


def link_places(rendered: Rendered, words: int) -> Iterator[str]:
    """
    Return where the links of a comment of so many distinct words stand, if that is its beginning, its end, a line of
    their own, or nearly all that there is.

    >>> list(link_places(Rendered("Nice post! http://shop.example/"), words=2))
    ['ends_with_link', 'little_but_links']
    """
    shown = rendered.text.strip()
    first, last = (rendered.anchors[0], rendered.anchors[-1]) if rendered.anchors else ("", "")
    if _ends_with_link(shown[-300:]) or (last and shown.rstrip(" .!-)").endswith(last)):
        yield "ends_with_link"
    if _starts_with_link(shown[:300]) or (first and shown.startswith(first)):
        yield "starts_with_link"
    if _has_line_of_link(shown[-400:]) or (last and shown.endswith(f"\n{last}")):
        yield "link_on_a_line"
    if words < FEW_WORDS:
        yield "little_but_links"


# As patterns these three would take a hundredth of the start each to compile: that of an address is long.
def _starts_with_link(text: str) -> bool:
    first = _NO_WORD.match(text)
    return bool(first and _ADDRESS.match(text, first.end()))


def _ends_with_link(text: str) -> bool:
    found = _ADDRESS.search(text)
    while found and _WORD.search(text, found.end()):
        found = _ADDRESS.search(text, found.start() + 1)
    return bool(found)


def _has_line_of_link(text: str) -> bool:
    text = f"\n{text}"
    found = (_ADDRESS.match(text, begins.end()) for begins in _LINE_BEGINS.finditer(text))
    return any(each and _LINE_ENDS.match(text, each.end()) for each in found)


def disguise(source: str) -> dict[str, str]:
    """
    Return clues about characters that hide what a text says, each with the word it was found in, as written.

    >>> disguise("Crypto c&#8203;asino"), disguise("Best pаypal here")
    ({'hidden_characters': 'c&#8203;asino'}, {'mixed_script': 'pаypal'})
    """
    is_plain = (source.isascii() and "\x00" not in source) or not _ANY_DISGUISE.search(source)
    found = {} if is_plain else _found(_DISGUISES, source)
    return found if "&" not in source else _found(_ENCODED, source) | found


def _found(patterns: dict[str, re.Pattern[str]], source: str) -> dict[str, str]:
    searched = ((clue, pattern.search(source)) for clue, pattern in patterns.items())
    return {clue: _word_at(source, match.start()) for clue, match in searched if match}


def _word_at(source: str, position: int) -> str:
    before = _SPACE.split(source[max(0, position - LONGEST_QUOTE) : position])[-1]
    return before + _SPACE.split(source[position : position + LONGEST_QUOTE], maxsplit=1)[0]
