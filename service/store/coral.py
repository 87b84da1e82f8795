"""
The sites that Coral asks for, with the secrets that it signs by.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, Row, delete, insert, select, update

from service.core.coral import CoralStatus, Statuses
from service.core.decision import Verdict
from service.store.callers import checking_keys
from service.store.engine import available, one_by_one
from service.store.known import known
from service.store.tables import coral, sites

_PHASES = select(sites.c.name, coral).join(coral)


@dataclass(frozen=True, slots=True)
class Phase:
    """
    The external moderation phase of one site; `key_id` is of the site's newest key, None if it has none that works.
    """

    site: str
    key_id: str | None
    secrets: tuple[str, ...]
    statuses: Statuses


class CoralPhases:
    """
    The phases of all sites. Every call raises StoreUnavailable when the database does not answer.

    The secrets are kept as they are: Coral chooses them, and a signature cannot be checked against a digest. All that
    they add for somebody who can read the store, comments included, is to have comments judged in the site's name.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def list(self, now: datetime) -> Sequence[Phase]:
        """
        Return the phases with the secrets that count at a moment.
        """
        with available(), one_by_one(self._engine).connect() as connection:
            rows = connection.execute(_PHASES).all()
            key_ids = checking_keys(connection, {row.site_id for row in rows}, now)
        return [_phase(row, key_ids[row.site_id], now) for row in rows]

    def set(
        self,
        site: str,
        now: datetime,
        *,
        secret: str | None = None,
        overlap: timedelta = timedelta(0),
        statuses: Mapping[Verdict, CoralStatus] | None = None,
    ) -> None:
        """
        Give a site's phase a new secret, whose predecessors count for so much longer, or other statuses, or both.
        """
        with available(), self._engine.begin() as connection:
            row = _row(connection, site)
            kept = _current(row.secrets, now)
            if secret is not None:
                end = (now + overlap).isoformat()
                ending = [
                    {**each, "until": min(each["until"] or end, end)} for each in kept if each["secret"] != secret
                ]
                kept = [*ending, {"secret": secret, "until": None}]
            chosen = {verdict.value: status.value for verdict, status in (statuses or {}).items()}
            values = {"secrets": kept, "statuses": {**row.statuses, **chosen}}
            connection.execute(update(coral).where(coral.c.site_id == row.site_id).values(values))

    def remove(self, site: str) -> None:
        """
        Forget a site's phase; what Coral signs for it opens nothing any more.
        """
        is_of_site = coral.c.site_id == select(sites.c.id).where(sites.c.name == site).scalar_subquery()
        with available(), self._engine.begin() as connection:
            connection.execute(delete(coral).where(is_of_site))


def _row(connection: Connection, site: str) -> Row[Any]:
    finding = select(coral).join(sites).where(sites.c.name == site).with_for_update(of=coral)
    row = connection.execute(finding).one_or_none()
    if row is None:
        site_id = select(sites.c.id).where(sites.c.name == site).scalar_subquery()
        connection.execute(insert(coral).values(site_id=site_id, secrets=[], statuses=asdict(Statuses())))
        row = connection.execute(finding).one()
    return row


def _phase(row: Row[Any], key_ids: Sequence[str], now: datetime) -> Phase:
    secrets = tuple(each["secret"] for each in _current(row.secrets, now))
    return Phase(row.name, key_ids[-1] if key_ids else None, secrets, _statuses(row.statuses))


def _statuses(chosen: Mapping[str, str]) -> Statuses:
    # A status that only a newer Hamlet knows becomes the usual one here, and a verdict that only it knows is left out.
    statuses = {field.name: known(CoralStatus, chosen.get(field.name, "")) for field in fields(Statuses)}
    return replace(Statuses(), **{verdict: status for verdict, status in statuses.items() if status})


def _current(secrets: Sequence[Mapping[str, Any]], now: datetime) -> Sequence[Mapping[str, Any]]:
    return [each for each in secrets if each["until"] is None or datetime.fromisoformat(each["until"]) > now]
