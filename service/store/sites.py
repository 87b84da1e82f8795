"""
The sites that Hamlet moderates for, their keys and what they have set for themselves.
"""

import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from sqlalchemy import Connection, Engine, Row, bindparam, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from service.core.site import AkismetHold, Limits, OwnThresholds, Site
from service.store.engine import available, one_by_one
from service.store.errors import SiteExists, UnknownSite
from service.store.keys import digest, new_key
from service.store.site_settings import own_thresholds, with_limits, with_thresholds
from service.store.tables import keys, sites

_BY_KEY = select(sites, keys.c.digest).join(keys).where(keys.c.id == bindparam("key"))


@dataclass(frozen=True, slots=True)
class SiteRow:
    """
    A site as its owner sees it.
    """

    name: str
    disabled: bool
    key_ids: tuple[str, ...]
    limits: Limits
    thresholds: OwnThresholds
    log_only: bool
    akismet_hold: AkismetHold = AkismetHold.AUTO


class Sites:
    """
    The registered sites. Every call raises StoreUnavailable when the database does not answer.
    """

    def __init__(self, engine: Engine, random: Callable[[int], bytes] = secrets.token_bytes) -> None:
        self._engine = engine
        self._random = random

    def add(self, name: str) -> str:
        """
        Register a site and return its key, which cannot be read again.

        Raises:
            SiteExists: the name is taken.
        """
        with available(), self._engine.begin() as connection:
            try:
                adding = insert(sites).values(name=name, disabled=False, limits={}).returning(sites.c.id)
                site_id = connection.scalars(adding).one()
            except IntegrityError:
                raise SiteExists(f"there is a site {name!r} already; `rotate` gives it a new key") from None
            return self._give_key(connection, site_id)

    def rotate(self, name: str) -> str:
        """
        Return a new key for a site; its earlier ones stop working.
        """
        with available(), self._engine.begin() as connection:
            site_id = _named(connection, name).id
            connection.execute(delete(keys).where(keys.c.site_id == site_id))
            return self._give_key(connection, site_id)

    def disable(self, name: str) -> None:
        """
        Refuse a site's keys until it is enabled again.
        """
        self._change(name, disabled=True)

    def enable(self, name: str) -> None:
        """
        Let a disabled site's keys work again.
        """
        self._change(name, disabled=False)

    def configure(
        self,
        name: str,
        *,
        limits: Mapping[str, int | None] | None = None,
        thresholds: Mapping[str, float | None] | None = None,
        log_only: bool | None = None,
        akismet_hold: AkismetHold | None = None,
    ) -> None:
        """
        Change some of a site's limits (fields of `Limits`) and thresholds (fields of `OwnThresholds`), whether it only
        logs, and how Akismet's clients are told to hold. What is not given stays; a limit or threshold of None goes
        back to the default, or to the model's.

        Raises:
            BadSiteSetting: a limit is unknown or below 0 (0 switches it off), or a threshold is out of order.
        """
        with available(), self._engine.begin() as connection:
            row = _named(connection, name)
            values = {
                "limits": with_limits(row.limits, limits or {}),
                "log_only": row.log_only if log_only is None else log_only,
                "akismet_hold": akismet_hold or row.akismet_hold,
                **asdict(with_thresholds(own_thresholds(row), thresholds or {})),
            }
            connection.execute(update(sites).where(sites.c.id == row.id).values(values))

    def named(self, name: str) -> SiteRow:
        """
        Return a site.

        Raises:
            UnknownSite: there is none of this name.
        """
        rows = {row.name: row for row in self.list()}
        if name not in rows:
            raise _unknown(name, rows)
        return rows[name]

    def list(self) -> list[SiteRow]:
        """
        Return all sites by name.
        """
        with available(), one_by_one(self._engine).connect() as connection:
            rows = connection.execute(select(sites, keys.c.id.label("key")).outerjoin(keys).order_by(sites.c.name))
            by_name: dict[str, SiteRow] = {}
            for row in rows:
                site = by_name.get(row.name) or _site_row(row)
                by_name[row.name] = replace(site, key_ids=(*site.key_ids, row.key)) if row.key else site
        return [*by_name.values()]

    def by_key_id(self, key_id: str) -> tuple[Site, bytes, bool] | None:
        """
        Return the site that a key's id belongs to, the digest of the whole key, and whether the site is disabled.
        """
        with available(), one_by_one(self._engine).connect() as connection:
            row = connection.execute(_BY_KEY, {"key": key_id}).one_or_none()
        if row is None:
            return None
        shared = _site_row(row)
        site = Site(row.id, row.name, key_id, shared.limits, shared.thresholds, shared.log_only, shared.akismet_hold)
        return site, row.digest, row.disabled

    def key_ids(self) -> Sequence[str]:
        """
        Return the ids of all keys.
        """
        with available(), one_by_one(self._engine).connect() as connection:
            return connection.scalars(select(keys.c.id)).all()

    def _give_key(self, connection: Connection, site_id: int) -> str:
        key_id, key = new_key(self._random)
        connection.execute(insert(keys).values(id=key_id, site_id=site_id, digest=digest(key)))
        return key

    def _change(self, name: str, **values: Any) -> None:
        with available(), self._engine.begin() as connection:
            row = _named(connection, name)
            connection.execute(update(sites).where(sites.c.id == row.id).values(values))


def _named(connection: Connection, name: str) -> Row[Any]:
    row = connection.execute(select(sites).where(sites.c.name == name).with_for_update()).one_or_none()
    if row is None:
        raise _unknown(name, connection.scalars(select(sites.c.name).order_by(sites.c.name)))
    return row


def _unknown(name: str, known: Iterable[str]) -> UnknownSite:
    names = ", ".join(known)
    return UnknownSite(f"there is no site {name!r}; " + (f"there are: {names}" if names else "add one first"))


def _site_row(row: Row[Any]) -> SiteRow:
    limits, hold = Limits(**row.limits), AkismetHold(row.akismet_hold)
    return SiteRow(row.name, row.disabled, (), limits, own_thresholds(row), row.log_only, hold)
