"""
What is to be told to sites: put in once, told in order by one process at a time, and never forgotten before it is told.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from sqlalchemy import Engine, update
from stores import OpenStore, Store, decision, registered
from uuid_utils import uuid7

from service.core.comment import Asked, Comment
from service.core.decision import Reason, Verdict
from service.core.events import Kind, State
from service.core.labels import Label, Source
from service.errors import StoreUnavailable
from service.store import tables
from service.store.announcing import LOOK_BACK, Change, announce_labels
from service.store.backlog import Backlog
from service.store.labels import Labels, Wish
from service.store.outbox import DONE_DAYS, MOST_OF_SITE, Outbox
from service.store.outlets import Outlets
from service.store.sites import Sites
from service.store.statistics import first_id

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
SECOND, LEASE = timedelta(seconds=1), timedelta(minutes=1)
HOOK, CALLBACK = "https://hooks.example/hamlet", "https://blog.example/wp-json/akismet/v1/webhook"

Hold = Callable[..., str]


@pytest.fixture
def hold(store: Store) -> Hold:
    """
    Record a decision on a comment of WordPress's, some time ago, and return its id.
    """
    numbers = count()

    def hold(age: timedelta = SECOND, verdict: Verdict = Verdict.HOLD, callback: str = CALLBACK) -> str:
        decision_id = f"{first_id(NOW - age)}-7000-8000-{next(numbers):012}"
        comment = Comment("Ann", "Hello", id="4711", parent_id="7", post_id="3", callback=callback)
        store.record(decision(decision_id, verdict=verdict), comment)
        return decision_id

    return hold


@pytest.fixture
def outbox(store: Store) -> Outbox:
    """
    The outbox of a store whose site has said where it lives.
    """
    Outlets(store.engine).set_home("news", "blog.example")
    return Outbox(store.engine)


def tell(outbox: Outbox) -> None:
    """
    Tell what is held, which is one comment.
    """
    outbox.announce(NOW)
    (due,) = outbox.claim(NOW, LEASE, 9)
    outbox.settle(due.number, State.DONE, NOW)


def told_in_order(outbox: Outbox) -> list[tuple[str, str]]:
    """
    Tell all that there is of one comment, and return each event with the verdict that it came with.
    """
    told = []
    while due := outbox.claim(NOW, LEASE, 9):
        (each,) = due
        told.append((each.body["event"], each.body["verdict"]))
        outbox.settle(each.number, State.DONE, NOW)
    return told


@pytest.fixture
def webhook(store: Store) -> None:
    Outlets(store.engine).set_webhook("news", HOOK, NOW - timedelta(hours=1))


def label(
    engine: Engine,
    decision_id: str,
    after: Label,
    before: Label | None = None,
    source: Source = Source.MODERATOR,
    now: datetime = NOW,
) -> None:
    with engine.begin() as connection:
        announce_labels(connection, [Change(decision_id, before, after, source)], now)


def test_a_moderators_label_is_told_to_the_callback_that_the_check_named(
    store: Store, outbox: Outbox, hold: Hold
) -> None:
    held = hold()

    label(store.engine, held, Label.HAM)

    (due,) = outbox.claim(NOW, LEASE, 9)
    assert (due.kind, due.url, due.site, due.attempts) == (Kind.CALLBACK, CALLBACK, "news", 1)
    assert due.key_ids == [store.site.key_id]
    comment = {"guid": held.replace("-", ""), "result": "false", "comment_post_ID": "3", "comment_parent": "7"}
    assert due.body == {"endpoint": "comment-check", "comments": [comment]}


@pytest.mark.parametrize("source", [Source.API, Source.PERSPECTIVE])
def test_what_was_said_by_another_way_than_akismets_is_told_to_the_callback_too(
    store: Store, outbox: Outbox, hold: Hold, source: Source
) -> None:
    label(store.engine, hold(), Label.HAM, source=source)

    (due,) = outbox.claim(NOW, LEASE, 9)
    assert due.kind is Kind.CALLBACK


def test_nobody_is_called_back_with_what_they_have_said_themselves(store: Store, outbox: Outbox, hold: Hold) -> None:
    label(store.engine, hold(), Label.SPAM, source=Source.AKISMET)

    assert outbox.claim(NOW, LEASE, 9) == []


def test_a_label_that_changes_nothing_and_one_of_an_unknown_decision_are_told_to_nobody(
    store: Store, outbox: Outbox, hold: Hold
) -> None:
    label(store.engine, hold(), Label.SPAM, before=Label.SPAM)
    label(store.engine, "01", Label.SPAM)

    assert outbox.claim(NOW, LEASE, 9) == []


@pytest.mark.usefixtures("webhook")
def test_a_webhook_is_told_what_was_decided_and_what_was_changed(store: Store, outbox: Outbox, hold: Hold) -> None:
    held = hold(callback="")
    tell(outbox)

    label(store.engine, held, Label.SPAM)
    (first,) = outbox.claim(NOW, LEASE, 9)
    outbox.settle(first.number, State.DONE, NOW)
    label(store.engine, held, Label.HAM, before=Label.SPAM)
    (second,) = outbox.claim(NOW, LEASE, 9)

    assert first.outlet.webhook == HOOK
    assert [first.body[name] for name in ("event", "verdict", "decided", "label")] == [
        *("decided", "reject", "hold", "spam"),
    ]
    assert [second.body[name] for name in ("event", "verdict", "decided", "label")] == [
        *("changed", "accept", "hold", "ham"),
    ]
    assert first.body["id"] == first.id != second.id
    assert first.body["comment"] == {"id": "4711", "parent_id": "7", "permalink": None}
    assert "Hello" not in str(first.body) + str(second.body)


@pytest.mark.usefixtures("webhook")
def test_what_is_held_is_told_once_however_many_machines_look(
    open_store: OpenStore, outbox: Outbox, hold: Hold
) -> None:
    held, _ = hold(), hold(verdict=Verdict.REJECT)

    with ThreadPoolExecutor(2) as machines:
        list(machines.map(lambda _: Outbox(open_store()).announce(NOW), range(4)))
    due = outbox.claim(NOW, LEASE, 9)

    assert [(each.id, each.body["event"], each.body["verdict"]) for each in due] == [(f"held:{held}", "held", "hold")]


@pytest.mark.usefixtures("webhook")
@pytest.mark.parametrize("looks_first", [True, False])
def test_what_was_labelled_before_anybody_looked_is_told_as_held_first_and_once(
    store: Store, outbox: Outbox, hold: Hold, looks_first: bool
) -> None:
    held = hold(callback="")
    if looks_first:
        outbox.announce(NOW)

    label(store.engine, held, Label.HAM)
    outbox.announce(NOW)

    assert told_in_order(outbox) == [("held", "hold"), ("decided", "accept")]


@pytest.mark.usefixtures("webhook")
def test_so_is_what_was_labelled_and_taken_back_before_anybody_looked(store: Store, outbox: Outbox, hold: Hold) -> None:
    labels, held = Labels(store.engine, [b"s"], lambda: str(uuid7())), hold(callback="")
    subject = labels.decided(store.site.id, held)
    assert subject

    labels.give(store.site.id, subject, Wish(Label.HAM, Source.MODERATOR, "Eve", "", 1.0, NOW, contradicts=False))
    labels.take_back(store.site.id, {held: Label.HAM}, Source.MODERATOR, "Eve", NOW)
    outbox.announce(NOW)

    assert told_in_order(outbox) == [("held", "hold"), ("decided", "accept"), ("changed", "hold")]


@pytest.mark.usefixtures("webhook")
@pytest.mark.parametrize("held", [{"age": timedelta(hours=2)}, {"verdict": Verdict.REJECT}])
def test_what_was_held_before_there_was_a_webhook_or_never_is_not_told_as_held_when_it_is_labelled(
    store: Store, outbox: Outbox, hold: Hold, held: dict[str, Any]
) -> None:
    label(store.engine, hold(**held, callback=""), Label.HAM)

    assert told_in_order(outbox) == [("decided", "accept")]


@pytest.mark.usefixtures("webhook")
def test_a_decision_that_was_slow_to_be_written_is_told_later_and_the_others_not_again(
    outbox: Outbox, hold: Hold
) -> None:
    hold()
    tell(outbox)

    slow = hold(age=LOOK_BACK - SECOND)
    outbox.announce(NOW + SECOND)

    assert [each.id for each in outbox.claim(NOW + SECOND, LEASE, 9)] == [f"held:{slow}"]


@pytest.mark.usefixtures("webhook")
def test_what_was_told_is_not_told_again_when_that_is_forgotten_and_nothing_was_held_meanwhile(
    outbox: Outbox, hold: Hold
) -> None:
    hold()
    tell(outbox)
    outbox.announce(NOW + timedelta(days=2))
    outbox.sweep(done_before=NOW + SECOND, dead_before=NOW)

    again = outbox.announce(NOW + DONE_DAYS)

    assert again == 0


@pytest.mark.usefixtures("webhook")
def test_a_clock_that_was_ahead_for_a_while_keeps_nothing_from_being_told(outbox: Outbox, hold: Hold) -> None:
    hold(age=-timedelta(days=400))
    outbox.announce(NOW + timedelta(days=400))
    outbox.announce(NOW)

    held = hold()
    outbox.announce(NOW + SECOND)

    assert f"held:{held}" in [each.id for each in outbox.claim(NOW + SECOND, LEASE, 9)]


@pytest.mark.usefixtures("webhook")
def test_what_was_held_while_nothing_was_delivered_is_told_however_long_that_was(outbox: Outbox, hold: Hold) -> None:
    held = hold(age=timedelta(minutes=50))

    outbox.announce(NOW)

    assert [each.id for each in outbox.claim(NOW, LEASE, 9)] == [f"held:{held}"]


@pytest.mark.usefixtures("webhook")
def test_what_a_site_that_only_logs_was_told_to_accept_is_not_told_as_held(store: Store, outbox: Outbox) -> None:
    store.record(decision(f"{first_id(NOW)}-7000-8000-000000000000", log_only=True))

    assert outbox.announce(NOW) == 0


@pytest.mark.usefixtures("webhook")
def test_a_held_comment_of_which_a_nul_is_quoted_is_told_as_any_other(store: Store, outbox: Outbox) -> None:
    quoting = (Reason("damaged_characters", 0.7, evidence=("pay\0day",)),)
    store.record(decision(f"{first_id(NOW)}-7000-8000-000000000000", reasons=quoting))

    assert outbox.announce(NOW) == 1


def test_what_was_held_before_there_was_a_webhook_is_not_told(store: Store, outbox: Outbox, hold: Hold) -> None:
    hold(age=2 * SECOND)
    Outlets(store.engine).set_webhook("news", HOOK, NOW - SECOND)

    assert outbox.announce(NOW) == 0


def test_what_is_claimed_is_given_to_nobody_else_until_the_lease_is_over(
    store: Store, outbox: Outbox, hold: Hold
) -> None:
    label(store.engine, hold(), Label.HAM)

    first = outbox.claim(NOW, LEASE, 9)
    during = outbox.claim(NOW + LEASE - SECOND, LEASE, 9)
    after = outbox.claim(NOW + LEASE, LEASE, 9)

    assert during == []
    assert [(each.id, each.attempts) for each in after] == [(first[0].id, 2)]


def test_what_was_put_in_by_a_clock_that_was_ahead_is_due_all_the_same(
    store: Store, outbox: Outbox, hold: Hold
) -> None:
    label(store.engine, hold(), Label.HAM, now=NOW + timedelta(days=400))

    first = outbox.claim(NOW, LEASE, 9)
    during = outbox.claim(NOW + SECOND, LEASE, 9)

    assert (len(first), during) == (1, [])


def test_a_label_behind_one_of_a_clock_that_was_ahead_is_told_at_once(store: Store, outbox: Outbox, hold: Hold) -> None:
    labels, numbers = Labels(store.engine, [b"s"], lambda: str(uuid7())), []
    subject = labels.decided(store.site.id, hold())
    assert subject

    for label, now in ((Label.SPAM, NOW + timedelta(hours=1)), (Label.HAM, NOW)):
        labels.give(store.site.id, subject, Wish(label, Source.MODERATOR, "Eve", "", 1.0, now, contradicts=False))
        numbers += [each.number for each in outbox.claim(now, LEASE, 9)]
        outbox.settle(numbers[-1], State.DONE, now)

    assert len(set(numbers)) == 2


def test_of_many_claims_at_once_each_message_goes_to_one(
    store: Store, open_store: OpenStore, outbox: Outbox, hold: Hold
) -> None:
    for _ in range(20):
        label(store.engine, hold(), Label.HAM)

    def claim_all(_: int) -> list[int]:
        machine, numbers, tries = Outbox(open_store()), list[int](), 0
        while True:
            try:
                due = machine.claim(NOW, LEASE, 3)
            except StoreUnavailable:  # another one had the lock for longer than a claim waits: the next look is later
                tries += 1
                assert tries < 20
                continue
            if not due:
                return numbers
            numbers += [each.number for each in due]

    with ThreadPoolExecutor(4) as machines:
        claims = list(machines.map(claim_all, range(4)))

    numbers = [number for claim in claims for number in claim]
    assert len(numbers) == len(set(numbers)) == 20


def test_one_site_with_much_to_tell_does_not_take_all_of_a_claim(store: Store, outbox: Outbox, hold: Hold) -> None:
    for _ in range(MOST_OF_SITE + 3):
        label(store.engine, hold(), Label.HAM)
    blog = registered(Sites(store.engine), "blog")
    Outlets(store.engine).set_home("blog", "blog.example")
    other = Comment("Ann", "Hello", callback=CALLBACK)
    store.decisions.record([(Asked(blog, other), decision("02"))], NOW)
    label(store.engine, "02", Label.HAM, now=NOW + SECOND)

    due = outbox.claim(NOW + SECOND, LEASE, MOST_OF_SITE + 1)

    assert [each.site for each in due] == [*["news"] * MOST_OF_SITE, "blog"]


def test_of_one_comment_the_later_word_waits_for_the_earlier_one(store: Store, outbox: Outbox, hold: Hold) -> None:
    held, other = hold(), hold()
    label(store.engine, held, Label.SPAM)
    label(store.engine, held, Label.HAM, before=Label.SPAM)
    label(store.engine, other, Label.HAM)

    first = outbox.claim(NOW, LEASE, 9)
    outbox.settle(first[0].number, State.PENDING, NOW + LEASE, "HTTP 500")
    while_it_waits = outbox.claim(NOW, LEASE, 9)
    outbox.settle(first[0].number, State.DONE, NOW)
    then = outbox.claim(NOW, LEASE, 9)

    assert [due.body["comments"][0]["result"] for due in first] == ["true", "false"]
    assert while_it_waits == []
    assert [due.body["comments"][0]["result"] for due in then] == ["false"]


@pytest.mark.parametrize("newer", [{"kind": "mail"}, {"state": "paused"}])
def test_a_message_of_a_newer_hamlet_waits_for_one_and_keeps_no_other_from_being_told(
    store: Store, outbox: Outbox, hold: Hold, newer: dict[str, str]
) -> None:
    label(store.engine, hold(), Label.HAM)
    with store.engine.begin() as connection:
        connection.execute(update(tables.outbox).values(newer))
    label(store.engine, hold(), Label.SPAM)

    due = outbox.claim(NOW, LEASE, 9)
    again = outbox.claim(NOW + LEASE * 2, LEASE, 9)
    waiting = Backlog(store.engine).entries(9)

    assert [each.body["comments"][0]["result"] for each in (*due, *again)] == ["true", "true"]
    assert [(entry.state, entry.attempts) for entry in waiting] == [(newer.get("state", "pending"), 0), ("pending", 2)]


def test_what_was_given_up_is_listed_and_can_be_told_again(store: Store, outbox: Outbox, hold: Hold) -> None:
    label(store.engine, hold(), Label.HAM)
    (due,) = outbox.claim(NOW, LEASE, 9)
    outbox.settle(due.number, State.DEAD, NOW, "HTTP 401")

    backlog = Backlog(store.engine)
    (entry,) = backlog.entries(9)
    size = backlog.size()
    revived = backlog.revive(NOW)

    assert (entry.state, entry.fault, entry.attempts, entry.site) == (State.DEAD, "HTTP 401", 1, "news")
    assert (size.pending, size.oldest, size.dead) == (0, None, 1)
    assert (revived, backlog.size().pending, backlog.size().oldest) == (1, 1, NOW)


def test_what_was_told_is_swept_away_in_time(store: Store, outbox: Outbox, hold: Hold) -> None:
    for state in (State.DONE, State.DEAD, State.PENDING):
        label(store.engine, hold(), Label.HAM)
        (due,) = outbox.claim(NOW, LEASE, 9)
        outbox.settle(due.number, state, NOW)

    outbox.sweep(done_before=NOW + SECOND, dead_before=NOW)

    assert [entry.state for entry in Backlog(store.engine).entries(9)] == [State.DEAD, State.PENDING]


def test_a_webhooks_secret_is_another_for_every_site_and_every_setting(store: Store) -> None:
    outlets = Outlets(store.engine)
    registered(Sites(store.engine), "blog")
    secrets = set()
    for site in ("news", "news", "blog"):
        outlets.set_webhook(site, HOOK, NOW)
        outlet = outlets.of(site)
        assert outlet
        secrets.add(outlet.secret(b"s" * 32))

    outlets.set_webhook("news", None, NOW)
    outlets.set_home("news", "news.example")

    assert len(secrets) == 3
    outlet = outlets.of("news")
    assert outlet
    assert (outlet.home, outlet.webhook, outlet.nonce) == ("news.example", None, None)
