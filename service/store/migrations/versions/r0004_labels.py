"""
Keep what people say that comments were.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """
    Make the table, and let decisions be found by their wording; those that are there are found by their id only.
    """
    op.create_table(
        "labels",
        sa.Column("id", sa.String, nullable=False),
        sa.Column("site_id", sa.Integer, nullable=False),
        sa.Column("subject", sa.String, nullable=False),
        sa.Column("decision_id", sa.String),
        sa.Column("label", sa.String, nullable=False),
        sa.Column("source", sa.String, nullable=False),
        sa.Column("who", sa.String, nullable=False),
        sa.Column("turn", sa.Integer, nullable=False),
        sa.Column("key_id", sa.String),
        sa.Column("weight", sa.Float, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("contradicts", sa.Boolean, nullable=False),
        sa.Column("set_aside", sa.String),
        sa.Column("verdict", sa.String),
        sa.Column("score", sa.Float),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("comment", sa.String, nullable=False),
        sa.Column("email_hash", sa.String),
        sa.Column("address_hash", sa.String),
        sa.Column("details", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_labels"),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name="fk_labels_site_id"),
        sa.UniqueConstraint(
            "site_id", "subject", "source", "who", "turn", name="uq_labels_site_id_subject_source_who_turn"
        ),
    )
    op.create_index("ix_labels_site_id_at", "labels", ["site_id", "at"])
    op.add_column("decisions", sa.Column("wording", sa.String))
    op.create_index("ix_decisions_site_id_wording", "decisions", ["site_id", "wording"])


def downgrade() -> None:
    op.drop_index("ix_decisions_site_id_wording", "decisions")
    op.drop_column("decisions", "wording")
    op.drop_table("labels")
