"""
CSV of wp_comments (with commas, semicolons or, as `mariadb -B` prints it, tabs), and rows that are labelled already.
"""

import csv
import re
from collections.abc import Iterator

from training.data import Rejected, csv_records, json_lines
from training.importers import wordpress
from training.importers.outcome import Article, Found, Outcome
from training.importers.unpack import Export

_ESCAPED = re.compile(r"\\([nt0\\])")
_MEANT = {"n": "\n", "t": "\t", "0": "\0", "\\": "\\"}


def delimiter(first_line: str) -> str:
    """
    Return what stands most often between the names in the first line.

    >>> delimiter('"comment_ID";"comment_author"'), delimiter("label,comment")
    (';', ',')
    """
    return max(",;\t", key=first_line.count)


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
    # `mariadb -B` quotes nothing and escapes line feeds and tabs.
    is_batch = separator == "\t" and '"' not in first
    with export.text("surrogateescape") as stream:
        for line, record in csv_records(stream, separator, csv.QUOTE_NONE if is_batch else csv.QUOTE_MINIMAL):
            place = f"{export.name}:{line}"
            if isinstance(record, str):
                yield place, record
            else:
                values = {name: str(value or "") for name, value in record.items()}
                yield place, {name: _meant(value) for name, value in values.items()} if is_batch else values


def _meant(value: str) -> str:
    return _ESCAPED.sub(lambda found: _MEANT[found[1]], value)
