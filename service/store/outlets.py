"""
Where sites want to hear of decisions.
"""

import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, select

from service.store.announcing import LOOK_BACK
from service.store.engine import available, one_by_one
from service.store.insert import insert_into
from service.store.tables import outlets, sites


@dataclass(frozen=True, slots=True)
class Outlet:
    """
    The host that a site's callbacks may name, and its webhook with what makes the secret that it is signed by.
    """

    site_id: int
    home: str | None = None
    webhook: str | None = None
    nonce: str | None = None

    def secret(self, hamlets: bytes) -> str:
        """
        Return the secret of the webhook: 64 hexadecimal digits, kept nowhere and made again when it is needed.
        """
        return hmac.digest(hamlets, f"webhook:{self.site_id}:{self.nonce}".encode(), "sha256").hex()


class Outlets:
    """
    The outlets of all sites. Every call raises StoreUnavailable when the database does not answer.
    """

    def __init__(self, engine: Engine, random: Callable[[int], str] = secrets.token_hex) -> None:
        self._engine = engine
        self._random = random

    def of(self, site: str) -> Outlet | None:
        """
        Return a site's outlet; None if it has set none.
        """
        columns = (outlets.c.site_id, outlets.c.home, outlets.c.webhook, outlets.c.nonce)
        with available(), one_by_one(self._engine).connect() as connection:
            row = connection.execute(select(*columns).join(sites).where(sites.c.name == site)).one_or_none()
        return Outlet(*row) if row else None

    def set_home(self, site: str, home: str | None) -> None:
        self._set(site, home=home)

    def set_webhook(self, site: str, url: str | None, now: datetime) -> None:
        """
        Tell a site's webhook all that happens from now on, signed by a new secret; or, without a URL, nothing.
        """
        self._set(site, webhook=url, nonce=url and self._random(16), since=now + LOOK_BACK if url else None)

    def _set(self, site: str, **values: Any) -> None:
        site_id = select(sites.c.id).where(sites.c.name == site).scalar_subquery()
        with available(), self._engine.begin() as connection:
            new = insert_into(outlets, connection.dialect).values(site_id=site_id, **values)
            connection.execute(new.on_conflict_do_update(index_elements=[outlets.c.site_id], set_=values))
