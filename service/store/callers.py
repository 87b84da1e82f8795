"""
The keys that sites call with to have comments checked.
"""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, or_, select

from service.core.site import Scope
from service.store.tables import keys


def checking_keys(connection: Connection, site_ids: Collection[int], now: datetime) -> dict[int, list[str]]:
    """
    Return the ids of the keys that some sites may have comments checked with, the oldest first.
    """
    is_valid = or_(keys.c.expires_at.is_(None), keys.c.expires_at > now)
    reading = select(keys.c.site_id, keys.c.id, keys.c.scopes).where(keys.c.site_id.in_(site_ids), is_valid)
    found: dict[int, list[str]] = {site_id: [] for site_id in site_ids}
    for site_id, key_id, scopes in connection.execute(reading.order_by(keys.c.made_at, keys.c.id)):
        if Scope.CHECK.value in scopes:
            found[site_id].append(key_id)
    return found
