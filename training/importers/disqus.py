"""
Disqus's export: flat lists of threads and posts, spam among them.

Source: the schema of version 1.0, and exports as they are: an author's e-mail, the address and ids may be missing.
"""

from collections import Counter
from collections.abc import Iterator, Mapping

from training.data.files import Rejected
from training.importers.elements import elements
from training.importers.outcome import DELETED, Article, Damage, Outcome, found, host
from training.importers.tree import Element
from training.importers.unpack import Export

TAGS = (
    "disqus|category|thread|post|id|forum|link|title|message|createdAt|author|name|email|isAnonymous|username|"
    "ipAddress|isClosed|isDeleted|isSpam|isDefault|parent"
)


def read(export: Export) -> Iterator[Outcome]:
    """
    Yield the posts, under the threads that the whole file names, wherever it names them.
    """
    threads = {
        thread.attributes.get("dsq:id", ""): (thread.text("link"), thread.text("title"))
        for thread in elements(export, ("thread", "post"), TAGS)
        if isinstance(thread, Element) and thread.tag == "thread"
    }
    hosts = Counter(host(link) for link, _ in threads.values() if host(link))
    # Pages are also embedded from caches and test servers; the site is where most threads are.
    site = hosts.most_common(1)[0][0] if hosts else export.site
    articles = {of: Article(site, link or of, title) for of, (link, title) in threads.items()}
    for post in elements(export, ("post",), TAGS):
        yield post if isinstance(post, Damage) else _outcome(export, post, articles, Article(site))


def _outcome(export: Export, post: Element, articles: Mapping[str, Article], unknown: Article) -> Outcome:
    place = f"{export.name}:{post.line}"
    is_spam = post.text("isSpam") == "true"
    if post.text("isDeleted") == "true" and not is_spam:
        return Rejected(place, DELETED)
    thread, author = post.child("thread"), post.child("author")
    article = articles.get(thread.attributes.get("dsq:id", ""), unknown) if thread else unknown
    name = author.text("name") if author else ""
    label = "spam" if is_spam else "ham"
    return found(place, article, label, name, post.text("message"), date=post.text("createdAt"))
