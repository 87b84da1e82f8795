"""
What people said that comments were: every label for good, with the comment's fields, so that it outlives its decision.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Row, Select, bindparam, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from service.core.comment import Comment
from service.core.commenter import address_hash, email_hash
from service.core.labels import TAKEN_BACK, Given, Label, Source, Subject, in_force
from service.core.wording import wording
from service.errors import DecidedMeanwhile, NotFound
from service.store.announcing import announce_label
from service.store.decisions import details_of
from service.store.engine import available, one_by_one, unavailable, unhurried
from service.store.labelled import IN_FORCE, given_of, of_decision, of_site
from service.store.tables import IS_KEPT, decisions, labels, without_nul

_ATTEMPTS = 5
# What a key gave so long after the hour that is looked at began, a clock gave that has been put back since.
_FURTHEST = timedelta(hours=2)
# Among so many of a site's newest comments one is looked for by its wording: 0.4 s where it is not there.
MOST_LOOKED_AT = 1_000_000

_NEWEST = (
    select(decisions.c.id, decisions.c.wording)
    .where(decisions.c.site_id == bindparam("site"), IS_KEPT)
    .order_by(decisions.c.id.desc())
    .limit(MOST_LOOKED_AT)
    .subquery()
)
# The newest first without being sorted again, so that both engines stop at the first.
_OF_WORDING = select(_NEWEST.c.id).where(_NEWEST.c.wording.in_(bindparam("wordings", expanding=True))).limit(1)
_WORDED = select(decisions).where(decisions.c.id == _OF_WORDING.scalar_subquery())


@dataclass(frozen=True, slots=True)
class Wish:
    """
    A label that somebody asks for, and how much it is to weigh. `set_aside` says why it is not to count.
    """

    label: Label
    source: Source
    who: str
    key_id: str | None
    weight: float
    at: datetime
    contradicts: bool
    set_aside: str | None = None


Expected = Callable[[Given | None], bool]


class Labels:
    """
    The labels of all sites. Every call raises StoreUnavailable when the database does not answer.
    """

    def __init__(self, engine: Engine, secrets: Sequence[bytes], new_id: Callable[[], str]) -> None:
        """
        Take the store, the secrets of its hashes, the newest first, and what makes ids.
        """
        self._engine = engine
        self._reading = one_by_one(engine)
        self._secrets = secrets
        self._new_id = new_id

    def decided(self, site_id: int, decision_id: str) -> Subject | None:
        """
        Return the comment of a decision; None if this site has none of this id, or it was erased.
        """
        is_one = (decisions.c.site_id == site_id, decisions.c.id == decision_id, decisions.c.erased_at.is_(None))
        query = select(decisions).where(*is_one)
        with available(), self._reading.connect() as connection:
            row = connection.execute(query).one_or_none()
        return of_decision(row) if row else None

    def worded(self, site_id: int, comment: Comment) -> Subject:
        """
        Return the latest decision's comment of the same wording and author, else the comment as it is.
        """
        keys = [wording(secret, comment) for secret in self._secrets]
        with unhurried(self._engine) as connection:
            row = connection.execute(_WORDED, {"site": site_id, "wordings": keys}).one_or_none()
            if row:
                return of_decision(row)
            subject = self._subject(connection, site_id, [f"wording:{key}" for key in keys])
        newest = self._secrets[0]
        return Subject(subject, None, comment, email_hash(newest, comment.email), address_hash(newest, comment.ip))

    def _subject(self, connection: Connection, site_id: int, subjects: Sequence[str]) -> str:
        # What was said of it before the secret was replaced is about the same comment.
        said = select(labels.c.subject).where(labels.c.site_id == site_id, labels.c.subject.in_(subjects[1:]))
        return (connection.scalar(said.limit(1)) if subjects[1:] else None) or subjects[0]

    def give(
        self, site_id: int, subject: Subject, wish: Wish, expected: Expected = lambda _: True
    ) -> tuple[Given, bool]:
        """
        Store a label and return it, and whether it is new: what the same person said of a comment last is not said
        again. Once this returns it is on the disk.

        Raises:
            DecidedMeanwhile: the label in force is not as expected; nothing was stored.
            NotFound: the comment was erased meanwhile; nothing was stored.
        """
        for _ in range(_ATTEMPTS):
            with available():
                try:
                    return self._give(site_id, subject, wish, expected)
                except IntegrityError:
                    continue  # the same person's other click came first
        raise unavailable()

    def of(self, site_id: int, subject_id: str) -> list[Given]:
        """
        Return all that was said of a comment, the earliest first.
        """
        with available(), self._reading.connect() as connection:
            return [given_of(row) for row in connection.execute(_about(site_id, subject_id))]

    def given_since(self, site_id: int, key_id: str, since: datetime) -> tuple[int, int, datetime | None]:
        """
        Return how many labels a key has given, how many of these contradict the model, and when the first was given.
        """
        contradicting = func.count().filter(labels.c.contradicts)
        query = select(func.count(), contradicting, func.min(labels.c.at)).where(*_of_key(site_id, key_id, since))
        with available(), self._reading.connect() as connection:
            count, contradictions, first = connection.execute(query).one()
        return count, contradictions, first

    def set_burst_aside(self, site_id: int, key_id: str, since: datetime, why: str) -> None:
        """
        Let none of a key's labels count that contradict the model since a moment.
        """
        burst = select(labels.c.id).where(*_of_key(site_id, key_id, since), labels.c.contradicts)
        with available(), self._engine.begin() as connection:
            chosen = labels.c.id.in_(connection.scalars(burst).all())
            _one_at_a_time(connection, _about_which(chosen))
            connection.execute(update(labels).where(chosen, labels.c.set_aside.is_(None)).values(set_aside=why))
            _settle(connection, chosen)

    def take_back(
        self, site_id: int, subject_id: str, source: Source, who: str, seen: Label | None, now: datetime
    ) -> bool:
        """
        Let the latest label that somebody gave a comment, and that counts, count no more; what was in force before it
        is again. Return whether there was one, and the label in force the one that they had seen: of two clicks on the
        same page the second must not take back an earlier word.
        """
        mine = (labels.c.source == source.value, labels.c.who == without_nul(who), labels.c.set_aside.is_(None))
        with available(), self._engine.begin() as connection:
            _one_at_a_time(connection, decisions.c.id == subject_id)
            rows = connection.execute(_about(site_id, subject_id).where(*mine)).all()
            before = _in_force(connection, rows[-1]) if rows else None
            if before is None or before.label is not seen:
                return False
            chosen = labels.c.id == rows[-1].id
            connection.execute(update(labels).where(chosen).values(set_aside=TAKEN_BACK))
            _settle(connection, chosen)
            after = _in_force(connection, rows[-1])
            announce_label(connection, subject_id, before.label, after.label if after else None, source, now)
        return True

    def _give(self, site_id: int, subject: Subject, wish: Wish, expected: Expected) -> tuple[Given, bool]:
        with self._engine.begin() as connection:
            if any(_one_at_a_time(connection, decisions.c.id == subject.id)):
                raise NotFound("the comment was erased meanwhile")
            rows = connection.execute(_about(site_id, subject.id)).all()
            known = in_force([given_of(row) for row in rows])
            mine = (wish.source, without_nul(wish.who))
            is_again = known is not None and (known.source, known.who, known.label) == (*mine, wish.label)
            if not expected(known) and not is_again:
                raise DecidedMeanwhile("somebody else decided on this comment meanwhile")
            said = [row for row in rows if (row.source, row.who) == mine]
            if said and said[-1].label == wish.label and said[-1].set_aside != TAKEN_BACK:
                return given_of(said[-1]), False
            # Behind what was said before, also where the clock went back, or another machine's is ahead.
            now, wish = wish.at, replace(wish, at=max([wish.at, *(each.at + timedelta.resolution for each in rows)]))
            row = self._row(site_id, subject, wish, len(said))
            connection.execute(insert(labels), row)
            _settle(connection, labels.c.id == row["id"])
            given = Given(row["id"], wish.label, row["who"], wish.source, wish.weight, wish.at, wish.set_aside)
            after = in_force([*map(given_of, rows), given])
            if subject.decision_id and after:
                was = known.label if known else None
                announce_label(connection, subject.decision_id, was, after.label, wish.source, now)
        return given, True

    def _row(self, site_id: int, subject: Subject, wish: Wish, turn: int) -> dict[str, Any]:
        comment = subject.comment
        return {
            "id": self._new_id(),
            "site_id": site_id,
            "subject": subject.id,
            "decision_id": subject.decision_id,
            "label": wish.label.value,
            "source": wish.source.value,
            "who": without_nul(wish.who),
            "turn": turn,
            "key_id": wish.key_id,
            "weight": wish.weight,
            "at": wish.at,
            "contradicts": wish.contradicts,
            "set_aside": wish.set_aside,
            "verdict": subject.verdict and subject.verdict.value,
            "score": subject.score,
            "name": comment.name,
            "comment": comment.comment,
            "email_hash": subject.email_hash,
            "address_hash": subject.address_hash,
            "details": details_of(comment),
        }


def release(engine: Engine, site: str, ids: Collection[str], now: datetime) -> int:
    """
    Let labels of a site, by its name, count that were set aside, and return how many these were; the site is told of
    them as of all others.

    Raises:
        StoreUnavailable: the database does not answer; nothing was released.
    """
    named = of_site(site) & labels.c.id.in_(ids)
    chosen = (named, labels.c.set_aside.is_not(None), labels.c.set_aside != TAKEN_BACK)
    with available(), engine.begin() as connection:
        _one_at_a_time(connection, _about_which(named))
        rows = connection.execute(select(labels).where(*chosen)).all()
        before = {row.subject: _in_force(connection, row) for row in rows}
        count = connection.execute(update(labels).where(*chosen).values(set_aside=None)).rowcount
        _settle(connection, named)
        for row in {row.subject: row for row in rows}.values():
            was, given = before[row.subject], _in_force(connection, row)
            if row.decision_id and given:
                announce_label(connection, row.decision_id, was.label if was else None, given.label, given.source, now)
    return count


def _settle(connection: Connection, changed: ColumnElement[bool]) -> None:
    """
    Have the queue know of the labels in force, after some labels were given, set aside or released.
    """
    said = select(labels.c.label).where(
        labels.c.site_id == decisions.c.site_id, labels.c.subject == decisions.c.id, IN_FORCE
    )
    connection.execute(update(decisions).where(_about_which(changed)).values(label=said.scalar_subquery()))


def _about_which(chosen: ColumnElement[bool]) -> ColumnElement[bool]:
    return decisions.c.id.in_(select(labels.c.decision_id).where(chosen))


def _one_at_a_time(connection: Connection, about: ColumnElement[bool]) -> Sequence[datetime | None]:
    """
    Lock decisions, and return when each was erased.
    """
    # Of PostgreSQL's transactions two could each see the other's label too late; SQLite has one writer at a time.
    locking = select(decisions.c.erased_at).where(about).order_by(decisions.c.id).with_for_update()
    return connection.scalars(locking).all()


def _in_force(connection: Connection, row: Row[Any]) -> Given | None:
    return in_force([given_of(each) for each in connection.execute(_about(row.site_id, row.subject))])


def _about(site_id: int, subject: str) -> Select[Any]:
    about = (labels.c.site_id == site_id, labels.c.subject == subject)
    return select(labels).where(*about).order_by(labels.c.at, labels.c.turn)


def _of_key(site_id: int, key_id: str, since: datetime) -> tuple[Any, ...]:
    is_lately = (labels.c.at > since) & (labels.c.at < since + _FURTHEST)
    return labels.c.site_id == site_id, is_lately, labels.c.key_id == key_id
