"""
Rows that requests wait for are stored together, and it is told which of them are new, on both engines.
"""

from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import select
from stores import NOON, Store

from service.store.insert import BadRow, Insert
from service.store.tables import decisions


def row(store: Store, decision_id: str, **values: object) -> dict[str, Any]:
    """
    A row as `Decisions` makes them, of as little as the database takes.
    """
    empty = dict.fromkeys(decisions.c.keys())
    needed = {"site_id": store.site.id, "received_at": NOON, "verdict": "hold", "discard": False, "answer": "{}"}
    return empty | needed | {"id": decision_id, "name": "Ann", "comment": "Hello", "details": "{}"} | values


def stored(store: Store) -> Sequence[str]:
    with store.engine.connect() as connection:
        return connection.scalars(select(decisions.c.id).order_by(decisions.c.id)).all()


@pytest.mark.parametrize("count", [1, 2, 24])
def test_rows_that_are_new_are_told_by_their_ids(store: Store, count: int) -> None:
    ids = [f"{number:02}" for number in range(count)]

    new = Insert(store.engine, decisions)([row(store, each) for each in ids])

    assert new == set(ids)
    assert stored(store) == ids


def test_of_rows_stored_together_those_that_were_there_are_not_told_as_new(store: Store) -> None:
    insert = Insert(store.engine, decisions)
    insert([row(store, "01"), row(store, "02", claim_key="a")])

    new = insert([row(store, "01"), row(store, "03", claim_key="a"), row(store, "04"), row(store, "05")])

    assert new == {"04", "05"}
    assert stored(store) == ["01", "02", "04", "05"]


def test_of_rows_with_one_claim_that_come_together_the_first_is_stored(store: Store) -> None:
    new = Insert(store.engine, decisions)([row(store, "01", claim_key="a"), row(store, "02", claim_key="a")])

    assert new == {"01"}
    assert stored(store) == ["01"]


def test_where_one_of_the_rows_is_refused_none_is_stored(store: Store) -> None:
    rows = [row(store, "01"), row(store, "02", site_id=404), row(store, "03")]

    with pytest.raises(BadRow):
        Insert(store.engine, decisions)(rows)

    assert stored(store) == []


def test_after_rows_that_were_refused_others_are_stored(store: Store) -> None:
    insert = Insert(store.engine, decisions)
    with pytest.raises(BadRow):
        insert([row(store, "01"), row(store, "02", site_id=404)])

    new = insert([row(store, "03"), row(store, "04")])

    assert new == {"03", "04"}
    assert stored(store) == ["03", "04"]
