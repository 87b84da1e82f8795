"""
CSV of wp_comments (with commas, semicolons or, as `mariadb -B` prints it, tabs), and rows that are labelled already.
"""

import csv
import re
from collections.abc import Iterable, Iterator

from service.rows import delimiter
from training.data.files import LONGEST_COMMENT, Rejected, csv_records, json_lines
from training.importers import wordpress
from training.importers.outcome import Article, Found, Outcome
from training.importers.unpack import Export

_ESCAPED = re.compile(r"\\([nrt0\\])")
# A value of a CSV with tabs, and one that only a CSV puts into quotes: it has a tab, a line feed or a quote in it.
_VALUE = r"""(?:"(?:[^"]|"")*+"|[^"\t\r\n]*+)"""
_IN_NEED = re.compile(r"""(?:^|\t)"[^"]*(?:[\t\n]|"")""")
_MEANT = {"n": "\n", "r": "\r", "t": "\t", "0": "\0", "\\": "\\"}


def read_wordpress(export: Export) -> Iterator[Outcome]:
    """
    Yield the comments of a table with the columns of wp_comments.
    """
    for place, record in _records(export):
        if isinstance(record, str):
            yield Rejected(place, record)
        else:
            yield wordpress.outcome(place, record, Article(export.site, record.get("comment_post_ID", "")))


def read_csv(export: Export) -> Iterator[Outcome]:
    """
    Yield the rows of a table that names its columns as training does.
    """
    for place, record in _records(export):
        yield Rejected(place, record) if isinstance(record, str) else Found(place, record)


def read_lines(export: Export) -> Iterator[Outcome]:
    """
    Yield the rows of a file of JSON Lines that names its fields as training does.
    """
    with export.open() as stream:
        for line, record in json_lines(stream):
            place = f"{export.name}:{line}"
            yield Rejected(place, record) if isinstance(record, str) else Found(place, record)


def _records(export: Export) -> Iterator[tuple[str, dict[str, str] | str]]:
    with export.text("surrogateescape") as stream:
        first = stream.readline()
        separator = delimiter(first)
        # `mariadb -B` quotes nothing, and escapes line feeds and tabs, but no carriage returns.
        is_batch = separator == "\t" and '"' not in first and not _is_csv(stream, first.count("\t"))
    with export.text("surrogateescape", "\n" if is_batch else "") as stream:
        lines = (line.rstrip("\r\n").replace("\r", r"\r") + "\n" for line in stream) if is_batch else stream
        for line, record in csv_records(lines, separator, csv.QUOTE_NONE if is_batch else csv.QUOTE_MINIMAL):
            place = f"{export.name}:{line}"
            if isinstance(record, str):
                yield place, record
            else:
                values = {name: str(value or "") for name, value in record.items()}
                yield place, {name: _meant(value) for name, value in values.items()} if is_batch else values


def _is_csv(lines: Iterable[str], tabs: int) -> bool:
    """
    Tell by the first record whose quotes can be read in one way only.
    """
    whole = re.compile(rf"{_VALUE}(?:\t{_VALUE}){{{tabs}}}[\r\n]*")
    record, is_open = "", False
    for line in lines:
        record += line
        is_open ^= line.count('"') % 2 == 1
        if is_open and len(record) < LONGEST_COMMENT:
            continue
        if '"' in record and not whole.fullmatch(record):
            return False
        if _IN_NEED.search(record):
            return True
        record, is_open = "", False
    return False


def _meant(value: str) -> str:
    return _ESCAPED.sub(lambda found: _MEANT[found[1]], value)
