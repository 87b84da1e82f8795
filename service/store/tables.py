"""
The tables, as the newest migration leaves them.

What the caller sends has no length here: PostgreSQL would refuse a longer one, and the decision would be lost.
"""

from datetime import UTC, datetime
from typing import TypeVar

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    ColumnElement,
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
    and_,
    cast,
    false,
    func,
    literal_column,
    select,
)

from service.core.commenter import LONGEST_NAME

_Text = TypeVar("_Text", str, str | None)


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
        return without_nul(value)


def without_nul(text: _Text) -> _Text:
    r"""
    Return the text, or None as it is, without NUL, which PostgreSQL cannot store; the same for SQLite, so that both
    keep the same.

    >>> without_nul("pay\0day")
    'pay�day'
    """
    return text and text.replace("\0", "\ufffd")


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
    Column("languages", JSON, nullable=False, server_default="[]"),
    Column("hold_other_scripts", Boolean, nullable=False, server_default=false()),
    Column("lists_revision", Integer, nullable=False, server_default="0"),  # raised by each change; 0 if there are none
)

keys = Table(
    "keys",
    metadata,
    Column("id", Text, primary_key=True),
    Column("site_id", ForeignKey("sites.id"), nullable=False, index=True),
    Column("digest", LargeBinary, nullable=False),
    Column("scopes", Text, nullable=False, server_default="check feedback"),
    Column("made_at", Moment),  # NULL for those of the first Hamlets
    Column("expires_at", Moment),
)

lists = Table(
    "lists",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("site_id", ForeignKey("sites.id"), nullable=False),
    Column("kind", Text, nullable=False),
    # What is looked for, as it is compared. An e-mail and an address too: a range cannot be found by a hash.
    Column("value", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("expires_at", Moment),
    Column("note", Text, nullable=False),
    Column("who", Text, nullable=False),
    Column("made_at", Moment, nullable=False),
    UniqueConstraint("site_id", "kind", "value"),
    # The number of an entry that was removed, which decisions name, is not given to another.
    sqlite_autoincrement=True,
)

coral = Table(
    "coral",
    metadata,
    Column("site_id", ForeignKey("sites.id"), primary_key=True),
    Column("secrets", JSON, nullable=False),  # of {"secret": …, "until": a moment, or null for the newest}
    Column("statuses", JSON, nullable=False),
)

# Where a site hears of decisions: `home` is the host that callbacks may name.
outlets = Table(
    "outlets",
    metadata,
    Column("site_id", ForeignKey("sites.id"), primary_key=True),
    Column("home", Text),
    Column("webhook", Text),
    Column("nonce", Text),  # makes the webhook's secret, together with Hamlet's own
    Column("since", Moment),  # from when on held comments are told
)

outbox = Table(
    "outbox",
    metadata,
    Column("number", Integer, primary_key=True),  # the order in which things happened
    Column("id", Text, nullable=False, unique=True),
    Column("site_id", ForeignKey("sites.id"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("subject", Text, nullable=False),  # the decision's id: what is told of one comment is told in order
    Column("url", Text),  # of a callback; a webhook goes where its site says by then
    Column("body", JSON, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("fault", Text),
    Index(None, "state", "due_at"),
    Index(None, "subject"),
)

# A name as far as names are compared, since PostgreSQL takes no text of any length into an index. A query must say it
# in the same words as the index, or the index is of no use.
CALLED: ColumnElement[str] = literal_column(f"substr(name, 1, {LONGEST_NAME})", Text)

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
    Column("wording", Text),  # by which a label finds its decision where the client keeps no id
    Column("label", Text),  # the one in force; whoever reads the queue need not look for it among all labels
    Column("erased_at", Moment),  # when all that its author wrote was erased; the verdict stays for the counts
    UniqueConstraint("site_id", "claim_key"),
    # All that a site's comments are looked for by, in the order of time: a new one is added at its end, and searches
    # read it from there. With an index for each, every row dirtied a page of each. The price: a search for what is
    # nowhere reads all of it.
    Index("ix_decisions_in_time", "site_id", "id", "verdict", "wording", CALLED, "address_hash", "email_hash"),
)  # and those of `indexes`
# Not bound as a parameter: SQLite uses a partial index only for what it can prove. And with the verdict, or it would
# take the index above for the better one.
IS_WAITING = and_(
    decisions.c.verdict == literal_column("'hold'"), decisions.c.label.is_(None), decisions.c.erased_at.is_(None)
)
# How far a score is from saying nothing; in the words of the index, as above.
DOUBT: ColumnElement[float] = literal_column("coalesce(abs(score - 0.5), 0)", Float)


def answered(words: str) -> ColumnElement[bool]:
    """
    Return the condition that some JSON is in a decision's answer, which is kept as the text that it was written in.

    No member of it is asked for: where a reason quotes a NUL, PostgreSQL can give the whole JSON, but no part of it.
    """
    return cast(decisions.c.answer, String).contains(words, autoescape=True)


labels = Table(
    "labels",
    metadata,
    Column("id", Text, primary_key=True),
    Column("site_id", ForeignKey("sites.id"), nullable=False),
    # What the label is about: a decision's id, else one made of the wording. No foreign key, and the comment's fields
    # beside it: training reads labels when the decisions have been purged.
    Column("subject", Text, nullable=False),
    Column("decision_id", Text),
    Column("label", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("who", Text, nullable=False),
    Column("turn", Integer, nullable=False),  # how often the same person has changed their mind about it
    Column("key_id", Text),
    Column("weight", Float, nullable=False),
    Column("at", Moment, nullable=False),
    Column("contradicts", Boolean, nullable=False),  # the model was all but sure of the opposite
    Column("set_aside", Text),  # why it does not count; NULL if it does
    Column("verdict", Text),
    Column("score", Float),
    Column("name", Text, nullable=False),
    Column("comment", Text, nullable=False),
    Column("email_hash", Text),
    Column("address_hash", Text),
    Column("details", JSON, nullable=False),
    Column("erased_at", Moment),
    UniqueConstraint("site_id", "subject", "source", "who", "turn"),
    Index(None, "site_id", "at"),
)

# How far the purge has come, so that it never looks at what it has erased again, and when it was.
retention = Table(
    "retention",
    metadata,
    Column("what", Text, primary_key=True),  # a table, whose ids are in the order of time, or a row of Retention's
    Column("until", Text, nullable=False),  # the last id that was looked at, or one of that moment
)
_PURGED = select(retention.c.until).where(retention.c.what == literal_column("'decisions'")).scalar_subquery()
# In what the purge has been through, nothing is left to look for anything by.
IS_KEPT = decisions.c.id > func.coalesce(_PURGED, literal_column("''"))

# Who moderates, in a browser.
moderators = Table(
    "moderators",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("role", Text, nullable=False),
    Column("every_site", Boolean, nullable=False),  # else those of moderator_sites
    Column("password", Text, nullable=False),  # its hash, with the hash's parameters
    Column("failures", Integer, nullable=False),  # sign-ins that failed since the last one that did not
    Column("locked_until", Moment),
    Column("made_at", Moment, nullable=False),
    # The number of an account that was removed is not given to another.
    sqlite_autoincrement=True,
)

moderator_sites = Table(
    "moderator_sites",
    metadata,
    Column("moderator_id", ForeignKey("moderators.id"), primary_key=True),
    Column("site_id", ForeignKey("sites.id"), primary_key=True),
)

moderator_sessions = Table(
    "moderator_sessions",
    metadata,
    Column("digest", LargeBinary, primary_key=True),
    Column("moderator_id", ForeignKey("moderators.id"), nullable=False, index=True),
    Column("began_at", Moment, nullable=False),
    Column("seen_at", Moment, nullable=False),
)
