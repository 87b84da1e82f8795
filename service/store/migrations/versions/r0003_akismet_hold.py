"""
Let a site say how Akismet's clients are told to hold.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """
    Add the column; for the sites that are there it goes by the client.
    """
    op.add_column("sites", sa.Column("akismet_hold", sa.String, nullable=False, server_default="auto"))


def downgrade() -> None:
    op.drop_column("sites", "akismet_hold")
