"""
What is decided is kept as it was, on both engines.
"""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from threading import Barrier

import pytest
from sqlalchemy import func, select, update
from stores import NOON, SECRET, OpenStore, Store, decision, registered

from service.core.comment import Claim, Comment
from service.core.decision import Reason, Verdict
from service.store.decisions import Decisions, Recorded
from service.store.sites import Sites
from service.store.tables import decisions

CLAIM = Claim("id:5", "digest of the body")


def test_a_decision_comes_back_to_the_last_digit(store: Store) -> None:
    given = decision()

    recorded = store.record(given)

    assert recorded == Recorded(given, None, replayed=False)
    assert store.decisions.find(store.site.id, given.id) == given


def test_of_a_site_that_only_logs_the_verdict_that_was_decided_is_kept(store: Store) -> None:
    store.record(decision(verdict=Verdict.REJECT, log_only=True))

    found = store.decisions.find(store.site.id, "01")
    with store.engine.connect() as connection:
        column = connection.scalar(select(decisions.c.verdict))

    assert found
    assert (found.verdict, found.answered, column) == (Verdict.REJECT, Verdict.ACCEPT, "reject")


def test_a_decision_from_before_log_only_mode_is_answered_as_it_was(store: Store) -> None:
    store.record(decision(verdict=Verdict.REJECT))
    with store.engine.begin() as connection:
        answer = {**connection.scalars(select(decisions.c.answer)).one()}
        del answer["log_only"]
        connection.execute(update(decisions).values(answer=answer))

    found = store.decisions.find(store.site.id, "01")

    assert found
    assert found.answered is Verdict.REJECT


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

    store.decisions.record(store.site, Comment("Ann", "Hello"), decision(), east, None)

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

    recorded = store.decisions.record(blog, Comment("Ann", "Hello"), decision("02"), NOON, CLAIM)

    assert recorded.replayed is False


def test_of_parallel_claims_one_wins_and_all_get_its_decision(store: Store, open_store: OpenStore) -> None:
    start = Barrier(8)

    def claim(number: int) -> Recorded:
        own = Decisions(open_store(), SECRET)
        start.wait()
        return own.record(store.site, Comment("Ann", "Hello"), decision(f"0{number}"), NOON, CLAIM)

    with ThreadPoolExecutor(8) as pool:
        recorded = list(pool.map(claim, range(8)))

    assert len({record.decision.id for record in recorded}) == 1
    assert [record.replayed for record in recorded].count(False) == 1
    with store.engine.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(decisions)) == 1


def test_what_was_never_decided_is_not_found(store: Store) -> None:
    assert store.decisions.find(store.site.id, "nothing") is None
    assert store.decisions.find(store.site.id, "\0") is None
    assert store.decisions.claimed(store.site.id, "nothing") is None


def test_another_sites_decision_is_not_found(store: Store) -> None:
    blog = registered(Sites(store.engine), "blog")
    store.record(decision("01"), claim=CLAIM)

    assert store.decisions.find(blog.id, "01") is None
    assert store.decisions.claimed(blog.id, CLAIM.key) is None
