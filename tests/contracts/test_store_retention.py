"""
What is too old is erased to the last byte, and counted as before.
"""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from threading import Barrier

import pytest
from private_store import MARKS, Everything, PrivateStore, marks_in
from sqlalchemy import delete, func, select, text
from stores import NOON, OpenStore, Store, decision, recorded
from uuid_utils import uuid7

from service.core.comment import Asked, Claim, Comment
from service.core.decision import Verdict
from service.core.labels import LIFE_DAYS, Label, Source
from service.core.person import Person
from service.hash_secrets import HashSecrets
from service.purging import Purge, Purged
from service.store.browsing import Browsing, Filter, Shown
from service.store.decisions import Decisions
from service.store.erasing import MOST_IDS
from service.store.history import kept
from service.store.labelled import LabelledComments, stream
from service.store.labels import Labels, Wish
from service.store.outbox import Outbox
from service.store.persons import Persons
from service.store.queue import Queue
from service.store.retention import Retention
from service.store.statistics import Statistics, Tally, first_id
from service.store.tables import decisions, labels, retention
from service.training_jobs import TrainingJobs

# Ids are made by the clock of the machine.
LATER = datetime.now(NOON.tzinfo) + timedelta(days=1000)
ANN = Person(email="ann@mail.example")


def purge(store: Store, folder: Path, now: datetime = LATER, days: int = 90, label_days: int = 730) -> Purged:
    jobs = TrainingJobs(folder / "training", {}, lambda: now)
    parts = Retention(store.engine), Outbox(store.engine), jobs, HashSecrets(folder)
    return Purge(*parts, days, label_days, lambda: now).run(lambda _: False)


def test_of_what_is_too_old_no_byte_is_left(private: PrivateStore, everything: Everything, tmp_path: Path) -> None:
    assert marks_in(everything()) == [*MARKS]

    purged = purge(private.store, tmp_path)

    assert (purged.decisions, purged.labels, purged.entries) == (2, 2, 3)
    # The note of an entry without an end is its owner's, and stays.
    assert marks_in(everything().replace(b"since quokka@mail.example wrote it", b"")) == []


def test_no_hash_of_a_person_is_left_either(private: PrivateStore, tmp_path: Path) -> None:
    purge(private.store, tmp_path)

    with private.store.engine.connect() as connection:
        for table in (decisions, labels):
            hashes = connection.execute(select(table.c.email_hash, table.c.address_hash)).all()
            assert {*hashes} == {(None, None)}
        assert {*connection.execute(select(decisions.c.wording, decisions.c.claim_key))} == {(None, None)}
        assert [row for row in connection.scalars(select(labels.c.subject)) if row.startswith("wording:")] == []


def test_the_numbers_stay_as_they_were(private: PrivateStore, tmp_path: Path) -> None:
    statistics, site = Statistics(private.store.engine), private.store.site.id
    moments = [NOON - timedelta(days=1), LATER]
    before = statistics.tallies(site, moments)

    purge(private.store, tmp_path)

    assert statistics.tallies(site, moments) == before == [Tally(held=2)]
    answer = Decisions(private.store.engine, b"s").find(site, private.ids[0])
    assert answer
    assert [(reason.code, reason.weight, reason.evidence) for reason in answer.reasons] == [
        ("text", 2.0, ()),
        ("links", 1.0, ()),
    ]


def test_what_was_erased_is_read_by_nobody(private: PrivateStore, tmp_path: Path) -> None:
    engine, site = private.store.engine, private.store.site.id

    purge(private.store, tmp_path)

    assert Queue(engine).page(site, 10) == []
    assert [*kept(engine, "news", 10)] == []
    assert [*stream(engine)] == []
    assert private.labels.decided(site, private.ids[0]) is None
    assert LabelledComments(engine).set_aside("news", 10) == []
    (shown, _) = Browsing(engine, lambda _: ()).page(site, Filter(shown=Shown.ALL), 10)
    assert (shown.is_erased, shown.comment, shown.alike) == (True, Comment("", ""), ())


def test_redis_is_given_the_labels_that_are_left(private: PrivateStore, tmp_path: Path) -> None:
    labelled, site = LabelledComments(private.store.engine), private.store.site.id
    since = NOON - timedelta(days=LIFE_DAYS)
    version = labelled.version(site, since)

    purge(private.store, tmp_path)

    assert labelled.version(site, since) != version  # by which it knows that they are others
    assert labelled.recent(site, since, 10) == []


def test_what_is_young_enough_stays_and_labels_stay_longer(private: PrivateStore, tmp_path: Path) -> None:
    now = datetime.now(NOON.tzinfo)

    early = purge(private.store, tmp_path, now + timedelta(days=89))
    late = purge(private.store, tmp_path, now + timedelta(days=91))

    assert (early.decisions, early.labels) == (0, 0)
    assert (late.decisions, late.labels) == (2, 0)
    assert len([*stream(private.store.engine)]) == 2


def test_no_days_keep_everything_for_good(private: PrivateStore, tmp_path: Path) -> None:
    purged = purge(private.store, tmp_path, days=0, label_days=0)

    assert (purged.decisions, purged.labels) == (0, 0)


def id_of(moment: datetime) -> str:
    return f"{first_id(moment)}-7000-8000-000000000000"


def rotated(folder: Path, at: datetime) -> HashSecrets:
    secrets = HashSecrets(folder)
    secrets.take_up(secrets.rotate("o" * 32).text, at)
    return secrets


def test_a_person_is_found_by_a_label_long_after_their_comment_and_the_secret_were_replaced(
    store: Store, tmp_path: Path
) -> None:
    secrets, last_day = rotated(tmp_path, NOON + timedelta(days=1)), NOON + timedelta(days=89)
    asked = Asked(store.site, Comment("Ann", "Hello", email="ann@mail.example"))
    recorded(Decisions(store.engine, b"o" * 32), asked, decision(id_of(NOON)))
    given = Labels(store.engine, [b"another"], lambda: id_of(last_day))
    subject = given.decided(store.site.id, id_of(NOON))
    assert subject
    given.give(store.site.id, subject, Wish(Label.SPAM, Source.API, "Mod", "k1", 0.5, last_day, contradicts=False))

    kept = purge(store, tmp_path, last_day + timedelta(days=729))
    found = Persons(store.engine, [each.text.encode() for each in secrets.read()]).find(ANN, None)
    gone = purge(store, tmp_path, last_day + timedelta(days=729 + 35))

    assert (kept.decisions, kept.secrets, len(found.labels)) == (1, 0, 1)
    assert (gone.labels, gone.secrets) == (1, 1)


@pytest.mark.parametrize(("days", "label_days"), [(0, 730), (90, 0)])
def test_where_anything_is_kept_for_good_every_secret_is(
    store: Store, tmp_path: Path, days: int, label_days: int
) -> None:
    rotated(tmp_path, NOON)

    assert purge(store, tmp_path, NOON + timedelta(days=40_000), days, label_days).secrets == 0


def test_what_was_looked_at_is_not_looked_at_again(private: PrivateStore, tmp_path: Path) -> None:
    purge(private.store, tmp_path)

    again = purge(private.store, tmp_path)

    assert again == Purged(0, 0, 0, 0, 0, 0)
    assert Retention(private.store.engine).due(LATER, LATER) == (0, 0)


def test_comments_come_in_between_the_batches(store: Store, open_store: OpenStore, tmp_path: Path) -> None:
    many = MOST_IDS + 1
    for number in range(many):
        store.record(decision(str(uuid7())), Comment("Ann", "Hello"), Claim(str(number), ""))
    batches = Retention(store.engine).erase_decisions(LATER, LATER)
    other = Store(open_store(), store.site, store.decisions)

    first = next(batches)
    other.record(decision(str(uuid7())))
    rest = [*batches]

    assert first == MOST_IDS
    assert sum(rest) == 2


def test_a_comment_of_an_erased_claim_is_decided_again(store: Store, tmp_path: Path) -> None:
    claim = Claim("7", "digest")
    store.record(decision(str(uuid7())), claim=claim)

    purge(store, tmp_path)

    again = store.record(decision(str(uuid7()), verdict=Verdict.ACCEPT), claim=claim)
    assert (again.decision.verdict, again.replayed) == (Verdict.ACCEPT, False)


def test_several_may_purge_at_once(store: Store, open_store: OpenStore, tmp_path: Path) -> None:
    store.record(decision(str(uuid7())))
    start = Barrier(4)

    def erase(_: int) -> int:
        own = Retention(open_store())
        start.wait()
        return sum(own.erase_decisions(LATER, LATER))

    with ThreadPoolExecutor(4) as machines:
        erased = [*machines.map(erase, range(4))]

    with store.engine.begin() as connection:
        # Nothing is left to erase, and how far it was looked is not known.
        connection.execute(delete(retention))
    with ThreadPoolExecutor(4) as machines:
        again = [*machines.map(erase, range(4))]

    assert (sum(erased), again) == (1, [0, 0, 0, 0])


def test_a_purge_that_is_stopped_goes_on_the_next_time(store: Store, tmp_path: Path) -> None:
    for number in range(MOST_IDS + 1):
        store.record(decision(str(uuid7())), Comment("Ann", "Hello"), Claim(str(number), ""))
    parts = Retention(store.engine), Outbox(store.engine), TrainingJobs(tmp_path, {}, lambda: NOON)

    stopped = Purge(*parts, HashSecrets(tmp_path), 90, 730, lambda: LATER).run(lambda _: True)

    assert stopped.decisions == MOST_IDS
    assert purge(store, tmp_path).decisions == 1
    with store.engine.connect() as connection:
        assert connection.scalar(select(func.count()).where(decisions.c.comment != "")) == 0


def test_nothing_of_a_person_is_told_any_more(private: PrivateStore, tmp_path: Path) -> None:
    purge(private.store, tmp_path)

    assert Outbox(private.store.engine).claim(LATER, timedelta(minutes=5), 10) == []
    with private.store.engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM outbox")) == 0


@pytest.fixture
def purged(store: Store) -> Retention:
    """
    What was purged at NOON.
    """
    retention = Retention(store.engine)
    retention.has_run(NOON)
    return retention


def test_a_clock_is_trusted_within_a_week_of_the_last_purge_or_where_there_was_none(store: Store) -> None:
    retention = Retention(store.engine)

    assert retention.trusts(NOON)
    retention.has_run(NOON)

    assert retention.trusts(NOON + timedelta(days=7))
    assert retention.trusts(NOON - timedelta(days=700))


def test_a_clock_far_ahead_is_trusted_a_day_later_however_often_the_service_starts(purged: Retention) -> None:
    back = NOON + timedelta(days=60)

    assert [purged.trusts(back + timedelta(hours=hours)) for hours in (0, 1, 12, 24)] == [False, False, False, True]


def test_a_clock_that_was_put_right_and_goes_wrong_again_is_doubted_again(purged: Retention) -> None:
    assert not purged.trusts(NOON + timedelta(days=4000))
    purged.has_run(NOON + timedelta(days=1))

    assert not purged.trusts(NOON + timedelta(days=4001))


def test_a_clock_that_was_put_back_is_doubted_from_then_on(purged: Retention) -> None:
    assert not purged.trusts(NOON + timedelta(days=4000))

    assert not purged.trusts(NOON + timedelta(days=30))
    assert purged.trusts(NOON + timedelta(days=31))


def test_a_purge_keeps_when_it_was(store: Store, tmp_path: Path) -> None:
    retention = Retention(store.engine)
    assert retention.last_run() is None

    purge(store, tmp_path, NOON)

    assert retention.last_run() == NOON
    assert retention.trusts(NOON + timedelta(days=7))
    assert not retention.trusts(NOON + timedelta(days=8))
