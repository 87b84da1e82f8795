"""
Let sites have lists, keys scopes and an end, and sites languages.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """
    Add them; the keys that are there go on for comments and labels, and have no end.
    """
    op.add_column("sites", sa.Column("languages", sa.JSON, nullable=False, server_default="[]"))
    op.add_column("sites", sa.Column("hold_other_scripts", sa.Boolean, nullable=False, server_default=sa.false()))
    op.add_column("sites", sa.Column("lists_revision", sa.Integer, nullable=False, server_default="0"))
    op.add_column("keys", sa.Column("scopes", sa.String, nullable=False, server_default="check feedback"))
    op.add_column("keys", sa.Column("made_at", sa.DateTime(timezone=True)))
    op.add_column("keys", sa.Column("expires_at", sa.DateTime(timezone=True)))
    op.create_table(
        "lists",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("site_id", sa.Integer, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("value", sa.String, nullable=False),
        sa.Column("action", sa.String, nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True)),
        sa.Column("note", sa.String, nullable=False),
        sa.Column("who", sa.String, nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_lists"),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name="fk_lists_site_id"),
        sa.UniqueConstraint("site_id", "kind", "value", name="uq_lists_site_id_kind_value"),
        sqlite_autoincrement=True,
    )


def downgrade() -> None:
    """
    Drop the lists; keys that are for more or for less than comments and labels, or that end, go with them.
    """
    op.execute("DELETE FROM keys WHERE scopes <> 'check feedback' OR expires_at IS NOT NULL")
    op.drop_table("lists")
    for table, column in (
        *(("keys", "expires_at"), ("keys", "made_at"), ("keys", "scopes")),
        *(("sites", "lists_revision"), ("sites", "hold_other_scripts"), ("sites", "languages")),
    ):
        op.drop_column(table, column)
