"""
Decisions told to sites, with a real store, a real web server, and a clock of our own.
"""

import hmac
import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from listening_site import ListeningSite, listening
from stores import Store, decision

from service.core.comment import Comment
from service.core.events import State
from service.core.labels import Label, Source
from service.delivery.deliverer import BATCH, LEASE, MOST_ATTEMPTS, PAUSE_SECONDS, POLL_SECONDS, Deliverer, deliver
from service.delivery.messages import message, sign
from service.delivery.sending import Sender
from service.errors import StoreUnavailable
from service.store.announcing import Change, announce_labels
from service.store.backlog import Backlog
from service.store.keys import akismet_key
from service.store.outbox import MOST_OF_SITE, Outbox
from service.store.outlets import Outlets
from service.store.sites import Sites
from service.store.statistics import first_id

SECRET = b"s" * 32
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


@dataclass
class World:
    """
    A store with a site, the site's web server, and a deliverer between them.
    """

    store: Store
    site: ListeningSite
    now: datetime = NOON
    deliverer: Deliverer = field(init=False)
    count: int = 0

    def __post_init__(self) -> None:
        sender = Sender(allow_private=True, resolve=lambda *_: ["127.0.0.1"], seconds=5)
        self.deliverer = Deliverer(
            Outbox(self.store.engine),
            Backlog(self.store.engine),
            sender,
            SECRET,
            clock=lambda: self.now,
            random=lambda: 1.0,
        )

    def hold(self) -> str:
        self.count += 1
        decision_id = f"{first_id(self.now)}-7000-8000-{self.count:012}"
        self.store.record(decision(decision_id), Comment("Ann", "Hello", "ann@ann.example", callback=self.site.url))
        return decision_id

    def label(self, decision_id: str, label: Label, before: Label | None = None) -> None:
        with self.store.engine.begin() as connection:
            announce_labels(connection, [Change(decision_id, before, label, Source.MODERATOR)], self.now)

    def at_home(self, home: str | None = None) -> None:
        Outlets(self.store.engine).set_home("news", home or f"site.example:{self.site.port}")

    def hook(self) -> str:
        outlets = Outlets(self.store.engine)
        outlets.set_webhook("news", self.site.url, self.now - timedelta(hours=1))
        outlet = outlets.of("news")
        assert outlet
        return outlet.secret(SECRET)

    def bodies(self) -> list[Any]:
        return [json.loads(told.body) for told in self.site.told]

    def entry(self) -> Any:
        (entry,) = self.deliverer.backlog.entries(9)
        return entry


@pytest.fixture
def world(news: Store) -> Iterator[World]:
    with listening() as site:
        yield World(news, site)


def test_wordpress_is_told_with_its_own_key_what_a_moderator_decided(world: World) -> None:
    world.at_home()
    held = world.hold()

    world.label(held, Label.SPAM)
    world.deliverer.round()

    assert world.bodies() == [
        {
            "key": akismet_key(SECRET, world.store.site.key_id),
            "endpoint": "comment-check",
            "comments": [{"guid": held.replace("-", ""), "result": "true"}],
        }
    ]
    assert world.deliverer.backlog.size().pending == 0


@pytest.mark.parametrize("home", ["other.example", "site.example", "xsite.example:{port}", "site.example:{port}0"])
def test_no_callback_goes_to_another_host_than_the_sites_own(world: World, home: str) -> None:
    world.at_home(home.format(port=world.site.port))

    world.label(world.hold(), Label.SPAM)
    world.deliverer.round()

    assert world.site.told == []
    assert "not on the site's own host" in world.entry().fault


def test_without_a_host_of_its_own_a_site_gets_no_callback(world: World) -> None:
    world.label(world.hold(), Label.SPAM)

    world.deliverer.round()

    assert world.site.told == []
    assert world.deliverer.backlog.size().pending == 0


def test_in_the_middle_of_a_rotation_both_keys_are_tried(world: World) -> None:
    world.at_home()
    world.label(world.hold(), Label.SPAM)
    (due,) = world.deliverer.outbox.claim(world.now, LEASE, BATCH)
    both = replace(due, key_ids=["0000000000", "ffffffffff"])

    messages = [message(replace(both, attempts=attempts), SECRET, world.now) for attempts in (1, 2)]

    sent = {json.loads(each.body)["key"] for each in messages}
    assert sent == {akismet_key(SECRET, key_id) for key_id in both.key_ids}


def test_a_webhook_can_tell_that_it_was_hamlet_who_called(world: World) -> None:
    secret = world.hook()
    held = world.hold()

    world.deliverer.round()

    (told,) = world.site.told
    timestamp = told.headers["x-hamlet-timestamp"]
    assert told.headers["x-hamlet-signature"] == sign(secret, timestamp, told.body)
    digest = hmac.new(secret.encode(), timestamp.encode() + b"." + told.body, "sha256").hexdigest()
    assert told.headers["x-hamlet-signature"] == f"sha256={digest}"
    assert int(timestamp) == NOON.timestamp()
    assert told.headers["x-hamlet-event"] == "held"
    assert told.headers["x-hamlet-event-id"] == f"held:{held}"


def test_held_decided_and_changed_are_told_in_order_and_without_a_word_of_the_comment(world: World) -> None:
    world.hook()
    held = world.hold()

    world.deliverer.round()
    world.label(held, Label.HAM)
    world.label(held, Label.SPAM, before=Label.HAM)
    for _ in range(2):
        world.deliverer.round()

    hooks = [body for body in world.bodies() if "event" in body]
    assert [(body["event"], body["verdict"]) for body in hooks] == [
        *(("held", "hold"), ("decided", "accept"), ("changed", "reject")),
    ]
    assert not any(word in told.body for told in world.site.told for word in (b"Ann", b"Hello", b"ann.example"))


def test_what_fails_is_told_again_after_pauses_that_double_with_the_same_event_id(world: World) -> None:
    world.hook()
    world.site.statuses = [500, 503, 200]
    world.hold()

    world.deliverer.round()
    pauses = [(world.entry().due_at - world.now).total_seconds()]
    world.now += timedelta(seconds=10)
    world.deliverer.round()
    pauses.append((world.entry().due_at - world.now).total_seconds())
    world.now += timedelta(seconds=19)
    world.deliverer.round()
    too_early = len(world.site.told)
    world.now += timedelta(seconds=1)
    world.deliverer.round()

    assert pauses == [10, 20]
    assert too_early == 2
    assert len({body["id"] for body in world.bodies()}) == 1
    assert len({told.body for told in world.site.told}) == 1
    assert world.deliverer.backlog.size().pending == 0


def test_pauses_are_spread_and_never_longer_than_six_hours(world: World) -> None:
    early = replace(world.deliverer, random=lambda: 0.0)

    assert (early.pause(1), world.deliverer.pause(1)) == (timedelta(seconds=5), timedelta(seconds=10))
    assert world.deliverer.pause(30) == timedelta(hours=6)
    assert 20 < sum(world.deliverer.pause(n).total_seconds() for n in range(1, MOST_ATTEMPTS)) / 3600 < 30


def test_after_the_last_attempt_it_is_given_up_and_said(world: World, caplog: pytest.LogCaptureFixture) -> None:
    world.hook()
    world.site.statuses = [401]
    world.hold()

    with caplog.at_level(logging.WARNING):
        for _ in range(MOST_ATTEMPTS + 1):
            world.deliverer.round()
            world.now += timedelta(hours=6)

    assert len(world.site.told) == MOST_ATTEMPTS
    assert (world.entry().state, world.entry().fault) == (State.DEAD, "HTTP 401")
    assert world.deliverer.backlog.size().dead == 1
    assert f"attempt {MOST_ATTEMPTS}: HTTP 401" in caplog.text
    assert "site.example" not in caplog.text


def test_who_dies_between_telling_and_noting_it_has_it_told_again(world: World) -> None:
    world.at_home()
    world.label(world.hold(), Label.SPAM)
    (due,) = world.deliverer.outbox.claim(world.now, LEASE, BATCH)
    world.deliverer._tell(due)

    world.deliverer.round()
    world.now += LEASE
    world.deliverer.round()

    assert len(world.site.told) == 2
    assert world.bodies()[0] == world.bodies()[1]


def test_what_is_more_than_a_site_is_told_at_once_is_told_in_the_next_rounds(world: World) -> None:
    world.hook()
    for _ in range(MOST_OF_SITE + 2):
        world.hold()

    counts = [world.deliverer.round() for _ in range(3)]

    assert counts == [MOST_OF_SITE, 2, 0]
    assert len({body["id"] for body in world.bodies()}) == MOST_OF_SITE + 2


def test_between_rounds_that_follow_each_other_comments_get_their_turn_at_the_store(world: World) -> None:
    world.hook()
    for _ in range(MOST_OF_SITE + 1):
        world.hold()
    waited: list[float] = []

    def wait(seconds: float) -> bool:
        waited.append(seconds)
        return len(waited) > 3

    deliver(world.deliverer, wait)

    assert waited == [POLL_SECONDS, PAUSE_SECONDS, PAUSE_SECONDS, POLL_SECONDS]
    assert PAUSE_SECONDS > 0


def test_a_site_without_a_webhook_any_more_hears_nothing(world: World) -> None:
    world.hook()
    world.hold()
    world.deliverer.outbox.announce(world.now)
    Outlets(world.store.engine).set_webhook("news", None, world.now)

    world.deliverer.round()

    assert world.site.told == []
    assert world.entry().fault == "the site has no webhook any more"


def test_no_fault_of_the_store_or_of_ours_ends_the_deliveries(world: World, caplog: pytest.LogCaptureFixture) -> None:
    faults: list[Exception] = [StoreUnavailable("away"), ZeroDivisionError()]
    waited: list[float] = []

    def clock() -> datetime:
        if faults:
            raise faults.pop(0)
        return NOON

    def wait(seconds: float) -> bool:
        waited.append(seconds)
        return len(waited) > 3

    deliver(replace(world.deliverer, clock=clock), wait)

    assert waited == [POLL_SECONDS] * 4
    assert "the store does not answer" in caplog.text
    assert "unexpected error" in caplog.text


def test_a_rotated_key_is_the_one_that_is_sent(world: World) -> None:
    world.at_home()
    world.label(world.hold(), Label.HAM)
    key = Sites(world.store.engine).rotate("news")

    world.deliverer.round()

    assert world.bodies()[0]["key"] == akismet_key(SECRET, key.split("_")[1])
