"""
Attacks on the letters of a text: the same words for a reader, others for a filter.

Markup, addresses and entities stay as they are: a spammer wants the link to work.
"""

import re
from collections.abc import Callable
from random import Random

from training.attacks import alphabets

Disguise = Callable[[str, Random], str]

_KEPT = re.compile(
    r"<[^<>]*>|\[/?\w+[^\[\]]*\]|https?://[^\s<>\"'\[\]]+|&\w+;|[^\s<>\"'\[\]@]+[@.][\w-]{2,}[^\s<>\"'\[\]]*"
)
_WORD = re.compile(r"[^\W\d_]{4,}")
DISGUISED_SHARE = 0.6


def on_text(text: str, change: Callable[[str], str]) -> str:
    """
    Return the text with its words changed, and its markup, addresses and entities as they were.

    >>> on_text('<b>Hi</b> https://a.example', str.upper)
    '<b>HI</b> https://a.example'
    """
    changed: list[str] = []
    position = 0
    for kept in _KEPT.finditer(text):
        changed += change(text[position : kept.start()]), kept[0]
        position = kept.end()
    return "".join([*changed, change(text[position:])])


def per_word(change: Disguise) -> Disguise:
    """
    Return an attack that changes most words of four letters or more, and at least the first of them.
    """

    def attack(text: str, random: Random) -> str:
        is_first = True

        def maybe(word: re.Match[str]) -> str:
            nonlocal is_first
            is_chosen = is_first or random.random() < DISGUISED_SHARE
            is_first = False
            return change(word[0], random) if is_chosen else word[0]

        return on_text(text, lambda part: _WORD.sub(maybe, part))

    return attack


def _styled(style: str) -> Disguise:
    tables = [str.maketrans(alphabets.UPPER + alphabets.LOWER, letters) for letters in alphabets.STYLES[style]]
    return per_word(lambda word, random: word.translate(random.choice(tables)))


def _replaced(letters: dict[str, str], share: float) -> Disguise:
    def change(word: str, random: Random) -> str:
        return "".join(random.choice(letters[c]) if c in letters and random.random() < share else c for c in word)

    return per_word(change)


def _split(*parts: str) -> Disguise:
    def change(word: str, random: Random) -> str:
        at = random.randint(1, len(word) - 1)
        return word[:at] + random.choice(parts) + word[at:]

    return per_word(change)


def _joined(*separators: str) -> Disguise:
    return per_word(lambda word, random: random.choice(separators).join(word))


def _spaced(word: str, _: Random) -> str:
    return f" {' '.join(word)} "


def _tagged(word: str, random: Random) -> str:
    tag = random.choice(["b", "i", "em", "span", "strong"])
    at = random.randint(1, len(word) - 1)
    return f"<{tag}>{word[:at]}</{tag}>{word[at:]}"


def _bb_tagged(word: str, random: Random) -> str:
    at = random.randint(1, len(word) - 1)
    return f"[b]{word[:at]}[/b]{word[at:]}"


def _entities(form: str) -> Disguise:
    return per_word(lambda word, _: "".join(form.format(ord(letter)) for letter in word))


def _named(text: str, _: Random) -> str:
    return on_text(text, lambda part: "".join(alphabets.ENTITIES.get(c, c) for c in part))


def _marked(word: str, random: Random) -> str:
    return "".join(letter + random.choice(alphabets.MARKS) for letter in word)


def _reversed(word: str, _: Random) -> str:
    return f"\u202e{word[::-1]}\u202c"


def _random_case(text: str, random: Random) -> str:
    return on_text(text, lambda part: "".join(random.choice((c.upper(), c.lower())) for c in part))


def _with_emoji(text: str, random: Random) -> str:
    return on_text(text, lambda part: re.sub(r"(?<=\w) ", lambda _: f" {random.choice(alphabets.EMOJI)} ", part))


DISGUISES: dict[str, Disguise] = {
    "look-alike letters": _replaced(alphabets.LOOK_ALIKE, 0.7),
    "mathematical letters": _styled("mathematical"),
    "fullwidth letters": _styled("fullwidth"),
    "small capitals": _styled("small_caps"),
    "circled letters": _styled("circled"),
    "superscript letters": _styled("superscript"),
    "zero-width splits": _split("\u200b", "\u200c", "\u200d", "\u2060", "\ufeff", "&#8203;", "&zwnj;"),
    "soft hyphens": _split("\u00ad", "&shy;"),
    "leet": _replaced(alphabets.LEET, 0.8),
    "spaces": per_word(_spaced),
    "hyphens": _joined("-"),
    "dots": _joined("."),
    "other separators": _joined("_", "*", "|", "/", "~", "+", "·", "•", " - "),
    "HTML comments": _split("<!-- -->", "<!--x-->", "<!-- a > b -->"),
    "split tags": per_word(_tagged),
    "split BBCode": per_word(_bb_tagged),
    "decimal entities": _entities("&#{};"),
    "hexadecimal entities": _entities("&#x{:x};"),
    "named entities": _named,
    "doubled entities": _entities("&amp;#{};"),
    "combining marks": per_word(_marked),
    "bidi override": per_word(_reversed),
    "upper case": lambda text, _: on_text(text, str.upper),
    "lower case": lambda text, _: on_text(text, str.lower),
    "random case": _random_case,
    "emoji": _with_emoji,
}
