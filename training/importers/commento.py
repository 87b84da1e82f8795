"""
Commento's export, which Comentario wrote too in its version 1. Read twice: authors stand behind the comments.
"""

from collections.abc import Iterator, Mapping

from training.data.files import Rejected
from training.errors import BadData
from training.importers.members import Member, members
from training.importers.outcome import DELETED, PENDING, STAFF, Article, Outcome, found, host, texts
from training.importers.unpack import Export

# `flagged` is Akismet's word, not a moderator's (Commento's api/comment_new.go).
LABELS = {"approved": "ham", "flagged": "spam"}


def read(export: Export) -> Iterator[Outcome]:
    """
    Yield the comments.
    """
    authors = {author.get("commenterHex", ""): author for author in listed(export, "commenters")}
    for member in members(export):
        if member.key == "comments":
            yield _outcome(export, member, authors)


def listed(export: Export, key: str) -> Iterator[dict[str, str]]:
    """
    Yield the objects of the list under this key, as far as the file can be read: who reads on will meet the damage.
    """
    try:
        for member in members(export):
            if member.key == key:
                yield texts(member.value)
    except BadData:
        return


def _outcome(export: Export, member: Member, authors: Mapping[str, Mapping[str, str]]) -> Outcome:
    said = texts(member.value)
    author = authors.get(said.get("commenterHex", ""), {})
    if said.get("deleted") == "True":
        return Rejected(member.place, DELETED)
    if author.get("isModerator") == "True":
        return Rejected(member.place, STAFF)
    if said.get("state") not in LABELS:
        return Rejected(member.place, PENDING)
    site = said.get("domain") or said.get("host") or export.site
    page = said.get("url") or said.get("path") or ""
    article = Article(site, page)
    written = said.get("markdown") or said.get("html", "")
    url = author.get("link", "")
    return found(
        member.place, article, LABELS[said["state"]], author.get("name", ""), written,
        url if host(url) else "", said.get("creationDate", ""),
    )  # fmt: skip
