"""
The sites that Hamlet moderates for, their keys and what they have set for themselves.
"""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, Engine, Row, bindparam, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from service.core.site import Limits, Site
from service.store.engine import available, one_by_one
from service.store.errors import BadSiteSetting, SiteExists, UnknownSite
from service.store.keys import digest, new_key
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
    accept_below: float | None
    reject_at: float | None


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
        self._change(name, lambda _: {"disabled": True})

    def enable(self, name: str) -> None:
        """
        Let a disabled site's keys work again.
        """
        self._change(name, lambda _: {"disabled": False})

    def configure(
        self,
        name: str,
        *,
        limits: Mapping[str, int] | None = None,
        accept_below: float | None = None,
        reject_at: float | None = None,
    ) -> None:
        """
        Change some of a site's limits (fields of `Limits`) and thresholds; what is not given stays.

        Raises:
            BadSiteSetting: a limit is unknown or below 0 (0 switches it off), or a threshold is out of order.
        """

        def changes(row: Row[Any]) -> dict[str, Any]:
            merged = {**row.limits, **(limits or {})}
            accept = row.accept_below if accept_below is None else accept_below
            reject = row.reject_at if reject_at is None else reject_at
            _check(merged, accept, reject)
            return {"limits": merged, "accept_below": accept, "reject_at": reject}

        self._change(name, changes)

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
        site = Site(row.id, row.name, key_id, Limits(**row.limits), row.accept_below, row.reject_at)
        return site, row.digest, row.disabled

    def _give_key(self, connection: Connection, site_id: int) -> str:
        key_id, key = new_key(self._random)
        connection.execute(insert(keys).values(id=key_id, site_id=site_id, digest=digest(key)))
        return key

    def _change(self, name: str, changes: Callable[[Row[Any]], dict[str, Any]]) -> None:
        with available(), self._engine.begin() as connection:
            row = _named(connection, name)
            connection.execute(update(sites).where(sites.c.id == row.id).values(changes(row)))


def _named(connection: Connection, name: str) -> Row[Any]:
    row = connection.execute(select(sites).where(sites.c.name == name).with_for_update()).one_or_none()
    if row is None:
        known = ", ".join(connection.scalars(select(sites.c.name).order_by(sites.c.name)))
        raise UnknownSite(f"there is no site {name!r}; " + (f"there are: {known}" if known else "add one first"))
    return row


def _site_row(row: Row[Any]) -> SiteRow:
    return SiteRow(row.name, row.disabled, (), Limits(**row.limits), row.accept_below, row.reject_at)


def _check(limits: Mapping[str, int], accept_below: float | None, reject_at: float | None) -> None:
    for limit, number in limits.items():
        if limit not in Limits.__dataclass_fields__:
            raise BadSiteSetting(f"no limit {limit!r}; there are: {', '.join(Limits.__dataclass_fields__)}")
        if number < 0:
            raise BadSiteSetting(f"{limit} is {number}; it must be 0, which switches it off, or more")
    for threshold in (accept_below, reject_at):
        if threshold is not None and not 0 <= threshold <= 1:
            raise BadSiteSetting(f"the threshold {threshold} is no probability; it must be from 0 to 1")
    if accept_below is not None and reject_at is not None and accept_below > reject_at:
        raise BadSiteSetting(f"accept_below {accept_below} is above reject_at {reject_at}; between them is hold")
