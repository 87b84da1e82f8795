"""
The entries of sites' lists.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from itertools import product
from typing import Any

from sqlalchemy import Connection, Engine, Row, bindparam, delete, insert, select, update

from service.core.commenter import address_hash, email_hash
from service.core.entries import Action, Entry, Kind
from service.core.expressions import check_together
from service.core.lists import Lists
from service.core.trial import stand_in
from service.store.engine import available, one_by_one
from service.store.errors import TooManyEntries, UnknownSite
from service.store.site_ids import site_ids
from service.store.tables import lists, sites, without_nul

# Of one site. A worker reads them in a tenth of a second when they change, and never in between; they take it 7 MB.
MOST_ENTRIES = 10_000

# Entries of a kind, or with an action, that only a newer Hamlet knows do nothing here.
KNOWN = lists.c.kind.in_([kind.value for kind in Kind]) & lists.c.action.in_([action.value for action in Action])
_OF_SITE = select(lists).where(lists.c.site_id == bindparam("site"), KNOWN).order_by(lists.c.id)


class Entries:
    """
    The lists of all sites as their owners see them. Every call raises StoreUnavailable when the database does not
    answer, and UnknownSite for a name that no site has.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def of(self, site: str) -> Sequence[Entry]:
        """
        Return the entries of a site in the order in which they were made; expired ones too, until the next change.
        """
        with available(), one_by_one(self._engine).connect() as connection:
            site_id = connection.scalar(select(sites.c.id).where(sites.c.name == site))
            if site_id is None:
                raise UnknownSite(site, site_ids(connection))
            return _entries(connection, site_id)

    def add(self, site: str, entries: Iterable[Entry], now: datetime) -> Sequence[Entry]:
        """
        Store entries and return them with their ids. One of the same kind and value takes the place of the old one.

        Raises:
            TooManyEntries: the site would have more than 10,000, or larger expressions than can be searched for.
        """
        with available(), self._engine.begin() as connection:
            site_id = _change(connection, site)
            connection.execute(delete(lists).where(lists.c.site_id == site_id, lists.c.expires_at <= now))
            reading = select(lists.c.kind, lists.c.value, lists.c.id).where(lists.c.site_id == site_id)
            ids = {(row.kind, row.value): row.id for row in connection.execute(reading)}
            new = {(entry.kind, without_nul(entry.value)): entry for entry in entries}
            for key, entry in new.items():
                if key in ids:
                    values = _values(entry, now)
                    connection.execute(update(lists).where(lists.c.id == ids[key]).values(values))
            adding = [{"site_id": site_id, **_values(entry, now)} for key, entry in new.items() if key not in ids]
            if adding:
                connection.execute(insert(lists), adding)
            stored = _entries(connection, site_id)
            _check(stored)
        return [entry for entry in stored if (entry.kind, entry.value) in new]

    def remove(self, site: str, ids: Collection[int]) -> int:
        """
        Remove entries of a site, and return how many there were.
        """
        with available(), self._engine.begin() as connection:
            site_id = _change(connection, site)
            return connection.execute(delete(lists).where(lists.c.site_id == site_id, lists.c.id.in_(ids))).rowcount


def authors(secrets: Sequence[bytes], entries: Iterable[Entry]) -> dict[str, str]:
    """
    Return the e-mails and addresses that entries are about, each by the hash under which the store has it.
    """
    found: dict[str | None, str] = {}
    for comment, secret in product(filter(None, map(stand_in, entries)), secrets):
        found[email_hash(secret, comment.email)] = comment.email
        found[address_hash(secret, comment.ip)] = comment.ip
    return {keyed: value for keyed, value in found.items() if keyed}


class Loaded:
    """
    The lists of sites, ready to match. A class, since they are read again only when they have changed.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = one_by_one(engine)
        self._known: dict[int, tuple[int, Lists | None]] = {}

    def of(self, site_id: int, revision: int) -> Lists | None:
        """
        Return the lists of a site as of a revision or a later one; None if there are no entries.

        Raises:
            StoreUnavailable: they have changed and cannot be read.
        """
        if not revision:
            return None
        known, found = self._known.get(site_id, (0, None))
        if known != revision:
            with available(), self._engine.connect() as connection:
                entries = _entries(connection, site_id)
            found = Lists(entries) if entries else None
            self._known[site_id] = revision, found
        return found


def _change(connection: Connection, site: str) -> int:
    raising = update(sites).where(sites.c.name == site).values(lists_revision=sites.c.lists_revision + 1)
    site_id = connection.scalar(raising.returning(sites.c.id))
    if site_id is None:
        raise UnknownSite(site, site_ids(connection))
    return int(site_id)


def _entries(connection: Connection, site_id: int) -> list[Entry]:
    return [entry_of(row) for row in connection.execute(_OF_SITE, {"site": site_id})]


def entry_of(row: Row[Any]) -> Entry:
    return Entry(Kind(row.kind), row.value, Action(row.action), row.expires_at, row.note, row.who, row.id)


def _values(entry: Entry, now: datetime) -> dict[str, Any]:
    about = {"expires_at": entry.expires_at, "note": entry.note, "who": entry.who, "made_at": now}
    return {"kind": entry.kind.value, "value": entry.value, "action": entry.action.value, **about}


def _check(entries: Sequence[Entry]) -> None:
    if len(entries) > MOST_ENTRIES:
        raise TooManyEntries(f"a site has at most {MOST_ENTRIES:,} entries; remove some")
    try:
        check_together([entry.value for entry in entries if entry.kind is Kind.REGEX])
    except ValueError as error:
        raise TooManyEntries(str(error)) from None
