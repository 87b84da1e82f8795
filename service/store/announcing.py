"""
What happens to comments, put into the outbox in the transaction that makes it true.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, Select, select, update

from service.core.decision import Verdict
from service.core.events import LABELS, Event, Kind, State, Subject, callback, webhook
from service.core.labels import Label, Source
from service.store.insert import insert_into
from service.store.statistics import first_id
from service.store.tables import answered, decisions, outbox, outlets, sites

# Whoever labels by Akismet's protocol is the very CMS that would be called back.
TOLD_BACK = frozenset({Source.MODERATOR, Source.API, Source.PERSPECTIVE})
# A decision's id is older than its row, by the time that a commit may take and by how far the machines' clocks differ.
LOOK_BACK = timedelta(minutes=10)
# Where nothing was held for so long, the next look begins later too, well before what was told is forgotten.
LONGEST_LOOK = timedelta(days=1)
# Of one site in one round; a flood goes on in the next.
MOST_HELD = 500

_COLUMNS = (
    *(decisions.c.id, decisions.c.verdict, decisions.c.score, decisions.c.details),
    *(decisions.c.site_id, sites.c.name, outlets.c.home, outlets.c.webhook, outlets.c.since),
)
_DECIDED: Select[Any] = select(*_COLUMNS).select_from(decisions).join(sites).outerjoin(outlets)
_IS_TOLD = select(outbox.c.number).where(outbox.c.id == f"{Event.HELD}:" + decisions.c.id).exists()
# A site that only logs was told to accept.
_IS_HELD = (decisions.c.verdict == Verdict.HOLD.value) & ~answered('"log_only":true') & decisions.c.erased_at.is_(None)
_WITH_WEBHOOK = select(outlets.c.site_id, outlets.c.since).where(outlets.c.webhook.is_not(None))


@dataclass(frozen=True, slots=True)
class Change:
    """
    What people now say of a decided comment, and by which way they said it.

    `before` is the label that was in force, if any, and `after` the one that is now, None if the only one was taken
    back.
    """

    decision_id: str
    before: Label | None
    after: Label | None
    source: str


def announce_labels(connection: Connection, changes: Collection[Change], now: datetime) -> None:
    """
    Have sites told, in the transaction that keeps the labels, that somebody decided on comments, or decided otherwise.
    Nothing is told of a decision that is not known, or whose label is as it was.
    """
    new = {change.decision_id: change for change in changes if change.before is not change.after}
    if new:
        about = _DECIDED.where(decisions.c.id.in_(new)).order_by(decisions.c.id)
        # First that they were held, where the label came before `announce_held`, which would tell it after the label.
        held = connection.execute(about.where(_IS_HELD, outlets.c.webhook.is_not(None))).all()
        untold = [_of_held(row, now) for row in held if row.id >= _first_told(row.since)]
        rows = connection.execute(about).all()
        _put(connection, [*untold, *(message for row in rows for message in _of_label(row, new[row.id], now))], now)


def _of_label(row: Row[Any], change: Change, now: datetime) -> Iterator[dict[str, Any]]:
    event = Event.CHANGED if change.before else Event.DECIDED
    event_id = f"{event}:{row.id}:{change.after or 'none'}:{round(now.timestamp() * 1e6)}"
    # Akismet's protocol knows spam and ham only: of a comment that is held again nothing can be said.
    told = change.after or LABELS.get(Verdict(row.verdict))
    if told and row.home and row.details.get("callback") and change.source in TOLD_BACK:
        yield _message(row, Kind.CALLBACK, f"callback:{event_id}", callback(_subject(row), told))
    if row.webhook:
        body = webhook(event, event_id, now, row.name, _subject(row), change.after)
        yield _message(row, Kind.WEBHOOK, event_id, body)


def has_webhooks(connection: Connection) -> bool:
    """
    Tell whether any site wants to hear of what is held.
    """
    return connection.execute(_WITH_WEBHOOK.limit(1)).first() is not None


def announce_held(connection: Connection, now: datetime) -> int:
    """
    Have all sites with a webhook told of the comments held since they were last told; return how many these are.

    A comment is held as soon as its decision has a row. So nothing more is written while its author waits, and here the
    held comments are found of which nobody was told yet.
    """
    return sum(_announce_held(connection, *site, now) for site in connection.execute(_WITH_WEBHOOK).all())


def _announce_held(connection: Connection, site_id: int, since: datetime, now: datetime) -> int:
    lately = decisions.c.id >= _first_told(since)
    held = _DECIDED.where(decisions.c.site_id == site_id, _IS_HELD, lately, ~_IS_TOLD)
    rows = connection.execute(held.order_by(decisions.c.id).limit(MOST_HELD)).all()
    _put(connection, [_of_held(row, now) for row in rows], now)
    # A moment further ahead than clocks differ was set by a clock that has been put back since.
    is_astray = now - since > LONGEST_LOOK or since - now > 2 * LOOK_BACK
    if len(rows) < MOST_HELD and (is_astray or (rows and now > since)):
        connection.execute(update(outlets).where(outlets.c.site_id == site_id).values(since=now))
    return len(rows)


def _first_told(since: datetime) -> str:
    return first_id(since - LOOK_BACK)


def _subject(row: Row[Any]) -> Subject:
    return Subject(row.id, Verdict(row.verdict), row.score, row.details)


def _of_held(row: Row[Any], now: datetime) -> dict[str, Any]:
    event_id = f"{Event.HELD}:{row.id}"
    return _message(row, Kind.WEBHOOK, event_id, webhook(Event.HELD, event_id, now, row.name, _subject(row)))


def _message(row: Row[Any], kind: Kind, event_id: str, body: dict[str, Any]) -> dict[str, Any]:
    url = row.details["callback"] if kind is Kind.CALLBACK else None
    return {"id": event_id, "site_id": row.site_id, "kind": kind, "subject": row.id, "url": url, "body": body}


def _put(connection: Connection, messages: Sequence[dict[str, Any]], now: datetime) -> None:
    fresh = {"created_at": now, "due_at": now, "attempts": 0, "state": State.PENDING}
    if messages:
        # Two may find the same held comment, replicas or a label; the second one's row is the first one's.
        new = insert_into(outbox, connection.dialect).on_conflict_do_nothing()
        connection.execute(new, [message | fresh for message in messages])
