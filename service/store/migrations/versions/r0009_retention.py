"""
Let what people wrote be erased and the counts be kept, and keep what was erased out of the queue.
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

WAITING = "verdict = 'hold' AND label IS NULL"
DOUBT = "coalesce(abs(score - 0.5), 0)"


def upgrade() -> None:
    """
    Add when a row was erased, and how far the purge has come.
    """
    for table in ("decisions", "labels"):
        op.add_column(table, sa.Column("erased_at", sa.DateTime(timezone=True)))
    op.create_table(
        "retention",
        sa.Column("what", sa.String, nullable=False),
        sa.Column("until", sa.String, nullable=False),
        sa.PrimaryKeyConstraint("what", name="pk_retention"),
    )
    _index_again(f"{WAITING} AND erased_at IS NULL")


def downgrade() -> None:
    """
    Forget it; what was erased stays so, and waits in the queue without its text.
    """
    _index_again(WAITING)
    op.drop_table("retention")
    for table in ("decisions", "labels"):
        op.drop_column(table, "erased_at")


def _index_again(waiting: str) -> None:
    columns: dict[str, list[str | sa.TextClause]] = {
        "waiting": ["site_id", "verdict", "id"],
        "doubtful": ["site_id", sa.text(DOUBT), "id"],
    }
    where = sa.text(waiting)
    for name, indexed in columns.items():
        op.drop_index(f"ix_decisions_{name}", "decisions")
        op.create_index(f"ix_decisions_{name}", "decisions", indexed, sqlite_where=where, postgresql_where=where)
