"""
Whose label counts how much, and what happens to too many of them.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest

from service.core.comment import Comment
from service.core.decision import Verdict
from service.core.labels import Given, Label, Labelled, Source, Subject, in_force
from service.core.site import USUAL_SCOPES, Limits, Scope, Site
from service.errors import LabelsExceeded, NotFound, StoreUnavailable
from service.labelling import BURST, CAPPED, IN_BURST, PORTION, Heard, Labelling, Report
from service.store.labels import Expected, Wish

SITE = Site(1, "news", "k1", Limits(labels_per_hour=20))
OWNER = replace(SITE, key_id="k2", scopes=USUAL_SCOPES | {Scope.ADMIN})
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


@dataclass
class FakeStore:
    """
    Decisions of ids like "d7" with one score, and what was said of them.
    """

    score: float | None = 0.5
    kept: list[tuple[str, Wish]] = field(default_factory=list)
    fails_at: str = ""

    def decided(self, site_id: int, decision_id: str) -> Subject | None:
        if not decision_id.startswith("d"):
            return None
        return Subject(decision_id, decision_id, Comment("Ann", "Hello"), verdict=Verdict.HOLD, score=self.score)

    def worded(self, site_id: int, comment: Comment) -> Subject:
        return Subject(f"wording:{comment.comment}", None, comment)

    def all_decided(self, site_id: int, ids: Collection[str]) -> list[Subject]:
        return [subject for each in ids if (subject := self.decided(site_id, each))]

    def give_all(
        self, site_id: int, subjects: Collection[Subject], wish: Wish, expected: Expected
    ) -> dict[str, tuple[Given, bool]]:
        if self.fails_at in {each.id for each in subjects}:
            raise StoreUnavailable("the store did not answer", retry_after=1)
        are_expected = [each for each in subjects if expected(each, in_force(self.of(site_id, each.id)))]
        return {each.id: self.give(site_id, each, wish) for each in are_expected}

    def give(self, site_id: int, subject: Subject, wish: Wish) -> tuple[Given, bool]:
        for number, (about, earlier) in enumerate(self.kept):
            if (about, earlier.who, earlier.label) == (subject.id, wish.who, wish.label):
                return self._given(number), False
        self.kept.append((subject.id, wish))
        return self._given(len(self.kept) - 1), True

    def take_back(
        self, site_id: int, seen: Mapping[str, Label | None], source: Source, who: str, now: datetime
    ) -> set[str]:
        if self.fails_at in seen:
            raise StoreUnavailable("the store did not answer", retry_after=1)
        taken = {about for about, wish in self.kept if about in seen and wish.who == who}
        self.kept = [(about, wish) for about, wish in self.kept if about not in taken or wish.who != who]
        return taken

    def of(self, site_id: int, subject_id: str) -> list[Given]:
        return [self._given(number) for number, (about, _) in enumerate(self.kept) if about == subject_id]

    def given_since(self, site_id: int, key_id: str, since: datetime) -> tuple[int, int, datetime | None]:
        lately = [wish for _, wish in self.kept if wish.key_id == key_id and wish.at > since]
        first = min((wish.at for wish in lately), default=None)
        return len(lately), sum(wish.contradicts for wish in lately), first

    def set_burst_aside(self, site_id: int, key_id: str, since: datetime, why: str) -> None:
        self.kept = [
            (about, replace(wish, set_aside=why) if wish.contradicts and wish.key_id == key_id else wish)
            for about, wish in self.kept
        ]

    def _given(self, number: int) -> Given:
        wish = self.kept[number][1]
        return Given(str(number), wish.label, wish.who, wish.source, wish.weight, wish.at, wish.set_aside)


@dataclass
class FakeMemory:
    """
    Keeps what acts on the next comment.
    """

    known: dict[str, Given] = field(default_factory=dict)
    taken_back: int = 0

    def add(self, site_id: int, labelled: Sequence[Labelled]) -> None:
        self.known |= {each.subject.id: each.given for each in labelled}

    def take_back(self, site_id: int) -> None:
        self.taken_back += 1


@dataclass
class Desk:
    """
    A labelling of fakes.
    """

    store: FakeStore = field(default_factory=FakeStore)
    memory: FakeMemory = field(default_factory=FakeMemory)
    now: datetime = NOON
    counted: list[Given] = field(default_factory=list)

    def labelling(self) -> Labelling:
        return Labelling(self.store, self.memory, self.score, lambda: self.now, self.counted.append)

    def score(self, comment: Comment, site: str) -> float | None:
        return self.store.score if site == SITE.name else None

    def label(self, decision_id: str, label: str = "ham", *, site: Site = SITE, who: str = "") -> Heard:
        return self.labelling().label(site, decision_id, Label(label), who)

    def report(
        self,
        text: str,
        label: str = "spam",
        *,
        who: str = "",
        decision_id: str | None = None,
        source: Source = Source.AKISMET,
    ) -> Heard:
        said = Report(Comment("Ann", text), Label(label), who, decision_id, told=Verdict.ACCEPT)
        return self.labelling().report(SITE, said, source)


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_a_label_acts_at_once(desk: Desk) -> None:
    heard = desk.label("d1", "spam", who="Mod")

    assert desk.memory.known["d1"] == heard.given
    assert (heard.given.source, heard.given.weight, heard.given.who) == (Source.API, 0.5, "Mod")


def test_what_was_never_decided_cannot_be_labelled(desk: Desk) -> None:
    with pytest.raises(NotFound):
        desk.label("unknown")


def test_a_key_of_the_owner_speaks_for_a_moderator(desk: Desk) -> None:
    heard = desk.label("d1", site=OWNER)

    assert (heard.given.source, heard.given.weight) == (Source.MODERATOR, 1.0)


@pytest.mark.parametrize("source", [Source.AKISMET, Source.PERSPECTIVE])
@pytest.mark.parametrize(("who", "weight"), [("", 0.25), ("Eve", 0.5)])
def test_a_report_is_of_the_way_it_came_and_counts_least_where_it_names_nobody(
    desk: Desk, source: Source, who: str, weight: float
) -> None:
    heard = desk.report("casino", who=who, source=source)

    assert (heard.given.source, heard.given.weight) == (source, weight)
    assert desk.counted == [heard.given]


def test_a_client_is_believed_about_a_comment_that_nobody_decided(desk: Desk) -> None:
    desk.report("casino", decision_id="unknown")

    assert list(desk.memory.known) == ["wording:casino"]


def test_a_client_that_kept_the_id_labels_the_decision(desk: Desk) -> None:
    desk.report("cleaned beyond recognition", decision_id="d5")

    assert list(desk.memory.known) == ["d5"]


def test_a_later_label_of_less_weight_changes_nothing(desk: Desk) -> None:
    desk.label("d1", "ham", site=OWNER)

    heard = desk.label("d1", "spam", who="Eve")

    assert [given.label for given in heard.all] == ["ham", "spam"]
    assert desk.memory.known["d1"].label is Label.HAM


def test_a_key_is_told_what_is_left_of_its_labels(desk: Desk) -> None:
    desk.label("d1")
    desk.now += timedelta(minutes=10)

    quota = desk.label("d2").quota

    assert quota
    assert (quota.limit, quota.remaining, quota.reset) == (20, 18, 3000)


def test_a_key_that_labels_too_much_is_refused_and_told_when_to_come_again(desk: Desk) -> None:
    for number in range(20):
        desk.label(f"d{number}")

    with pytest.raises(LabelsExceeded) as refusal:
        desk.label("d20")

    assert (refusal.value.retry_after, refusal.value.quota.remaining) == (3600, 0)
    assert len(desk.store.kept) == 20


def test_a_limit_of_zero_is_none(desk: Desk) -> None:
    for number in range(30):
        heard = desk.label(f"d{number}", site=replace(SITE, limits=Limits(labels_per_hour=0)))

    assert heard.quota is None


def test_of_a_client_what_is_too_much_is_set_aside_and_far_too_much_refused(desk: Desk) -> None:
    reports = [desk.report("", decision_id=f"d{number}") for number in range(200)]

    assert [report.given.set_aside for report in reports] == [None] * 20 + [CAPPED] * 180
    assert len(desk.memory.known) == 20
    with pytest.raises(LabelsExceeded):
        desk.report("", decision_id="d200")


def test_a_burst_against_the_model_is_set_aside_from_its_first_label_on(desk: Desk) -> None:
    desk.store.score = 0.999
    for number in range(BURST):
        desk.label(f"d{number}", "ham")
    before = [wish.set_aside for _, wish in desk.store.kept]

    heard = desk.label("d11", "ham")

    assert before == [None] * BURST
    assert heard.given.set_aside == IN_BURST
    assert {wish.set_aside for _, wish in desk.store.kept} == {IN_BURST}
    assert desk.memory.taken_back == 1


def test_a_wave_of_spam_that_the_model_doubted_is_no_burst(desk: Desk) -> None:
    desk.store.score = 0.05

    reports = [desk.label(f"d{number}", "spam") for number in range(20)]

    assert {report.given.set_aside for report in reports} == {None}


def test_who_looks_after_the_site_may_contradict_the_model(desk: Desk) -> None:
    desk.store.score = 0.999

    reports = [desk.label(f"d{number}", "ham", site=OWNER) for number in range(BURST + 5)]

    assert {report.given.set_aside for report in reports} == {None}


def test_of_what_nobody_decided_the_model_is_asked_now(desk: Desk) -> None:
    desk.store.score = 0.001

    reports = [desk.report(f"casino {number}") for number in range(BURST + 1)]

    assert [report.given.set_aside for report in reports] == [None] * BURST + [IN_BURST]


def test_a_moderators_decisions_act_at_once_and_are_bound_by_no_limit_of_a_key(desk: Desk) -> None:
    desk.store.score = 0.999
    seen = dict.fromkeys((f"d{number}" for number in range(3 * PORTION)), None)

    decided = desk.labelling().decide(1, seen, Label.HAM, "Anna")

    assert decided == {*seen} == {*desk.memory.known}
    assert len(desk.counted) == len(seen)
    assert {(given.source, given.weight, given.set_aside) for given in desk.memory.known.values()} == {
        (Source.MODERATOR, 1.0, None)
    }


def test_what_a_moderator_decided_already_is_neither_counted_nor_remembered_again(desk: Desk) -> None:
    desk.labelling().decide(1, {"d1": None}, Label.HAM, "Anna")
    desk.memory.known.clear()

    decided = desk.labelling().decide(1, {"d1": Label.HAM, "d2": None}, Label.HAM, "Anna")

    assert decided == {"d1", "d2"}
    assert [*desk.memory.known] == ["d2"]
    assert len(desk.counted) == 2


def test_whoever_decides_second_is_told_and_decides_nothing(desk: Desk) -> None:
    desk.labelling().decide(1, {"d1": None}, Label.HAM, "Anna")

    second = desk.labelling().decide(1, {"d1": None, "d2": None}, Label.SPAM, "Bob")

    assert second == {"d2"}
    assert desk.memory.known["d1"].label is Label.HAM
    assert desk.labelling().decide(1, {"d1": Label.HAM}, Label.SPAM, "Bob") == {"d1"}


def test_what_was_decided_before_the_store_fails_acts_at_once_and_is_counted(desk: Desk) -> None:
    seen = dict.fromkeys((f"d{number}" for number in range(2 * PORTION)), None)
    desk.store.fails_at = f"d{PORTION}"

    with pytest.raises(StoreUnavailable):
        desk.labelling().decide(1, seen, Label.HAM, "Anna")

    assert [*desk.memory.known] == [*seen][:PORTION]
    assert len(desk.counted) == PORTION


def test_decisions_can_be_taken_back_and_the_memory_hears_of_all_at_once(desk: Desk) -> None:
    seen = dict.fromkeys((f"d{number}" for number in range(2 * PORTION)), Label.HAM)
    desk.labelling().decide(1, dict.fromkeys(seen), Label.HAM, "Anna")

    taken = desk.labelling().take_back(1, seen, "Anna")

    assert taken == {*seen}
    assert desk.memory.taken_back == 1


def test_what_was_taken_back_before_the_store_fails_is_told_to_the_memory(desk: Desk) -> None:
    seen = dict.fromkeys((f"d{number}" for number in range(2 * PORTION)), Label.HAM)
    desk.labelling().decide(1, dict.fromkeys(seen), Label.HAM, "Anna")
    desk.store.fails_at = f"d{PORTION}"

    with pytest.raises(StoreUnavailable):
        desk.labelling().take_back(1, seen, "Anna")

    assert desk.memory.taken_back == 1


def test_of_what_somebody_else_decided_nothing_is_taken_back(desk: Desk) -> None:
    desk.labelling().decide(1, {"d1": None}, Label.HAM, "Anna")

    assert desk.labelling().take_back(1, {"d1": Label.HAM}, "Bob") == set()

    assert desk.memory.taken_back == 0


def test_of_what_was_never_decided_nothing_can_be_said_or_taken_back(desk: Desk) -> None:
    assert desk.labelling().decide(1, {"unknown": None}, Label.HAM, "Anna") == set()
    assert desk.labelling().take_back(1, {"unknown": Label.HAM}, "Anna") == set()
