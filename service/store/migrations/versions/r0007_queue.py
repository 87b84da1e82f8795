"""
Tell of each decision what was said of it, so that the queue of those that wait is quick to read.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

_WAITING = sa.text("verdict = 'hold' AND label IS NULL")
# Of the weightiest labels that count the latest, as the code of the time has it.
_SAID = """
UPDATE decisions SET label = (
    SELECT label FROM labels
    WHERE labels.site_id = decisions.site_id AND labels.subject = decisions.id AND labels.set_aside IS NULL
    ORDER BY labels.weight DESC, labels.at DESC, labels.id DESC LIMIT 1
) WHERE id IN (SELECT decision_id FROM labels)
"""


def upgrade() -> None:
    """
    Add the column, fill it, and index the decisions that wait.
    """
    op.add_column("decisions", sa.Column("label", sa.String))
    op.execute(_SAID)
    columns = ["site_id", "verdict", "id"]
    op.create_index("ix_decisions_waiting", "decisions", columns, sqlite_where=_WAITING, postgresql_where=_WAITING)


def downgrade() -> None:
    """
    Drop the column, which the labels say too.
    """
    op.drop_index("ix_decisions_waiting", "decisions")
    op.drop_column("decisions", "label")
