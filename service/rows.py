"""
Rows in files, as JSON Lines and as CSV, in and out; a row that cannot be used says so in its place.
"""

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from service.core.members import GivenTwice, members
from service.core.text import storable
from service.csv_reading import Record, records

# How files begin whose lines cannot be told apart, and what to do about it.
NOT_LINES = {
    b"\x1f\x8b": "packed by gzip; unpack it first",
    b"\xff\xfe": "in UTF-16; save it in UTF-8",
    b"\xfe\xff": "in UTF-16; save it in UTF-8",
}
# What a spreadsheet takes for the beginning of a formula (https://owasp.org/www-community/attacks/CSV_Injection).
FORMULAS = frozenset("=+-@＝＋－＠")  # the wide ones count too


@dataclass(frozen=True, slots=True)
class Row:
    """
    What a file says from the line `number` on, or what is wrong with it; `is_cut` where nothing behind it can be read.
    """

    number: int
    fields: Mapping[str, Any] = field(default_factory=dict)
    error: str | None = None
    is_cut: bool = False


def from_json_lines(lines: Iterable[bytes]) -> Iterator[Row]:
    """
    Yield an object for each line that is not blank.
    """
    for number, line in enumerate(lines, 1):
        if number == 1 and (error := NOT_LINES.get(line[:2])):
            yield Row(number, error=error, is_cut=True)
            return
        if line.strip():
            try:
                yield Row(number, _object(line))
            except ValueError as error:
                yield Row(number, error=str(error))
            except RecursionError:
                yield Row(number, error="nested too deeply")


def from_csv(lines: Iterable[bytes]) -> Iterator[Row]:
    """
    Yield the rows below a line of column names, in UTF-8, between commas, semicolons or tabs, whichever that line has.

    A row that is no CSV costs the line that it begins on; the last one is cut if what follows cannot be read.
    """
    texts = (line.decode("utf-8", "surrogateescape") for line in lines)
    head = next(texts, "").removeprefix("\ufeff")
    if error := NOT_LINES.get(head[:2].encode("utf-8", "surrogateescape")):
        yield Row(1, error=error, is_cut=True)
        return
    table = records(chain([head], texts) if head else (), delimiter(head))
    first = next(table, Record(1))
    if error := first.error or said_of_columns(first.cells):
        yield Row(1, error=error, is_cut=True)
        return
    for record in table:
        if record.error:
            yield Row(record.number, error=record.error, is_cut=record.is_cut)
        else:
            yield _row(record.number, first.cells, record.cells)


def delimiter(first_line: str) -> str:
    """
    Return what stands most often between the names in the first line.

    >>> delimiter('"comment_ID";"comment_author"'), delimiter('label,comment,"a;b;c;d"')
    (';', ',')
    """
    unquoted = re.sub('"[^"]*"', "", first_line)
    return max(",;\t", key=unquoted.count)


def said_of_columns(names: Iterable[str]) -> str:
    """
    Return what is wrong with the names of columns: of one that is there twice, one value would be lost. "" if nothing.

    >>> said_of_columns(["name", "comment", "name"])
    'the column `name` is there twice'
    """
    twice = [name for name, times in Counter(names).items() if name and times > 1]
    return f"the column `{twice[0]}` is there twice" if twice else ""


def to_json_lines(rows: Iterable[Row]) -> Iterator[str]:
    """
    Yield a line for each row, with its line feed: its fields, or `{"line": …, "error": …}`.
    """
    for row in rows:
        fields = {"line": row.number, "error": row.error} if row.error else row.fields
        text = json.dumps(fields, ensure_ascii=False)
        # A lone surrogate has no bytes in UTF-8; its escape has.
        yield f"{text if storable(text) is text else json.dumps(fields)}\n"


def to_csv(rows: Iterable[Row], note: Callable[[str], None]) -> Iterator[str]:
    """
    Yield the rows as a table, which spreadsheets may open: columns as in the first good row, then `error`.

    Args:
        rows: Those before the first good one are kept until it comes.
        note: Told, once, of a field that is left out since the first good row has none of its name.
    """
    columns: list[str] = []
    early: list[Row] = []
    is_told = False
    for row in rows:
        if not columns and row.error:
            early.append(row)
            continue
        if not columns:
            columns = [*row.fields]
            yield line_of([*columns, "error"])
            yield from (_line(columns, each) for each in early)
        if not is_told and (more := row.fields.keys() - columns):
            is_told = True
            note(f"line {row.number}: `{min(more)}` has no column, since the first row has no such field; left out")
        yield _line(columns, row)
    if not columns:
        yield from (line_of(["error"]), *(_line([], row) for row in early))


def line_of(values: Iterable[Any]) -> str:
    r"""
    Return a line of CSV, as in RFC 4180. A text that a spreadsheet would take for a formula begins with `'`.

    >>> line_of(["=1+1", -1, "a,b", None, True])
    '\'=1+1,-1,"a,b",,true\r\n'
    """
    line = io.StringIO(newline="")
    csv.writer(line).writerow([_cell(value) for value in values])
    return line.getvalue()


def _object(line: bytes) -> dict[str, Any]:
    try:
        found = json.loads(line.rstrip(), object_pairs_hook=members)
    except json.JSONDecodeError as error:
        raise ValueError(f"not JSON: {error.msg} at column {error.colno}") from None
    except UnicodeDecodeError:
        raise ValueError("not UTF-8") from None
    except GivenTwice:  # which says all
        raise
    except ValueError:  # of int(): CPython converts 4,300 digits and no more
        raise ValueError("not JSON: a number has too many digits") from None
    if not isinstance(found, dict):
        raise ValueError("not a JSON object")
    return found


def _row(number: int, columns: list[str], cells: list[str]) -> Row:
    if len(cells) > len(columns):
        return Row(number, error=f"{len(cells)} cells for {len(columns)} columns")
    if any(storable(cell) is not cell for cell in cells):
        return Row(number, error="not UTF-8")
    return Row(number, dict(zip(columns, cells, strict=False)))


def _line(columns: list[str], row: Row) -> str:
    error = f"line {row.number}: {row.error}" if row.error else None
    return line_of([*(row.fields.get(column) for column in columns), error])


def _cell(value: object) -> object:
    if value is None or (isinstance(value, int | float) and not isinstance(value, bool)):
        return value
    text = storable(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))
    return f"'{text}" if text.lstrip()[:1] in FORMULAS else text
