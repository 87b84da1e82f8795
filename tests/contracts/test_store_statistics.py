"""
What a site decided, period by period, on both engines.
"""

from datetime import UTC, datetime, timedelta

import pytest
from stores import SECRET, Store, decision, registered
from uuid_utils import uuid7

from service.core.comment import Comment
from service.core.decision import Verdict
from service.core.labels import Label, Source
from service.store.labels import Labels, Wish
from service.store.sites import Sites
from service.store.statistics import Statistics, Tally

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def record(store: Store, moment: datetime, verdict: Verdict, number: int = 0) -> None:
    digits = f"{round(moment.timestamp() * 1000):012x}"
    store.record(decision(f"{digits[:8]}-{digits[8:]}-7{number:03}-8000-000000000000", verdict=verdict))


def say(store: Store, label: Label, *, at: datetime) -> None:
    labels = Labels(store.engine, [SECRET], lambda: str(uuid7()))
    subject = labels.worded(store.site.id, Comment("Ann", "Hello"))
    labels.give(store.site.id, subject, Wish(label, Source.API, "", "k", 0.5, at, contradicts=False))


def test_every_period_has_its_own_decisions(store: Store) -> None:
    for number, verdict in enumerate((Verdict.ACCEPT, Verdict.ACCEPT, Verdict.HOLD, Verdict.REJECT)):
        record(store, NOON, verdict, number)
    record(store, NOON + HOUR, Verdict.REJECT)

    found = Statistics(store.engine).tallies(store.site.id, [NOON - HOUR, NOON, NOON + HOUR, NOON + 2 * HOUR])

    assert found == [Tally(), Tally(accepted=2, held=1, rejected=1), Tally(rejected=1)]
    assert [tally.total for tally in found] == [0, 4, 1]


def test_a_period_ends_a_millisecond_before_the_next(store: Store) -> None:
    record(store, NOON - timedelta(milliseconds=1), Verdict.HOLD)
    record(store, NOON, Verdict.ACCEPT)

    assert Statistics(store.engine).tallies(store.site.id, [NOON - HOUR, NOON]) == [Tally(held=1)]


def test_sites_are_counted_apart(store: Store) -> None:
    record(store, NOON, Verdict.ACCEPT)
    blog = registered(Sites(store.engine), "blog")

    assert Statistics(store.engine).tallies(blog.id, [NOON, NOON + HOUR]) == [Tally()]


@pytest.mark.parametrize(
    ("verdict", "label", "expected"),
    [
        (Verdict.ACCEPT, Label.SPAM, (1, 0)),
        (Verdict.REJECT, Label.HAM, (0, 1)),
        (Verdict.HOLD, Label.HAM, (0, 0)),
        (Verdict.HOLD, Label.SPAM, (0, 0)),
        (Verdict.ACCEPT, Label.HAM, (0, 0)),
    ],
)
def test_a_correction_counts_in_the_period_in_which_it_was_made(
    store: Store, verdict: Verdict, label: Label, expected: tuple[int, int]
) -> None:
    record(store, NOON, verdict)
    say(store, label, at=NOON + HOUR)

    before, after = Statistics(store.engine).tallies(store.site.id, [NOON, NOON + HOUR, NOON + 2 * HOUR])

    assert (before.missed_spam, before.false_positives, after.total) == (0, 0, 0)
    assert (after.missed_spam, after.false_positives) == expected


def test_who_corrects_a_comment_and_takes_it_back_has_corrected_nothing(store: Store) -> None:
    record(store, NOON, Verdict.ACCEPT)
    say(store, Label.SPAM, at=NOON)
    say(store, Label.HAM, at=NOON + HOUR)

    (tally,) = Statistics(store.engine).tallies(store.site.id, [NOON, NOON + 2 * HOUR])

    assert tally == Tally(accepted=1)
