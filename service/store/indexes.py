"""
The indexes of a part of a table. Only migrations need them: their options make SQLAlchemy load what it knows of all
databases, which is 3 MB and a twentieth of the start.
"""

from sqlalchemy import Index

from service.store.tables import DOUBT, IS_WAITING, decisions, metadata

__all__ = ["metadata"]

Index(
    "ix_decisions_waiting",
    *(decisions.c.site_id, decisions.c.verdict, decisions.c.id),
    sqlite_where=IS_WAITING,
    postgresql_where=IS_WAITING,
)
Index(
    "ix_decisions_doubtful",
    *(decisions.c.site_id, DOUBT, decisions.c.id),
    sqlite_where=IS_WAITING,
    postgresql_where=IS_WAITING,
)
