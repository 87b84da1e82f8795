"""
Labelled comments as they are read: by the memory of the traffic, by training, and by whoever looks after a site.
"""

from collections.abc import Iterator, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Engine, Row, and_, desc, exists, func, or_, select

from service.core.comment import Comment
from service.core.decision import Verdict
from service.core.labels import TAKEN_BACK, Given, Label, Labelled, Subject
from service.store.engine import available, one_by_one
from service.store.tables import labels, sites

# Rows a statement, as in `history`.
PAGE = 1_000
_FIELDS = frozenset(field.name for field in fields(Comment)) - {"honeypot"}

_NOT_ERASED = labels.c.erased_at.is_(None)
_better = labels.alias()
# Of the weightiest labels the latest counts, as `core.labels.in_force` says it.
IN_FORCE = and_(
    labels.c.set_aside.is_(None),
    ~exists().where(
        _better.c.site_id == labels.c.site_id,
        _better.c.subject == labels.c.subject,
        _better.c.set_aside.is_(None),
        or_(
            _better.c.weight > labels.c.weight,
            and_(_better.c.weight == labels.c.weight, _better.c.at > labels.c.at),
            and_(_better.c.weight == labels.c.weight, _better.c.at == labels.c.at, _better.c.id > labels.c.id),
        ),
    ),
)


class LabelledComments:
    """
    The labelled comments of a site. Every call raises StoreUnavailable when the database does not answer.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = one_by_one(engine)

    def set_aside(self, site: str, most: int) -> list[Labelled]:
        """
        Return the latest labels at a site, by its name, that do not count until somebody releases them.
        """
        waits = (labels.c.set_aside.is_not(None), labels.c.set_aside != TAKEN_BACK, _NOT_ERASED)
        query = select(labels).where(of_site(site), *waits)
        with available(), self._engine.connect() as connection:
            return [labelled(row) for row in connection.execute(query.order_by(desc(labels.c.at)).limit(most))]

    def version(self, site_id: int, since: datetime) -> str:
        """
        Return a text that changes whenever, of the labels given at a site since a moment, others count than before.
        """
        query = select(func.count(), func.max(labels.c.id)).where(
            labels.c.site_id == site_id, labels.c.at >= since, labels.c.set_aside.is_(None), _NOT_ERASED
        )
        with available(), self._engine.connect() as connection:
            count, newest = connection.execute(query).one()
        return f"{count} {newest or ''}"

    def recent(self, site_id: int, since: datetime, most: int) -> Sequence[Labelled]:
        """
        Return the latest labels in force of those that were given at a site since a moment, the earliest first.
        """
        query = select(labels).where(labels.c.site_id == site_id, labels.c.at >= since, IN_FORCE, _NOT_ERASED)
        with available(), self._engine.connect() as connection:
            rows = connection.execute(query.order_by(desc(labels.c.at), desc(labels.c.id)).limit(most)).all()
        return [labelled(row) for row in reversed(rows)]


def stream(engine: Engine, page: int = PAGE) -> Iterator[tuple[str, Labelled]]:
    """
    Yield every labelled comment of all sites once, after the site's name, with the label in force, in the order in
    which these were given; but not those that were erased.

    Raises:
        StoreUnavailable: the store cannot be read.
    """
    with_site = select(labels, sites.c.name.label("site")).join(sites)
    query, last = with_site.where(IN_FORCE, _NOT_ERASED).order_by(labels.c.id).limit(page), ""
    while True:
        with available(), one_by_one(engine).connect() as connection:
            rows = connection.execute(query.where(labels.c.id > last)).all()
        yield from ((row.site, labelled(row)) for row in rows)
        if len(rows) < page:
            return
        last = rows[-1].id


def of_site(name: str) -> ColumnElement[bool]:
    """
    Return the condition that a label was given at a site.
    """
    return labels.c.site_id == select(sites.c.id).where(sites.c.name == name).scalar_subquery()


def of_decision(row: Row[Any]) -> Subject:
    """
    Return the comment that a row of decisions is about.
    """
    verdict = Verdict(row.verdict)
    return Subject(row.id, row.id, comment_of(row), row.email_hash, row.address_hash, verdict, row.score)


def labelled(row: Row[Any]) -> Labelled:
    """
    Return the comment of a row of labels, with this label.
    """
    verdict = Verdict(row.verdict) if row.verdict else None
    hashes = row.email_hash, row.address_hash
    subject = Subject(row.subject, row.decision_id, comment_of(row), *hashes, verdict, row.score)
    return Labelled(subject, given_of(row))


def comment_of(row: Row[Any]) -> Comment:
    """
    Return the comment that a row of decisions or labels keeps, of which e-mail and address are hashes.
    """
    details = {name: value for name, value in row.details.items() if name in _FIELDS}
    if "submitted_at" in details:
        details["submitted_at"] = datetime.fromisoformat(details["submitted_at"])
    return Comment(row.name, row.comment, honeypot="filled in" if row.details.get("honeypot") else "", **details)


def given_of(row: Row[Any]) -> Given:
    """
    Return what a row of labels says.
    """
    return Given(row.id, Label(row.label), row.who, row.source, row.weight, row.at, row.set_aside)
