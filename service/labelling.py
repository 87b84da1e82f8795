"""
The use case: what somebody says that a comment was, kept for good, and heard by the very next comment.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import ceil
from typing import Protocol

from service.core.comment import Comment
from service.core.decision import Verdict
from service.core.labels import Given, Label, Labelled, Source, Subject, contradicts, in_force, weight_of
from service.core.site import Scope, Site
from service.core.traffic import Quota
from service.errors import LabelsExceeded, NotFound
from service.store.labels import Expected, Wish

HOUR = timedelta(hours=1)
# Labels of one key in an hour that the model gave less than one chance in a hundred: by chance it would take a thousand
# labelled comments. All of them wait for somebody who looks after the machine, and what this key adds to them too.
BURST = 10
# Beyond so many times its limit nothing is kept of a key, not even aside: the disk is finite.
MOST_ASIDE = 10
# Of many comments that are decided on together so many are a transaction: nobody who writes waits long for it, and few
# of them wait for a disk.
PORTION = 50
# Of a name, in characters.
LONGEST_WHO = 200
CAPPED, IN_BURST = "too many labels in an hour", "a burst against the model"


class Store(Protocol):
    """
    Keeps labels; every call raises StoreUnavailable when it cannot.
    """

    def decided(self, site_id: int, decision_id: str) -> Subject | None: ...
    def worded(self, site_id: int, comment: Comment) -> Subject: ...
    def all_decided(self, site_id: int, ids: Collection[str]) -> list[Subject]: ...
    def give(self, site_id: int, subject: Subject, wish: Wish) -> tuple[Given, bool]: ...
    def give_all(
        self, site_id: int, subjects: Collection[Subject], wish: Wish, expected: Expected
    ) -> dict[str, tuple[Given, bool]]: ...
    def take_back(
        self, site_id: int, seen: Mapping[str, Label | None], source: Source, who: str, now: datetime
    ) -> set[str]: ...
    def of(self, site_id: int, subject_id: str) -> list[Given]: ...
    def given_since(self, site_id: int, key_id: str, since: datetime) -> tuple[int, int, datetime | None]: ...
    def set_burst_aside(self, site_id: int, key_id: str, since: datetime, why: str) -> None: ...


class Memory(Protocol):
    """
    What the next comment is compared with; never raises.
    """

    def add(self, site_id: int, labelled: Sequence[Labelled]) -> None: ...
    def take_back(self, site_id: int) -> None: ...


@dataclass(frozen=True, slots=True)
class Report:
    """
    What a client says that a comment was, by a protocol that does not know our ids.

    `who` says so, if anybody is named. `decision_id` is what the client kept of our answer all the same, and `told`
    what it says that it was told, for a comment of which nothing else is known.
    """

    comment: Comment
    label: Label
    who: str = ""
    decision_id: str | None = None
    told: Verdict | None = None


@dataclass(frozen=True, slots=True)
class Heard:
    """
    What was said, all that has been said of the same comment, and what is left of the key's labels in this hour.
    """

    given: Given
    all: list[Given]
    quota: Quota | None

    @property
    def in_force(self) -> Given | None:
        """
        The label that counts.
        """
        return in_force(self.all)


class Reports(Protocol):
    """
    Takes reports, as `Labelling` does; the same twice is the same as once.
    """

    def report(self, site: Site, report: Report, source: Source) -> Heard: ...


@dataclass(frozen=True, slots=True)
class Labelling:
    """
    The parts that a label needs. `score` asks the model about a comment that the site of that name has not decided;
    None without one. `count` is told each label that is new.
    """

    store: Store
    memory: Memory
    score: Callable[[Comment, str], float | None]
    clock: Callable[[], datetime]
    count: Callable[[Given], None] = lambda _: None

    def label(self, site: Site, decision_id: str, label: Label, who: str) -> Heard:
        """
        Take what somebody says of a decided comment. The same again is the same as once.

        Raises:
            NotFound: this site has no decision of this id.
            LabelsExceeded: the key has given more labels in an hour than its site's limit.
        """
        subject = self._decided(site.id, decision_id)
        source = Source.MODERATOR if Scope.ADMIN in site.scopes else Source.API
        return self._hear(site, subject, label, source, who, most_aside=1)

    def report(self, site: Site, report: Report, source: Source) -> Heard:
        """
        Take what a client says by a protocol, the source, of the decision whose id it kept, else of that with the
        comment's wording, else of the comment as it comes. What is over the key's limit is set aside, since the client
        would drop it.

        Raises:
            LabelsExceeded: it is over ten times the limit.
        """
        subject = self.store.decided(site.id, report.decision_id) if report.decision_id else None
        subject = subject or self.store.worded(site.id, report.comment)
        if subject.decision_id is None:
            subject = replace(subject, verdict=report.told, score=self.score(report.comment, site.name))
        return self._hear(site, subject, report.label, source, report.who, most_aside=MOST_ASIDE)

    def decide(self, site_id: int, seen: Mapping[str, Label | None], label: Label, who: str) -> set[str]:
        """
        Take what a moderator says of decided comments, which had these labels when they saw them, or none, and return
        those of which it is so now: neither those of which somebody else said otherwise meanwhile, nor those that this
        site does not have, or not any more.
        """
        decided: set[str] = set()
        weight = weight_of(Source.MODERATOR, who)
        for part in _portions(seen):
            subjects = {each.id: each for each in self.store.all_decided(site_id, part)}
            wish = Wish(label, Source.MODERATOR, who, None, weight, self.clock(), contradicts=False)
            said = self.store.give_all(
                site_id, subjects.values(), wish, lambda about, known: (known and known.label) == seen[about.id]
            )
            new = [Labelled(subjects[each], given) for each, (given, is_new) in said.items() if is_new]
            for each in new:
                self.count(each.given)
            self.memory.add(site_id, new)
            decided |= {*said}
        return decided

    def take_back(self, site_id: int, seen: Mapping[str, Label | None], who: str) -> set[str]:
        """
        Undo what a moderator said last of decided comments, which had these labels when they saw them, and return those
        of which that was so, and of which they had said anything.
        """
        taken: set[str] = set()
        try:
            for part in _portions(seen):
                taken |= self.store.take_back(site_id, part, Source.MODERATOR, who, self.clock())
        finally:
            # Once for all of them: each time all labels of the site are read again. Where the process ends before, what
            # was undone counts on until these are read anew.
            if taken:
                self.memory.take_back(site_id)
        return taken

    def of(self, site_id: int, decision_id: str) -> list[Given]:
        """
        Return all that was said of a decided comment, the earliest first.
        """
        return self.store.of(site_id, decision_id)

    def _decided(self, site_id: int, decision_id: str) -> Subject:
        subject = self.store.decided(site_id, decision_id)
        if subject is None:
            raise NotFound("this site has no decision of this id")
        return subject

    def _hear(self, site: Site, subject: Subject, label: Label, source: Source, who: str, *, most_aside: int) -> Heard:
        now, limit = self.clock(), site.limits.labels_per_hour
        count, against, first = self.store.given_since(site.id, site.key_id, now - HOUR)
        reset = ceil(((first or now) + HOUR - now).total_seconds())
        if limit and count >= limit * most_aside:
            raise LabelsExceeded(Quota(limit, 0, reset), reset)
        is_against = source is not Source.MODERATOR and contradicts(label, subject.score)
        is_burst = is_against and against >= BURST
        why = CAPPED if limit and count >= limit else IN_BURST if is_burst else None
        wish = Wish(label, source, who, site.key_id, weight_of(source, who), now, is_against, why)
        given, is_new = self.store.give(site.id, subject, wish)
        if is_new:
            self.count(given)
        if is_new and is_burst:
            self.store.set_burst_aside(site.id, site.key_id, now - HOUR, IN_BURST)
            self.memory.take_back(site.id)
        left = Quota(limit, max(0, limit - count - is_new), reset) if limit else None
        heard = Heard(given, self.store.of(site.id, subject.id), left)
        if heard.in_force:
            self.memory.add(site.id, [Labelled(subject, heard.in_force)])
        return heard


def _portions(seen: Mapping[str, Label | None]) -> Iterator[dict[str, Label | None]]:
    items = [*seen.items()]
    return (dict(items[start : start + PORTION]) for start in range(0, len(items), PORTION))
