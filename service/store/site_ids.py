"""
Which sites there are, by the names that their owners know them by.
"""

from sqlalchemy import Connection, select

from service.store.errors import UnknownSite
from service.store.tables import sites

_ALL = select(sites.c.name, sites.c.id).order_by(sites.c.name)


def site_ids(connection: Connection) -> dict[str, int]:
    """
    Return the numbers of all sites by their names, in the order of the names.
    """
    return {row.name: row.id for row in connection.execute(_ALL)}


def site_ids_of(connection: Connection, name: str | None) -> dict[str, int]:
    """
    Return the number of a site by its name, or those of all sites. Raises UnknownSite.
    """
    found = site_ids(connection)
    if name is None:
        return found
    if name not in found:
        raise UnknownSite(name, found)
    return {name: found[name]}
