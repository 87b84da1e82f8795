"""
What a site decided lately, as far as a replay needs it.
"""

from collections.abc import Iterator, Sequence
from heapq import merge
from itertools import islice
from typing import Any

from sqlalchemy import Engine, Row, Select, select

from service.core.decision import Verdict
from service.core.replay import Past
from service.store.engine import available, one_by_one
from service.store.tables import decisions, sites

# Rows a statement: each must end within the time that the store gives a statement, and holds no lock between them.
PAGE = 5_000

_RULE = decisions.c.answer["reasons", 0, "rule"].as_string()  # a rule that decided is always the first reason
_COLUMNS = (decisions.c.id, decisions.c.verdict, decisions.c.score, decisions.c.model, _RULE.label("rule"))
_NEWEST = select(*_COLUMNS).order_by(decisions.c.id.desc())


def recent(engine: Engine, site: str, last: int, page: int = PAGE) -> Iterator[Past]:
    """
    Yield the last decisions of a site, the newest first; ids are in the order of time.

    Raises:
        StoreUnavailable: the store cannot be read.
    """
    # Verdict by verdict, as the index is; without one, every page would sort all rows of the site.
    by_verdict = [_of_verdict(one_by_one(engine), site, verdict, min(page, last)) for verdict in Verdict]
    for row in islice(merge(*by_verdict, key=lambda row: row.id, reverse=True), last):
        yield Past(Verdict(row.verdict), None if row.rule else row.score, row.model)


def _of_verdict(engine: Engine, site: str, verdict: Verdict, page: int) -> Iterator[Row[Any]]:
    is_of_site = decisions.c.site_id == select(sites.c.id).where(sites.c.name == site).scalar_subquery()
    query = _NEWEST.where(is_of_site, decisions.c.verdict == verdict.value).limit(page)
    rows = _read(engine, query)
    while rows:
        yield from rows
        rows = _read(engine, query.where(decisions.c.id < rows[-1].id)) if len(rows) == page else []


def _read(engine: Engine, query: Select[Any]) -> Sequence[Row[Any]]:
    with available(), engine.connect() as connection:
        return connection.execute(query).all()
