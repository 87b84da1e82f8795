"""
What entries would have done to comments that were decided.
"""

from datetime import UTC, datetime

from service.core.comment import Comment
from service.core.decision import Verdict
from service.core.entries import Action, Entry, Kind
from service.core.trial import Commented, attempt, stand_in, untried

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
CASINO = Entry(Kind.WORD, "casino", Action.REJECT)
HISTORY = [
    Commented("1", Verdict.ACCEPT, Comment("Ann", "a casino story")),
    Commented("2", Verdict.HOLD, Comment("Bob", "casino!")),
    Commented("3", Verdict.REJECT, Comment("Eve", "casino casino")),
    Commented("4", Verdict.ACCEPT, Comment("Ann", "Thank you")),
]


def test_what_would_have_been_decided_is_counted_by_what_was() -> None:
    trial = attempt(HISTORY, [], [CASINO], NOON)

    ((tried, counts),) = trial.hits
    assert (trial.comments, tried) == (4, CASINO)
    assert counts == {Verdict.ACCEPT: 1, Verdict.HOLD: 1, Verdict.REJECT: 1}
    changes = {change: (found.count, found.examples) for change, found in trial.changes.items()}
    assert changes == {
        (Verdict.ACCEPT, Verdict.REJECT): (1, ["1"]),
        (Verdict.HOLD, Verdict.REJECT): (1, ["2"]),
    }


def test_an_entry_that_is_there_already_wins_as_it_would() -> None:
    ann = Entry(Kind.AUTHOR, "ann", Action.ACCEPT, id=5)

    trial = attempt(HISTORY, [ann], [CASINO], NOON)

    assert trial.hits[0][1] == {Verdict.HOLD: 1, Verdict.REJECT: 1}


def test_an_entry_that_takes_the_place_of_another_is_tried_without_it() -> None:
    kept = Entry(Kind.WORD, "casino", Action.ACCEPT, id=5)

    trial = attempt(HISTORY, [kept], [CASINO], NOON)

    assert trial.hits[0][1].total() == 3


def test_a_few_examples_are_enough() -> None:
    history = [Commented(str(number), Verdict.ACCEPT, Comment("Ann", "casino")) for number in range(9)]

    change = attempt(history, [], [CASINO], NOON).changes[Verdict.ACCEPT, Verdict.REJECT]

    assert (change.count, change.examples) == (9, ["0", "1", "2", "3", "4"])


def test_only_what_a_hash_can_tell_is_tried() -> None:
    def entry(kind: Kind, value: str) -> Entry:
        return Entry(kind, value, Action.REJECT)

    known = [entry(Kind.EMAIL, "eve@x.org"), entry(Kind.ADDRESS, "8.8.8.8"), entry(Kind.ADDRESS, "2a00:1450::/64")]
    unknown = [entry(Kind.EMAIL, "@x.org"), entry(Kind.ADDRESS, "8.8.8.0/24"), entry(Kind.ADDRESS, "10.0.0.1")]

    assert untried([*known, *unknown, CASINO]) == unknown
    assert [stand_in(each) for each in known] == [
        Comment("", "", email="eve@x.org"),
        Comment("", "", ip="8.8.8.8"),
        Comment("", "", ip="2a00:1450::"),
    ]
