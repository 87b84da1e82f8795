"""
The words, addresses, numbers and signs of a text, found in one pass.
"""

import re
from collections.abc import Iterator

from service.core import links

_LETTER = r"[^\W_]|[\u00b7\u0300-\u036f\u2100-\u214f\u2460-\u24ff\U0001f130-\U0001f189]"
_WORD = rf"(?:{_LETTER}|['’@$](?=[^\W_])){{1,200}}"
_SPACED = rf"(?<!\w)(?:{_LETTER})(?P<gap>[ .\-_*|])(?:(?:{_LETTER})(?P=gap)){{2,40}}(?:{_LETTER})(?!\w)"
_PHONE = r"(?<![\w.])\+?\(?\d(?:[\s().\-]{0,2}\d){8,14}(?![\w])"
_EMOJI = r"[\u2600-\u27bf\u2b00-\u2bff\U0001f1e6-\U0001f1ff\U0001f300-\U0001faff]"
_MONEY = r"[$€£₹¥₽]\s?\d[\d.,]{0,12}k?|(?<![\w.,])\d[\d.,]{0,12}\s?(?:[$€£₹¥₽]|usd|usdt|btc)(?!\w)"
_TOKEN = re.compile(
    f"(?P<email>{links.EMAIL})|(?P<link>{links.ADDRESS})|(?P<disguised>{links.DISGUISED})|(?P<domain>{links.BARE_DOMAIN})"
    f"|(?P<money>{_MONEY})|(?P<phone>{_PHONE})|(?P<spaced>{_SPACED})|(?P<word>{_WORD})|(?P<emoji>{_EMOJI})",
    re.IGNORECASE,
)
_DOTTED = re.compile(r"[^\W_]+")
_GAP = re.compile(r"[ .\-_*|]")


def tokens(text: str) -> Iterator[tuple[str, str]]:
    """
    Return each token of a text with its kind: word, spaced, email, link, domain, disguised, money, phone or emoji.

    >>> list(tokens("See example.com, node.js!"))
    [('word', 'See'), ('domain', 'example.com'), ('word', 'node'), ('word', 'js')]
    """
    for match in _TOKEN.finditer(text):
        kind, written = match.lastgroup or "", match[0]
        if kind == "domain" and not links.is_domain(written):
            for part in _DOTTED.findall(written):
                yield "word", part
        elif kind == "spaced" and not any(map(str.isalpha, _GAP.sub("", written))) and written.isascii():
            for part in written.split(" "):
                yield "word", part
        else:
            yield kind, written


def together(spaced: str) -> str:
    """
    Return a spaced-out word as one.

    >>> together("C-A-S-H")
    'CASH'
    """
    return _GAP.sub("", spaced)
