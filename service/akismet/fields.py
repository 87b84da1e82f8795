"""
The form of a call as its fields, whatever charset, spelling or junk the client sends; nothing in it is an error.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl

from service.errors import BadRequest

# PHP takes a thousand fields of a visitor's form, and WordPress sends them all on, beside what it knows of its server.
MOST_FIELDS = 10_000
# Python has codecs that blow up or crawl; what blogs are written in is among these.
_CHARSET = re.compile(
    r"iso[-_]?8859[-_]?\d{1,2}|latin[-_]?\d|(windows|cp)-?(125\d|874)|koi8[-_][rut]|"
    r"gb(k|2312|18030)|big5|shift[-_]?jis|euc[-_](jp|kr|tw)|iso-2022-jp|tis-620|utf[-_]?(8|16)",
    re.IGNORECASE,
)
_CONTEXT = re.compile(r"comment_context(\[\d*\])?")
_OFF = frozenset({"", "0", "false", "no", "off"})


@dataclass(frozen=True, slots=True)
class Fields:
    """
    What a call says. A field that is not there is as good as an empty one; of two of a name the last counts, as in PHP.
    """

    values: Mapping[str, str]
    context: tuple[str, ...] = ()

    def text(self, *names: str) -> str:
        """
        Return the first field of some names that says anything.
        """
        return next((value for name in names if (value := self.values.get(name, "")).strip()), "")

    def is_on(self, name: str) -> bool:
        """
        Tell whether a switch is on: Python's clients send `False` for off.
        """
        return self.text(name).strip().lower() not in _OFF


def parse(content: bytes) -> Fields:
    """
    Return the fields of a form or query.

    Values are read as UTF-8, and where they are not, in the `blog_charset` that the form names: clients that send
    UTF-8 whatever the blog's charset is are common, and text in other charsets that happens to be UTF-8 is not.

    Raises:
        BadRequest: there are more fields than any client sends.
    """
    try:
        # Latin-1 keeps every byte, until all fields are there and with them the charset.
        pairs = parse_qsl(
            content.decode("latin-1"), keep_blank_values=True, encoding="latin-1", max_num_fields=MOST_FIELDS
        )
    except ValueError:
        raise BadRequest(f"the form has more than {MOST_FIELDS} fields") from None
    charset = next((value for name, value in reversed(pairs) if name == "blog_charset"), "")
    decoded = [(name, _decoded(value, charset)) for name, value in pairs]
    context = tuple(value for name, value in decoded if _CONTEXT.fullmatch(name) and value)
    return Fields(dict(decoded), context)


def _decoded(value: str, charset: str) -> str:
    if value.isascii():
        return value
    content = value.encode("latin-1")
    try:
        return content.decode()
    except UnicodeDecodeError:
        pass
    known = charset.strip() if _CHARSET.fullmatch(charset.strip()) else "utf-8"
    try:
        return content.decode(known, "replace")
    except LookupError:
        return content.decode("utf-8", "replace")
