"""
WordPress eXtended RSS, 1.0 to 1.2: what Tools > Export writes.

Source: `wp-admin/includes/export.php`, which leaves out spam.
"""

from collections.abc import Iterator

from training.importers import wordpress
from training.importers.akismet import last_word
from training.importers.elements import elements
from training.importers.outcome import Article, Damage, Outcome, host
from training.importers.tree import Element
from training.importers.unpack import Export

TAGS = r"wp:\w+|item|channel|title|link|language|guid|description|(?:content|excerpt):encoded"
WANTED = ("wp:comment", "wp:author", "title", "link", "language", "wp:post_id", "wp:base_blog_url")


def read(export: Export) -> Iterator[Outcome]:
    """
    Yield the comments under each item.
    """
    blog: dict[str, str] = {}
    about = blog
    staff = set()
    for element in elements(export, WANTED, TAGS, begun="item"):
        if isinstance(element, Damage):
            yield element
        elif element.tag == "item":
            about = {}
        elif element.tag == "wp:author":
            staff.add(element.text("wp:author_id"))
        elif element.tag == "wp:comment":
            yield _outcome(export, element, _article(export, blog, about), staff - {"", "0"})
        else:
            about[element.tag] = element.text()


def _article(export: Export, blog: dict[str, str], item: dict[str, str]) -> Article:
    site = host(blog.get("wp:base_blog_url", "")) or host(blog.get("link", "")) or host(item.get("link", ""))
    address = item.get("link") or item.get("wp:post_id", "")
    return Article(site or export.site, address, item.get("title", ""), blog.get("language", "").partition("-")[0])


def _outcome(export: Export, comment: Element, article: Article, staff: set[str]) -> Outcome:
    fields = {element.tag.removeprefix("wp:"): element.text() for element in comment.inside}
    fields["user_id"] = fields.get("comment_user_id", "")
    notes = ((element.text("wp:meta_key"), element.text("wp:meta_value")) for element in comment.inside)
    return wordpress.outcome(f"{export.name}:{comment.line}", fields, article, last_word(notes), staff)
