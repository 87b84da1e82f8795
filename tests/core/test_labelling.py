"""
Whose label counts how much, and what happens to too many of them.
"""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest

from service.core.comment import Comment
from service.core.decision import Verdict
from service.core.labels import Given, Label, Labelled, Source, Subject, in_force
from service.core.site import USUAL_SCOPES, Limits, Scope, Site
from service.errors import DecidedMeanwhile, LabelsExceeded, NotFound, StoreUnavailable
from service.labelling import BURST, CAPPED, IN_BURST, Heard, Labelling, Report
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

    def give(
        self, site_id: int, subject: Subject, wish: Wish, expected: Expected = lambda _: True
    ) -> tuple[Given, bool]:
        if not expected(in_force(self.of(site_id, subject.id))):
            raise DecidedMeanwhile("somebody was quicker")
        for number, (about, earlier) in enumerate(self.kept):
            if (about, earlier.who, earlier.label) == (subject.id, wish.who, wish.label):
                return self._given(number), False
        self.kept.append((subject.id, wish))
        return self._given(len(self.kept) - 1), True

    def take_back(
        self, site_id: int, subject_id: str, source: Source, who: str, seen: Label | None, now: datetime
    ) -> bool:
        if subject_id == self.fails_at:
            raise StoreUnavailable("the store did not answer", retry_after=1)
        before = len(self.kept)
        self.kept = [(about, wish) for about, wish in self.kept if (about, wish.who) != (subject_id, who)]
        return len(self.kept) < before

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

    def add(self, site_id: int, labelled: Labelled) -> None:
        self.known[labelled.subject.id] = labelled.given

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

    def labelling(self) -> Labelling:
        return Labelling(self.store, self.memory, self.score, lambda: self.now)

    def score(self, comment: Comment, site: str) -> float | None:
        return self.store.score if site == SITE.name else None

    def label(self, decision_id: str, label: str = "ham", *, site: Site = SITE, who: str = "") -> Heard:
        return self.labelling().label(site, decision_id, Label(label), who)

    def report(self, text: str, label: str = "spam", *, who: str = "", decision_id: str | None = None) -> Heard:
        said = Report(Comment("Ann", text), Label(label), who, decision_id, told=Verdict.ACCEPT)
        return self.labelling().report(SITE, said)


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


def test_a_client_that_names_nobody_counts_least(desk: Desk) -> None:
    assert [desk.report("a", who="").given.weight, desk.report("b", who="Eve").given.weight] == [0.25, 0.5]


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


def test_a_moderators_decision_acts_at_once_and_is_bound_by_no_limit_of_a_key(desk: Desk) -> None:
    desk.store.score = 0.999
    for number in range(30):
        desk.labelling().decide(1, f"d{number}", Label.HAM, "Anna", None)

    assert len(desk.memory.known) == 30
    assert {(given.source, given.weight, given.set_aside) for given in desk.memory.known.values()} == {
        (Source.MODERATOR, 1.0, None)
    }


def test_whoever_decides_second_is_told_and_decides_nothing(desk: Desk) -> None:
    desk.labelling().decide(1, "d1", Label.HAM, "Anna", None)

    with pytest.raises(DecidedMeanwhile):
        desk.labelling().decide(1, "d1", Label.SPAM, "Bob", None)

    assert desk.memory.known["d1"].label is Label.HAM
    assert desk.labelling().decide(1, "d1", Label.SPAM, "Bob", Label.HAM).label is Label.SPAM


def test_decisions_can_be_taken_back_and_the_memory_hears_of_all_at_once(desk: Desk) -> None:
    for each in ("d1", "d2", "d3"):
        desk.labelling().decide(1, each, Label.HAM, "Anna", None)

    taken = desk.labelling().take_back(1, {"d1": Label.HAM, "d3": Label.HAM}, "Anna")

    assert taken == {"d1", "d3"}
    assert desk.memory.taken_back == 1


def test_what_was_taken_back_before_the_store_fails_is_told_to_the_memory(desk: Desk) -> None:
    for each in ("d1", "d2"):
        desk.labelling().decide(1, each, Label.HAM, "Anna", None)
    desk.store.fails_at = "d2"

    with pytest.raises(StoreUnavailable):
        desk.labelling().take_back(1, {"d1": Label.HAM, "d2": Label.HAM}, "Anna")

    assert desk.memory.taken_back == 1


def test_of_what_somebody_else_decided_nothing_is_taken_back(desk: Desk) -> None:
    desk.labelling().decide(1, "d1", Label.HAM, "Anna", None)

    assert desk.labelling().take_back(1, {"d1": Label.HAM}, "Bob") == set()

    assert desk.memory.taken_back == 0


def test_of_what_was_never_decided_nothing_can_be_said_or_taken_back(desk: Desk) -> None:
    with pytest.raises(NotFound):
        desk.labelling().decide(1, "unknown", Label.HAM, "Anna", None)
    assert desk.labelling().take_back(1, {"unknown": Label.HAM}, "Anna") == set()
