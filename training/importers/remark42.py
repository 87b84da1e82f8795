"""
Remark42's backup: a line about users and pages, then a comment a line.

Who is blocked may have been rude, so comments of blocked users are no spam by that alone, and no ham either.
"""

from collections.abc import Iterator, Mapping

from training.data.files import Rejected, json_lines
from training.importers.outcome import DELETED, STAFF, Article, Found, Outcome, found, host, text, texts
from training.importers.unpack import Export

BLOCKED = "of a user who was blocked, which may have been for rudeness"


def read(export: Export) -> Iterator[Outcome]:
    """
    Yield the comments.
    """
    blocked: set[str] = set()
    with export.open() as stream:
        for line, record in json_lines(stream):
            place = f"{export.name}:{line}"
            if isinstance(record, str):
                yield Rejected(place, record)
            elif "users" in record:
                blocked = _blocked(record["users"])
            else:
                yield _outcome(place, export.site, record, blocked)


def _blocked(users: object) -> set[str]:
    listed = [user for user in users if isinstance(user, dict)] if isinstance(users, list) else []
    return {text(user.get("id")) for user in listed if texts(user.get("blocked")).get("status") == "True"}


def _outcome(place: str, site: str, record: Mapping[str, object], blocked: set[str]) -> Found | Rejected:
    user, locator = texts(record.get("user")), texts(record.get("locator"))
    if record.get("delete") is True:
        return Rejected(place, DELETED)
    if user.get("admin") == "True":
        return Rejected(place, STAFF)
    if user.get("id") in blocked or user.get("block") == "True":
        return Rejected(place, BLOCKED)
    address = locator.get("url", "")
    article = Article(host(address) or locator.get("site") or site, address, text(record.get("title")))
    written = text(record.get("orig")) or text(record.get("text"))
    return found(place, article, "ham", user.get("name", ""), written, date=text(record.get("time")))
