"""
Labelled comments from JSON Lines (.jsonl, .jsonl.gz) and CSV (.csv, .csv.gz); nothing is lost without a word.
"""

import csv
import gzip
import json
import re
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, zip_longest
from pathlib import Path
from typing import Literal

from service.core.members import GivenTwice, members
from service.core.text import storable
from service.csv_reading import Record, records
from service.rows import NOT_LINES, delimiter, said_of_columns
from service.training_copies import ENDINGS
from training.data.rows import LABELS, Row
from training.errors import BadData

FIELDS = ("source", "group", "label", "language", "kind", "name", "comment", "url", "article_title", "date")
LONGEST_COMMENT = 64 * 1024
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
# A line, and what it says by field, or what is wrong with it.
Numbered = tuple[int, Mapping[str, object] | str]


@dataclass(frozen=True, slots=True)
class Rejected:
    """
    A line that could not be used, and why.
    """

    place: str
    reason: str

    def __str__(self) -> str:
        return f"{self.place}: {self.reason}"


def files_of(paths: Iterable[Path]) -> list[Path]:
    """
    Return the data files that the paths name, a folder standing for every data file in it.

    Raises:
        BadData: a path does not exist, or ends in something else.
    """
    found: list[Path] = []
    for path in paths:
        inside = sorted(f for f in path.iterdir() if f.name.endswith(ENDINGS)) if path.is_dir() else [path]
        if not inside or not all(f.is_file() and f.name.endswith(ENDINGS) for f in inside):
            raise BadData(f"{path}: not a data file, nor a folder with one; data files end in {', '.join(ENDINGS)}")
        found.extend(inside)
    return found


def read(path: Path) -> Iterator[Row | Rejected]:
    """
    Yield one row, or one rejection with file and line, for every record of the file.
    """
    name = storable(path.name)
    stem = name.split(".")[0]
    line = 0
    try:
        for line, record in _records(path):
            place = f"{name}:{line}"
            yield Rejected(place, record) if isinstance(record, str) else row_of(record, stem, place)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        yield Rejected(f"{name}:{line + 1}", f"damaged or cut from here on ({error})")


def _records(path: Path) -> Iterator[Numbered]:
    opened = gzip.open if path.suffix == ".gz" else open
    if ".csv" in path.suffixes:
        with opened(path, "rt", encoding="utf-8-sig", errors="surrogateescape", newline="") as text:
            first = text.readline()
            if error := NOT_LINES.get(first[:2].encode("utf-8", "surrogateescape")):
                yield 1, error
            else:
                yield from csv_records(chain([first], text), delimiter(first), required=("label", "comment"))
    else:
        with opened(path, "rb") as lines:
            yield from json_lines(lines)


def json_lines(lines: Iterable[bytes]) -> Iterator[Numbered]:
    """
    Yield the number and the object of each line that is not blank, or what is wrong with it; nothing of what is packed
    or in UTF-16.

    The lines are to end in line feeds only: comments hold U+2028 and other breaks that `splitlines` would cut at.
    """
    for number, line in enumerate(lines, start=1):
        if number == 1 and (error := NOT_LINES.get(line[:2])):
            yield number, error
            return
        if not line.strip():
            continue
        try:
            text = line.decode("utf-8-sig" if number == 1 else "utf-8")
            record = json.loads(text, object_pairs_hook=members)
        except UnicodeDecodeError:
            yield number, "not UTF-8"
        except GivenTwice as twice:
            yield number, str(twice)
        except (ValueError, RecursionError):
            yield number, "not JSON"
        else:
            yield number, record if isinstance(record, dict) else "not a JSON object"


def csv_records(
    lines: Iterable[str],
    separator: str,
    quoting: Literal[0, 3] = csv.QUOTE_MINIMAL,
    required: Sequence[str] = (),
) -> Iterator[Numbered]:
    """
    Yield the line and the values of each record, by the names in the first line, or what is wrong with it; nothing of a
    table whose first line is no CSV, has a column twice, or lacks one that is required.

    Of a record that is no CSV only the first line is given up: a quote that nobody closes would take every line below
    along. Bytes that are not UTF-8 are to come as lone surrogates (`surrogateescape`).
    """
    table = records(lines, separator, quoting)
    first = next(table, Record(1))
    names = first.cells
    if error := first.error or (names and (said_of_columns(names) or _said_of_lack(names, required))):
        yield 1, error
        return
    for record in table:
        if record.error:
            yield record.number, record.error
        elif len(record.cells) > len(names):
            yield record.number, "more values than the first line names"
        else:
            is_text = all(storable(cell) is cell for cell in record.cells)
            yield record.number, dict(zip_longest(names, record.cells)) if is_text else "not UTF-8"


def _said_of_lack(names: Sequence[str], required: Sequence[str]) -> str:
    lacking = " or ".join(f"`{name}`" for name in required if name not in names)
    return f"there is no column {lacking}, but: {storable(', '.join(names))[:100]}" if lacking else ""


def row_of(record: Mapping[str, object], source: str, place: str) -> Row | Rejected:
    """
    Return the row that a record describes, of this source if it names none, or what is wrong with it.
    """
    values = {field: record.get(field) for field in FIELDS}
    wrong = [field for field, value in values.items() if value is not None and not isinstance(value, str)]
    if wrong:
        return Rejected(place, f"{wrong[0]} is not text")
    texts = {field: storable(str(value or "")) for field, value in values.items()}
    if texts["label"] not in LABELS:
        return Rejected(place, f"label is {texts['label'][:20]!r}, not one of {', '.join(LABELS)}")
    if not texts["comment"].strip():
        return Rejected(place, "comment is empty")
    if len(texts["comment"].encode()) > LONGEST_COMMENT:
        return Rejected(place, f"comment is over {LONGEST_COMMENT} bytes")
    if not _DATE.match(texts["date"]):
        texts["date"] = ""
    is_trackback = record.get("type") in ("trackback", "pingback")
    return Row(
        **{**texts, "source": texts["source"] or storable(source)},
        is_trackback=is_trackback,
        place=place,
        weight=1.0,
        is_own=False,
    )
