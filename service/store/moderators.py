"""
The accounts of moderators, and how often somebody has failed to sign in to each.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, Engine, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from service.core.moderator import Moderator, Role
from service.store.engine import available, one_by_one
from service.store.errors import ModeratorExists, UnknownModerator
from service.store.known import known
from service.store.site_ids import site_ids_of
from service.store.tables import moderator_sessions, moderator_sites, moderators, sites

# From the fifth failure on an account is locked, for one minute and then twice as long each time, up to an hour.
FREE_FAILURES = 4
LONGEST_LOCK = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class ModeratorRow:
    """
    An account as whoever looks after the machine sees it; `sites` has the sites' names, None for all, and `role` may be
    one that only a newer Hamlet knows.
    """

    name: str
    role: str
    sites: tuple[str, ...] | None
    made_at: datetime
    locked_until: datetime | None


class Moderators:
    """
    All accounts. Every call raises StoreUnavailable when the database does not answer.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, name: str, role: Role, site_names: Sequence[str], password: str, now: datetime) -> None:
        """
        Make an account for some sites, or for all if none is named. `password` is a hash.

        Raises:
            ModeratorExists: the name is taken.
            UnknownSite: one of the sites is not registered.
        """
        account = {"name": name, "role": role, "every_site": not site_names, "password": password}
        with available(), self._engine.begin() as connection:
            try:
                adding = insert(moderators).values(**account, failures=0, made_at=now).returning(moderators.c.id)
                moderator_id = connection.scalars(adding).one()
            except IntegrityError:
                raise ModeratorExists(f"there is a moderator {name!r} already") from None
            for site_name in dict.fromkeys(site_names):
                site_id = site_ids_of(connection, site_name)[site_name]
                connection.execute(insert(moderator_sites).values(moderator_id=moderator_id, site_id=site_id))

    def remove(self, name: str) -> None:
        """
        Take an account away, and sign it out everywhere. What it said of comments stays.

        Raises:
            UnknownModerator: there is none of this name.
        """
        with available(), self._engine.begin() as connection:
            moderator_id = _id_of(connection, name)
            for table in (moderator_sessions, moderator_sites):
                connection.execute(delete(table).where(table.c.moderator_id == moderator_id))
            connection.execute(delete(moderators).where(moderators.c.id == moderator_id))

    def change_password(self, name: str, password: str) -> None:
        """
        Give an account another password, by its hash; it is signed out everywhere, and no longer locked.

        Raises:
            UnknownModerator: there is none of this name.
        """
        with available(), self._engine.begin() as connection:
            moderator_id = _id_of(connection, name)
            connection.execute(delete(moderator_sessions).where(moderator_sessions.c.moderator_id == moderator_id))
            changed = {"password": password, "failures": 0, "locked_until": None}
            connection.execute(update(moderators).where(moderators.c.id == moderator_id).values(changed))

    def list(self) -> list[ModeratorRow]:
        """
        Return all accounts by name.
        """
        names = select(moderator_sites.c.moderator_id, sites.c.name).join(sites).order_by(sites.c.name)
        with available(), one_by_one(self._engine).connect() as connection:
            rows = connection.execute(select(moderators).order_by(moderators.c.name)).all()
            allowed: dict[int, list[str]] = {}
            for moderator_id, name in connection.execute(names):
                allowed.setdefault(moderator_id, []).append(name)
        return [
            ModeratorRow(
                row.name,
                row.role,
                None if row.every_site else tuple(allowed.get(row.id, ())),
                row.made_at,
                row.locked_until,
            )
            for row in rows
        ]

    def attempt(self, name: str, now: datetime) -> tuple[int, str] | None:
        """
        Return the number of an account and the hash of its password, for one attempt to sign in; None if there is no
        such account, or it is locked.

        The attempt counts as a failure until `succeeded` is told, so that a hundred at once are no way round the lock.
        """
        with available(), self._engine.begin() as connection:
            row = connection.execute(
                select(moderators).where(moderators.c.name == name).with_for_update()
            ).one_or_none()
            # A lock that ends later than that was set by a clock that has been put back since.
            if row is None or (row.locked_until and now < row.locked_until <= now + LONGEST_LOCK):
                return None
            failures = row.failures + 1
            changed = {"failures": failures, "locked_until": _lock(failures, now)}
            connection.execute(update(moderators).where(moderators.c.id == row.id).values(changed))
        return row.id, row.password

    def find(self, name: str) -> tuple[int, str] | None:
        """
        Return the number of an account, locked or not, and the hash of its password; None if there is none of this
        name.
        """
        reading = select(moderators.c.id, moderators.c.password).where(moderators.c.name == name)
        with available(), one_by_one(self._engine).connect() as connection:
            row = connection.execute(reading).one_or_none()
        return row and (row.id, row.password)

    def succeeded(self, moderator_id: int) -> None:
        with available(), self._engine.begin() as connection:
            forgotten = {"failures": 0, "locked_until": None}
            connection.execute(update(moderators).where(moderators.c.id == moderator_id).values(forgotten))


class Sessions:
    """
    Who is signed in, by the digest of what the browser keeps. Every call raises StoreUnavailable when the database
    does not answer.
    """

    def __init__(self, engine: Engine, *, idle: timedelta, longest: timedelta) -> None:
        """
        Take the store; a session ends after `idle` without a request, and after `longest` in any case.
        """
        self._engine = engine
        self._idle = idle
        self._longest = longest

    def begin(self, digest: bytes, moderator_id: int, password: str, now: datetime) -> bool:
        """
        Keep a new session if the account's password still has this hash, and return whether it has; forget those
        sessions that have ended.
        """
        began = {"digest": digest, "moderator_id": moderator_id, "began_at": now, "seen_at": now}
        is_unchanged = (moderators.c.id == moderator_id) & (moderators.c.password == password)
        with available(), self._engine.begin() as connection:
            connection.execute(delete(moderator_sessions).where(~self._goes_on(now)))
            if connection.scalar(select(moderators.c.id).where(is_unchanged).with_for_update()) is None:
                return False
            connection.execute(insert(moderator_sessions).values(began))
        return True

    def moderator(self, digest: bytes, now: datetime) -> Moderator | None:
        """
        Return who a session belongs to, None if it has ended. That it was used is written once in a tenth of `idle`.
        """
        table = moderator_sessions.c
        is_one = (table.digest == digest) & self._goes_on(now)
        query = select(moderators, table.seen_at).join(moderator_sessions).where(is_one)
        allowed = select(moderator_sites.c.site_id)
        with available(), one_by_one(self._engine).connect() as connection:
            row = connection.execute(query).one_or_none()
            if row is None:
                return None
            if row.seen_at < now - self._idle / 10:
                connection.execute(update(moderator_sessions).where(table.digest == digest).values(seen_at=now))
            site_ids = connection.scalars(allowed.where(moderator_sites.c.moderator_id == row.id)).all()
        return Moderator(row.id, row.name, known(Role, row.role), None if row.every_site else frozenset(site_ids))

    def end(self, digest: bytes) -> None:
        with available(), self._engine.begin() as connection:
            connection.execute(delete(moderator_sessions).where(moderator_sessions.c.digest == digest))

    def _goes_on(self, now: datetime) -> ColumnElement[bool]:
        table = moderator_sessions.c
        # A beginning further ahead than clocks differ was set by a clock that has been put back since.
        is_young = table.began_at.between(now - self._longest, now + self._idle)
        return (table.seen_at >= now - self._idle) & is_young


def _lock(failures: int, now: datetime) -> datetime | None:
    over = failures - FREE_FAILURES
    return now + min(LONGEST_LOCK, timedelta(minutes=2 ** min(over - 1, 10))) if over > 0 else None


def _id_of(connection: Connection, name: str) -> int:
    # Locked, so that no session begins meanwhile.
    asking = select(moderators.c.id).where(moderators.c.name == name).with_for_update()
    moderator_id: int | None = connection.scalar(asking)
    if moderator_id is None:
        raise UnknownModerator(f"there is no moderator {name!r}; `hamlet moderators list` shows them")
    return moderator_id
