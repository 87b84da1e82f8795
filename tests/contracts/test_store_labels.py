"""
What people say of comments is kept for good, once each, on both engines.
"""

from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
from running_service import wait_until
from sqlalchemy import Connection, delete, select, text, update
from sqlalchemy.event import listen
from stores import NOON, SECRET, OpenStore, Store, decision, registered
from uuid_utils import uuid7

from service.core.comment import Comment
from service.core.decision import Verdict
from service.core.labels import Given, Label, Source, Subject, in_force
from service.store.erasing import erase_decisions
from service.store.labelled import LabelledComments, stream
from service.store.labels import Labels, Wish, release
from service.store.outlets import Outlets
from service.store.sites import Sites
from service.store.tables import decisions, labels, outbox

PITCH = Comment("Ann", "Payday loans for all", email="ann@loans.example", ip="8.8.8.8", url="http://loans.example/")
SPAM = Wish(Label.SPAM, Source.API, "Mod", "k1", 0.5, NOON, contradicts=False)
MODERATOR = replace(SPAM, source=Source.MODERATOR, who="Anna", key_id=None, weight=1.0)


def is_first(_: Subject, known: Given | None) -> bool:
    return known is None


@dataclass
class Saying:
    """
    The labels of a store, and a decided comment to say something of.
    """

    store: Store
    labels: Labels = field(init=False)

    def __post_init__(self) -> None:
        self.labels = Labels(self.store.engine, [SECRET], lambda: str(uuid7()))
        self.store.record(decision("01", verdict=Verdict.ACCEPT, score=0.25), PITCH)

    @property
    def subject(self) -> Subject:
        found = self.labels.decided(self.store.site.id, "01")
        assert found
        return found

    def __call__(self, wish: Wish = SPAM, subject: Subject | None = None, **changes: Any) -> tuple[Given, bool]:
        return self.labels.give(self.store.site.id, subject or self.subject, replace(wish, **changes))

    @property
    def said(self) -> list[Given]:
        return self.labels.of(self.store.site.id, "01")


@pytest.fixture
def say(store: Store) -> Saying:
    return Saying(store)


def test_a_label_is_kept_with_who_gave_it(say: Saying) -> None:
    given, is_new = say()

    assert is_new
    assert say.said == [given]
    assert (given.label, given.who, given.source, given.weight, given.at) == (
        Label.SPAM,
        "Mod",
        Source.API,
        0.5,
        NOON,
    )


def test_a_label_that_came_by_a_way_of_a_newer_hamlet_counts_as_it_weighs(store: Store, say: Saying) -> None:
    say()
    with store.engine.begin() as connection:
        connection.execute(update(labels).values(source="mastodon"))

    say(label=Label.HAM, weight=0.25, who="Bob")

    labelled = LabelledComments(store.engine).recent(store.site.id, NOON, 9)
    assert [(given.source, given.label) for given in say.said] == [("mastodon", Label.SPAM), ("api", Label.HAM)]
    assert [each.given for each in labelled] == [in_force(say.said)] == say.said[:1]


def test_the_same_of_the_same_person_is_said_once(say: Saying) -> None:
    first, _ = say()

    again, is_new = say(at=NOON + timedelta(hours=1))

    assert (again, is_new) == (first, False)
    assert say.said == [first]


def test_of_parallel_clicks_one_is_kept(say: Saying, open_store: OpenStore) -> None:
    start, subject = Barrier(8), say.subject

    def click(_: int) -> bool:
        own = Labels(open_store(), [SECRET], lambda: str(uuid7()))
        start.wait()
        return own.give(say.store.site.id, subject, SPAM)[1]

    with ThreadPoolExecutor(8) as pool:
        new = list(pool.map(click, range(8)))

    assert sum(new) == 1
    assert len(say.said) == 1


def test_who_changes_their_mind_and_back_is_heard_each_time(say: Saying) -> None:
    for minute, label in enumerate((Label.SPAM, Label.HAM, Label.SPAM)):
        say(label=label, at=NOON + timedelta(minutes=minute))

    counted = in_force(say.said)

    assert counted
    assert [given.label for given in say.said] == ["spam", "ham", "spam"]
    assert counted.at == NOON + timedelta(minutes=2)


def test_the_later_word_counts_though_the_clock_went_back_between_the_two(say: Saying) -> None:
    say(label=Label.SPAM)

    say(label=Label.HAM, at=NOON - timedelta(hours=1))

    assert [given.label for given in say.said] == ["spam", "ham"]
    counted = in_force(say.said)
    assert counted
    assert counted.label is Label.HAM
    with say.store.engine.connect() as connection:
        assert connection.scalar(select(decisions.c.label)) == "ham"


def test_a_moderators_label_stays_in_force_whatever_others_say_later(say: Saying) -> None:
    say(label=Label.HAM, source=Source.MODERATOR, who="Eve", weight=1.0)
    say(at=NOON + timedelta(days=1))

    ((_, labelled),) = stream(say.store.engine)

    assert len(say.said) == 2
    assert labelled.given.who == "Eve"


def test_a_comment_is_found_by_its_wording_after_wordpress_has_cleaned_it(say: Saying) -> None:
    typed = Comment("Tom & Co", 'See <a href="http://x.example" onclick="x()">this</a> & "that"', email="T@x.example")
    say.store.record(decision("02"), typed)
    kept = Comment("Tom &amp; Co", 'See <a href="http://x.example" rel="nofollow ugc">this</a> &amp; "that"\r\n')

    found = say.labels.worded(say.store.site.id, replace(kept, email="t@x.example"))

    assert (found.id, found.decision_id) == ("02", "02")


def test_of_comments_of_one_wording_the_newest_is_meant(say: Saying) -> None:
    for number in ("03", "02", "04"):
        say.store.record(decision(number), PITCH)

    assert say.labels.worded(say.store.site.id, PITCH).decision_id == "04"


def test_the_wording_of_somebody_else_is_another_comment(say: Saying) -> None:
    found = say.labels.worded(say.store.site.id, replace(PITCH, email="bob@elsewhere.example"))

    assert found.decision_id is None
    assert found.id.startswith("wording:")
    assert found.comment.comment == PITCH.comment


def test_a_decision_of_another_site_cannot_be_labelled(say: Saying) -> None:
    blog = registered(Sites(say.store.engine), "blog")

    assert say.labels.decided(blog.id, "01") is None
    assert say.labels.worded(blog.id, PITCH).decision_id is None


def test_labelled_comments_outlive_their_decisions(say: Saying) -> None:
    say()
    with say.store.engine.begin() as connection:
        connection.execute(delete(decisions))

    ((_, labelled),) = stream(say.store.engine)

    assert labelled.given.label is Label.SPAM
    assert labelled.subject.comment == replace(PITCH, email="", ip="")
    assert (labelled.subject.verdict, labelled.subject.score) == (Verdict.ACCEPT, 0.25)


def test_all_that_a_cms_said_comes_back_for_training(say: Saying) -> None:
    told = Comment(
        "Ann", "Hello", language="de", submitted_at=datetime(2026, 11, 23, tzinfo=UTC), form_seconds=3.5, honeypot="x"
    )
    say.store.record(decision("02"), told)
    subject = say.labels.decided(say.store.site.id, "02")

    say(subject=subject)
    ((_, labelled),) = stream(say.store.engine)

    assert labelled.subject.comment == replace(told, honeypot="filled in")


def test_labelled_comments_are_streamed_in_pages(say: Saying) -> None:
    for number in range(5):
        say(subject=say.labels.worded(say.store.site.id, Comment("Ann", f"Comment {number}")))

    read = [labelled.subject.comment.comment for _, labelled in stream(say.store.engine, page=2)]

    assert read == [f"Comment {number}" for number in range(5)]


def test_what_is_set_aside_does_not_count_until_it_is_released(say: Saying) -> None:
    given, _ = say(set_aside="too many")
    comments = LabelledComments(say.store.engine)
    before = comments.version(say.store.site.id, NOON), list(stream(say.store.engine))

    released = release(say.store.engine, "news", [given.id], NOON)

    assert before[1] == []
    assert released == 1
    assert [labelled.given.id for _, labelled in stream(say.store.engine)] == [given.id]
    assert comments.version(say.store.site.id, NOON) != before[0]
    assert comments.set_aside("news", 10) == []


def test_a_burst_is_set_aside_and_nothing_else(say: Saying) -> None:
    comments = [Comment("Ann", f"Comment {number}") for number in range(3)]
    for comment, key, contradicts in zip(comments, ("k1", "k1", "k2"), (True, False, True), strict=True):
        subject = say.labels.worded(say.store.site.id, comment)
        say(subject=subject, key_id=key, contradicts=contradicts)

    say.labels.set_burst_aside(say.store.site.id, "k1", NOON - timedelta(hours=1), "burst")

    aside = LabelledComments(say.store.engine).set_aside("news", 10)
    assert [(labelled.subject.comment.comment, labelled.given.set_aside) for labelled in aside] == [
        ("Comment 0", "burst")
    ]


def test_the_labels_of_a_key_are_counted_by_the_hour(say: Saying) -> None:
    for minutes in (90, 30, 10):
        subject = say.labels.worded(say.store.site.id, Comment("Ann", f"{minutes} minutes ago"))
        say(subject=subject, at=NOON - timedelta(minutes=minutes), contradicts=minutes == 30)

    counted = say.labels.given_since(say.store.site.id, "k1", NOON - timedelta(hours=1))

    assert counted == (2, 1, NOON - timedelta(minutes=30))
    assert say.labels.given_since(say.store.site.id, "k2", NOON - timedelta(hours=1)) == (0, 0, None)


def test_labels_of_a_clock_that_was_put_back_do_not_use_up_the_hours_to_come(say: Saying) -> None:
    say(subject=say.labels.worded(say.store.site.id, Comment("Ann", "Hello")), at=NOON + timedelta(days=700))

    assert say.labels.given_since(say.store.site.id, "k1", NOON - timedelta(hours=1)) == (0, 0, None)


def test_labels_of_a_clock_that_was_put_back_are_part_of_no_burst_to_come(say: Saying) -> None:
    subject = say.labels.worded(say.store.site.id, Comment("Ann", "Hello"))
    say(subject=subject, at=NOON + timedelta(days=700), contradicts=True)

    say.labels.set_burst_aside(say.store.site.id, "k1", NOON - timedelta(hours=1), "burst")

    assert LabelledComments(say.store.engine).set_aside("news", 10) == []


def test_of_many_labels_the_latest_are_remembered_the_earliest_first(say: Saying) -> None:
    for days in (100, 30, 20, 10):
        subject = say.labels.worded(say.store.site.id, Comment("Ann", f"{days} days ago"))
        say(subject=subject, at=NOON - timedelta(days=days))

    recent = LabelledComments(say.store.engine).recent(say.store.site.id, NOON - timedelta(days=90), 2)

    assert [labelled.subject.comment.comment for labelled in recent] == ["20 days ago", "10 days ago"]


def test_no_email_and_no_address_is_kept_with_a_label(say: Saying) -> None:
    say(subject=say.labels.worded(say.store.site.id, replace(PITCH, comment="Never checked")))

    with say.store.engine.connect() as connection:
        row = str(connection.execute(select(labels)).one())
    assert "Never checked" in row
    assert "ann@loans.example" not in row
    assert "8.8.8.8" not in row


@pytest.mark.parametrize("who", ["\0", "é" * 200, "'; DROP TABLE labels; --"], ids=["nul", "long", "quotes"])
def test_whoever_says_it_in_whatever_words_is_heard_once(say: Saying, who: str) -> None:
    news = [say(who=who)[1] for _ in range(2)]

    assert news == [True, False]
    assert [given.who for given in say.said] == [who.replace("\0", "\ufffd")]


def test_the_site_is_told_of_a_label_once_it_is_released(say: Saying) -> None:
    engine = say.store.engine
    Outlets(engine).set_webhook("news", "https://hooks.example/hamlet", NOON)
    given, _ = say(set_aside="a burst")
    told = select(outbox.c.id)
    with engine.connect() as connection:
        before = connection.scalars(told).all()

    release(engine, "news", [given.id], NOON)

    with engine.connect() as connection:
        after = connection.scalars(told).all()
    assert before == []
    assert [event.rpartition(":")[0] for event in after] == ["decided:01:spam"]


def taken_back(say: Saying, who: str = "Anna", seen: Label = Label.SPAM) -> bool:
    return say.labels.take_back(say.store.site.id, {"01": seen}, Source.MODERATOR, who, NOON) == {"01"}


def label_of_decision(say: Saying) -> str | None:
    with say.store.engine.connect() as connection:
        label: str | None = connection.scalar(select(decisions.c.label))
        return label


def test_what_was_taken_back_counts_no_more_and_waits_for_nobody(say: Saying) -> None:
    say(MODERATOR)

    assert taken_back(say)

    assert label_of_decision(say) is None
    assert LabelledComments(say.store.engine).set_aside("news", 10) == []
    assert release(say.store.engine, "news", [say.said[0].id], NOON) == 0


def test_whoever_takes_back_a_change_of_mind_said_the_first_thing(say: Saying) -> None:
    say(MODERATOR)
    say(MODERATOR, label=Label.HAM, at=NOON + timedelta(minutes=1))

    assert taken_back(say, seen=Label.HAM)

    assert label_of_decision(say) == "spam"


def test_whoever_clicks_twice_takes_back_once(say: Saying) -> None:
    say(MODERATOR)
    say(MODERATOR, label=Label.HAM, at=NOON + timedelta(minutes=1))

    clicks = [taken_back(say, seen=Label.HAM) for _ in range(2)]

    assert clicks == [True, False]
    assert label_of_decision(say) == "spam"


def test_only_ones_own_words_can_be_taken_back(say: Saying) -> None:
    say(MODERATOR)

    assert not taken_back(say, who="Bob")

    assert label_of_decision(say) == "spam"


def test_what_was_taken_back_can_be_said_again(say: Saying) -> None:
    say(MODERATOR)
    taken_back(say)

    _, is_new = say(MODERATOR, at=NOON + timedelta(minutes=1))

    assert is_new
    assert label_of_decision(say) == "spam"


def test_a_label_is_refused_where_another_came_first(say: Saying) -> None:
    say(MODERATOR)

    given = say.labels.give_all(say.store.site.id, [say.subject], replace(MODERATOR, who="Bob"), is_first)

    assert given == {}
    assert [given.who for given in say.said] == ["Anna"]


def test_who_clicks_twice_was_not_forestalled_by_somebody_else(say: Saying) -> None:
    first, _ = say()

    again = say.labels.give_all(say.store.site.id, [say.subject], SPAM, is_first)

    assert again == {"01": (first, False)}


def many(say: Saying) -> list[Subject]:
    """
    Have many more comments decided, at a site that hears of what people say of them.
    """
    ids = [f"{number:02}" for number in range(2, 42)]
    for each in ids:
        say.store.record(decision(each), replace(PITCH, callback="https://news.example/hook"))
    outlets = Outlets(say.store.engine)
    outlets.set_webhook("news", "https://hooks.example/hamlet", NOON)
    outlets.set_home("news", "news.example")
    return say.labels.all_decided(say.store.site.id, ids)


def events(say: Saying) -> list[str]:
    with say.store.engine.connect() as connection:
        return [each.rpartition(":")[0] for each in connection.scalars(select(outbox.c.id).order_by(outbox.c.id))]


def labels_in_queue(say: Saying, subjects: list[Subject]) -> list[str | None]:
    chosen = decisions.c.id.in_([each.id for each in subjects])
    with say.store.engine.connect() as connection:
        return [*connection.scalars(select(decisions.c.label).where(chosen).order_by(decisions.c.id))]


def test_many_comments_are_labelled_and_told_of_once_each_in_one_transaction(say: Saying) -> None:
    subjects, commits = many(say), list[Connection]()
    listen(say.store.engine, "commit", commits.append)

    first = say.labels.give_all(say.store.site.id, subjects, MODERATOR, is_first)
    in_one = len(commits)
    again = say.labels.give_all(say.store.site.id, subjects, MODERATOR, is_first)

    assert in_one == 1
    assert {*first} == {*again} == {each.id for each in subjects}
    assert [is_new for _, is_new in first.values()] == [True] * len(subjects)
    assert again == {each: (given, False) for each, (given, _) in first.items()}
    assert labels_in_queue(say, subjects) == ["spam"] * len(subjects)
    told = [f"{way}decided:{each.id}:spam" for way in ("callback:", "") for each in subjects]
    assert events(say) == sorted(told) + ["held"] * len(subjects)


def test_of_many_comments_what_was_decided_or_erased_meanwhile_keeps_no_other_from_being_labelled(say: Saying) -> None:
    subjects = many(say)
    say(replace(MODERATOR, who="Bob", label=Label.HAM), subjects[0])
    with say.store.engine.begin() as connection:
        connection.execute(update(decisions).where(decisions.c.id == subjects[1].id).values(erased_at=NOON))

    given = say.labels.give_all(say.store.site.id, subjects, MODERATOR, is_first)

    assert {*given} == {each.id for each in subjects[2:]}
    assert labels_in_queue(say, subjects) == ["ham", None] + ["spam"] * len(subjects[2:])
    assert len(events(say)) == 3 * (len(subjects) - 1)


def test_many_labels_are_taken_back_and_told_of_once_each_in_one_transaction(say: Saying) -> None:
    subjects, commits = many(say), list[Connection]()
    say.labels.give_all(say.store.site.id, subjects, MODERATOR, is_first)
    say(replace(MODERATOR, who="Bob", label=Label.HAM), subjects[0], at=NOON + timedelta(minutes=1))
    before = len(events(say))
    listen(say.store.engine, "commit", commits.append)
    seen = dict.fromkeys((each.id for each in subjects), Label.SPAM)

    taken = say.labels.take_back(say.store.site.id, seen, Source.MODERATOR, "Anna", NOON)
    again = say.labels.take_back(say.store.site.id, seen, Source.MODERATOR, "Anna", NOON)

    assert len(commits) == 2
    assert (taken, again) == ({each.id for each in subjects[1:]}, set())
    assert labels_in_queue(say, subjects) == ["ham"] + [None] * len(subjects[1:])
    changed = [event for event in events(say) if event.startswith("changed:") and event.endswith(":none")]
    assert len(changed) == len(subjects[1:])
    assert len(events(say)) == before + len(changed)


def test_of_many_comments_what_was_erased_meanwhile_is_neither_taken_back_nor_told_of(say: Saying) -> None:
    subjects = many(say)
    say.labels.give_all(say.store.site.id, subjects, MODERATOR, is_first)
    with say.store.engine.begin() as connection:
        erase_decisions(connection, [subjects[0].id], NOON)
    told = events(say)
    seen = dict.fromkeys((each.id for each in subjects), Label.SPAM)

    taken = say.labels.take_back(say.store.site.id, seen, Source.MODERATOR, "Anna", NOON)

    assert taken == {each.id for each in subjects[1:]}
    assert labels_in_queue(say, subjects) == ["spam"] + [None] * len(subjects[1:])
    assert [event for event in events(say) if subjects[0].id in event.split(":")] == []
    assert len(events(say)) == len(told) + len(subjects[1:])


def test_of_moderators_who_decide_on_the_same_comments_at_once_each_comment_hears_one(
    say: Saying, open_store: OpenStore
) -> None:
    starting, subjects = Barrier(2), many(say)

    def decide(who: str, order: list[Subject]) -> set[str]:
        own = Labels(open_store(), [SECRET], lambda: str(uuid7()))
        starting.wait()
        return {*own.give_all(say.store.site.id, order, replace(MODERATOR, who=who), is_first)}

    with ThreadPoolExecutor(2) as pool:
        anna, bob = pool.map(decide, ("Anna", "Bob"), (subjects, subjects[::-1]))

    assert anna | bob == {each.id for each in subjects}
    assert not anna & bob
    assert len(events(say)) == 3 * len(subjects)


def test_the_site_is_told_that_a_decision_was_taken_back(say: Saying) -> None:
    Outlets(say.store.engine).set_webhook("news", "https://hooks.example/hamlet", NOON)
    say(MODERATOR)

    taken_back(say)

    with say.store.engine.connect() as connection:
        bodies = connection.scalars(select(outbox.c.body).order_by(outbox.c.number)).all()
    assert [(body["event"], body["label"], body["verdict"]) for body in bodies] == [
        ("decided", "spam", "reject"),
        ("changed", None, "accept"),
    ]


@pytest.mark.parametrize("set_aside", ["a burst", None], ids=["released", "set aside"])
@pytest.mark.parametrize("store_url", ["postgresql"], indirect=True)
def test_a_moderator_is_heard_while_labels_of_others_are_released_or_set_aside(
    say: Saying, set_aside: str | None
) -> None:
    given, _ = say(set_aside=set_aside, contradicts=True)
    site_id = say.store.site.id

    def change() -> None:
        if set_aside:
            release(say.store.engine, "news", [given.id], NOON)
        else:
            say.labels.set_burst_aside(site_id, "k1", NOON - timedelta(hours=1), "a burst")

    with ThreadPoolExecutor(1) as pool:

        def meanwhile(_: Subject, __: Given | None) -> bool:
            changing.append(pool.submit(change))
            wait_until(lambda: waits_for_a_lock(say.store))
            return True

        changing = list[Future[None]]()
        say.labels.give_all(site_id, [say.subject], replace(MODERATOR, label=Label.HAM), meanwhile)
        changing[0].result()

    assert label_of_decision(say) == "ham"
    assert [given.set_aside is None for given in say.said] == [set_aside is not None, True]


def waits_for_a_lock(store: Store) -> bool:
    with store.engine.connect() as connection:
        waiting = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
        return bool(connection.scalar(waiting))
