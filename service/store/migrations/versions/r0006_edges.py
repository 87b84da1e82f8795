"""
Keep what Coral signs by, and what is yet to be told to sites.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "coral",
        sa.Column("site_id", sa.Integer, nullable=False),
        sa.Column("secrets", sa.JSON, nullable=False),
        sa.Column("statuses", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("site_id", name="pk_coral"),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name="fk_coral_site_id"),
    )
    op.create_table(
        "outlets",
        sa.Column("site_id", sa.Integer, nullable=False),
        sa.Column("home", sa.String),
        sa.Column("webhook", sa.String),
        sa.Column("nonce", sa.String),
        sa.Column("since", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("site_id", name="pk_outlets"),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name="fk_outlets_site_id"),
    )
    op.create_table(
        "outbox",
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("id", sa.String, nullable=False),
        sa.Column("site_id", sa.Integer, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("subject", sa.String, nullable=False),
        sa.Column("url", sa.String),
        sa.Column("body", sa.JSON, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("fault", sa.String),
        sa.PrimaryKeyConstraint("number", name="pk_outbox"),
        sa.UniqueConstraint("id", name="uq_outbox_id"),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name="fk_outbox_site_id"),
    )
    op.create_index("ix_outbox_state_due_at", "outbox", ["state", "due_at"])
    op.create_index("ix_outbox_subject", "outbox", ["subject"])


def downgrade() -> None:
    """
    Drop the tables; what waits to be told is told to nobody.
    """
    for table in ("outbox", "outlets", "coral"):
        op.drop_table(table)
