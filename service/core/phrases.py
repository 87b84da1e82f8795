"""
The words of a text in plain letters, one after the other, for entries that are words to be found in it.
"""

from collections.abc import Iterable
from functools import lru_cache

from service.core import text
from service.core.tokens import together, tokens

Position = tuple[str, str, str]
APART: Position = ("", "", "")
# What belongs to a token, but to no word: an opening quote, and what brands have behind them.
_AROUND = "'’™℠"


@lru_cache(maxsize=16_384)
def forms(written: str) -> tuple[tuple[str, str], ...]:
    """
    Return the words of a token in plain letters, each also with the digits in it read as letters; the pairs of
    characters of a script that is written without spaces.

    >>> forms("V1agra"), forms("'1999"), forms("赌博网")
    ((('v1agra', 'viagra'),), (('1999', '1999'),), (('赌博', '赌博'), ('博网', '博网')))
    """
    written = written.strip(_AROUND)
    plain = text.plain(written)
    if plain.isdecimal():
        return ((plain, plain),)
    found = text.fold(written)
    # Pairs have two characters; a word that reads two ways is longer.
    if len(found) == 2 and len(found[0]) == len(found[1]) > 2:
        return ((found[0], found[1]),)
    return tuple((each, each) for each in found)


def words(found: Iterable[tuple[str, str]]) -> list[Position]:
    """
    Return the words of a text's tokens as `forms`, each with what was written; APART where an address parts them.
    """
    positions: list[Position] = []
    for kind, written in found:
        if kind in ("word", "spaced"):
            for meant, read in forms(together(written) if kind == "spaced" else written):
                positions.append((meant, read, written))
        elif kind in ("emoji", "money", "phone"):
            plain = "".join(written.lower().split()).rstrip(".,")
            positions.append((plain, plain, written))
        else:
            positions.append(APART)
    return positions


def phrase(value: str) -> tuple[str, ...]:
    """
    Return the words that must follow each other for an entry of words to match.

    >>> phrase("payday loans"), phrase("赌博网")
    (('payday', 'loans'), ('赌博', '博网'))
    """
    plain = value.split(" ")
    if value.isascii() and all(map(str.isalnum, plain)):
        return tuple(plain)  # as `normal` left it: reading it again would take ten times as long
    return tuple(meant for meant, _, _ in words(tokens(text.visible(value))))
