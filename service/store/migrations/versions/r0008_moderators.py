"""
Give moderators accounts and sessions, and let the comments of one author, and the most doubtful, be found quickly.
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """
    Make the tables, an index for each thing that tells an author, and one of what waits by how doubtful it is.
    """
    op.create_table(
        "moderators",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("role", sa.String, nullable=False),
        sa.Column("every_site", sa.Boolean, nullable=False),
        sa.Column("password", sa.String, nullable=False),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("locked_until", sa.DateTime(timezone=True)),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_moderators"),
        sa.UniqueConstraint("name", name="uq_moderators_name"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "moderator_sites",
        sa.Column("moderator_id", sa.Integer, nullable=False),
        sa.Column("site_id", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("moderator_id", "site_id", name="pk_moderator_sites"),
        sa.ForeignKeyConstraint(["moderator_id"], ["moderators.id"], name="fk_moderator_sites_moderator_id_moderators"),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name="fk_moderator_sites_site_id_sites"),
    )
    op.create_table(
        "moderator_sessions",
        sa.Column("digest", sa.LargeBinary, nullable=False),
        sa.Column("moderator_id", sa.Integer, nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_moderator_sessions"),
        sa.ForeignKeyConstraint(
            ["moderator_id"], ["moderators.id"], name="fk_moderator_sessions_moderator_id_moderators"
        ),
    )
    op.create_index("ix_moderator_sessions_moderator_id", "moderator_sessions", ["moderator_id"])
    # What is longer PostgreSQL does not take into an index, and would end the migration.
    short = sa.text("octet_length(name) <= 2400")
    op.create_index("ix_decisions_site_id_name_id", "decisions", ["site_id", "name", "id"], postgresql_where=short)
    for column in ("email_hash", "address_hash"):
        known = sa.text(f"{column} IS NOT NULL")
        op.create_index(
            f"ix_decisions_site_id_{column}_id",
            "decisions",
            ["site_id", column, "id"],
            sqlite_where=known,
            postgresql_where=known,
        )
    waiting = sa.text("verdict = 'hold' AND label IS NULL")
    doubt = sa.text("coalesce(abs(score - 0.5), 0)")
    op.create_index(
        "ix_decisions_doubtful",
        "decisions",
        ["site_id", doubt, "id"],
        sqlite_where=waiting,
        postgresql_where=waiting,
    )


def downgrade() -> None:
    """
    Drop the accounts; what they said of comments stays.
    """
    for index in ("doubtful", "site_id_address_hash_id", "site_id_email_hash_id", "site_id_name_id"):
        op.drop_index(f"ix_decisions_{index}", "decisions")
    for table in ("moderator_sessions", "moderator_sites", "moderators"):
        op.drop_table(table)
