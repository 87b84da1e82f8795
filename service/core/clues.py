"""
What the look of a comment says, whatever its words: links, capitals, length, characters in disguise.
"""

import re
from collections.abc import Iterator
from math import log2

from service.core import text

MANY_EMOJI = 5
FEWEST_LETTERS_TO_SHOUT = 15

_MARKDOWN_LINK = re.compile(r"\[[^\[\]\n]{1,500}\]\(https?://")
_HIDDEN = re.compile("(?<=[A-Za-z\u0400-\u04ff])[\u00ad\u200b-\u200d\u2060\ufeff]+(?=[A-Za-z\u0400-\u04ff])")
_DISGUISES = {
    "hidden_characters": _HIDDEN,
    "bidi_control": text.BIDI,
    "damaged_characters": text.DAMAGED,
    "zalgo": text.ZALGO,
    "styled_letters": text.STYLED,
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
    if _MARKDOWN_LINK.search(shown):
        yield "markdown_link"


def disguise(source: str) -> list[str]:
    """
    Return clues about characters that hide what a text says.

    >>> disguise("Crypto c\\u200basino")
    ['hidden_characters']
    """
    if source.isascii() and "\x00" not in source:
        return []
    return [clue for clue, pattern in _DISGUISES.items() if pattern.search(source)]
