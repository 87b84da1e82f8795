"""
What every format is read as: a labelled comment, one that is left out, or damage to the file.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from training.data.files import Rejected

PENDING = "waits for a moderator"
TRASH = "in the trash, where not only spam goes"
DELETED = "deleted"
STAFF = "written by the site's own staff"


@dataclass(frozen=True, slots=True)
class Found:
    """
    A comment as the fields of a training row; `label` is missing or empty where the export does not say it.
    """

    place: str
    row: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Damage:
    """
    Something wrong with the file, after which reading went on.
    """

    place: str
    reason: str

    def __str__(self) -> str:
        return f"{self.place}: {self.reason}"


Outcome = Found | Rejected | Damage


@dataclass(frozen=True, slots=True)
class Article:
    """
    What a comment stands under; `address` is its URL or, within the site, its number.
    """

    site: str
    address: str = ""
    title: str = ""
    language: str = ""


def found(
    place: str, article: Article, label: str, name: str, comment: str, url: str = "", date: str = "", kind: str = ""
) -> Found:
    """
    Return a comment under its article; `kind` is `pingback`, `trackback` or anything else.
    """
    row = {
        "source": article.site,
        "group": _group(article),
        "label": label,
        "language": article.language,
        "name": name,
        "comment": comment.strip(),
        "url": url,
        "article_title": article.title,
        "date": "" if date.startswith("0000") else date,
        "type": kind,
    }
    return Found(place, row)


def _group(article: Article) -> str:
    # Groups are joined over all sources, and `/about` is an article of many.
    is_known = not article.address or host(article.address)
    return article.address if is_known else f"{article.site} {article.address}"


def host(address: str) -> str:
    """
    Return the host of an address, or nothing.

    >>> host("https://www.Example.org:8080/2026/post"), host("/post"), host("http://[broken")
    ('www.example.org', '', '')
    """
    try:
        return urlsplit(address.strip()).hostname or ""
    except ValueError:
        return ""


def text(value: object) -> str:
    """
    Return a value of JSON as text, and nothing for what is no single value.

    >>> text(" a "), text(12), text(None), text({})
    ('a', '12', '', '')
    """
    return str(value).strip() if isinstance(value, str | int | float) else ""


def texts(record: object) -> dict[str, str]:
    """
    Return the values of a JSON object as texts.
    """
    return {key: text(value) for key, value in record.items()} if isinstance(record, dict) else {}
