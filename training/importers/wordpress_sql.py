"""
A dump of WordPress's tables, as mysqldump, mariadb-dump and phpMyAdmin write it.

The file is read twice: the comments' notes, titles and users may stand behind the comments.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from training.errors import BadData
from training.importers import wordpress
from training.importers.akismet import Word, word
from training.importers.outcome import Article, Outcome, host
from training.importers.sql import Inserted, inserted
from training.importers.unpack import Export

STAFF = ("administrator", "editor", "author", "shop_manager")


@dataclass(frozen=True, slots=True)
class Site:
    """
    What the tables of one site say beside its comments; there are several in a dump of a network.
    """

    options: dict[str, str] = field(default_factory=dict)
    titles: dict[str, str] = field(default_factory=dict)
    words: dict[str, Word] = field(default_factory=dict)
    staff: set[str] = field(default_factory=set)


def read(export: Export) -> Iterator[Outcome]:
    """
    Yield the comments of every table whose name ends in `comments` and that has WordPress's columns.

    Raises:
        BadData: there is no such table.
    """
    sites = _sites(export)
    has_comments = False
    for row in inserted(export, lambda table: table.endswith("comments")):
        if not isinstance(row, Inserted):
            yield row
        elif "comment_content" in row.values:
            has_comments = True
            yield _outcome(export, row, sites.get(row.table.removesuffix("comments"), Site()))
    if not has_comments:
        raise BadData(f"{export.name}: no comments of WordPress in it; dump the tables wp_comments and wp_commentmeta")


def _outcome(export: Export, row: Inserted, site: Site) -> Outcome:
    post = row.values.get("comment_post_ID", "")
    named = host(site.options.get("home", "")) or host(site.options.get("siteurl", ""))
    article = Article(named or export.site, post, site.titles.get(post, ""))
    number = row.values.get("comment_ID", "")
    said = site.words.get(number, (0.0, ""))[1]
    return wordpress.outcome(f"{row.place}, comment {number}", row.values, article, said, site.staff)


def _sites(export: Export) -> dict[str, Site]:
    sites: dict[str, Site] = {}
    for row in inserted(export, lambda table: table.endswith(("commentmeta", "posts", "options", "usermeta"))):
        if isinstance(row, Inserted):
            _learn(sites, row.table, row.values)
    return sites


def _learn(sites: dict[str, Site], table: str, values: dict[str, str]) -> None:
    def site(of: str) -> Site:
        return sites.setdefault(of, Site())

    key, value = values.get("meta_key", ""), values.get("meta_value", "")
    if table.endswith("commentmeta") and (said := word(key, value)):
        words, comment = site(table.removesuffix("commentmeta")).words, values.get("comment_id", "")
        words[comment] = max(said, words.get(comment, said))
    elif table.endswith("posts") and values.get("post_type") != "revision":
        site(table.removesuffix("posts")).titles[values.get("ID", "")] = values.get("post_title", "")
    elif table.endswith("options") and values.get("option_name") in ("home", "siteurl"):
        site(table.removesuffix("options")).options[values["option_name"]] = values.get("option_value", "")
    elif table.endswith("usermeta") and key.endswith("capabilities") and any(f'"{role}"' in value for role in STAFF):
        # All sites of a network share the users; the key begins with the prefix of the site.
        site(key.removesuffix("capabilities")).staff.add(values.get("user_id", ""))
