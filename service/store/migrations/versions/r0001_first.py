"""
Make the first tables: sites, their keys, decisions.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "sites",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("disabled", sa.Boolean, nullable=False),
        sa.Column("limits", sa.JSON, nullable=False),
        sa.Column("accept_below", sa.Float),
        sa.Column("reject_at", sa.Float),
        sa.PrimaryKeyConstraint("id", name="pk_sites"),
        sa.UniqueConstraint("name", name="uq_sites_name"),
    )
    op.create_table(
        "keys",
        sa.Column("id", sa.String, nullable=False),
        sa.Column("site_id", sa.Integer, nullable=False),
        sa.Column("digest", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_keys"),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name="fk_keys_site_id"),
    )
    op.create_index("ix_keys_site_id", "keys", ["site_id"])
    op.create_table(
        "decisions",
        sa.Column("id", sa.String, nullable=False),
        sa.Column("site_id", sa.Integer, nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("verdict", sa.String, nullable=False),
        sa.Column("score", sa.Float),
        sa.Column("discard", sa.Boolean, nullable=False),
        sa.Column("model", sa.String),
        sa.Column("answer", sa.JSON, nullable=False),
        sa.Column("claim_key", sa.String),
        sa.Column("claim_digest", sa.String),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("comment", sa.String, nullable=False),
        sa.Column("email_hash", sa.String),
        sa.Column("address_hash", sa.String),
        sa.Column("details", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_decisions"),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name="fk_decisions_site_id"),
        sa.UniqueConstraint("site_id", "claim_key", name="uq_decisions_site_id_claim_key"),
    )
    op.create_index("ix_decisions_site_id_verdict_id", "decisions", ["site_id", "verdict", "id"])


def downgrade() -> None:
    for table in ("decisions", "keys", "sites"):
        op.drop_table(table)
