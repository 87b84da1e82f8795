"""
Let a site set rates of errors, and only log.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """
    Add the columns; the sites that are there set no rates and go on answering.
    """
    op.add_column("sites", sa.Column("max_false_reject", sa.Float))
    op.add_column("sites", sa.Column("max_spam_accepted", sa.Float))
    op.add_column("sites", sa.Column("log_only", sa.Boolean, nullable=False, server_default=sa.false()))


def downgrade() -> None:
    """
    Forget the rates; a site that only logs is answered for.
    """
    for column in ("max_false_reject", "max_spam_accepted", "log_only"):
        op.drop_column("sites", column)
