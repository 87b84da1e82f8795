"""
What the store has of one person, found to be handed out or to be erased.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Row, Select, Table, delete, false, or_, select, update

from service.core.person import Person
from service.store.engine import available, unhurried
from service.store.erasing import MOST_IDS, erase_decisions, erase_labels
from service.store.lists import KNOWN, entry_of
from service.store.site_ids import site_ids_of
from service.store.tables import decisions, labels, lists, outbox, sites


@dataclass(frozen=True, slots=True)
class Found:
    """
    What there is of a person: the ids of decisions and labels, the entries of lists that are about them alone, and the
    others whose notes name them; `messages` counts what is to be told, or was, of the decisions. `sites` has the
    numbers of the sites by their names.
    """

    sites: Mapping[str, int]
    decisions: Sequence[str]
    labels: Sequence[str]
    messages: int
    entries: Sequence[int]
    notes: Sequence[int]


class Persons:
    """
    The persons that the store knows. Every call raises StoreUnavailable when the database does not answer, and
    UnknownSite for a name that no site has.
    """

    def __init__(self, engine: Engine, secrets: Sequence[bytes]) -> None:
        """
        Take the store, and the secrets of its hashes, those that made the older ones too.
        """
        self._engine = engine
        self._secrets = secrets

    def find(self, person: Person, site: str | None) -> Found:
        """
        Return what there is of a person, at all sites or at one.
        """
        with unhurried(self._engine) as connection:
            known = site_ids_of(connection, site)
            of_sites = set(known.values())
            comments = self._theirs(connection, decisions, person, of_sites)
            said = self._theirs(connection, labels, person, of_sites)
            entries = connection.execute(select(lists, KNOWN.label("known")).where(lists.c.site_id.in_(of_sites))).all()
            named = [row for row in entries if row.known and person.is_named_by(entry_of(row))]
            noted = [row for row in entries if row not in named and person.is_told_in(row.note)]
            messages = sum(len(connection.execute(_about(part)).all()) for part in _parts(_ids(comments)))
        where = {row.site_id for row in (*comments, *said, *named, *noted)}
        here = {name: number for name, number in known.items() if number in where}
        return Found(here, _ids(comments), _ids(said), messages, _ids(named), _ids(noted))

    def rows(self, found: Found) -> Iterator[tuple[str, Row[Any]]]:
        """
        Yield the rows that were found, each after the name of its table.
        """
        entries = [*found.entries, *found.notes]
        with unhurried(self._engine) as connection:
            for table, ids in ((decisions, found.decisions), (labels, found.labels), (lists, entries)):
                for part in _parts(ids):
                    query = select(table).where(table.c.id.in_(part)).order_by(table.c.id)
                    yield from ((table.name, row) for row in connection.execute(query))
            for part in _parts(found.decisions):
                yield from ((outbox.name, row) for row in connection.execute(_about(part)))

    def comments(self, found: Found) -> set[tuple[str, str]]:
        """
        Return the names and texts of the comments that were found.
        """
        return {(row.name, row.comment) for table, row in self.rows(found) if table in (decisions.name, labels.name)}

    def erase(self, found: Found, now: datetime) -> None:
        """
        Erase what was found. Done again after a fault, it goes on.
        """
        at_sites = labels.c.site_id.in_(found.sites.values())
        for part in _parts(found.decisions):
            with available(), self._engine.begin() as connection:
                erase_decisions(connection, part, now)
                # Labels given since the comments were found have their text too; from now on none can be given.
                said = connection.scalars(select(labels.c.id).where(at_sites, labels.c.subject.in_(part)))
                erase_labels(connection, said.all(), now)
        for part in _parts(found.labels):
            with available(), self._engine.begin() as connection:
                erase_labels(connection, part, now)
        with available(), self._engine.begin() as connection:
            connection.execute(delete(lists).where(lists.c.id.in_(found.entries)))
            connection.execute(update(lists).where(lists.c.id.in_(found.notes)).values(note=""))
            changed = sites.c.id.in_(found.sites.values())
            connection.execute(update(sites).where(changed).values(lists_revision=sites.c.lists_revision + 1))

    def _theirs(self, connection: Connection, table: Table, person: Person, site_ids: set[int]) -> Sequence[Row[Any]]:
        conditions: list[ColumnElement[bool]] = []
        if emails := person.email_hashes(self._secrets):
            conditions.append(table.c.email_hash.in_(emails))
        if addresses := person.address_hashes(self._secrets):
            conditions.append(table.c.address_hash.in_(addresses))
        if person.name:
            # As people compare names, which no index does.
            names = connection.scalars(select(table.c.name).where(table.c.site_id.in_(site_ids)).distinct())
            conditions.append(table.c.name.in_([name for name in names if person.is_called(name)]))
        own = (table.c.site_id.in_(site_ids), table.c.erased_at.is_(None), or_(false(), *conditions))
        query: Select[Any] = select(table.c.id, table.c.site_id).where(*own).order_by(table.c.id)
        return connection.execute(query).all()


def _about(ids: Sequence[str]) -> Select[Any]:
    return select(outbox).where(outbox.c.subject.in_(ids)).order_by(outbox.c.number)


def _ids(rows: Sequence[Row[Any]]) -> list[Any]:
    return [row.id for row in rows]


def _parts(ids: Sequence[Any]) -> Iterator[Sequence[Any]]:
    return (ids[start : start + MOST_IDS] for start in range(0, len(ids), MOST_IDS))
