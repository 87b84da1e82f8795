"""
What a site decided lately: the verdicts as far as a replay needs them, and the comments to score them again.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, Row, Select, select

from service.core.comment import Comment
from service.core.decision import Decision, Verdict
from service.core.labels import Label
from service.core.replay import Past
from service.core.trial import Commented
from service.store.decisions import decision_of
from service.store.engine import available, one_by_one
from service.store.statistics import first_id
from service.store.tables import answered, decisions, sites

# Rows a statement: each must end within the time that the store gives one, and between two no lock is held.
PAGE, PAGE_OF_COMMENTS = 5_000, 200

_IS_RULED = answered('"rule":"').label("is_ruled")
_VERDICTS = select(decisions.c.id, decisions.c.verdict, decisions.c.score, decisions.c.model, _IS_RULED)
_COMMENTS = select(
    *(decisions.c.id, decisions.c.answer, decisions.c.name, decisions.c.comment, decisions.c.details)
).where(decisions.c.erased_at.is_(None))

_AUTHORED = select(
    *(decisions.c.id, decisions.c.verdict, decisions.c.name, decisions.c.comment, decisions.c.details),
    *(decisions.c.email_hash, decisions.c.address_hash),
).where(decisions.c.erased_at.is_(None))


def recent(engine: Engine, site: str, last: int, page: int = PAGE) -> Iterator[Past]:
    """
    Yield the last decisions of a site, the newest first; ids are in the order of time.

    Raises:
        StoreUnavailable: the store cannot be read.
    """
    for row in _newest(engine, _VERDICTS, site, last, page):
        yield Past(Verdict(row.verdict), None if row.is_ruled else row.score, row.model)


def kept(
    engine: Engine, site: str, last: int, since: datetime | None = None, page: int = PAGE_OF_COMMENTS
) -> Iterator[tuple[Decision, Comment]]:
    """
    Yield the last decisions of a site, since a moment if one is given, with what a model sees of their comments.

    Raises:
        StoreUnavailable: the store cannot be read.
    """
    query = _COMMENTS.where(decisions.c.id >= first_id(since)) if since else _COMMENTS
    for row in _newest(engine, query, site, last, page):
        url, title = (row.details.get(field, "") for field in ("url", "article_title"))
        yield decision_of(row.answer), Comment(row.name, row.comment, url=url, article_title=title)


def commented(engine: Engine, site: str, last: int, authors: Mapping[str, str]) -> Iterator[Commented]:
    """
    Yield the last comments of a site with their verdicts. E-mail and address are those that `authors` has for their
    hashes, and otherwise unknown.

    Raises:
        StoreUnavailable: the store cannot be read.
    """
    for row in _newest(engine, _AUTHORED, site, last, PAGE_OF_COMMENTS):
        email, ip = authors.get(row.email_hash or "", ""), authors.get(row.address_hash or "", "")
        comment = Comment(row.name, row.comment, url=row.details.get("url", ""), email=email, ip=ip)
        yield Commented(row.id, Verdict(row.verdict), comment)


def said(engine: Engine, ids: Sequence[str]) -> dict[str, Label]:
    """
    Return the labels in force of some decisions; those of which nobody said anything are left out.

    Raises:
        StoreUnavailable: the store cannot be read.
    """
    found: dict[str, Label] = {}
    for part in range(0, len(ids), PAGE_OF_COMMENTS):
        query = select(decisions.c.id, decisions.c.label).where(
            decisions.c.id.in_(ids[part : part + PAGE_OF_COMMENTS]), decisions.c.label.is_not(None)
        )
        found |= {row.id: Label(row.label) for row in _read(engine, query)}
    return found


def _newest(engine: Engine, query: Select[Any], site: str, last: int, page: int) -> Iterator[Row[Any]]:
    is_of_site = decisions.c.site_id == select(sites.c.id).where(sites.c.name == site).scalar_subquery()
    query = query.where(is_of_site).order_by(decisions.c.id.desc())
    rows = _read(engine, query.limit(min(page, last)))
    while rows:
        yield from rows
        last -= len(rows)
        older = query.where(decisions.c.id < rows[-1].id).limit(min(page, last))
        rows = _read(engine, older) if last and len(rows) == page else []


def _read(engine: Engine, query: Select[Any]) -> Sequence[Row[Any]]:
    with available(), one_by_one(engine).connect() as connection:
        return connection.execute(query).all()
