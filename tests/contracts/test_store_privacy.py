"""
E-mails and addresses are kept as keyed hashes alone.
"""

from pathlib import Path

from sqlalchemy import select
from stores import NOON, Store, decision, everything_in

from service.core.comment import Asked, Comment
from service.store.decisions import Decisions
from service.store.tables import decisions


def hashes(store: Store) -> list[tuple[str | None, str | None]]:
    with store.engine.connect() as connection:
        rows = connection.execute(select(decisions.c.email_hash, decisions.c.address_hash).order_by(decisions.c.id))
        return [(row.email_hash, row.address_hash) for row in rows]


def test_no_email_and_no_address_is_in_the_database(store: Store, tmp_path: Path) -> None:
    store.record(decision(), Comment("Ann", "Hello there", email="Ann@Example.org", ip="198.41.0.4"))

    with store.engine.connect() as connection:
        row = str(connection.execute(select(decisions)).one()).casefold()
    assert "hello there" in row
    assert "ann@example.org" not in row
    assert "198.41.0.4" not in row
    if store.engine.dialect.name == "sqlite":
        files = everything_in(tmp_path).lower()
        assert b"hello there" in files
        assert b"ann@example.org" not in files
        assert b"198.41.0.4" not in files


def test_the_same_person_has_the_same_hashes(store: Store) -> None:
    store.record(decision("01"), Comment("A", "B", email=" Ann@Example.org", ip="2a00:1450:4001:82b::1"))
    store.record(decision("02"), Comment("A", "B", email="ann@example.ORG", ip="2a00:1450:4001:82b::2"))
    store.record(decision("03"), Comment("A", "B", email="bob@example.org", ip="2a00:1450:4001:82c::1"))

    first, same, other = hashes(store)

    assert first == same
    assert not {*first} & {*other}


def test_another_secret_gives_other_hashes(store: Store) -> None:
    comment = Comment("A", "B", email="ann@example.org", ip="198.41.0.4")
    store.record(decision("01"), comment)
    Decisions(store.engine, b"another").record([(Asked(store.site, comment), decision("02"))], NOON)

    first, other = hashes(store)

    assert not {*first} & {*other}


def test_who_said_nothing_of_themselves_has_no_hash(store: Store) -> None:
    store.record(decision(), Comment("A", "B", ip="192.168.0.7"))

    assert hashes(store) == [(None, None)]
