"""
Which format a file has, by what is in it: names and endings say nothing.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from service.rows import delimiter
from training.errors import BadData
from training.importers import (
    comentario,
    commento,
    disqus,
    isso,
    remark42,
    tables,
    wordpress,
    wordpress_json,
    wordpress_sql,
    wxr,
)
from training.importers.members import members
from training.importers.outcome import Outcome
from training.importers.unpack import Export, encoding_of

_WXR = re.compile(r"https?://wordpress\.org/export/\d\.\d/|<wp:(?:wxr_version|comment)\b")
_DISQUS = re.compile(r"<disqus\b|https?://disqus\.com")
_XML = re.compile(r"\s*+\S{0,16}\s*+<[?!a-zA-Z]")
_SQL = re.compile(
    r"^(?:-- (?:MySQL|MariaDB|phpMyAdmin|Host:)|(?:CREATE TABLE|INSERT INTO|DROP TABLE|LOCK TABLES)\b)", re.MULTILINE
)


@dataclass(frozen=True, slots=True)
class Format:
    """
    What it is called, what reads it, and where its spam is to be had if it holds none.
    """

    name: str
    read: Callable[[Export], Iterator[Outcome]]
    spam: str = ""


WXR = Format("WordPress WXR", wxr.read, wordpress.WITHOUT_SPAM)
DISQUS = Format("Disqus XML", disqus.read)
WORDPRESS_SQL = Format("SQL dump of WordPress", wordpress_sql.read)
WORDPRESS_JSON = Format("WordPress JSON", wordpress_json.read)
WORDPRESS_CSV = Format("CSV of wp_comments", tables.read_wordpress)
ISSO = Format("Isso's database", isso.read_database, "Isso keeps no spam: keep what you delete from now on, labelled")
GENERIC = Format("Isso's generic JSON", isso.read_generic)
REMARK42 = Format("Remark42", remark42.read, "Remark42 keeps no spam: keep what you delete from now on, labelled")
COMMENTO = Format("Commento JSON", commento.read)
COMENTARIO = Format("Comentario JSON", comentario.read)
ROWS_CSV = Format("labelled CSV", tables.read_csv)
ROWS = Format("labelled JSON Lines", tables.read_lines)


def detect(export: Export) -> Format:
    """
    Return the format of a file.

    Raises:
        BadData: it has none that is known.
    """
    data = export.head()
    head = data.decode(encoding_of(data), "replace")
    found = None
    if data.startswith(isso.MAGIC):
        found = ISSO
    elif head.lstrip().startswith(("[", "{")):
        found = _of_json(export)
    elif _XML.match(head):
        found = WXR if _WXR.search(head) else DISQUS if _DISQUS.search(head) else None
    else:
        # The first line before the others: on a technical blog comments have SQL in them.
        found = _of_table(head.partition("\n")[0]) or (WORDPRESS_SQL if _SQL.search(head) else None)
    if found is None:
        raise BadData(f"{export.name}: no export that is known; docs/training.md lists them, and the columns of a CSV")
    return found


def _of_json(export: Export) -> Format | None:
    seen: set[str] = set()
    for member in members(export):
        keys = set(member.value) if isinstance(member.value, dict) else set()
        if not member.key:
            return _of_record(keys)
        seen.add(member.key)
        if member.key in ("comments", "commenters", "pages") and keys:
            return COMMENTO if keys & {"commentHex", "commenterHex"} else COMENTARIO
        # Its first line names users only where some are blocked or verified.
        if "locator" in seen or {"version", "users"} <= seen:
            return REMARK42
        if "comment" in seen:
            return ROWS
    return None


def _of_record(keys: set[str]) -> Format | None:
    if keys & {"comment_ID", "comment_content"} or {"content", "status"} <= keys:
        return WORDPRESS_JSON
    return GENERIC if "comments" in keys else None


def _of_table(first_line: str) -> Format | None:
    names = {name.strip().strip('"') for name in first_line.split(delimiter(first_line))}
    if names & {"comment_content", "comment_ID"}:
        return WORDPRESS_CSV
    return ROWS_CSV if "comment" in names else None
