"""
Labelled comments from JSON Lines (.jsonl, .jsonl.gz) and CSV (.csv, .csv.gz); nothing is lost without a word.
"""

import csv
import gzip
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from service.core.text import storable
from training.errors import BadData
from training.rows import LABELS, Row

ENDINGS = (".jsonl", ".jsonl.gz", ".csv", ".csv.gz")
FIELDS = ("source", "group", "label", "language", "kind", "name", "comment", "url", "article_title")
LONGEST_COMMENT = 64 * 1024


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

    JSON Lines are split on the newline only: comments hold U+2028 and other breaks that `splitlines` would cut at.
    """
    content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    records = _csv(content) if ".csv" in path.suffixes else _json_lines(content)
    stem = path.name.split(".")[0]
    for line, record in records:
        place = f"{path.name}:{line}"
        yield Rejected(place, record) if isinstance(record, str) else _row(record, stem, place)


def _json_lines(content: bytes) -> Iterator[tuple[int, Mapping[str, object] | str]]:
    for number, line in enumerate(content.split(b"\n"), start=1):
        if not line.strip():
            continue
        try:
            record = json.loads(line.decode())
        except UnicodeDecodeError:
            yield number, "not UTF-8"
        except (json.JSONDecodeError, RecursionError):
            yield number, "not JSON"
        else:
            yield number, record if isinstance(record, dict) else "not a JSON object"


def _csv(content: bytes) -> Iterator[tuple[int, Mapping[str, object] | str]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        yield content[: error.start].count(b"\n") + 1, "not UTF-8; the whole file is left out"
        return
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    line = 1
    while True:
        line = reader.line_num + 1
        try:
            record = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield line, f"not CSV ({error})"
            continue
        yield line, "more values than the first line names" if None in record else record


def _row(record: Mapping[str, object], stem: str, place: str) -> Row | Rejected:
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
    is_trackback = record.get("type") in ("trackback", "pingback")
    return Row(**{**texts, "source": texts["source"] or stem}, is_trackback=is_trackback, place=place)
