"""
What people said of comments, heard by the very next one: a real store, a real server.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest
import redis
from sqlalchemy import Connection
from sqlalchemy.event import listen
from stores import SECRET, Store, decision
from uuid_utils import uuid7

from service.core.comment import Asked, Comment
from service.core.labels import Label, Source, Tally, decayed
from service.core.person import Person
from service.core.site import Limits, Site
from service.core.traffic import Observation
from service.label_memory import FILLING_SECONDS, LabelMemory
from service.labelling import Labelling
from service.store.labelled import LabelledComments
from service.store.labels import Labels, Wish
from service.store.persons import Persons
from service.traffic.observing import Traffic

PITCH = "We offer personal loans from two percent interest to people with bad credit, write us a note"
SPUN = "We provide personal loans from two percent interest to people with bad credit, send us a note"
OTHER = "The bridge has been closed since Monday and nobody has told us when it opens again"
NOTHING = Tally()


@dataclass
class Site7:
    """
    A site whose comments are observed and labelled; work in the background is done at once.
    """

    store: Store
    client: redis.Redis
    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    refreshed: int = 0

    def __post_init__(self) -> None:
        stored = LabelledComments(self.store.engine)
        self.labels = Labels(self.store.engine, [SECRET], lambda: str(uuid7()))
        self.memory = LabelMemory(self.client, stored, secret=SECRET, clock=lambda: self.now, start=self._start)
        self.labelling = Labelling(self.labels, self.memory, lambda _, __: None, lambda: self.now)
        self.errors: list[str] = []
        self.traffic = Traffic(
            self.client,
            secret=SECRET,
            workers=1,
            on_error=self.errors.append,
            on_stale=self.memory.refresh,
            clock=lambda: self.now.timestamp(),
        )
        limits = Limits(key_per_minute=0, site_per_minute=0, commenter_per_minute=0, commenter_per_hour=0)
        self.site = Site(self.store.site.id, "news", "k1", limits)

    def _start(self, work: Callable[[], None]) -> None:
        self.refreshed += 1
        work()

    def interrupted(self, work: Callable[[], None]) -> LabelMemory:
        """
        Return a memory that does some work, once, between reading the labels and telling the server of them.
        """
        stored, once = LabelledComments(self.store.engine), [work]

        class Interrupted:
            version = stored.version

            def recent(self, *wish: Any) -> Any:
                found = stored.recent(*wish)
                if once:
                    once.pop()()
                return found

        return LabelMemory(self.client, Interrupted(), secret=SECRET, clock=lambda: self.now, start=self._start)

    def see(self, text: str, name: str = "Bob", **fields: str) -> Observation:
        (seen,) = self.traffic.observe([Asked(self.site, Comment(name, text, **fields))])  # type: ignore[arg-type]
        assert self.errors == []
        return seen

    def label(self, label: str, text: str, name: str = "Ann", *, of: str = "", **fields: Any) -> None:
        decision_id = of or str(uuid7())
        if not of:
            self.store.record(decision(decision_id), Comment(name, text, **fields))
        self.labelling.label(self.site, decision_id, Label(label), "Mod")


@pytest.fixture
def site(store: Store, counters: redis.Redis) -> Site7:
    return Site7(store, counters)


def test_a_near_copy_of_what_was_labelled_a_moment_ago_is_known(site: Site7) -> None:
    before = site.see(SPUN)

    site.label("spam", PITCH)

    assert before.copies == NOTHING
    assert site.see(SPUN, name="Eve").copies == Tally(spam=0.5, count=1)
    assert site.see(OTHER).copies == NOTHING


def test_labels_of_one_site_say_nothing_to_another(site: Site7) -> None:
    site.label("spam", PITCH)

    elsewhere = Site(site.site.id + 1, "blog", "k2")
    (seen,) = site.traffic.observe([Asked(elsewhere, Comment("Bob", PITCH))])

    assert seen.copies == NOTHING


def test_another_label_of_the_same_comment_takes_the_place_of_the_first(site: Site7) -> None:
    site.store.record(decision("01"), Comment("Ann", PITCH, email="ann@x.example", ip="8.8.8.8"))
    site.label("spam", PITCH, of="01")

    site.now += timedelta(minutes=1)
    site.label("ham", PITCH, of="01")

    seen = site.see(PITCH, name="Ann", email="ann@x.example", ip="8.8.8.8")
    assert seen.copies == Tally(ham=0.5, count=1)
    assert (seen.author.spam, round(seen.author.ham, 3), seen.author.count) == (0, 0.5, 1)


@pytest.mark.parametrize(
    ("added", "url"),
    [
        (" See cheap.example.com", ""),
        (' <a href="http://cheap.example/">here</a>', ""),
        (" write to me@cheap.example", ""),
        (" call +45 12 34 56 78", ""),
        (" I am @cheap_loans there", ""),
        ("", "http://cheap.example/"),
    ],
    ids=["domain", "link", "e-mail", "telephone", "handle", "homepage"],
)
def test_a_good_comment_copied_with_a_contact_added_is_no_copy_of_it(site: Site7, added: str, url: str) -> None:
    site.label("ham", OTHER)

    assert site.see(OTHER).copies == Tally(ham=0.5, count=1)
    assert site.see(OTHER + added, url=url).copies == NOTHING


def test_a_good_comment_with_its_own_link_stays_good(site: Site7) -> None:
    site.label("ham", f"{OTHER} https://example.com/bridge")

    assert site.see(f"{OTHER} https://example.com/bridge").copies.ham == 0.5
    assert site.see(OTHER).copies.ham == 0.5
    assert site.see(f"{OTHER} https://example.com/pills").copies == NOTHING


def test_what_shares_a_third_with_a_good_comment_may_say_anything_else(site: Site7) -> None:
    site.label("ham", OTHER)

    seen = site.see(
        f"{OTHER} but never mind since I got rich by gold coins and so can all of you within one short week"
    )

    assert seen.copies == NOTHING


def test_an_author_has_a_standing_by_e_mail_and_by_name_with_address(site: Site7) -> None:
    site.label("ham", "Thanks", name="Ann", email="ann@x.example", ip="8.8.8.8")

    known = [
        site.see("Hello", name="Anna", email="Ann@x.example").author.ham,
        site.see("Hello", name=" ANN ", ip="8.8.8.8").author.ham,
        site.see("Hello", name="Ann", email="ann@x.example", ip="8.8.8.8").author.ham,
    ]
    unknown = [
        site.see("Hello", name="Ann").author,
        site.see("Hello", name="Bob", ip="8.8.8.8").author,
        site.see("Hello", name="Ann", email="bob@x.example", ip="9.9.9.9").author,
    ]

    assert [round(ham, 3) for ham in known] == [0.5, 0.5, 0.5]
    assert unknown == [NOTHING] * 3


def test_spam_is_held_against_an_address_whatever_name_it_gives(site: Site7) -> None:
    site.label("spam", "Buy", name="Ann", ip="8.8.8.8")

    assert round(site.see("Hello", name="Bob", ip="8.8.8.8").author.spam, 3) == 0.5


def test_a_standing_fades(site: Site7) -> None:
    site.label("ham", "Thanks", email="ann@x.example")
    site.now += timedelta(days=30)

    assert site.see("Hello", email="ann@x.example").author.ham == pytest.approx(decayed(0.5, 30 * 86_400), rel=1e-3)


def test_a_server_that_lost_everything_is_told_again_from_the_store(site: Site7) -> None:
    site.label("spam", PITCH, email="ann@x.example")
    site.label("ham", OTHER)
    known = site.see(SPUN).copies, site.see("Hi", email="ann@x.example").author, site.see(OTHER).copies
    site.client.flushall()

    first = site.see("Nothing to compare it with")

    assert first.copies == NOTHING
    assert (site.see(SPUN).copies, site.see("Hi", email="ann@x.example").author, site.see(OTHER).copies) == known


def test_labels_that_a_full_server_evicted_come_back_from_the_store(site: Site7) -> None:
    site.label("spam", PITCH)
    site.see(OTHER)
    (key,) = site.client.keys("*:labels")

    site.client.delete(key)
    site.memory.refresh(site.site.id)

    assert site.see(SPUN).copies == Tally(spam=0.5, count=1)


def test_a_label_of_ninety_days_acts_on_nothing_though_nothing_else_was_said(site: Site7) -> None:
    site.label("spam", PITCH)
    site.see(OTHER)

    site.now += timedelta(days=91)
    site.memory.refresh(site.site.id)

    assert site.see(SPUN).copies == NOTHING


def test_a_site_without_labels_asks_the_store_once(site: Site7) -> None:
    for _ in range(10):
        site.see(PITCH)

    assert site.refreshed == 1
    assert site.client.keys("*:labels") == []


def test_what_others_changed_in_the_store_counts_after_five_minutes(site: Site7) -> None:
    site.see(PITCH)
    subject = site.labels.worded(site.site.id, Comment("Ann", PITCH))
    site.labels.give(
        site.store.site.id, subject, Wish(Label.SPAM, Source.API, "", "k1", 0.5, site.now, contradicts=False)
    )
    (key,) = site.client.keys("*:labels:filled")
    unheard = site.see(SPUN).copies

    value = site.client.get(key)
    assert isinstance(value, bytes)
    seconds, _, version = value.partition(b" ")
    site.client.set(key, b"%d %b" % (int(seconds) - 301, version))
    site.see(OTHER)

    assert unheard == NOTHING
    assert site.see(SPUN).copies == Tally(spam=0.5, count=1)


@pytest.mark.parametrize("off", [timedelta(hours=-1), timedelta(hours=1)])
def test_labels_are_as_fresh_as_they_are_though_a_workers_clock_is_off(site: Site7, off: timedelta) -> None:
    site.now += off

    for _ in range(10):
        site.see(PITCH)
    (filled,) = site.client.keys("*:labels:filled")
    value, (seconds, _) = site.client.get(filled), site.client.time()
    assert isinstance(value, bytes)

    assert site.refreshed == 1
    assert abs(int(value.split()[0]) - seconds) < 60


def test_a_label_that_is_given_while_the_server_is_being_told_is_not_lost(site: Site7) -> None:
    def label() -> None:
        site.label("spam", PITCH)

    memory = site.interrupted(label)
    site.label("spam", OTHER)
    memory.refresh(site.site.id)

    assert site.see(SPUN).copies.count == 1
    assert site.see(OTHER).copies.count == 1


def test_many_decisions_are_made_and_undone_in_a_few_transactions(site: Site7) -> None:
    asked, ids = Asked(site.site, Comment("Ann", OTHER)), [f"{number:03}" for number in range(120)]
    site.store.decisions.record([(asked, decision(each)) for each in ids], site.now)
    commits = list[Connection]()
    listen(site.store.engine, "commit", commits.append)

    decided = site.labelling.decide(site.site.id, dict.fromkeys(ids), Label.SPAM, "Mod")
    taken = site.labelling.take_back(site.site.id, dict.fromkeys(ids, Label.SPAM), "Mod")

    assert decided == taken == {*ids}
    assert len(commits) <= 6


def test_of_near_copies_that_are_decided_on_together_all_are_remembered(site: Site7) -> None:
    ids = ["01", "02", "03"]
    for each in ids:
        site.store.record(decision(each), Comment(f"Ann {each}", PITCH))

    site.labelling.decide(site.site.id, dict.fromkeys(ids), Label.SPAM, "Mod")

    assert site.see(SPUN).copies.count == 3


def test_labels_that_the_server_did_not_take_in_time_are_put_in_at_once(site: Site7) -> None:
    class Slow:
        set, delete = site.client.set, site.client.delete
        is_slow = True

        def transaction(self, *wish: Any) -> Any:
            if self.is_slow:
                self.is_slow = False
                raise redis.TimeoutError
            return site.client.transaction(*wish)

    stored, client = LabelledComments(site.store.engine), cast("redis.Redis", Slow())
    memory = LabelMemory(client, stored, secret=SECRET, clock=lambda: site.now, start=site._start)
    site.label("spam", OTHER)
    site.store.record(decision("01"), Comment("Ann", PITCH))

    replace(site.labelling, memory=memory).decide(site.site.id, {"01": None}, Label.SPAM, "Mod")

    assert site.see(SPUN).copies.count == 1


def test_what_is_taken_back_while_the_server_is_being_told_counts_no_more(site: Site7) -> None:
    site.store.record(decision("01"), Comment("Ann", PITCH))
    site.labelling.decide(site.site.id, {"01": None}, Label.SPAM, "Mod")

    def take_back() -> None:
        replace(site.labelling, memory=memory).take_back(site.site.id, {"01": Label.SPAM}, "Mod")

    memory = site.interrupted(take_back)
    memory.refresh(site.site.id)

    assert site.see(SPUN).copies == NOTHING


def test_what_is_erased_while_the_server_is_being_told_acts_on_nothing(site: Site7) -> None:
    site.label("spam", PITCH, email="ann@x.example")
    for key in site.client.keys("*:labels*"):
        site.client.delete(key)  # as a restart without its counters does
    persons = Persons(site.store.engine, [SECRET])

    def erase() -> None:
        persons.erase(persons.find(Person(email="ann@x.example"), None), site.now)
        memory.forget([site.site.id])

    memory = site.interrupted(erase)
    memory.refresh(site.site.id)

    assert site.see(SPUN).copies == NOTHING


def test_memory_of_a_text_is_bounded_to_the_latest(site: Site7) -> None:
    for number in range(20):
        site.label("spam", PITCH, name=f"Name {number}")

    assert site.see(PITCH).copies.count == 8


def test_labels_are_put_in_again_soon_though_a_clock_was_put_back_meanwhile(site: Site7) -> None:
    seconds, begun = [100.0], list[Callable[[], None]]()
    stored = LabelledComments(site.store.engine)
    memory = LabelMemory(
        site.client, stored, secret=SECRET, clock=lambda: site.now, monotonic=lambda: seconds[0], start=begun.append
    )
    memory.refresh(site.site.id)  # which fails, as without the store

    memory.refresh(site.site.id)
    at_once = len(begun)
    site.now -= timedelta(hours=1)
    seconds[0] += FILLING_SECONDS
    memory.refresh(site.site.id)

    assert (at_once, len(begun)) == (1, 2)


def test_comments_are_decided_where_no_thread_is_to_be_had(site: Site7) -> None:
    def start(_: Callable[[], None]) -> None:
        raise RuntimeError("can't start new thread")

    site.memory._start = start

    assert site.see(PITCH).copies == NOTHING


def test_every_key_expires(site: Site7) -> None:
    site.label("spam", PITCH, email="ann@x.example", ip="8.8.8.8")
    site.see(SPUN)

    assert all(0 < site.client.ttl(key) <= 2 * 86_400 for key in site.client.scan_iter())


def test_every_key_expires_where_the_server_refused_half_way(store: Store, admin: redis.Redis) -> None:
    admin.acl_setuser("filling", enabled=True, nopass=True, keys=["*"], commands=["+@all", "-rename"])
    options = admin.connection_pool.connection_kwargs
    site = Site7(store, redis.Redis(unix_socket_path=options["path"], username="filling", password=""))
    site.label("spam", PITCH)

    site.memory.refresh(site.site.id)

    assert {*admin.keys("*:labels*")} >= {b"hamlet:{%d}:labels:new" % site.site.id}
    assert all(0 < admin.ttl(key) <= 2 * 86_400 for key in admin.scan_iter())


def test_a_label_is_kept_while_the_server_is_away_and_acts_when_it_is_back(store: Store, counters: redis.Redis) -> None:
    away = Site7(store, redis.Redis(port=1, socket_timeout=0.05))
    away.label("spam", PITCH)

    back = Site7(store, counters)
    back.see(OTHER)

    assert back.see(SPUN).copies == Tally(spam=0.5, count=1)
