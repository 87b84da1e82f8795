"""
The tables, as the newest migration leaves them.

What the caller sends has no length here: PostgreSQL would refuse a longer one, and the decision would be lost.
"""

from datetime import UTC, datetime

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    TypeDecorator,
    UniqueConstraint,
    false,
)


class Moment(TypeDecorator[datetime]):
    """
    A moment in UTC. SQLite forgets time zones, so it is given UTC and told so when read.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        return value.astimezone(UTC) if value else None

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        if value is None or value.tzinfo:
            return value
        return value.replace(tzinfo=UTC)


class Text(TypeDecorator[str]):
    """
    Text of any length, as `without_nul` leaves it, also where it is only compared with.
    """

    impl = String
    cache_ok = True

    def process_bind_param(self, value: str | None, _dialect: Dialect) -> str | None:
        return None if value is None else without_nul(value)


def without_nul(text: str) -> str:
    r"""
    Return the text without NUL, which PostgreSQL cannot store; the same for SQLite, so that both keep the same.

    >>> without_nul("pay\0day")
    'pay�day'
    """
    return text.replace("\0", "\ufffd")


# Constraints get names, since a later migration can only drop what has one.
metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)

sites = Table(
    "sites",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("disabled", Boolean, nullable=False),
    Column("limits", JSON, nullable=False),  # only those that the site set: the others follow the defaults
    Column("accept_below", Float),
    Column("reject_at", Float),
    Column("max_false_reject", Float),
    Column("max_spam_accepted", Float),
    Column("log_only", Boolean, nullable=False, server_default=false()),
    Column("akismet_hold", Text, nullable=False, server_default="auto"),
)

keys = Table(
    "keys",
    metadata,
    Column("id", Text, primary_key=True),
    Column("site_id", ForeignKey("sites.id"), nullable=False, index=True),
    Column("digest", LargeBinary, nullable=False),
)

decisions = Table(
    "decisions",
    metadata,
    Column("id", Text, primary_key=True),
    Column("site_id", ForeignKey("sites.id"), nullable=False),
    Column("received_at", Moment, nullable=False),
    Column("verdict", Text, nullable=False),
    Column("score", Float),
    Column("discard", Boolean, nullable=False),
    Column("model", Text),
    Column("answer", JSON, nullable=False),  # the whole decision, so that it can be given again to the last digit
    Column("claim_key", Text),
    Column("claim_digest", Text),
    Column("name", Text, nullable=False),
    Column("comment", Text, nullable=False),
    Column("email_hash", Text),
    Column("address_hash", Text),
    # The rest of what the CMS said. Nothing searches it; it is shown with its comment and exported with it, and a
    # field more in the API is no migration here.
    Column("details", JSON, nullable=False),
    UniqueConstraint("site_id", "claim_key"),
    Index(None, "site_id", "verdict", "id"),  # the moderators' queue pages by it
)
