"""
Comments as mail, for filters that read nothing else.
"""

import re
from collections.abc import Iterable
from email.header import Header

from training.data.rows import Row

# Every comment has the same address, so that the address says nothing. The name is the only thing that differs.
ADDRESS = "author@comment.invalid"
LONGEST_LINE = 10_000
_BREAK = re.compile(r"\r\n?|\n")
_FROM_LINE = re.compile(rb"^(>*From )", re.MULTILINE)
_SEPARATOR = b"From MAILER-DAEMON Thu Jan  1 00:00:00 1970\n"


def wrap(row: Row) -> bytes:
    """
    Return a comment as a minimal message (RFC 5322): its author in From, its URL as the first line, then its text.

    The text goes as it is, in UTF-8 and 8 bit: base64 would hide it from filters that do not decode.

    >>> print(wrap(Row("blog", "spam", "Ann", "Hello", url="http://ann.example")).decode())
    From: Ann <author@comment.invalid>
    MIME-Version: 1.0
    Content-Type: text/plain; charset=utf-8
    Content-Transfer-Encoding: 8bit
    <BLANKLINE>
    http://ann.example
    <BLANKLINE>
    Hello
    <BLANKLINE>
    """
    head = (
        f"From: {_phrase(row.name)}<{ADDRESS}>",
        "MIME-Version: 1.0",
        "Content-Type: text/plain; charset=utf-8",
        "Content-Transfer-Encoding: 8bit",
    )
    url = " ".join(row.url.split())
    body = ([url, ""] if url else []) + _BREAK.split(row.comment.replace("\0", ""))
    return ("\n".join((*head, "", *body)) + "\n").encode()


def mailbox(messages: Iterable[bytes]) -> bytes:
    """
    Return messages as one mbox file, lines that look like its separators quoted.
    """
    return b"".join(_SEPARATOR + _FROM_LINE.sub(rb">\1", message) + b"\n" for message in messages)


def _phrase(name: str) -> str:
    printable = " ".join("".join(letter if letter.isprintable() else " " for letter in name).split())
    if not printable:
        return ""
    if printable.isascii():
        return printable + " " if re.fullmatch(r"[\w !'-]+", printable) else f'"{_quoted(printable)}" '
    return Header(printable, "utf-8", maxlinelen=LONGEST_LINE, header_name="From").encode() + " "


def _quoted(text: str) -> str:
    return re.sub(r'(["\\])', r"\\\1", text)
