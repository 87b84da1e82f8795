"""
Look for comments along one index in the order of time, so that what is recorded is added at its end.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

_IN_TIME: list[str | sa.TextClause] = [
    *("site_id", "id", "verdict", "wording"),
    *(sa.text("substr(name, 1, 200)"), "address_hash", "email_hash"),
]


def upgrade() -> None:
    """
    Make the index, and drop the five whose pages were dirtied all over by every comment.
    """
    op.create_index("ix_decisions_in_time", "decisions", _IN_TIME)
    for columns in ("verdict_id", "wording", "name_id", "email_hash_id", "address_hash_id"):
        op.drop_index(f"ix_decisions_site_id_{columns}", "decisions")


def downgrade() -> None:
    """
    Make the five again. PostgreSQL's of names leaves out what is longer than an index takes.
    """
    op.create_index("ix_decisions_site_id_verdict_id", "decisions", ["site_id", "verdict", "id"])
    op.create_index("ix_decisions_site_id_wording", "decisions", ["site_id", "wording"])
    short = sa.text("octet_length(name) <= 2400")
    op.create_index("ix_decisions_site_id_name_id", "decisions", ["site_id", "name", "id"], postgresql_where=short)
    for column in ("email_hash", "address_hash"):
        known = sa.text(f"{column} IS NOT NULL")
        columns = ["site_id", column, "id"]
        name = f"ix_decisions_{'_'.join(columns)}"
        op.create_index(name, "decisions", columns, sqlite_where=known, postgresql_where=known)
    op.drop_index("ix_decisions_in_time", "decisions")
