"""
The last decisions of a site, on both engines.
"""

from dataclasses import replace
from datetime import UTC, datetime

from sqlalchemy import update
from stores import Store, decision, store_with_site
from uuid_utils import uuid7

from service.core.comment import Comment
from service.core.decision import Reason, Verdict
from service.core.labels import Label
from service.core.replay import Past
from service.store.history import kept, recent, said
from service.store.tables import decisions


def record(store: Store, *verdicts: Verdict) -> None:
    for number, verdict in enumerate(verdicts):
        store.record(decision(f"{number:02}", verdict=verdict, score=number / 100))


def scores(store: Store, last: int) -> list[float | None]:
    return [past.score for past in recent(store.engine, "news", last, page=3)]


def test_the_newest_come_first_whatever_their_verdict(store: Store) -> None:
    record(store, Verdict.HOLD, Verdict.ACCEPT, Verdict.REJECT, Verdict.ACCEPT)

    assert scores(store, 3) == [0.03, 0.02, 0.01]
    assert scores(store, 9) == [0.03, 0.02, 0.01, 0.0]


def test_pages_neither_lose_nor_repeat_a_decision(store: Store) -> None:
    record(store, *[Verdict.HOLD] * 7, *[Verdict.ACCEPT] * 6)

    assert scores(store, 100) == [number / 100 for number in reversed(range(13))]
    assert scores(store, 8) == [number / 100 for number in reversed(range(5, 13))]


def test_a_decision_comes_with_what_a_replay_needs(store: Store) -> None:
    store.record(decision("01", verdict=Verdict.REJECT, score=0.5, model="m"))
    store.record(decision("02", verdict=Verdict.HOLD, score=None, model=None))

    assert [*recent(store.engine, "news", 9)] == [Past(Verdict.HOLD, None, None), Past(Verdict.REJECT, 0.5, "m")]


def test_where_a_rule_decided_the_score_had_no_say(store: Store) -> None:
    flood = (Reason("flood", rule="flood"), Reason("text", -2.0))
    store.record(decision(verdict=Verdict.HOLD, score=0.1, reasons=flood))

    assert scores(store, 9) == [None]


def test_a_decision_that_quotes_a_nul_is_there_as_any_other(store: Store) -> None:
    store.record(decision(score=0.1, reasons=(Reason("damaged_characters", 0.7, evidence=('pay\0day "rule":"',)),)))

    assert scores(store, 9) == [0.1]


def test_a_decision_without_reasons_has_its_score(store: Store) -> None:
    store.record(decision(score=0.1, reasons=()))

    assert scores(store, 9) == [0.1]


def test_other_sites_are_left_out(store: Store) -> None:
    other = store_with_site(store.engine, "blog")
    other.record(decision("01"))

    assert scores(store, 9) == []


def test_a_comment_comes_back_with_its_decision_and_what_a_model_sees_of_it(store: Store) -> None:
    seen = Comment("Ann", "Hello", url="https://ann.example", article_title="Bridges")
    comment = replace(seen, ip="8.8.8.8", user_agent="x")
    store.record(made := decision("01"), comment)

    assert [*kept(store.engine, "news", 9)] == [(made, seen)]


def test_comments_come_page_by_page_from_the_newest_to_a_moment(store: Store) -> None:
    days = [datetime(2026, 11, day, tzinfo=UTC) for day in range(1, 8)]
    ids = [str(uuid7(nanoseconds=int(day.timestamp()) * 10**9)) for day in days]
    for each in ids:
        store.record(decision(each))

    found = [made.id for made, _ in kept(store.engine, "news", 9, days[2], page=2)]

    assert found == ids[:1:-1]


def test_what_people_said_is_found_for_many_decisions_at_once(store: Store) -> None:
    ids = [f"{number:04}" for number in range(450)]
    for each in ids[::100]:
        store.record(decision(each))
    with store.engine.begin() as connection:
        connection.execute(update(decisions).where(decisions.c.id != "0400").values(label="ham"))

    assert said(store.engine, ids) == dict.fromkeys(ids[:400:100], Label.HAM)
