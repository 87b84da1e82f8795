"""
Runs of plain words: most of what people write, found in one match instead of one for each word.

A run is of words in ASCII letters, with what sentences have between them. It ends behind a word that nothing continues,
so that it holds what the patterns of `tokens` would find, in a third of the time.
"""

import re

LONGEST_WORD = 200

_NO_DOT = r"(?!(?i:dot|pun|pon|точ))"
# What may stand in a run besides letters, spaces and commas: only a few in each, so that a run which comes to nothing
# costs little.
_SIGN = "|".join(
    [
        r"""'(?=[a-zA-Z" \n])""",  # don't
        r"""(?<=[a-zA-Z")'][a-zA-Z")'])\.+(?=[ \n")']|\Z)""",  # the end of a sentence
        r"""(?<=[a-zA-Z]{2})[-/](?=[a-zA-Z]{2})""",  # and/or, but no C-A-S-H
        rf"""\((?=[a-zA-Z"]){_NO_DOT}""",
        r""":(?=[ \n][a-zA-Z"'])""",  # no http:
        r"""(?<=[a-zA-Z])[0-9]{1,40}""",  # G20
    ]
)
_SIGNS = 6


def _run(between: str, sign: str, most: int, ahead: str) -> str:
    begin = "(?=[a-zA-Z](?:[a-zA-Z0-9]|'[a-zA-Z])|[aAI] [a-zA-Z]{2})"
    end = rf"""[a-zA-Z](?:[a-zA-Z]|[0-9]{{1,40}})(?:[,;!?")&]+[ \n]*|\.?[")']*(?:[ \n]+|\Z))(?![\s.\[({{]){ahead}"""
    # Without regard to case its letters would be compared one by one, in twice the time.
    return rf"(?-i:{begin}{between}(?:(?:{sign}){between}){{0,{most}}}{end})"


# For a text that has no word spaced out by spaces, and no dot in disguise.
AT_ONCE = _run(r"""[a-zA-Z ,;!?")&\n]{0,300}""", _SIGN, _SIGNS, "")
# For any text: behind each space a word must follow that is no dot in disguise and begins no spaced-out word.
_NEXT_WORD = rf"[ \n](?=[a-zA-Z]{{2}}|[aAI] [a-zA-Z]{{2}}){_NO_DOT}"
CAREFULLY = _run(r"""[a-zA-Z,;!?")&]{0,60}""", f"{_NEXT_WORD}|{_SIGN}", 40, _NO_DOT)
_NO_LETTERS = bytes.maketrans(b',;!?:"().-/&', b" " * 12)
_CLOSING_QUOTE = re.compile("'(?![a-zA-Z])")


def words_of(plain: str) -> list[str]:
    """
    Return the words of a run of kind plain.

    >>> words_of("We didn't like it, ")
    ['We', "didn't", 'like', 'it']
    """
    if "'" in plain:
        plain = _CLOSING_QUOTE.sub(" ", plain)
    words = plain.encode().translate(_NO_LETTERS).decode().split()
    if len(plain) > LONGEST_WORD and max(map(len, words)) > LONGEST_WORD:
        return [word[i : i + LONGEST_WORD] for word in words for i in range(0, len(word), LONGEST_WORD)]
    return words
