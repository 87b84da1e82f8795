"""
Letters as they are meant: invisible, decorated, look-alike and repeated characters undone, word by word.
"""

import re
import unicodedata

from anyascii import anyascii

from service.core.remembered import Remembered

LONGEST_WORD = 40
LONGEST_RUN = 200

# Zero-width characters, soft hyphens, variation selectors, tags and other fillers that a reader cannot see.
INVISIBLE = re.compile("[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200d\u2060-\u2064\u206a-\u206f"
                       "\u3164\ufe00-\ufe0f\ufeff\uffa0\U000e0000-\U000e0fff]")  # fmt: skip
BIDI = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")
# Text after this override is shown from its end to its beginning.
_BACKWARDS = re.compile("\u202e([^\u202a-\u202e\u2066-\u2069\n]+)")
DAMAGED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffd\ufffe\uffff\ud800-\udfff]")
# Three marks on a letter are Vietnamese or Hebrew; more are zalgo. Long runs take NFKC quadratic time.
MARKS = "\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
ZALGO = re.compile(f"([{MARKS}]{{3}})[{MARKS}]+")
# Any of these, to be looked for first: most text beyond ASCII has none, but accents and printed quotes.
UNSEEN = "".join(each.pattern.strip("[]") for each in (INVISIBLE, BIDI, DAMAGED)) + MARKS
_UNSEEN = re.compile(f"[{UNSEEN}]")
# Letters in styles that Unicode has for mathematics, badges and phonetics, and that nobody types to be read as such.
# The phonetic letters are those that stand in for small capitals; others belong to alphabets of Africa.
STYLED = re.compile("[\u0251\u0261\u0262\u026a\u0274\u0280\u028f\u0299\u029c\u029f\u1d00-\u1dbf\u2071\u207f"
                    "\u2090-\u209c\u2100-\u214f\u2460-\u24ff\ua730\ua731\uff21-\uff3a\uff41-\uff5a\U0001d400-\U0001d7ff"
                    "\U0001f100-\U0001f1e5]")  # fmt: skip
_MARK = re.compile(f"[{MARKS}]")
# The lunate sigma is drawn like a "c", and NFKC would make a round one of it.
_BEFORE_NFKC = str.maketrans("’ϲϹ", "'сС")
_NO_TOKEN = str.maketrans("", "", ":()·")
_REPEATED = re.compile(r"(.)\1{2,}")
_LATIN = re.compile("[a-z\u00e0-\u024f]")
_CYRILLIC_OR_GREEK = re.compile("[\u0370-\u03ff\u0400-\u052f\u0561-\u0586]")
# Cyrillic, Greek and Armenian letters drawn like Latin ones (Unicode TR 39, confusables); anyascii goes by sound.
_LOOK_ALIKES = "авекмнорстухіјѕһүӏԁԛԝҽѡѵαβγεικμνορτυχωցզհոսօ", "abekmhopctyxijshyldqwewvabyeikuvoptuxwgqhnuo"
_DRAWN_LIKE_LATIN = str.maketrans(*_LOOK_ALIKES)
# A word of look-alikes alone is taken for Latin only if one of them is hardly used in its own script.
_WHOLLY_DRAWN = re.compile(f"(?=.*[ѕһӏԁԛԝҽѡѵ])[{_LOOK_ALIKES[0]}]{{3,}}")
_DRAWN_LIKE_CYRILLIC = str.maketrans("aeopcyxkmtbhuinr", "аеорсухкмтвниіпг")
# Signs that stand for letters: inside a word, before it, or a telling one behind it; not in "mp3", "win10" and "1st".
_LEET = re.compile(
    r"(?<=[^\W\d_])[013457@$]{1,3}(?=[^\W\d_])|^[013457@$](?=[^\W\d_]{2})"
    r"|(?<=[^\W\d_]{2})(?:[@$]+|33|(?<=[^\W\d_]{3})[03])$"
)
_LEET_LETTERS = str.maketrans("013457@$", "oieastas")
# In a word with one of these a capital "I" is that of the dotless "ı".
_TURKISH = re.compile("[ŞĞşğ]")
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
    if (text.isascii() and "\x00" not in text) or not _UNSEEN.search(text):
        return text
    if "\u202e" in text:
        text = _BACKWARDS.sub(lambda run: run[1][::-1], text)
    return ZALGO.sub(r"\1", DAMAGED.sub("", BIDI.sub("", INVISIBLE.sub("", text))))


def ends(text: str, head: int, tail: int) -> str:
    """
    Return a text, or of a longer one so many characters of its beginning and its end, on lines of their own.

    >>> ends("a short one", 9, 3), ends("a longer one", 4, 3)
    ('a short one', 'a lo\\none')
    """
    return text if len(text) <= head + tail else f"{text[:head]}\n{text[-tail:]}"


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


def fold(word: str) -> tuple[str, ...]:
    """
    Return the word or words that a written word stands for: lower case, plain letters, no decoration.

    >>> fold("𝓒𝓐𝓢𝓘𝓝𝓞"), fold("раypal"), fold("soooooo"), fold("v1agra"), fold("1999")
    (('casino',), ('paypal',), ('soo',), ('v1agra', 'viagra'), ('0000',))
    >>> fold("PAYLAŞIM")
    ('paylaşim', 'paylaşım')
    """
    meant = word.lower() if word.isascii() else plain(word)
    if not meant:
        return ()
    if meant.isdecimal():
        return ("0" * min(len(meant), 8) if len(meant) > 2 else meant,)
    if meant == word:
        meant = word  # both are remembered: as one string, not two
    meant = _REPEATED.sub(r"\1\1", meant)
    if not meant.isascii() and _UNSPACED.search(meant):
        return tuple(_pairs(meant[:LONGEST_RUN]))
    meant = meant[:LONGEST_WORD]
    if "I" in word and _TURKISH.search(word):
        return meant, *fold(word.replace("I", "ı"))
    if _LEET.search(meant):
        return meant, meant.translate(_LEET_LETTERS)
    return (meant,)


folded = Remembered(fold, most=8_192)


def plain(word: str) -> str:
    """
    Return the word in lower case and plain letters, read as it is drawn if it mixes scripts.

    >>> plain("ＣÁＦÉ"), plain("c̶a̶s̶i̶n̶o̶"), plain("раypal")
    ('cáfé', 'casino', 'paypal')
    """
    meant = unicodedata.normalize("NFKC", word.translate(_BEFORE_NFKC)).casefold()
    if _MARK.search(meant):
        # A mark that did not melt into its letter belongs to no language; beside Latin letters no mark does.
        meant = _MARK.sub("", unicodedata.normalize("NFKD", meant) if _LATIN.search(meant) else meant)
    meant = unicodedata.normalize("NFKC", meant)
    if is_mixed_script(meant) or _WHOLLY_DRAWN.fullmatch(meant):
        latin = drawn_like_latin(meant)
        meant = meant.translate(_DRAWN_LIKE_CYRILLIC) if _CYRILLIC_OR_GREEK.search(latin) else latin
    if STYLED.search(meant):
        meant = anyascii(meant).lower()
    # One letter may stand for a phrase (U+FDFA) or a sign ("℅", "⒜"); a token holds neither spaces nor colons.
    return "".join(meant.translate(_NO_TOKEN).split())


def drawn_like_latin(word: str) -> str:
    """
    Return the word with the Latin letter for every Cyrillic, Greek and Armenian one that is drawn like it.

    >>> drawn_like_latin("саѕіnо")
    'casino'
    """
    return word.translate(_DRAWN_LIKE_LATIN)


def is_mixed_script(word: str) -> bool:
    """
    Tell whether one word mixes Latin letters with Cyrillic or Greek ones, as look-alike spellings do.

    >>> is_mixed_script("раypal"), is_mixed_script("привет"), is_mixed_script("hello")
    (True, False, False)
    """
    lower = word.lower()
    return bool(_CYRILLIC_OR_GREEK.search(lower) and _LATIN.search(lower))


def words_in(token: str) -> float:
    """
    Return how many words a token stands for: a half if it is a pair of characters of a script without spaces, where
    each character is in two pairs.

    >>> words_in("offer"), words_in("日本")
    (1.0, 0.5)
    """
    return 0.5 if len(token) == 2 and not token.isascii() and _UNSPACED.fullmatch(token) else 1.0


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
