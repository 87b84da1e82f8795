"""
The numbers of a site, on both engines.
"""

from datetime import timedelta
from itertools import count

import pytest
from sqlalchemy import update
from stores import NOON, Store, decision

from service.core.decision import Reason, Verdict
from service.core.site import Thresholds
from service.store.overview import Overview, ReasonTally
from service.store.statistics import first_id
from service.store.tables import decisions

DAY = timedelta(days=1)
NUMBERS = count()


@pytest.fixture
def overview(store: Store) -> Overview:
    return Overview(store.engine)


def record(store: Store, age: timedelta, **changes: object) -> str:
    made = f"{first_id(NOON - age)}-{next(NUMBERS):04}"
    store.record(decision(made, **changes))
    return made


def label(store: Store, decision_id: str, said: str) -> None:
    with store.engine.begin() as connection:
        connection.execute(update(decisions).where(decisions.c.id == decision_id).values(label=said))


def test_the_scores_of_a_period_are_found_and_no_others(overview: Overview, store: Store) -> None:
    for days, score in ((0, 0.1), (2, 0.2), (3, None), (5, 0.3)):
        record(store, DAY * days, score=score)

    assert overview.scores(store.site.id, NOON - DAY * 4, NOON - DAY) == [0.2]
    assert overview.scores(store.site.id, NOON - DAY * 9, NOON + DAY) == [0.1, 0.2, 0.3]


def test_the_thresholds_are_those_of_the_newest_scored_comment(overview: Overview, store: Store) -> None:
    assert overview.thresholds(store.site.id) is None
    record(store, DAY * 2, thresholds=Thresholds(0.1, 0.9))
    record(store, DAY, thresholds=Thresholds(0.2, 0.8))
    record(store, timedelta(0), score=None, thresholds=None)

    assert overview.thresholds(store.site.id) == Thresholds(0.2, 0.8)


def test_what_waits_is_counted_by_age(overview: Overview, store: Store) -> None:
    for days in (0, 0, 2, 9):
        record(store, DAY * days)
    record(store, DAY, verdict=Verdict.ACCEPT)
    label(store, record(store, DAY), "ham")

    assert overview.waiting_since(store.site.id, [NOON - DAY * 5, NOON - DAY]) == [1, 1, 2]


def test_a_reason_is_right_as_often_as_what_it_spoke_against_was_spam(overview: Overview, store: Store) -> None:
    links, ham_like, rule = Reason("links", 1.0), Reason("text", -1.0), Reason("deny_list", rule="deny_list")
    for number, (reasons, said) in enumerate((((links, ham_like), "spam"), ((links,), "ham"), ((rule,), "spam"))):
        label(store, record(store, DAY * number, reasons=reasons), said)
    record(store, DAY, reasons=(links,))

    assert overview.reasons(store.site.id) == [ReasonTally("links", 1, 2), ReasonTally("deny_list", 1, 1)]
