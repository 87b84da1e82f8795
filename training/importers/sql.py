"""
The rows that a dump of MySQL or MariaDB inserts, one by one.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from training.data.files import Rejected
from training.importers.outcome import Damage
from training.importers.scan import Token, scan
from training.importers.unpack import Export

_STRING = r"'(?:[^'\\]++|\\.|'')*+'"
_NAME = r"(?:[`\"]?\w+[`\"]?\.)?[`\"]?(?P<{}>\w+)[`\"]?\s*"
_OPENING = re.compile(r"['(;]|--(?=\s)|/\*|\b(?:INSERT|REPLACE|CREATE)\b", re.IGNORECASE)
_WHOLE = re.compile(
    rf"(?P<row>\((?:[^'()]++|{_STRING}|\([^'()]*\))*+\))"
    rf"|(?:INSERT|REPLACE)\s+(?:IGNORE\s+)?INTO\s+{_NAME.format('into')}(?P<given>\([^()]*\))?\s*VALUES?"
    rf"|CREATE\s+TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?{_NAME.format('created')}\((?P<columns>.*?)\n\)"
    r"|CREATE\s+(?!TABLE\b)\w+"
    rf"|{_STRING}|--[^\n]*|/\*.*?\*/|(?P<end>;)",
    re.IGNORECASE | re.DOTALL,
)
_COLUMN = re.compile(r"^\s*[`\"](\w+)[`\"]\s", re.MULTILINE)
_GIVEN = re.compile(r"\w+")
_VALUE = re.compile(rf"(?:_\w+\s+)?({_STRING})|([^\s,()']+)", re.DOTALL)
_ESCAPED = re.compile(r"\\(.)|''", re.DOTALL)
_MEANT = {"n": "\n", "r": "\r", "t": "\t", "0": "\0", "b": "\b", "Z": "\x1a"}


@dataclass(frozen=True, slots=True)
class Inserted:
    """
    A row of a table by its columns; NULL is an empty text.
    """

    table: str
    values: dict[str, str]
    place: str


def inserted(export: Export, wants: Callable[[str], bool]) -> Iterator[Inserted | Rejected | Damage]:
    """
    Yield the rows of the tables that are wanted; their columns are known from CREATE TABLE, or from the INSERT.
    """
    columns: dict[str, list[str]] = {}
    into: tuple[str, list[str]] | None = None
    with export.text() as stream:
        for token in scan(stream, _OPENING, _WHOLE):
            match = token.match
            if match is None:
                if into:
                    yield Damage(
                        f"{export.name}:{token.line}", f"a row of {into[0]} without an end: cut, or a wrong quote"
                    )
                into = None
            elif match["end"]:
                into = None
            elif match["created"]:
                columns[match["created"]] = _COLUMN.findall(match["columns"])
            elif match["into"]:
                given = _GIVEN.findall(match["given"] or "") or columns.get(match["into"], [])
                into = (match["into"], given) if wants(match["into"]) else None
            elif into and match["row"]:
                yield _row(export.name, *into, token, match["row"])


def _row(name: str, table: str, columns: list[str], token: Token, written: str) -> Inserted | Rejected:
    place = f"{name}:{token.line}"
    values = [_text(*value) for value in _VALUE.findall(written)]
    if len(values) != len(columns):
        return Rejected(place, f"{len(values)} values for {len(columns)} columns of {table}; dump it with CREATE TABLE")
    return Inserted(table, dict(zip(columns, values, strict=True)), place)


def _text(quoted: str, bare: str) -> str:
    if quoted:
        return _ESCAPED.sub(lambda found: _MEANT.get(found[1], found[1]) if found[1] else "'", quoted[1:-1])
    return "" if bare.upper() == "NULL" else bare
