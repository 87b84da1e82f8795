"""
Tokens of a text of any length, by two regular expressions: where one may begin, and what a whole one is.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TextIO

STEP = 2**16
# No token of a sound export is longer; what begins one and finds no end within this many characters is plain text.
LONGEST = 2**24


@dataclass(frozen=True, slots=True)
class Token:
    """
    The plain text before a token, the token or None at the end or where it was none after all, and its line.
    """

    before: str
    match: re.Match[str] | None
    line: int


def scan(stream: TextIO, opening: re.Pattern[str], whole: re.Pattern[str], line: int = 1) -> Iterator[Token]:
    """
    Yield the tokens of a stream whose first line has this number; at most twice the longest token is in memory.
    """
    text, place, has_ended = "", 0, False
    while True:
        start = opening.search(text, place)
        match = whole.match(text, start.start()) if start else None
        # A token that ends where the text ends may go on in what is not read yet.
        is_whole = match is not None and (match.end() < len(text) or has_ended)
        if not is_whole and not has_ended and len(text) - place < LONGEST:
            more = stream.read(max(STEP, len(text) - place))
            text, place, has_ended = text[place:] + more, 0, not more
            continue
        end = match.end() if match and is_whole else start.start() + 1 if start else len(text)
        until = match.start() if match and is_whole else end
        line += text.count("\n", place, until)
        yield Token(text[place:until], match if is_whole else None, line)
        line += text.count("\n", until, end)
        place = end
        if has_ended and place >= len(text):
            return
