"""
A comment of the behavioural suite told in another way: what must not change its score, and what may move it one way.
"""

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from service.core.comment import Comment
from training.attacks.catalogue import attack
from training.data.rows import Row

# None where there is nothing to change: no link to take away, no sentence in that language.
Change = Callable[[Row], Comment | None]
SALES_LINK = "https://bargain-pantry-outlet.shop/sale"
KEYWORDS = "Cheap Payday Loans"
DETAILS = Path(__file__).with_name("suite") / "details.toml"

_ANCHOR = re.compile(r"<a\s[^<>]*>(.*?)</a>|\[(?:url|link)=[^\]]*\](.*?)\[/(?:url|link)\]", re.IGNORECASE | re.DOTALL)
_ADDRESS = re.compile(r"<img[^<>]*>|\[img\].*?\[/img\]|(?:https?://|www\.)\S+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Direction:
    """
    A change that may move the score of comments with this label (both, if empty) one way only.

    `sign` is 1 where the score must not fall and -1 where it must not rise; 0 where all that counts is that nothing
    becomes a reject.
    """

    change: Change
    sign: int
    label: str = ""


def _rewritten(form: Callable[[str], str]) -> Change:
    return lambda row: replace(row.as_comment(), comment=form(row.comment))


def _attacked(name: str, row: Row) -> Comment:
    return attack(name, row.as_comment())


def _with_link(row: Row) -> Comment:
    return replace(row.as_comment(), comment=f"{row.comment} {SALES_LINK}")


def _with_keywords(row: Row) -> Comment:
    return replace(row.as_comment(), name=f"{row.name} {KEYWORDS}".strip())


def _without_links(row: Row) -> Comment | None:
    left = _ADDRESS.sub("", _ANCHOR.sub(lambda link: link[1] or link[2], row.comment))
    return replace(row.as_comment(), comment=left) if left.strip() and left != row.comment else None


def _without_homepage(row: Row) -> Comment | None:
    return replace(row.as_comment(), url="") if row.url else None


def with_detail(details: Mapping[str, str]) -> Change:
    """
    Return the change that adds to a comment a sentence of its own language about the commenter's day.
    """

    def change(row: Row) -> Comment | None:
        detail = details.get(row.language)
        return replace(row.as_comment(), comment=f"{row.comment} {detail}") if detail else None

    return change


def read_details(path: Path = DETAILS) -> dict[str, str]:
    """
    Return a reader's sentence by language.
    """
    return dict(tomllib.loads(path.read_text(encoding="utf-8")))


INVARIANCES: dict[str, Change] = {
    "doubled spaces": _rewritten(lambda text: text.replace(" ", "  ")),
    "space at the end": _rewritten(lambda text: f"{text} \n\n "),
    "one paragraph": _rewritten(lambda text: f"<p>{text}</p>"),
    **{
        name: partial(_attacked, name)
        for name in ("upper case", "lower case", "look-alike letters", "zero-width splits", "decimal entities")
    },
}


def directions(details: Mapping[str, str]) -> dict[str, Direction]:
    """
    Return every directional claim by its name.
    """
    return {
        "a sales link never lowers": Direction(_with_link, 1),
        "a keyword name never lowers": Direction(_with_keywords, 1),
        "taking the links away never raises": Direction(_without_links, -1, "spam"),
        "taking the homepage away never raises": Direction(_without_homepage, -1, "spam"),
        "a reader's detail never rejects": Direction(with_detail(details), 0, "ham"),
    }
