"""
What there is of one person is found under every secret, handed out, and erased to the last byte.
"""

import gzip
import json
from dataclasses import replace
from pathlib import Path

import pytest
from private_store import ANN, COMMENT, MARKS, Everything, PrivateStore, marks_in
from sqlalchemy import select
from stores import NOON, SECRET, Store, decision, recorded, registered
from uuid_utils import uuid7

from service.core.comment import Asked, Comment
from service.core.entries import Action, Entry, Kind
from service.core.labels import Label, Source
from service.core.person import Person
from service.csv_reading import LARGEST_CELL
from service.erasure import Erasure
from service.errors import NotFound
from service.store.decisions import Decisions
from service.store.errors import UnknownSite
from service.store.exporting import as_objects, site_rows
from service.store.labels import Wish
from service.store.lists import Entries
from service.store.outbox import Outbox
from service.store.persons import Persons
from service.store.retention import Retention
from service.store.sites import Sites
from service.store.tables import decisions, outbox


def erasure(private: PrivateStore, *data: Path) -> Erasure:
    engine = private.store.engine
    return Erasure(Persons(engine, [SECRET]), Retention(engine), private.memory, data, lambda: NOON)


def test_of_who_is_erased_no_byte_is_left(private: PrivateStore, everything: Everything) -> None:
    assert marks_in(everything()) == [*MARKS]

    erasure(private).erase(ANN, None)

    assert marks_in(everything()) == []


@pytest.mark.parametrize("person", [Person(email=" Quokka@Mail.example"), Person(name="quokka  WOMBAT")])
def test_a_person_is_known_by_e_mail_or_by_name_alone(private: PrivateStore, person: Person) -> None:
    found = erasure(private).erase(person, None).found

    assert (len(found.decisions), len(found.labels), found.messages) == (1, 2, 2)
    assert Persons(private.store.engine, [SECRET]).find(ANN, None).decisions == []


def test_the_labels_in_redis_are_read_anew(private: PrivateStore) -> None:
    assert [*private.client.scan_iter("*:labels")]

    erased = erasure(private).erase(ANN, None)

    assert erased.is_memory_told
    assert [*private.client.scan_iter("*:labels")] == []


def test_what_others_wrote_stays(private: PrivateStore) -> None:
    erasure(private).erase(ANN, None)

    with private.store.engine.connect() as connection:
        left = connection.scalars(select(decisions.c.comment).where(decisions.c.erased_at.is_(None))).all()
    assert left == ["Nothing of hers"]
    (entry,) = Entries(private.store.engine).of("news")
    assert (entry.value, entry.note) == ("casino", "")


def test_who_is_known_by_an_address_is_found_by_it(private: PrivateStore) -> None:
    found = Persons(private.store.engine, [SECRET]).find(Person(ip="198.41.0.4"), None)

    assert (len(found.decisions), len(found.labels), len(found.entries)) == (1, 1, 1)


def test_a_range_and_a_domain_of_mailboxes_are_about_nobody_alone(private: PrivateStore) -> None:
    others = [Entry(Kind.ADDRESS, "198.41.0.0/24", Action.HOLD), Entry(Kind.EMAIL, "@mail.example", Action.HOLD)]
    others.append(Entry(Kind.REGEX, r"quokka@mail\.example", Action.HOLD))
    stored = Entries(private.store.engine).add("news", others, NOON)

    found = Persons(private.store.engine, [SECRET]).find(ANN, None)

    assert {*found.entries} & {entry.id for entry in stored} == {stored[2].id}


def test_at_another_site_nothing_is_found_nor_erased(private: PrivateStore) -> None:
    registered(Sites(private.store.engine), "blog")

    found = Persons(private.store.engine, [SECRET]).find(ANN, "blog")

    assert (found.sites, found.decisions, found.labels, found.entries) == ({}, [], [], [])
    with pytest.raises(UnknownSite):
        Persons(private.store.engine, [SECRET]).find(ANN, "nowhere")


def test_what_was_hashed_under_an_earlier_secret_is_found(private: PrivateStore) -> None:
    renewed = Decisions(private.store.engine, b"new")
    recorded(renewed, Asked(private.store.site, COMMENT), decision(str(uuid7())))

    both = Persons(private.store.engine, [b"new", SECRET]).find(Person(email=ANN.email), None)
    new = Persons(private.store.engine, [b"new"]).find(Person(email=ANN.email), None)

    assert (len(both.decisions), len(new.decisions)) == (2, 1)


def test_what_is_erased_is_not_announced_afterwards(private: PrivateStore) -> None:
    again = str(uuid7())
    private.store.record(decision(again), Comment("Quokka Wombat", "Hello"))
    erasure(private).erase(ANN, None)

    Outbox(private.store.engine).announce(NOON)

    with private.store.engine.connect() as connection:
        assert again not in connection.scalars(select(outbox.c.subject)).all()


def test_what_is_said_of_a_comment_while_its_author_is_erased_keeps_nothing_of_it(
    private: PrivateStore, everything: Everything
) -> None:
    engine, site_id = private.store.engine, private.store.site.id
    persons, subject = Persons(engine, [SECRET]), private.labels.decided(site_id, private.ids[0])
    wish = Wish(Label.HAM, Source.MODERATOR, "Anna", None, 1.0, NOON, contradicts=False)
    found = persons.find(ANN, None)
    assert subject
    private.labels.give(site_id, subject, wish)

    persons.erase(found, NOON)
    with pytest.raises(NotFound):
        private.labels.give(site_id, subject, replace(wish, who="Bob"))

    Retention(engine).settle()
    private.client.flushall()
    assert marks_in(everything()) == []


def test_everything_of_a_person_is_handed_out(private: PrivateStore) -> None:
    persons = Persons(private.store.engine, [SECRET])

    rows = [*as_objects(persons.rows(persons.find(ANN, None)), to_their_person=True)]

    tables = [row["table"] for row in rows]
    assert (tables.count("decisions"), tables.count("labels"), tables.count("lists"), tables.count("outbox")) == (
        *(1, 2, 4, 2),
    )
    told = str(rows).casefold()
    assert [mark for mark in MARKS if mark not in told] == []
    assert "nothing of hers" not in told


def test_a_person_is_told_what_was_said_of_their_comment_and_when_but_not_by_whom(private: PrivateStore) -> None:
    persons = Persons(private.store.engine, [SECRET])

    rows = [*as_objects(persons.rows(persons.find(ANN, None)), to_their_person=True)]

    assert [(row["label"], row["at"]) for row in rows if row["table"] == "labels"] == [("spam", NOON)] * 2
    assert not [row["table"] for row in rows if "who" in row]


def test_the_owner_of_a_site_is_told_who_said_what(private: PrivateStore) -> None:
    rows = [*as_objects(site_rows(private.store.engine, "news"), to_their_person=False)]

    assert {row["who"] for row in rows if row["table"] == "labels"} == {"Mod"}


def test_everything_of_a_site_is_handed_out_but_what_opens_it(private: PrivateStore) -> None:
    rows = [*as_objects(site_rows(private.store.engine, "news"), to_their_person=False)]

    tables = {row["table"] for row in rows}
    assert tables == {"sites", "keys", "outlets", "lists", "outbox", "decisions", "labels"}
    assert not {"digest", "nonce"} & {name for row in rows for name in row}
    assert len([row for row in rows if row["table"] == "decisions"]) == 2


def test_the_pages_of_a_site_leave_nothing_out(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.store.exporting.PAGE", 2)
    ids = [str(uuid7()) for _ in range(5)]
    for each in ids:
        store.record(decision(each), Comment("Ann", "Hello"))

    rows = [row.id for table, row in site_rows(store.engine, "news") if table == "decisions"]

    assert rows == ids


def test_copies_in_training_data_are_told_by_their_places(private: PrivateStore, tmp_path: Path) -> None:
    data = tmp_path / "rows.csv"
    data.write_text("label,name,comment\nham,Bob,Hi\nspam,Quokka Wombat,numbat numbat of the bilby\n")

    erased = erasure(private, tmp_path, tmp_path / "gone.csv").erase(ANN, None)

    assert erased.copies == [f"{data}:3", f"{tmp_path / 'gone.csv'}: No such file or directory"]


def test_training_data_that_cannot_be_read_to_its_end_keep_nobody_from_being_erased(
    private: PrivateStore, tmp_path: Path
) -> None:
    row = {"label": "spam", "name": "Quokka Wombat", "comment": "numbat numbat of the bilby"}
    whole = gzip.compress(json.dumps(row).encode() + b"\n")
    for name, content in (("cut", whole[:-9]), ("bad", whole[:12] + bytes(40))):
        (tmp_path / f"{name}.jsonl.gz").write_bytes(content)
    (tmp_path / "wide.csv").write_text("x" * (LARGEST_CELL + 1))

    erased = erasure(private, tmp_path).erase(ANN, None)

    told = {f"{tmp_path / name}: cannot be read to its end" for name in ("bad.jsonl.gz", "cut.jsonl.gz")}
    assert told <= {*erased.copies}
    assert f"{tmp_path / 'wide.csv'}: line 1: not CSV: field larger than field limit ({LARGEST_CELL})" in erased.copies
    assert private.labels.decided(private.store.site.id, private.ids[0]) is None
