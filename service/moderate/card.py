"""
A decided comment as the page draws it: its text in pieces, of which some caused the verdict, and nothing that acts.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from service.core.comment import Comment
from service.core.decision import Reason, Verdict
from service.core.labels import Label
from service.core.summary import phrase
from service.core.text import fold, visible
from service.store.browsing import Alike, Found

MOST_REVEALED = 50

# They turn the text around that stands after them, beyond the comment too.
_BIDI = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
# A letter of a script that puts spaces between words: not Thai, Lao, Khmer, Japanese or Chinese.
_SPACED = r"[^\W\u0e00-\u0eff\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]"
_WORD = re.compile(r"[^\W_](?:\S*[^\W_])?")
# Reasons that count links quote none; these are what they counted.
_LINK = re.compile(r"(?:https?://|www\.)[^\s<>\"']+", re.IGNORECASE)
_ABOUT_NAME, _ABOUT_URL = "name", "author_url"


@dataclass(frozen=True, slots=True)
class Piece:
    """
    A part of the text, and the reason that it caused, in words; empty if none.
    """

    text: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Cause:
    """
    A reason in words, with its code, its signed weight in log-odds, None for a rule, and what of the comment it quotes.
    """

    code: str
    words: str
    weight: float | None
    quotes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Card:
    """
    What is drawn of a decided comment. `score` is in per cent, `revealed` has disguised words with what they mean.
    `is_only_logged` tells that its site published it whatever the verdict.
    """

    id: str
    received_at: datetime
    comment: Comment
    name: tuple[Piece, ...]
    text: tuple[Piece, ...]
    url: tuple[Piece, ...]
    verdict: Verdict
    label: Label | None
    summary: str
    score: float | None
    causes: tuple[Cause, ...]
    revealed: tuple[tuple[str, str], ...]
    alike: tuple[Alike, ...]
    is_only_logged: bool

    @property
    def choice(self) -> str:
        """
        The comment and the label that it has while it is looked at, as a form sends them.
        """
        return f"{self.id}|{self.label or ''}"


def draw(found: Found) -> Card:
    """
    Return what to draw.
    """
    decision = found.decision
    against = sorted(decision.reasons, key=lambda reason: -(reason.weight or float("inf")))
    about: dict[str, list[Reason]] = {"": [], _ABOUT_NAME: [], _ABOUT_URL: []}
    for reason in against:
        about[_about(reason.code)].append(reason)
    return Card(
        decision.id,
        found.received_at,
        found.comment,
        pieces(found.comment.name, about[_ABOUT_NAME]),
        pieces(found.comment.comment, about[""]),
        pieces(found.comment.url, about[_ABOUT_URL]),
        decision.verdict,
        found.label,
        decision.summary,
        None if decision.score is None else decision.score * 100,
        tuple(map(_cause, decision.reasons)),
        revealed(found.comment.comment),
        found.alike,
        decision.log_only,
    )


def _cause(reason: Reason) -> Cause:
    return Cause(reason.code, phrase(reason), reason.weight, tuple(map(inert, reason.evidence)))


def _about(code: str) -> str:
    return _ABOUT_URL if code == _ABOUT_URL else _ABOUT_NAME if code.startswith(_ABOUT_NAME) else ""


def pieces(text: str, reasons: Sequence[Reason]) -> tuple[Piece, ...]:
    """
    Return a text cut where a reason against it quotes it; what two reasons quote is the first one's.

    >>> [piece.text for piece in pieces("cheap pills here", [Reason("text", 2.0, evidence=("pills",))])]
    ['cheap ', 'pills', ' here']
    >>> [piece.text for piece in pieces("anyone on 代开发票", [Reason("text", 2.0, evidence=("on", "开发"))])]
    ['anyone ', 'on', ' 代', '开发', '票']
    >>> [piece.text for piece in pieces("see www.a.example now", [Reason("one_link", 0.7)])]
    ['see ', 'www.a.example', ' now']
    """
    causes: dict[str, str] = {}
    for reason in reasons:
        if reason.weight is None or reason.weight > 0:
            for quote in reason.evidence or _counted(text, reason.code):
                if quote.strip():
                    causes.setdefault(quote.casefold(), phrase(reason))
    if not causes:
        return (Piece(inert(text)),)
    longest_first = sorted(causes, key=len, reverse=True)
    pattern = re.compile(f"({'|'.join(map(_whole, longest_first))})", re.IGNORECASE)
    parts = [part for part in pattern.split(text) if part]
    return tuple(Piece(inert(part), causes.get(part.casefold(), "")) for part in parts)


def _counted(text: str, code: str) -> tuple[str, ...]:
    return tuple(_LINK.findall(text)) if "link" in code else ()


def _whole(quote: str) -> str:
    # Not "on" in "anyone". Where words are not spaced, a quote stands between letters.
    before = rf"(?<!{_SPACED})" if re.match(_SPACED, quote) else ""
    after = rf"(?!{_SPACED})" if re.match(_SPACED, quote[-1]) else ""
    return f"{before}{re.escape(quote)}{after}"


def inert(text: str) -> str:
    """
    Return a text whose characters cannot turn the rest of the page around: they are named instead.

    >>> inert("abc\\u202edef")
    'abc⟨U+202E⟩def'
    """
    return _BIDI.sub(lambda match: f"⟨U+{ord(match[0]):04X}⟩", text)


def revealed(text: str) -> tuple[tuple[str, str], ...]:
    """
    Return the words that hide what they say, each with its characters named that cannot be seen, and what is read.

    >>> revealed("p\\u0430yday loans")
    (('pаyday', 'payday'),)
    """
    found: dict[str, str] = {}
    for word in _WORD.findall(text):
        read = " ".join(fold(visible(word)))
        if not word.isascii() and read and read.isascii() and read != word.casefold():
            found[_named(word)] = read
        if len(found) == MOST_REVEALED:
            break
    return tuple(found.items())


def _named(word: str) -> str:
    return "".join(f"⟨U+{ord(each):04X}⟩" if unicodedata.category(each) == "Cf" else each for each in word)
