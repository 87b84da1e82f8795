"""
What waits for moderators, on both engines.
"""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from stores import NOON, SECRET, OpenUrl, Store, decision, make_tables, registered
from uuid_utils import uuid7

from service.core.comment import Asked, Comment
from service.core.decision import Verdict
from service.core.labels import Label, Source
from service.store.decisions import Decisions
from service.store.labels import Labels, Wish, release
from service.store.queue import Length, Queue
from service.store.sites import Sites

WHY = "a burst"
SPAM = Wish(Label.SPAM, Source.API, "Mod", "k1", 0.5, NOON, contradicts=True)


def labels_of(store: Store) -> Labels:
    return Labels(store.engine, [SECRET], lambda: str(uuid7()))


def say(store: Store, decision_id: str, wish: Wish = SPAM) -> str:
    labels = labels_of(store)
    subject = labels.decided(store.site.id, decision_id)
    assert subject
    return labels.give(store.site.id, subject, wish)[0].id


def waiting(store: Store, most: int = 10, before: str = "") -> list[str]:
    return [each.decision.id for each in Queue(store.engine).page(store.site.id, most, before)]


def hold(store: Store, *ids: str) -> None:
    for each in ids:
        store.record(decision(each))


def test_what_is_held_waits_with_what_its_author_wrote_and_why(store: Store) -> None:
    held = decision("01")
    store.record(held, Comment("Ann", "Hello\0", url="http://ann.example/", id="4711"))

    (found,) = Queue(store.engine).page(store.site.id, 10)

    assert (found.decision, found.received_at) == (held, NOON)
    assert (found.name, found.comment, found.details) == (
        "Ann",
        "Hello\ufffd",
        {"url": "http://ann.example/", "id": "4711"},
    )


def test_what_was_accepted_or_rejected_does_not_wait(store: Store) -> None:
    store.record(decision("01", verdict=Verdict.ACCEPT))
    store.record(decision("02", verdict=Verdict.REJECT))

    assert waiting(store) == []


def test_another_sites_comments_are_not_seen(store: Store) -> None:
    blog = registered(Sites(store.engine), "blog")
    Decisions(store.engine, SECRET).record([(Asked(blog, Comment("Ann", "Hello")), decision("01"))], NOON)

    assert waiting(store) == []


def test_pages_go_on_where_the_last_one_ended_whatever_was_decided_meanwhile(store: Store) -> None:
    hold(store, "01", "02", "03", "04")

    first = waiting(store, 2)
    say(store, "04")
    second = waiting(store, 2, before=first[-1])

    assert (first, second) == (["04", "03"], ["02", "01"])


@pytest.mark.parametrize("label", Label)
def test_a_label_takes_a_comment_off_the_queue(store: Store, label: Label) -> None:
    hold(store, "01", "02")

    say(store, "01", replace(SPAM, label=label))

    assert waiting(store) == ["02"]


def test_a_label_that_is_set_aside_leaves_it_there_until_it_is_released(store: Store) -> None:
    hold(store, "01")
    given = say(store, "01", replace(SPAM, set_aside=WHY))

    before = waiting(store)
    release(store.engine, "news", [given], NOON)

    assert (before, waiting(store)) == (["01"], [])


def test_a_burst_that_is_set_aside_puts_its_comments_back(store: Store) -> None:
    hold(store, "01", "02")
    say(store, "01")
    say(store, "02", replace(SPAM, key_id="k2"))

    labels_of(store).set_burst_aside(store.site.id, "k1", NOON - timedelta(hours=1), WHY)

    assert waiting(store) == ["01"]


def test_on_sqlite_the_queue_is_read_by_its_own_index(open_url: OpenUrl, tmp_path: Path) -> None:
    engine = open_url(f"sqlite:///{tmp_path}/queue.sqlite")
    make_tables(engine)
    statement = (
        "EXPLAIN QUERY PLAN SELECT id FROM decisions WHERE verdict = 'hold' AND label IS NULL AND erased_at IS NULL"
        " AND site_id = 1 AND id < '02' ORDER BY id DESC LIMIT 50"
    )

    with engine.connect() as connection:
        plan = str(connection.execute(text(statement)).all())

    assert "ix_decisions_waiting" in plan
    assert "TEMP B-TREE" not in plan


def test_the_length_of_the_queue_is_that_of_all_sites_and_as_old_as_its_oldest_comment(store: Store) -> None:
    blog = registered(Sites(store.engine), "blog")
    earlier = NOON - timedelta(hours=3)
    Decisions(store.engine, SECRET).record([(Asked(blog, Comment("Ann", "Hello")), decision("02"))], earlier)
    store.record(decision("01"))
    store.record(decision("03", verdict=Verdict.ACCEPT))
    queue = Queue(store.engine)

    both = queue.length()
    say(store, "01")
    one = queue.length()

    assert both == Length(2, earlier)
    assert one == Length(1, earlier)


def test_an_empty_queue_has_no_oldest_comment(store: Store) -> None:
    assert Queue(store.engine).length() == Length(0, None)
