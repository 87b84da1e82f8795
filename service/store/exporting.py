"""
Rows of the store as JSON Lines: all that there is of a site, or what was found of a person.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy import Engine, Row, Table, select

from service.store.engine import unhurried
from service.store.site_ids import site_ids_of
from service.store.tables import decisions, keys, labels, lists, outbox, outlets, sites

PAGE = 500
# What opens something is not handed out: digests of keys, what makes a webhook's secret.
_SECRET = frozenset({"digest", "nonce"})
# Who gave a label or an entry is another person than the one it is about.
_OF_OTHERS = frozenset({"who"})
# Each table with the column that its rows are in the order of.
_OF_SITE = ((keys, keys.c.id), (outlets, outlets.c.site_id), (lists, lists.c.id), (outbox, outbox.c.number))
_COMMENTS = ((decisions, decisions.c.id), (labels, labels.c.id))


def site_rows(engine: Engine, site: str) -> Iterator[tuple[str, Row[Any]]]:
    """
    Yield all rows of a site, each after the name of its table. Raises UnknownSite, and StoreUnavailable when the
    database does not answer.
    """
    with unhurried(engine) as connection:
        (number,) = site_ids_of(connection, site).values()
        yield sites.name, connection.execute(select(sites).where(sites.c.id == number)).one()
    for table, order in (*_OF_SITE, *_COMMENTS):
        yield from ((table.name, row) for row in _pages(engine, table, order, number))


def as_objects(rows: Iterable[tuple[str, Row[Any]]], *, to_their_person: bool) -> Iterator[Mapping[str, Any]]:
    """
    Yield what is handed out of each row, under the name of its table, to the owner or to the person it is about.
    """
    kept_back = _SECRET | _OF_OTHERS if to_their_person else _SECRET
    for table, row in rows:
        yield {"table": table, **{name: value for name, value in row._mapping.items() if name not in kept_back}}


def _pages(engine: Engine, table: Table, order: Any, site_id: int) -> Iterator[Row[Any]]:
    # Each page anew, so that a reader who takes their time keeps no transaction open.
    query, last = select(table).where(table.c.site_id == site_id).order_by(order).limit(PAGE), None
    while True:
        with unhurried(engine) as connection:
            rows = connection.execute(query if last is None else query.where(order > last)).all()
        yield from rows
        if len(rows) < PAGE:
            return
        last = rows[-1]._mapping[order]
