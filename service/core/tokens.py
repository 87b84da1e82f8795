"""
The words, addresses, numbers and signs of a text, found in one pass.
"""

import re
from collections.abc import Iterator

from service.core import links, text
from service.core.plain import AT_ONCE, CAREFULLY, LONGEST_WORD, words_of

LINKS = frozenset(["link", "disguised", "domain"])

# With what Unicode does not count as a letter: marks, the vowel signs of India, and letters in badges.
_OTHER_LETTERS = r"\u064b-\u065f\u0900-\u0963\u0971-\u0dff\u2100-\u214f\u2460-\u24ff\U0001f130-\U0001f189"
_LETTER = rf"[^\W_]|[\u00b7{text.MARKS}{_OTHER_LETTERS}]"
# "@" and "$" stand for letters inside a word and behind one: c@$ino, pill$.
_WORD = (
    rf"(?:{_LETTER}|['’@$](?=[^\W_])|(?<=[^\W\d_])[@$](?=[@$][^\W_])|(?<=[^\W\d_]{{2}})[@$](?!\s?\d))"
    rf"{{1,{LONGEST_WORD}}}"
)
_SEPARATOR = r" ?[.\-_*|/~+·•] ?| {1,2}"
_SPACED = (
    rf"(?<!\w)(?:{_LETTER})(?P<gap>{_SEPARATOR})(?:(?:{_LETTER})(?P=gap)){{2,40}}(?:{_LETTER})(?![\w{text.MARKS}])"
)
_PHONE = r"(?<![\w.])\+?\(?\d(?:[\s().\-]{0,4}\d){8,14}(?![\w])"
_EMOJI = r"[\u2600-\u27bf\u2b00-\u2bff\U0001f1e6-\U0001f1ff\U0001f300-\U0001faff]"
_MONEY = r"[$€£₹¥₽]\s{0,2}\d[\d.,]{0,12}k?|(?<![\w.,])\d[\d.,]{0,12}\s{0,2}(?:[$€£₹¥₽]|usd|usdt|btc)(?!\w)"
_ADDRESSES = f"(?P<email>{links.EMAIL})|(?P<link>{links.ADDRESS})"
_DOMAINS_AND_WORDS = (
    f"(?P<domain>{links.BARE_DOMAIN})|(?P<money>{_MONEY})|(?P<phone>{_PHONE})|(?P<spaced>{_SPACED})|(?P<word>{_WORD})"
    f"|(?P<emoji>{_EMOJI})"
)
_ANY = re.compile(
    f"(?P<plain>{CAREFULLY})|{_ADDRESSES}|(?P<disguised>{links.DISGUISED})|{_DOMAINS_AND_WORDS}", re.IGNORECASE
)
_USUAL = re.compile(f"(?P<plain>{AT_ONCE})|{_ADDRESSES}|{_DOMAINS_AND_WORDS}", re.IGNORECASE)
_SPACED_OUT = re.compile(r" \w {1,2}\w {1,2}\w\b")
# What stands for the middle of "http" where a link should not be found.
_MAIMED = frozenset(["xx", "XX", "**"])
_DOTTED = re.compile(r"[^\W_]+")
_GAP = re.compile(r"[ .\-_*|/~+·•]+")


def tokens(shown: str) -> Iterator[tuple[str, str]]:
    """
    Return each token of a text with its kind: word, spaced, email, link, domain, disguised, money, phone or emoji.

    >>> list(tokens("See example.com, node.js!"))
    [('word', 'See'), ('domain', 'example.com'), ('word', 'node'), ('word', 'js')]
    """
    for kind, written in runs(shown):
        if kind == "plain":
            for word in words_of(written):
                yield "word", word
        else:
            yield kind, written


def runs(shown: str) -> Iterator[tuple[str, str]]:
    """
    Return each token of a text with its kind, but words in plain letters that follow each other as one, of kind plain.

    >>> list(runs("We liked it, see example.com"))
    [('plain', 'We liked it, see '), ('domain', 'example.com')]
    """
    is_usual = not (_SPACED_OUT.search(shown) or links.may_hide_a_dot(shown))
    for match in (_USUAL if is_usual else _ANY).finditer(shown):
        kind, written = match.lastgroup or "", match[0]
        if kind == "plain":
            yield kind, written
        elif kind == "link":
            yield "disguised" if written[1:3] in _MAIMED else kind, written
        elif kind in ("domain", "disguised") and not _names_a_host(kind, written):
            for part in _DOTTED.findall(written):
                yield "word", part
        elif kind == "spaced" and not any(map(str.isalpha, _GAP.sub("", written))) and written.isascii():
            for part in _GAP.split(written):
                yield "word", part
        else:
            yield kind, written


def _names_a_host(kind: str, written: str) -> bool:
    return links.is_domain(written) if kind == "domain" else bool(links.registered_domain(links.host_of(written)))


def together(spaced: str) -> str:
    """
    Return a spaced-out word as one.

    >>> together("C-A-S-H")
    'CASH'
    """
    return _GAP.sub("", spaced)
