"""
Whoever writes for requests keeps its connection, for as long as it is one to the store.
"""

from dataclasses import replace
from pathlib import Path
from sqlite3 import Connection

import pytest
from sqlalchemy import event
from stores import SECRET, Store, decision, recorded, registered

from service.core.comment import Asked, Comment
from service.errors import StoreUnavailable
from service.store.decisions import Decisions
from service.store.kept import KeptConnection
from service.store.schema import migrate
from service.store.sites import Sites


def test_what_is_recorded_one_after_the_other_goes_through_one_connection(sqlite: Store) -> None:
    given_out = list[object]()
    event.listen(sqlite.engine, "checkout", lambda connection, *_: given_out.append(connection))

    for number in range(3):
        sqlite.record(replace(decision(), id=f"0{number}"))

    assert len(given_out) == 1


def test_a_store_that_took_the_place_of_another_gets_what_comes_next(tmp_path: Path, sqlite: Store) -> None:
    sqlite.record(decision())
    for each in tmp_path.glob("hamlet.sqlite*"):
        each.rename(tmp_path / f"away-{each.name}")
    migrate(sqlite.engine)
    site = registered(Sites(sqlite.engine), "news")

    recorded(sqlite.decisions, Asked(site, Comment("Ann", "Hello")), decision())

    assert Decisions(sqlite.engine, SECRET).find(site.id, decision().id) == decision()


def test_a_store_that_is_moved_away_while_it_is_opened_is_written_to_no_more(tmp_path: Path, sqlite: Store) -> None:
    def move_away(connection: Connection, _: object) -> None:
        connection.execute("SELECT * FROM sites")  # its log is open now too
        (tmp_path / "hamlet.sqlite").rename(tmp_path / "away")

    sqlite.engine.dispose()
    event.listen(sqlite.engine, "connect", move_away, insert=True, once=True)

    with pytest.raises(StoreUnavailable):
        sqlite.record(decision())


def test_of_two_that_come_back_one_is_kept(sqlite: Store) -> None:
    kept, back_in_the_pool = KeptConnection(sqlite.engine), list[object]()
    event.listen(sqlite.engine, "checkin", lambda connection, _: back_in_the_pool.append(connection))

    for connection in [kept.take(), kept.take()]:
        kept.give_back(connection)

    assert len(back_in_the_pool) == 1


def test_an_engine_that_is_done_with_leaves_no_connection_open(sqlite: Store) -> None:
    kept = KeptConnection(sqlite.engine)
    connection = kept.take()
    kept.give_back(connection)

    sqlite.engine.dispose()

    assert not connection.is_valid
    assert kept.take() is not connection
