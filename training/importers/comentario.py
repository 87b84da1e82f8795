"""
Comentario's export, version 3: pages, comments and their authors in lists of their own.

A comment that is neither approved nor waiting was rejected by a moderator: spam is what it is called there.
"""

from collections.abc import Iterator, Mapping

from training.data.files import Rejected
from training.importers.commento import listed
from training.importers.members import Member, members
from training.importers.outcome import DELETED, PENDING, STAFF, Article, Outcome, found, host, texts
from training.importers.unpack import Export

By = Mapping[str, Mapping[str, str]]


def read(export: Export) -> Iterator[Outcome]:
    """
    Yield the comments.
    """
    pages = {page.get("id", ""): page for page in listed(export, "pages")}
    authors = {author.get("id", ""): author for author in listed(export, "commenters")}
    for member in members(export):
        if member.key == "comments":
            yield _outcome(export, member, pages, authors)


def _outcome(export: Export, member: Member, pages: By, authors: By) -> Outcome:
    said = texts(member.value)
    page, author = pages.get(said.get("pageId", ""), {}), authors.get(said.get("userCreated", ""), {})
    if said.get("isDeleted") == "True":
        return Rejected(member.place, DELETED)
    if said.get("isPending") == "True":
        return Rejected(member.place, PENDING)
    if author.get("isModerator") == "True":
        return Rejected(member.place, STAFF)
    site = host(said.get("url", "")) or export.site
    article = Article(site, page.get("path", ""), page.get("title", ""))
    return found(
        member.place, article, "ham" if said.get("isApproved") == "True" else "spam",
        author.get("name") or said.get("authorName", ""), said.get("markdown") or said.get("html", ""),
        author.get("websiteUrl", ""), said.get("createdTime", ""),
    )  # fmt: skip
