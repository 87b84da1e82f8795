"""
Letters as they are meant: invisible, decorated, look-alike and repeated characters undone, word by word.
"""

import re
import unicodedata
from functools import lru_cache
from hashlib import blake2b

from anyascii import anyascii

LONGEST_WORD = 40
LONGEST_RUN = 200
# Repeats of a text this short ("Thank you so much!", "First!") are chance, not a campaign.
SHORTEST_FINGERPRINT = 24

# Zero-width characters, soft hyphens, variation selectors, tags and other fillers that a reader cannot see.
INVISIBLE = re.compile("[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200d\u2060-\u2064\u206a-\u206f"
                       "\u3164\ufe00-\ufe0f\ufeff\uffa0\U000e0000-\U000e0fff]")  # fmt: skip
BIDI = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")
DAMAGED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffd\ufffe\uffff\ud800-\udfff]")
# Three marks on a letter are Vietnamese or Hebrew; more are zalgo. Long runs take NFKC quadratic time.
MARKS = "\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
ZALGO = re.compile(f"([{MARKS}]{{3}})[{MARKS}]+")
# Letters in styles that Unicode has for mathematics, badges and phonetics, and that nobody types to be read as such.
STYLED = re.compile("[\u1d00-\u1d7f\u2100-\u214f\u2460-\u24ff\uff21-\uff5a\U0001d400-\U0001d7ff\U0001f100-\U0001f1e5]")
_MARK = re.compile(f"[{MARKS}]")
_REPEATED = re.compile(r"(.)\1{2,}")
_LATIN = re.compile("[a-z\u00e0-\u024f]")
_CYRILLIC_OR_GREEK = re.compile("[\u0370-\u03ff\u0400-\u052f]")
# Cyrillic and Greek letters drawn like Latin ones (Unicode TR 39, confusables); anyascii goes by sound instead.
_DRAWN_LIKE_LATIN = str.maketrans("авекмнорстухіјѕһԁԛԝҽգαβγεικμνορτυχωѡѵ", "abekmhopctyxijshdqweqabyeikuvoptuxwwv")
_DRAWN_LIKE_CYRILLIC = str.maketrans("aeopcyxkmtbhuinr", "аеорсухкмтвниіпг")
_LEET = re.compile(r"(?<=[^\W\d_])[013457@$](?=[^\W\d_])|^[013457@$](?=[^\W\d_]{2})")
_LEET_LETTERS = str.maketrans("013457@$", "oieastas")
# Scripts written without spaces: a run of them is taken as overlapping pairs of characters.
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+"
)


def visible(text: str) -> str:
    """
    Return the text without what a reader cannot see, and with at most three marks on a letter.

    >>> visible("vi\\u200bag\\u00adra")
    'viagra'
    """
    if text.isascii() and "\x00" not in text:
        return text
    return ZALGO.sub(r"\1", DAMAGED.sub("", BIDI.sub("", INVISIBLE.sub("", text))))


def storable(text: str) -> str:
    """
    Return the text with lone surrogates, which no encoding can carry, replaced by U+FFFD.

    >>> storable("a\\ud800b")
    'a\ufffdb'
    """
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


@lru_cache(maxsize=16_384)
def fold(word: str) -> tuple[str, ...]:
    """
    Return the word or words that a written word stands for: lower case, plain letters, no decoration.

    >>> fold("𝓒𝓐𝓢𝓘𝓝𝓞"), fold("раypal"), fold("soooooo"), fold("v1agra"), fold("1999")
    (('casino',), ('paypal',), ('soo',), ('v1agra', 'viagra'), ('0000',))
    """
    plain = word.lower() if word.isascii() else _plain(word)
    if not plain:
        return ()
    if plain.isdecimal():
        return ("0" * min(len(plain), 8) if len(plain) > 2 else plain,)
    plain = _REPEATED.sub(r"\1\1", plain)
    if not plain.isascii() and _UNSPACED.search(plain):
        return tuple(_pairs(plain[:LONGEST_RUN]))
    plain = plain[:LONGEST_WORD]
    if _LEET.search(plain):
        return plain, _LEET.sub(lambda digit: digit[0].translate(_LEET_LETTERS), plain)
    return (plain,)


def is_mixed_script(word: str) -> bool:
    """
    Tell whether one word mixes Latin letters with Cyrillic or Greek ones, as look-alike spellings do.

    >>> is_mixed_script("раypal"), is_mixed_script("привет"), is_mixed_script("hello")
    (True, False, False)
    """
    lower = word.lower()
    return bool(_CYRILLIC_OR_GREEK.search(lower) and _LATIN.search(lower))


def fingerprint(text: str) -> str:
    """
    Return a digest that repeats of one text share, whatever their case, spacing and punctuation; "" if too short.

    >>> fingerprint("Cheap watches, at example dot com!") == fingerprint("cheap watches  at EXAMPLE dot com")
    True
    """
    letters = re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", visible(text[:4096])).casefold())
    if len(letters) < SHORTEST_FINGERPRINT:
        return ""
    return blake2b(letters.encode("utf-8", "replace"), digest_size=16).hexdigest()


def _plain(word: str) -> str:
    plain = _MARK.sub("", unicodedata.normalize("NFKC", word).casefold().replace("’", "'"))
    plain = unicodedata.normalize("NFKC", plain)
    if is_mixed_script(plain):
        latin = plain.translate(_DRAWN_LIKE_LATIN)
        plain = plain.translate(_DRAWN_LIKE_CYRILLIC) if _CYRILLIC_OR_GREEK.search(latin) else latin
    if STYLED.search(plain):
        plain = anyascii(plain).lower()
    # One letter may stand for a phrase (U+FDFA) or a sign ("℅"); a token holds neither spaces nor colons.
    return "".join(plain.replace(":", "").split())


def _pairs(run: str) -> list[str]:
    pairs: list[str] = []
    position = 0
    for match in _UNSPACED.finditer(run):
        if match.start() > position:
            pairs.append(run[position : match.start()])
        characters = match[0]
        pairs.extend(characters[i : i + 2] for i in range(max(1, len(characters) - 1)))
        position = match.end()
    return [*pairs, run[position:]] if position < len(run) else pairs
