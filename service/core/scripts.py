"""
The script that a comment is written in, beside those that a site's languages are written in.

Meant for owners who cannot read what would be published, and no sign of spam: most of the world's readers write in a
script that is foreign to some site.
"""

import unicodedata
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache

from service.core import markup

# Fewer letters than this are a name, a brand or a laugh.
FEWEST_LETTERS = 10
LONGEST_SOURCE = 4_000

# By ISO 639.
_SCRIPTS = {
    "CYRILLIC": "be bg kk ky mk mn ru sr tg tt uk ba cv os sah",
    "ARABIC": "ar ckb fa ks ps sd ug ur",
    "HEBREW": "he yi",
    "GREEK": "el",
    "ARMENIAN": "hy",
    "GEORGIAN": "ka",
    "DEVANAGARI": "hi mr ne sa kok mai bho",
    "BENGALI": "as bn",
    "GURMUKHI": "pa",
    "GUJARATI": "gu",
    "ORIYA": "or",
    "TAMIL": "ta",
    "TELUGU": "te",
    "KANNADA": "kn",
    "MALAYALAM": "ml",
    "SINHALA": "si",
    "THAI": "th",
    "LAO": "lo",
    "TIBETAN": "bo dz",
    "MYANMAR": "my",
    "KHMER": "km",
    "ETHIOPIC": "am ti",
    "THAANA": "dv",
    "CJK": "zh ja ko yue",
    "HIRAGANA": "ja",
    "KATAKANA": "ja",
    "BOPOMOFO": "zh",
    "HANGUL": "ko",
    "LATIN": "af az bs ca cs cy da de en eo es et eu fi fil fo fr fy ga gd gl ha haw hr ht hu id ig is it jv kk la lb "
    "lt lv mg mi ms mt nb nl nn no oc pl pt qu ro rw sk sl sm sn so sq sr su sv sw tk tl to tr tt uz vi wo xh yo zu",
}


def scripts_of(languages: Iterable[str]) -> frozenset[str]:
    """
    Return the scripts that languages are written in; none for what is no known language.

    >>> sorted(scripts_of(["uk", "en"])), scripts_of(["xx"])
    (['CYRILLIC', 'LATIN'], frozenset())
    """
    return frozenset(script for script, known in _SCRIPTS.items() if not set(known.split()).isdisjoint(languages))


def other_script(source: str, languages: Iterable[str]) -> str:
    """
    Return the script of most letters of a comment if none of the languages is written in it; empty if one is, or if
    there are too few letters to tell.

    >>> other_script("Спасибо за статью", ["en", "de"]), other_script("Thanks a lot, Юлия!", ["en"])
    ('CYRILLIC', '')
    """
    shown = markup.render(source[:LONGEST_SOURCE]).text
    letters = [character for character in shown if character.isalpha()]
    if len(letters) < FEWEST_LETTERS:
        return ""
    script, count = Counter(map(_script, letters)).most_common(1)[0]
    return script if count * 2 > len(letters) and script in _SCRIPTS and script not in scripts_of(languages) else ""


@lru_cache(maxsize=8_192)
def _script(letter: str) -> str:
    return unicodedata.name(letter, "").partition(" ")[0]
