"""
The decisions of a site as a moderator looks through them: filtered, in an order, a page at a time.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Row, and_, func, or_, select

from service.core.campaign import resembles
from service.core.comment import Comment
from service.core.commenter import COMMON_NAMES, LONGEST_NAME, plain_name
from service.core.decision import Decision, Verdict
from service.core.labels import Label
from service.store.decisions import decision_of
from service.store.engine import available, one_by_one, unhurried
from service.store.labelled import comment_of
from service.store.site_ids import site_ids
from service.store.tables import CALLED, DOUBT, IS_KEPT, IS_WAITING, answered, decisions

# A text's near-copies are looked for among so many of a site's newest comments: half a millisecond each at most.
CAMPAIGN_ROWS = 1_000
# What waits is counted no further.
MOST_COUNTED = 1_000


class Shown(StrEnum):
    """
    Which decisions: those that wait for somebody, those of a verdict, those that people decided, or all.
    """

    WAITING = "waiting"
    HELD = "held"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    DECIDED = "decided"
    ALL = "all"


class Order(StrEnum):
    """
    What comes first.
    """

    NEWEST = "newest"
    DOUBTFUL = "doubtful"


class Alike(StrEnum):
    """
    What other comments may share with one.
    """

    NAME = "name"
    EMAIL = "email"
    ADDRESS = "address"
    CAMPAIGN = "campaign"


@dataclass(frozen=True, slots=True)
class Filter:
    """
    What to show. `alike` and `of` go together: only comments like that of the decision `of`. Scores are from 0 to 1.
    """

    shown: Shown = Shown.WAITING
    order: Order = Order.NEWEST
    text: str = ""
    reason: str = ""
    since: datetime | None = None
    until: datetime | None = None
    low: float | None = None
    high: float | None = None
    alike: Alike | None = None
    of: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """
    A decided comment; `label` is what people say of it, and `alike` by what others like it can be found. Of one that
    was erased only the verdict is left.
    """

    decision: Decision
    received_at: datetime
    comment: Comment
    label: Label | None
    alike: tuple[Alike, ...]
    is_erased: bool = False


class Browsing:
    """
    Reads the decisions of all sites. Every call raises StoreUnavailable when the database does not answer.
    """

    def __init__(self, engine: Engine, sketch: Callable[[Comment], Sequence[int]]) -> None:
        """
        Take the store, and what makes the sketch by which near-copies of a text are known.
        """
        self._engine = engine
        self._reading = one_by_one(engine)
        self._sketch = sketch

    def sites(self) -> dict[int, str]:
        """
        Return the names of all sites by their numbers.
        """
        with available(), self._reading.connect() as connection:
            return {number: name for name, number in site_ids(connection).items()}

    def waiting(self, site_id: int) -> int:
        """
        Return how many comments wait at a site; MOST_COUNTED + 1 for more than can be counted quickly.
        """
        some = select(decisions.c.id).where(decisions.c.site_id == site_id, IS_WAITING).limit(MOST_COUNTED + 1)
        with available(), self._reading.connect() as connection:
            return connection.execute(select(func.count()).select_from(some.subquery())).scalar_one()

    def busy(self) -> set[int]:
        """
        Return the numbers of the sites at which something waits.
        """
        with available(), self._reading.connect() as connection:
            return set(connection.scalars(select(decisions.c.site_id).where(IS_WAITING).distinct()))

    def of_ids(self, site_id: int, ids: Collection[str]) -> dict[str, Found]:
        """
        Return this site's decided comments by id; ids it does not have are left out.
        """
        query = select(decisions).where(decisions.c.site_id == site_id, decisions.c.id.in_(ids))
        with available(), self._reading.connect() as connection:
            return {row.id: _found(row) for row in connection.execute(query)}

    def page(self, site_id: int, chosen: Filter, most: int, before: str = "") -> Sequence[Found]:
        """
        Return a page of a site's comments; the id of its last one is `before` for the page that follows.
        """
        with self._patient(chosen) as connection:
            of = self._like(connection, site_id, chosen) if chosen.alike else []
            query = select(decisions).where(decisions.c.site_id == site_id, *_conditions(chosen), *of)
            if chosen.order is Order.DOUBTFUL:
                if before:
                    query = query.where(_after(connection, site_id, before))
                query = query.order_by(DOUBT, decisions.c.id)
            else:
                if before:
                    query = query.where(decisions.c.id < before)
                query = query.order_by(decisions.c.id.desc())
            return [_found(row) for row in connection.execute(query.limit(most))]

    @contextmanager
    def _patient(self, chosen: Filter) -> Iterator[Connection]:
        if chosen.alike:
            # What is like a comment is looked for among all of its site's: 0.2 s for a million.
            with unhurried(self._engine) as connection:
                yield connection
        else:
            with available(), self._reading.connect() as connection:
                yield connection

    def _like(self, connection: Connection, site_id: int, chosen: Filter) -> list[ColumnElement[bool]]:
        of_one = select(decisions).where(decisions.c.site_id == site_id, decisions.c.id == chosen.of)
        row = connection.execute(of_one).one_or_none()
        if row is None or chosen.alike not in _found(row).alike:
            return [decisions.c.id == chosen.of]
        if chosen.alike is Alike.CAMPAIGN:
            lately = select(decisions).where(decisions.c.site_id == site_id).order_by(decisions.c.id.desc())
            own = self._sketch(comment_of(row))
            others = connection.execute(lately.limit(CAMPAIGN_ROWS)).all()
            copies = [each.id for each in others if resembles(own, self._sketch(comment_of(each)))]
            return [decisions.c.id.in_({chosen.of, *copies})]
        is_alike = {
            Alike.NAME: row.name[:LONGEST_NAME] == CALLED,
            Alike.EMAIL: decisions.c.email_hash == row.email_hash,
            Alike.ADDRESS: decisions.c.address_hash == row.address_hash,
        }
        return [IS_KEPT, is_alike[chosen.alike or Alike.NAME]]


def _after(connection: Connection, site_id: int, before: str) -> ColumnElement[bool]:
    of_last = decisions.c.site_id == site_id, decisions.c.id == before
    doubt = connection.scalar(select(DOUBT).where(*of_last).select_from(decisions)) or 0.0
    # As a range and not as a pair of alternatives, so that an index can begin there.
    return and_(doubt <= DOUBT, or_(doubt < DOUBT, decisions.c.id > before))


def _conditions(chosen: Filter) -> list[ColumnElement[bool]]:
    verdicts = {Shown.HELD: Verdict.HOLD, Shown.ACCEPTED: Verdict.ACCEPT, Shown.REJECTED: Verdict.REJECT}
    conditions: list[ColumnElement[bool]] = []
    if chosen.shown is Shown.WAITING:
        conditions.append(IS_WAITING)
    elif chosen.shown is Shown.DECIDED:
        conditions.append(decisions.c.label.is_not(None))
    elif chosen.shown in verdicts:
        conditions.append(decisions.c.verdict == verdicts[chosen.shown].value)
    if chosen.text:
        # SQLite folds the case of ASCII alone.
        cases = {chosen.text, chosen.text.lower(), chosen.text.upper(), chosen.text.capitalize()}
        columns = decisions.c.comment, decisions.c.name
        conditions.append(or_(*(each.icontains(case, autoescape=True) for case in cases for each in columns)))
    if chosen.reason:
        conditions.append(answered(f'"code":"{chosen.reason}"'))
    if chosen.since:
        conditions.append(decisions.c.received_at >= chosen.since)
    if chosen.until:
        conditions.append(decisions.c.received_at < chosen.until)
    if chosen.low is not None:
        conditions.append(decisions.c.score >= chosen.low)
    if chosen.high is not None:
        conditions.append(decisions.c.score <= chosen.high)
    return conditions


def _found(row: Row[Any]) -> Found:
    alike = [] if row.erased_at else [Alike.CAMPAIGN]
    if (name := plain_name(row.name)) and name not in COMMON_NAMES:
        alike.append(Alike.NAME)
    if row.email_hash:
        alike.append(Alike.EMAIL)
    if row.address_hash:
        alike.append(Alike.ADDRESS)
    label = Label(row.label) if row.label else None
    return Found(
        decision_of(row.answer),
        row.received_at,
        comment_of(row),
        label,
        tuple(alike),
        row.erased_at is not None,
    )
