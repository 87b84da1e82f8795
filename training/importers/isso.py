"""
Isso: its SQLite database, and the generic JSON that it imports, which says nothing of spam.

Source: `isso/db/comments.py` (mode 1 accepted, 2 pending, 4 deleted) and `isso/migrate.py`.
"""

import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from training.data.files import Rejected
from training.errors import BadData
from training.importers.members import members
from training.importers.outcome import DELETED, PENDING, Article, Outcome, found, texts
from training.importers.unpack import Export

MAGIC = b"SQLite format 3\0"
SKIPPED = {2: PENDING, 4: DELETED}
_COMMENTS = (
    "SELECT comments.id, created, mode, text, author, website, uri, title"
    " FROM comments LEFT JOIN threads ON threads.id = comments.tid ORDER BY comments.id"
)


def read_database(export: Export) -> Iterator[Outcome]:
    """
    Yield the comments of the database, which is opened to be read only.

    Raises:
        BadData: it is damaged, locked, or no database of Isso's.
    """
    try:
        with (
            _on_disk(export) as path,
            closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as database,
        ):
            database.execute("PRAGMA trusted_schema = OFF")
            database.text_factory = lambda data: data.decode("utf-8", "replace")
            for row in database.execute(_COMMENTS):
                yield _outcome(export, *row)
    except (sqlite3.Error, UnicodeDecodeError) as error:
        # The second: a message that quotes damaged bytes.
        raise BadData(
            f"{export.name}: cannot be read as Isso's database ({error}); stop Isso and copy its comments.db again"
        ) from error


def read_generic(export: Export) -> Iterator[Outcome]:
    """
    Yield the comments of every thread, without a label.
    """
    for member in members(export):
        thread = member.value if isinstance(member.value, dict) else {}
        comments = thread.get("comments")
        if not isinstance(comments, list):
            yield Rejected(member.place, "no thread with comments")
            continue
        about = texts(thread)
        article = Article(export.site, about.get("id", ""), about.get("title", ""))
        for number, comment in enumerate(comments, 1):
            said = texts(comment)
            yield found(
                f"{member.place}, comment {number}", article, "",
                said.get("author", ""), said.get("text", ""), said.get("website", ""), said.get("created", ""),
            )  # fmt: skip


def _outcome(
    export: Export, number: int, created: object, mode: int, text: object, name: object, url: object,
    uri: object, title: object,
) -> Outcome:  # fmt: skip
    place = f"{export.name}, comment {number}"
    if mode != 1:
        return Rejected(place, SKIPPED.get(mode, f"of the mode {mode}, which is unknown"))
    article = Article(export.site, str(uri or ""), str(title or ""))
    return found(place, article, "ham", str(name or ""), str(text or ""), str(url or ""), _date(created))


def _date(seconds: object) -> str:
    try:
        return datetime.fromtimestamp(seconds, UTC).isoformat() if isinstance(seconds, float | int) else ""
    except (OverflowError, OSError, ValueError):
        return ""


@contextmanager
def _on_disk(export: Export) -> Iterator[Path]:
    if export.path:
        yield export.path
        return
    with tempfile.NamedTemporaryFile(suffix=".db") as copy, export.open() as stream:
        shutil.copyfileobj(stream, copy)
        copy.flush()
        yield Path(copy.name)
