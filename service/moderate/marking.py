"""
A text in pieces: what a reason quotes, what hides what it says, and nothing that acts.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from service.core.decision import Reason
from service.core.summary import phrase
from service.core.text import fold, visible

MOST_REVEALED = 50
# Of one text: thousands would take a browser seconds to draw.
MOST_MARKED = 500

# They turn the text around that stands after them, beyond the comment too.
_BIDI = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
# A letter of a script that puts spaces between words: not Thai, Lao, Khmer, Japanese or Chinese.
# Its case is not ignored: that would look for the other case of each of these 28,000, in every pattern that has it.
_SPACED = r"(?-i:[^\W\u0e00-\u0eff\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff])"
# Not within a word, as "on" is in "anyone". Once around all quotes, since it is most of what a pattern costs.
_EDGE = rf"(?:(?<!{_SPACED})|(?!{_SPACED}))"
_WORD = re.compile(r"[^\W_](?:\S*[^\W_])?")
_ASCII = re.compile(r"([\x00-\x7f]+)")
# Reasons that count links quote none; these are what they counted. Found by what links look like and not by their
# words: a comment can have thousands, and to compile and search for that many takes minutes.
_LINK = r"(?:https?://|www\.)[^\s<>\"']+"
_STRANGE = "not what it looks like"


@dataclass(frozen=True, slots=True)
class Piece:
    """
    A part of the text, and the reason that it caused, in words; empty if none.
    """

    text: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Disguised:
    """
    A word that hides what it says: its pieces, with those marked that no plain word has; what it is read as; and the
    alphabets that its strange letters are of.
    """

    pieces: tuple[Piece, ...]
    read: str
    alphabets: str


def pieces(text: str, reasons: Sequence[Reason]) -> tuple[Piece, ...]:
    """
    Return a text cut where a reason against it quotes it; what two reasons quote is the first one's. A text in which
    there is nothing to see has no pieces.

    >>> [piece.text for piece in pieces("cheap pills here", [Reason("text", 2.0, evidence=("pills",))])]
    ['cheap ', 'pills', ' here']
    >>> [piece.text for piece in pieces("anyone on 代开发票", [Reason("text", 2.0, evidence=("on", "开发"))])]
    ['anyone ', 'on', ' 代', '开发', '票']
    >>> [piece.text for piece in pieces("see www.a.example now", [Reason("one_link", 0.7)])]
    ['see ', 'www.a.example', ' now']
    >>> [piece.text for piece in pieces("Heiße Preise", [Reason("text", 2.0, evidence=("heiße",))])]
    ['Heiße', ' Preise']
    """
    if not visible(inert(text)).strip():
        return ()
    causes: dict[str, str] = {}
    quotes: set[str] = set()
    of_links = ""
    for reason in reasons:
        if reason.weight is None or reason.weight > 0:
            for quote in filter(str.strip, reason.evidence):
                quotes.add(quote)  # as written: the text has no "heisse" where it has "heiße"
                causes.setdefault(quote.casefold(), phrase(reason))
            if not reason.evidence and "link" in reason.code:
                of_links = of_links or phrase(reason)
    longest_first = [*map(re.escape, sorted(quotes, key=len, reverse=True)), *([_LINK] if of_links else ())]
    if not longest_first:
        return (Piece(inert(text)),)
    parts = re.split(f"{_EDGE}({'|'.join(longest_first)}){_EDGE}", text, maxsplit=MOST_MARKED, flags=re.IGNORECASE)
    # At the odd places stands what the text was split by.
    return tuple(
        Piece(inert(part), causes.get(part.casefold(), of_links) if place % 2 else "")
        for place, part in enumerate(parts)
        if part
    )


def inert(text: str) -> str:
    """
    Return a text whose characters cannot turn the rest of the page around: they are named instead.

    >>> inert("abc\\u202edef")
    'abc⟨U+202E⟩def'
    """
    return _BIDI.sub(lambda match: f"⟨U+{ord(match[0]):04X}⟩", text)


def revealed(text: str) -> tuple[Disguised, ...]:
    """
    Return the words that hide what they say.

    >>> [(word.pieces[1].text, word.read, word.alphabets) for word in revealed("p\\u0430yday loans")]
    [('а', 'payday', 'Cyrillic')]
    """
    found: dict[str, Disguised] = {}
    for word in _WORD.findall(text):
        read = " ".join(fold(visible(word)))
        if not word.isascii() and read and read.isascii() and read != word.casefold():
            found.setdefault(word, _disguised(word, read))
        if len(found) == MOST_REVEALED:
            break
    return tuple(found.values())


def _disguised(word: str, read: str) -> Disguised:
    parts = [Piece(_named(part), "" if part.isascii() else _STRANGE) for part in _ASCII.split(word) if part]
    strange = dict.fromkeys(
        unicodedata.name(each, "unnamed").partition(" ")[0].capitalize()
        for each in word
        if not each.isascii() and each.isalnum()
    )
    return Disguised(tuple(parts), read, ", ".join(strange))


def _named(word: str) -> str:
    return "".join(f"⟨U+{ord(each):04X}⟩" if unicodedata.category(each) == "Cf" else each for each in word)
