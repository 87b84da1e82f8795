"""
What people said that comments were: every label for good, with the comment's fields, so that it outlives its decision.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, bindparam, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from service.core.comment import Comment
from service.core.commenter import address_hash, email_hash
from service.core.labels import TAKEN_BACK, Given, Label, Source, Subject, in_force
from service.core.wording import wording
from service.errors import NotFound
from service.store.announcing import Change, announce_labels
from service.store.decisions import details_of
from service.store.engine import available, one_by_one, unavailable, unhurried
from service.store.labelled import IN_FORCE, given_of, of_decision, of_site
from service.store.tables import IS_KEPT, decisions, labels, without_nul

_ATTEMPTS = 5
# A label dated so long after the hour in question began was dated by a clock that has been put back since.
_FURTHEST = timedelta(hours=2)
# A comment is looked for by its wording among so many of a site's newest: 0.4 s where it is not there.
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

# Of a label what it says, without the comment's fields.
_SAID = tuple(labels.c[each] for each in ("id", "label", "who", "source", "weight", "at", "set_aside"))


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


Expected = Callable[[Subject, Given | None], bool]


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
        return next(iter(self.all_decided(site_id, [decision_id])), None)

    def all_decided(self, site_id: int, ids: Collection[str]) -> list[Subject]:
        """
        Return the comments of decisions, without those that `decided` does not know.
        """
        are_those = (decisions.c.site_id == site_id, decisions.c.id.in_(ids), decisions.c.erased_at.is_(None))
        with available(), self._reading.connect() as connection:
            return [of_decision(row) for row in connection.execute(select(decisions).where(*are_those))]

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

    def give(self, site_id: int, subject: Subject, wish: Wish) -> tuple[Given, bool]:
        """
        Store a label, and return it and whether it is new: a person who said the same of the comment last is not
        recorded again. Once this returns, the label is on the disk.

        Raises:
            NotFound: the comment was erased meanwhile; nothing was stored.
        """
        for given in self.give_all(site_id, [subject], wish).values():
            return given
        raise NotFound("the comment was erased meanwhile")

    def give_all(
        self, site_id: int, subjects: Collection[Subject], wish: Wish, expected: Expected = lambda *_: True
    ) -> dict[str, tuple[Given, bool]]:
        """
        Give many comments a label in one transaction, each as `give` does, and return what became of each by its id.
        Comments that were erased meanwhile, or whose label in force is not as expected, are left out.
        """
        for _ in range(_ATTEMPTS):
            with available():
                try:
                    return self._give(site_id, subjects, wish, expected)
                except IntegrityError:
                    continue  # the same person's other click came first
        raise unavailable()

    def of(self, site_id: int, subject_id: str) -> list[Given]:
        """
        Return all that was said of a comment, the earliest first.
        """
        with available(), self._reading.connect() as connection:
            return _said(connection, site_id, [subject_id])[subject_id]

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
        Let those labels count no more that a key gave since a moment and that contradict the model.
        """
        burst = select(labels.c.id).where(*_of_key(site_id, key_id, since), labels.c.contradicts)
        with available(), self._engine.begin() as connection:
            chosen = labels.c.id.in_(connection.scalars(burst).all())
            _one_at_a_time(connection, _about_which(chosen))
            connection.execute(update(labels).where(chosen, labels.c.set_aside.is_(None)).values(set_aside=why))
            _settle(connection, chosen)

    def take_back(
        self, site_id: int, seen: Mapping[str, Label | None], source: Source, who: str, now: datetime
    ) -> set[str]:
        """
        Take back, in one transaction, the latest label that somebody gave each of some comments and that still counts;
        what was in force before it is in force again. Return the comments where this was done: those that have such a
        label, and whose label in force is the one that this person had seen. Else the second of two clicks on the same
        page would take back an earlier word. What was erased meanwhile stays as it is.
        """
        mine = (source, without_nul(who))
        with available(), self._engine.begin() as connection:
            there = {*seen} - _one_at_a_time(connection, decisions.c.id.in_(seen))
            latest, before = {}, {}
            for subject_id, said in _said(connection, site_id, there).items():
                own = [each for each in said if (each.source, each.who) == mine and each.set_aside is None]
                known = in_force(said)
                if own and known and known.label is seen[subject_id]:
                    latest[subject_id], before[subject_id] = own[-1].id, known.label
            chosen = labels.c.id.in_(latest.values())
            connection.execute(update(labels).where(chosen).values(set_aside=TAKEN_BACK))
            _settle(connection, chosen)
            after = _in_force(connection, site_id, latest)
            changes = [Change(each, before[each], _label(after[each]), source) for each in latest]
            announce_labels(connection, changes, now)
        return {*latest}

    def _give(
        self, site_id: int, subjects: Collection[Subject], wish: Wish, expected: Expected
    ) -> dict[str, tuple[Given, bool]]:
        about = {subject.id: subject for subject in subjects}
        mine = (wish.source, without_nul(wish.who))
        done: dict[str, tuple[Given, bool]] = {}
        rows, changes = [], []
        with self._engine.begin() as connection:
            erased = _one_at_a_time(connection, decisions.c.id.in_(about))
            said = _said(connection, site_id, about)
            for subject in (each for each in about.values() if each.id not in erased):
                earlier = said[subject.id]
                known = in_force(earlier)
                is_again = known is not None and (known.source, known.who, known.label) == (*mine, wish.label)
                if not expected(subject, known) and not is_again:
                    continue
                own = [each for each in earlier if (each.source, each.who) == mine]
                if own and own[-1].label == wish.label and own[-1].set_aside != TAKEN_BACK:
                    done[subject.id] = own[-1], False
                    continue
                # Later than what was said before, even where the clock went back, or another machine's is ahead.
                at = max([wish.at, *(each.at + timedelta.resolution for each in earlier)])
                row = self._row(site_id, subject, replace(wish, at=at), len(own))
                given = Given(row["id"], wish.label, row["who"], wish.source, wish.weight, at, wish.set_aside)
                done[subject.id] = given, True
                rows.append(row)
                if subject.decision_id:
                    after = _label(in_force([*earlier, given]))
                    changes.append(Change(subject.decision_id, _label(known), after, wish.source))
            if rows:
                connection.execute(insert(labels), rows)
                _settle(connection, labels.c.id.in_([row["id"] for row in rows]))
                announce_labels(connection, changes, wish.at)
        return done

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
    Let labels that were set aside at a site, by its name, count after all, and return how many these were; the site is
    told of them as of all others.

    Raises:
        StoreUnavailable: the database does not answer; nothing was released.
    """
    named = of_site(site) & labels.c.id.in_(ids)
    chosen = (named, labels.c.set_aside.is_not(None), labels.c.set_aside != TAKEN_BACK)
    with available(), engine.begin() as connection:
        _one_at_a_time(connection, _about_which(named))
        rows = {row.subject: row for row in connection.execute(select(labels).where(*chosen))}
        if not rows:
            return 0
        (site_id,) = {row.site_id for row in rows.values()}
        before = _in_force(connection, site_id, rows)
        count = connection.execute(update(labels).where(*chosen).values(set_aside=None)).rowcount
        _settle(connection, named)
        changes = [
            Change(rows[subject].decision_id, _label(before[subject]), given.label, given.source)
            for subject, given in _in_force(connection, site_id, rows).items()
            if given and rows[subject].decision_id
        ]
        announce_labels(connection, changes, now)
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


def _one_at_a_time(connection: Connection, about: ColumnElement[bool]) -> set[str]:
    """
    Lock decisions, and return the ids of those that were erased.
    """
    # On PostgreSQL two transactions could each see the other's label too late; SQLite has one writer at a time. Locked
    # in one order, or two that decide on the same comments could wait for each other in a circle.
    locking = select(decisions.c.id, decisions.c.erased_at).where(about).order_by(decisions.c.id).with_for_update()
    return {row.id for row in connection.execute(locking) if row.erased_at}


def _said(connection: Connection, site_id: int, subjects: Collection[str]) -> Mapping[str, list[Given]]:
    """
    Return all that was said of each of some comments, the earliest first.
    """
    about = (labels.c.site_id == site_id, labels.c.subject.in_(subjects))
    said = defaultdict[str, list[Given]](list)
    for row in connection.execute(select(labels.c.subject, *_SAID).where(*about).order_by(labels.c.at, labels.c.turn)):
        said[row.subject].append(given_of(row))
    return said


def _in_force(connection: Connection, site_id: int, subjects: Collection[str]) -> dict[str, Given | None]:
    said = _said(connection, site_id, subjects)
    return {subject: in_force(said[subject]) for subject in subjects}


def _label(given: Given | None) -> Label | None:
    return given.label if given else None


def _of_key(site_id: int, key_id: str, since: datetime) -> tuple[Any, ...]:
    is_lately = (labels.c.at > since) & (labels.c.at < since + _FURTHEST)
    return labels.c.site_id == site_id, is_lately, labels.c.key_id == key_id
