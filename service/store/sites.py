"""
The sites that Hamlet moderates for, their keys and what they have set for themselves.
"""

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, Row, bindparam, delete, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from service.clock import now
from service.core.site import USUAL_SCOPES, AkismetHold, Limits, OwnThresholds, Scope, Site
from service.store.engine import available, one_by_one
from service.store.errors import SiteExists, UnknownKey, UnknownSite
from service.store.keys import digest, new_key
from service.store.known import known
from service.store.lists import Loaded
from service.store.site_ids import site_ids, site_ids_of
from service.store.site_settings import own_thresholds, with_languages, with_limits, with_thresholds
from service.store.tables import keys, sites

_IS_VALID = or_(keys.c.expires_at.is_(None), keys.c.expires_at > bindparam("now"))
_BY_KEY = select(sites, keys.c.digest, keys.c.scopes).join(keys).where(keys.c.id == bindparam("key"), _IS_VALID)
_OF_SITE = sites.outerjoin(keys, (keys.c.site_id == sites.c.id) & _IS_VALID)


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
    languages: tuple[str, ...] = ()
    hold_other_scripts: bool = False


@dataclass(frozen=True, slots=True)
class KeyRow:
    """
    What is known of a key, which is never the key itself.
    """

    id: str
    scopes: frozenset[Scope]
    made_at: datetime | None
    expires_at: datetime | None


class Sites:
    """
    The registered sites. Every call raises StoreUnavailable when the database does not answer.
    """

    def __init__(
        self,
        engine: Engine,
        random: Callable[[int], bytes] = secrets.token_bytes,
        clock: Callable[[], datetime] = now,
    ) -> None:
        self._engine = engine
        self._random = random
        self._clock = clock
        self._lists = Loaded(engine)

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
                raise SiteExists(
                    f"there is a site {name!r} already; `sites show` prints its key for clients of Akismet, and "
                    "`sites rotate` gives it new ones"
                ) from None
            return self._give_key(connection, site_id)

    def rotate(self, name: str, overlap: timedelta = timedelta(0)) -> str:
        """
        Return a new key for a site, for comments and labels; its earlier ones, of every scope, work for so much longer.
        """
        with available(), self._engine.begin() as connection:
            site_id, moment = _named(connection, name).id, self._clock()
            end = moment + overlap
            connection.execute(delete(keys).where(keys.c.site_id == site_id, keys.c.expires_at <= moment))
            if overlap:
                goes_on = (keys.c.site_id == site_id) & or_(keys.c.expires_at.is_(None), keys.c.expires_at > end)
                connection.execute(update(keys).where(goes_on).values(expires_at=end))
            else:
                connection.execute(delete(keys).where(keys.c.site_id == site_id))
            return self._give_key(connection, site_id)

    def add_key(self, name: str, scopes: frozenset[Scope]) -> str:
        with available(), self._engine.begin() as connection:
            return self._give_key(connection, _named(connection, name).id, scopes)

    def remove_key(self, name: str, key_id: str) -> None:
        """
        Let one key of a site end now.

        Raises:
            UnknownKey: the site has none of this id.
        """
        with available(), self._engine.begin() as connection:
            row = _named(connection, name)
            removing = delete(keys).where(keys.c.site_id == row.id, keys.c.id == key_id)
            if not connection.execute(removing).rowcount:
                raise UnknownKey(f"{name} has no key of the id {key_id!r}; `hamlet sites keys list {name}` shows them")

    def keys(self, name: str) -> Sequence[KeyRow]:
        """
        Return the keys of a site that work, the oldest first.
        """
        with available(), one_by_one(self._engine).connect() as connection:
            site_id = site_ids_of(connection, name)[name]
            reading = select(keys).where(keys.c.site_id == site_id, _IS_VALID).order_by(keys.c.made_at, keys.c.id)
            rows = connection.execute(reading, {"now": self._clock()}).all()
        return [KeyRow(row.id, _scopes(row), row.made_at, row.expires_at) for row in rows]

    def disable(self, name: str) -> None:
        """
        Refuse a site's keys until it is enabled again.
        """
        self._change(name, disabled=True)

    def enable(self, name: str) -> None:
        self._change(name, disabled=False)

    def configure(
        self,
        name: str,
        *,
        limits: Mapping[str, int | None] | None = None,
        thresholds: Mapping[str, float | None] | None = None,
        log_only: bool | None = None,
        akismet_hold: AkismetHold | None = None,
        languages: Sequence[str] | None = None,
        hold_other_scripts: bool | None = None,
    ) -> None:
        """
        Change some of a site's limits (fields of `Limits`) and thresholds (fields of `OwnThresholds`), whether it only
        logs, how Akismet's clients are told to hold, and its languages. What is not given stays; a limit or threshold
        of None goes back to the default, or to the model's.

        Raises:
            BadSiteSetting: a limit is below 0 (0 switches it off), a threshold is out of order, a language is not
                known, or comments in other scripts are to be held and no language is set.
        """
        with available(), self._engine.begin() as connection:
            row = _named(connection, name)
            values = {
                "limits": with_limits(row.limits, limits or {}),
                "log_only": row.log_only if log_only is None else log_only,
                "akismet_hold": akismet_hold or row.akismet_hold,
                **asdict(with_thresholds(own_thresholds(row), thresholds or {})),
                **with_languages(row, languages, hold_other_scripts),
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
            raise UnknownSite(name, rows)
        return rows[name]

    def list(self) -> list[SiteRow]:
        with available(), one_by_one(self._engine).connect() as connection:
            reading = select(sites, keys.c.id.label("key")).select_from(_OF_SITE).order_by(sites.c.name)
            rows = connection.execute(reading, {"now": self._clock()})
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
            row = connection.execute(_BY_KEY, {"key": key_id, "now": self._clock()}).one_or_none()
        if row is None:
            return None
        shared = _site_row(row)
        site = Site(
            id=row.id,
            name=row.name,
            key_id=key_id,
            limits=shared.limits,
            thresholds=shared.thresholds,
            log_only=shared.log_only,
            akismet_hold=shared.akismet_hold,
            scopes=_scopes(row),
            languages=shared.languages if shared.hold_other_scripts else (),
            lists=self._lists.of(row.id, row.lists_revision),
        )
        return site, row.digest, row.disabled

    def key_ids(self) -> Sequence[str]:
        with available(), one_by_one(self._engine).connect() as connection:
            return connection.scalars(select(keys.c.id).where(_IS_VALID), {"now": self._clock()}).all()

    def _give_key(self, connection: Connection, site_id: int, scopes: frozenset[Scope] = USUAL_SCOPES) -> str:
        key_id, key = new_key(self._random)
        values = {"id": key_id, "site_id": site_id, "digest": digest(key), "scopes": " ".join(sorted(scopes))}
        connection.execute(insert(keys).values(**values, made_at=self._clock()))
        return key

    def _change(self, name: str, **values: Any) -> None:
        with available(), self._engine.begin() as connection:
            row = _named(connection, name)
            connection.execute(update(sites).where(sites.c.id == row.id).values(values))


def _named(connection: Connection, name: str) -> Row[Any]:
    row = connection.execute(select(sites).where(sites.c.name == name).with_for_update()).one_or_none()
    if row is None:
        raise UnknownSite(name, site_ids(connection))
    return row


def _site_row(row: Row[Any]) -> SiteRow:
    # A limit that only a newer Hamlet knows is none here, and a way to hold that only it knows is the usual one.
    limits = Limits(**{field.name: row.limits[field.name] for field in fields(Limits) if field.name in row.limits})
    hold = known(AkismetHold, row.akismet_hold) or AkismetHold.AUTO
    languages = tuple(row.languages)
    return SiteRow(
        *(row.name, row.disabled, (), limits, own_thresholds(row), row.log_only, hold),
        languages=languages,
        hold_other_scripts=row.hold_other_scripts,
    )


def _scopes(row: Row[Any]) -> frozenset[Scope]:
    # A scope of a newer Hamlet opens nothing here.
    return frozenset(scope for text in row.scopes.split() if (scope := known(Scope, text)))
