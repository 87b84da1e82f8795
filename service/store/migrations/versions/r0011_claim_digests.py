"""
Forget the digests of bodies that had the e-mail and the address in them: with the rest of the row beside it, every
address could be tried until the digest came out.
"""

from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """
    Forget them; an idempotency key of before gets its decision whatever body it comes with.
    """
    op.execute("UPDATE decisions SET claim_digest = NULL WHERE claim_digest IS NOT NULL")


def downgrade() -> None:
    """
    Leave what is gone.
    """
