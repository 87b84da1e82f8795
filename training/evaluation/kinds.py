"""
What kind of spam a row is, roughly: for reports only, never a clue.

The words stand in `kinds.toml`. About a tenth of the tags are wrong or could as well be another; they tell where a
model is weak, not what a comment is.
"""

import re
import tomllib
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from training.data.rows import Row

OTHER = "other"
LONGEST = 5_000
_ADDRESS = re.compile(r"https?://|\bwww\.|\[url", re.IGNORECASE)
_WORD = re.compile(r"\w+")
_UNSPACED = re.compile("[\u2e80-\u9fff\uac00-\ud7af]")


@dataclass(frozen=True, slots=True)
class Kind:
    """
    A kind of spam: its name, the kinds of hand-written rows that belong to it, and its words by how they are sought.
    """

    name: str
    written: frozenset[str]
    words: frozenset[str]
    stems: tuple[str, ...]
    phrases: tuple[str, ...]

    def fits(self, words: Sequence[str]) -> bool:
        """
        Tell whether a text of these words names one of the kind.
        """
        together = f" {' '.join(words)} "
        return (
            not self.words.isdisjoint(words)
            or any(word.startswith(self.stems) for word in words)
            or any(phrase in together for phrase in self.phrases)
        )


@cache
def kinds() -> tuple[Kind, ...]:
    """
    Return the kinds in the order in which they are tried.
    """
    given = tomllib.loads(Path(__file__).with_name("kinds.toml").read_text(encoding="utf-8"))
    return tuple(_kind(name, said["written"], said["words"]) for name, said in given.items())


def kind_of(row: Row) -> str:
    """
    Return the kind of a spam row: by the hand that wrote it, or by the first rule that fits.

    >>> kind_of(Row("blog", "spam", "Lucky Casino", "I like your blog"))
    'gambling'
    """
    for kind in kinds():
        if row.kind in kind.written:
            return kind.name
    text = unicodedata.normalize("NFKC", f"{row.name} {row.url} {row.comment[:LONGEST]}").casefold()
    words = _WORD.findall(text)
    for kind in kinds():
        if _has_form(kind.name, row) or kind.fits(words):
            return kind.name
    return "links" if _ADDRESS.search(row.comment) else OTHER


def _has_form(name: str, row: Row) -> bool:
    if name == "trackback":
        return row.is_trackback
    return name == "links" and len(_ADDRESS.findall(row.comment)) > 1


def _kind(name: str, written: Sequence[str], words: Sequence[str]) -> Kind:
    # Texts without spaces have no whole words: there any place will do, as in a stem of a phrase.
    unspaced = [word for word in words if _UNSPACED.search(word)]
    whole = [word for word in words if word not in unspaced and not word.endswith("*")]
    return Kind(
        name,
        frozenset(written),
        frozenset(word for word in whole if " " not in word),
        tuple(word[:-1] for word in words if word.endswith("*") and " " not in word),
        (
            *unspaced,
            *(f" {word} " for word in whole if " " in word),
            *(f" {word[:-1]}" for word in words if word.endswith("*") and " " in word),
        ),
    )
