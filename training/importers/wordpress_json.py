"""
Comments of WordPress as JSON: of WP-CLI (`wp comment list --format=json`) and of its REST API (`/wp/v2/comments`).
"""

from collections.abc import Iterator, Mapping

from training.data.files import Rejected
from training.importers import wordpress
from training.importers.members import members
from training.importers.outcome import Article, Outcome, host, text, texts
from training.importers.unpack import Export

REST = {
    "comment_author": "author_name",
    "comment_author_url": "author_url",
    "comment_date_gmt": "date_gmt",
    "comment_date": "date",
    "comment_approved": "status",
    "comment_type": "type",
}


def read(export: Export) -> Iterator[Outcome]:
    """
    Yield the comments of one list, or of several that follow each other.
    """
    for member in members(export):
        record = member.value
        if not isinstance(record, dict):
            yield Rejected(member.place, "not a JSON object")
        elif "content" in record:
            address = text(record.get("link")).partition("#")[0]
            article = Article(host(address) or export.site, address or text(record.get("post")))
            yield wordpress.outcome(member.place, _columns(record), article)
        else:
            columns = texts(record)
            article = Article(export.site, columns.get("comment_post_ID", ""))
            yield wordpress.outcome(member.place, columns, article)


def _columns(record: Mapping[str, object]) -> dict[str, str]:
    columns = {column: text(record.get(field)) for column, field in REST.items()}
    content = texts(record.get("content"))
    return {**columns, "comment_content": content.get("raw") or content.get("rendered", "")}
