"""
What is decided is kept as it was, on both engines.
"""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from threading import Barrier

import pytest
from sqlalchemy import func, select, update
from stores import (
    LONG,
    NOON,
    SECRET,
    OpenStore,
    OpenUrl,
    Store,
    decision,
    make_tables,
    recorded,
    registered,
    store_with_site,
)
from uuid_utils import uuid7

from service.core.comment import Asked, Claim, Comment
from service.core.decision import Decision, Reason, Recorded, Verdict
from service.errors import StoreUnavailable
from service.store.decisions import Decisions
from service.store.retention import Retention
from service.store.sites import Sites
from service.store.tables import decisions

CLAIM = Claim("id:5", "digest of the body")


def test_a_decision_comes_back_to_the_last_digit(store: Store) -> None:
    given = decision()

    kept = store.record(given)

    assert kept == Recorded(given, None, replayed=False)
    assert store.decisions.find(store.site.id, given.id) == given


def test_of_a_site_that_only_logs_the_verdict_that_was_decided_is_kept(store: Store) -> None:
    store.record(decision(verdict=Verdict.REJECT, log_only=True))

    found = store.decisions.find(store.site.id, "01")
    with store.engine.connect() as connection:
        column = connection.scalar(select(decisions.c.verdict))

    assert found
    assert (found.verdict, found.answered, column) == (Verdict.REJECT, Verdict.ACCEPT, "reject")


@pytest.mark.parametrize("log_only", [False, True])
def test_a_decision_is_kept_as_it_would_be_told_of_a_site_that_does_more_than_log(store: Store, log_only: bool) -> None:
    given = decision(verdict=Verdict.REJECT, discard=True)

    store.record(replace(given, log_only=log_only))

    with store.engine.connect() as connection:
        kept = connection.scalars(select(decisions.c.answer)).one()
    assert kept == {**json.loads(given.told_json), "log_only": log_only}


def test_a_decision_from_before_log_only_mode_is_answered_as_it_was(store: Store) -> None:
    store.record(decision(verdict=Verdict.REJECT))
    with store.engine.begin() as connection:
        answer = {**connection.scalars(select(decisions.c.answer)).one()}
        del answer["log_only"]
        connection.execute(update(decisions).values(answer=answer))

    found = store.decisions.find(store.site.id, "01")

    assert found
    assert found.answered is Verdict.REJECT


def test_a_name_of_any_length_is_kept(store: Store) -> None:
    kept = store.record(decision(), Comment(LONG, "Hello"))

    assert kept.decision.recorded
    with store.engine.connect() as connection:
        assert connection.scalar(select(decisions.c.name)) == LONG


def test_what_is_recorded_together_dirties_few_pages(tmp_path: Path, open_url: OpenUrl) -> None:
    engine = open_url(f"sqlite:///{tmp_path}/hamlet.sqlite")
    make_tables(engine)
    store = store_with_site(engine)
    comments = [
        Comment(f"{each * 7919 % 2_000} Ann", f"Hello {each}", email=f"{each}@mail.example", ip=f"8.8.{each // 250}.8")
        for each in range(2_080)
    ]
    made = [(Asked(store.site, each), decision(str(uuid7()))) for each in comments]
    store.decisions.record(made[:1_000], NOON)
    store.decisions.record(made[1_000:2_000], NOON)
    Retention(engine).settle()

    for start in range(2_000, 2_080, 8):
        store.decisions.record(made[start : start + 8], NOON)

    # Each as often as it is written, eight decisions together.
    pages = (tmp_path / "hamlet.sqlite-wal").stat().st_size / 4096
    assert pages / 10 < 20


def test_a_decision_by_rule_comes_back_with_its_gaps(store: Store) -> None:
    given = decision(
        verdict=Verdict.REJECT,
        score=None,
        prior=None,
        model=None,
        thresholds=None,
        retry_after=60,
        discard=True,
        reasons=(Reason("flood", rule="flood", seen=50),),
    )

    store.record(given)

    assert store.decisions.find(store.site.id, given.id) == given


@pytest.mark.parametrize(
    "text",
    [
        "emoji 👩‍👩‍👧 and joiners",
        "مرحبا \u202e evil",
        "e" + "\u0301" * 500,
        "'; DROP TABLE decisions; --",
        "\U0001f600" * 2**14,
        "",
    ],
    ids=["emoji", "right-to-left", "zalgo", "quotes", "64 KiB", "empty"],
)
def test_what_an_author_types_is_kept_as_typed(store: Store, text: str) -> None:
    store.record(decision(reasons=(Reason("text", 1.0, evidence=(text,)),)), Comment(text, text, url=text))

    with store.engine.connect() as connection:
        row = connection.execute(select(decisions)).one()
    assert (row.name, row.comment, row.details.get("url", "")) == (text, text, text)
    assert store.decisions.find(store.site.id, "01") == decision(reasons=(Reason("text", 1.0, evidence=(text,)),))


def test_a_nul_is_replaced_in_the_comment_but_not_in_the_answer(store: Store) -> None:
    given = decision(reasons=(Reason("text", 1.0, evidence=("pay\0day",)),))

    store.record(given, Comment("An\0n", "pay\0day", url="http://\0"), Claim("\0", "d"))

    with store.engine.connect() as connection:
        row = connection.execute(select(decisions)).one()
    assert (row.name, row.comment, row.details["url"]) == ("An\ufffdn", "pay\ufffdday", "http://\ufffd")
    assert store.decisions.claimed(store.site.id, "\0") == Recorded(given, "d", replayed=True)


def test_what_the_cms_said_is_kept_with_the_comment(store: Store) -> None:
    submitted = datetime(2026, 11, 23, 13, tzinfo=timezone(timedelta(hours=1)))
    comment = Comment("Ann", "Hello", language="de", id="7", submitted_at=submitted, form_seconds=3.5, honeypot="x")

    store.record(decision(), comment)

    with store.engine.connect() as connection:
        details = connection.scalar(select(decisions.c.details))
    assert details == {
        "language": "de",
        "id": "7",
        "submitted_at": "2026-11-23T13:00:00+01:00",
        "form_seconds": 3.5,
        "honeypot": True,
    }


def test_moments_are_kept_in_utc(store: Store) -> None:
    east = NOON.astimezone(timezone(timedelta(hours=5, minutes=30)))

    recorded(store.decisions, Asked(store.site, Comment("Ann", "Hello")), decision(), east)

    with store.engine.connect() as connection:
        received = connection.scalar(select(decisions.c.received_at))
    assert received == NOON
    assert received.utcoffset() == timedelta(0)
    assert received.astimezone(UTC).hour == 12


def test_a_claim_that_is_taken_gives_the_first_decision(store: Store) -> None:
    store.record(decision("01"), claim=CLAIM)

    again = store.record(decision("02", verdict=Verdict.REJECT), claim=Claim(CLAIM.key, "another digest"))

    assert again == Recorded(decision("01"), CLAIM.digest, replayed=True)
    assert store.decisions.find(store.site.id, "02") is None


def test_the_same_claim_at_another_site_is_another_comment(store: Store) -> None:
    blog = registered(Sites(store.engine), "blog")
    store.record(decision("01"), claim=CLAIM)

    second = recorded(store.decisions, Asked(blog, Comment("Ann", "Hello"), CLAIM), decision("02"))

    assert second.replayed is False


def test_of_parallel_claims_one_wins_and_all_get_its_decision(store: Store, open_store: OpenStore) -> None:
    start = Barrier(8)

    def claim(number: int) -> Recorded:
        own = Decisions(open_store(), SECRET)
        start.wait()
        return recorded(own, Asked(store.site, Comment("Ann", "Hello"), CLAIM), decision(f"0{number}"))

    with ThreadPoolExecutor(8) as pool:
        records = list(pool.map(claim, range(8)))

    assert len({record.decision.id for record in records}) == 1
    assert [record.replayed for record in records].count(False) == 1
    with store.engine.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(decisions)) == 1


def test_batches_with_the_same_claims_in_another_order_wait_for_each_other_in_no_circle(
    store: Store, open_store: OpenStore
) -> None:
    start, claims = Barrier(2), [Claim(f"comment-{number}", "digest") for number in range(24)]

    def record(claims: list[Claim]) -> list[Recorded | StoreUnavailable]:
        made = [(Asked(store.site, Comment("Ann", "Hello"), claim), decision(str(uuid7()))) for claim in claims]
        own = Decisions(open_store(), SECRET)
        start.wait()
        return own.record(made, NOON)

    with ThreadPoolExecutor(2) as pool:
        there, back = pool.map(record, (claims, claims[::-1]))

    ids = [[found.decision.id for found in found_all if isinstance(found, Recorded)] for found_all in (there, back)]
    assert ids[0] == ids[1][::-1]
    assert len({*ids[0]}) == len(claims)


def test_what_was_never_decided_is_not_found(store: Store) -> None:
    assert store.decisions.find(store.site.id, "nothing") is None
    assert store.decisions.find(store.site.id, "\0") is None
    assert store.decisions.claimed(store.site.id, "nothing") is None


def test_another_sites_decision_is_not_found(store: Store) -> None:
    blog = registered(Sites(store.engine), "blog")
    store.record(decision("01"), claim=CLAIM)

    assert store.decisions.find(blog.id, "01") is None
    assert store.decisions.claimed(blog.id, CLAIM.key) is None


def together(store: Store, *made: tuple[Asked, Decision]) -> list[Recorded | StoreUnavailable]:
    return store.decisions.record(made, NOON)


def test_of_decisions_stored_together_those_whose_claim_is_taken_get_the_first_one(store: Store) -> None:
    store.record(decision("01"), claim=CLAIM)
    asked, twice = Asked(store.site, Comment("Ann", "Hello"), CLAIM), Claim("id:6", "digest")
    anew = Asked(store.site, Comment("Ann", "Hello"), twice)

    records = together(store, (asked, decision("02")), (anew, decision("03")), (anew, decision("04")))

    assert records == [
        Recorded(decision("01"), CLAIM.digest, replayed=True),
        Recorded(decision("03"), twice.digest, replayed=False),
        Recorded(decision("03"), twice.digest, replayed=True),
    ]


def test_a_decision_that_the_database_does_not_take_keeps_no_other_from_being_stored(store: Store) -> None:
    asked = Asked(store.site, Comment("Ann", "Hello"))
    nowhere = Asked(replace(store.site, id=404), Comment("Ann", "Hello"))
    unwritable = Asked(store.site, Comment("Ann", "\ud800"))

    first, refused, unwritten, last = together(
        store,
        (asked, decision("01")),
        (nowhere, decision("02")),
        (unwritable, decision("03")),
        (asked, decision("04")),
    )

    assert [first, last] == [Recorded(decision(name), None, replayed=False) for name in ("01", "04")]
    assert isinstance(refused, StoreUnavailable)
    assert isinstance(unwritten, StoreUnavailable)
    assert store.decisions.find(store.site.id, "04") == decision("04")


def test_many_decisions_are_stored_together(store: Store) -> None:
    asked = Asked(store.site, Comment("Ann", "Hello"))

    records = together(store, *((asked, decision(f"{number:02}")) for number in range(64)))

    assert not any(isinstance(record, StoreUnavailable) for record in records)
    with store.engine.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(decisions)) == 64
