"""
What other thresholds would have done to decisions that were made.
"""

from collections import Counter
from collections.abc import Iterator

from service.core.decision import Verdict
from service.core.replay import Past, replay
from service.core.site import Thresholds

ACCEPT, HOLD, REJECT = Verdict
HISTORY = [
    Past(ACCEPT, 0.1, "new"),
    Past(ACCEPT, 0.25, "new"),
    Past(HOLD, 0.6, "old"),
    Past(REJECT, 0.97, "new"),
    Past(REJECT, None, "new"),
    Past(HOLD, None, None),
]


def test_each_choice_is_tallied_with_what_it_would_have_changed() -> None:
    strict, loose = replay(HISTORY, [Thresholds(0.2, 0.99), Thresholds(0.7, 0.95)]).tallies

    assert (strict.verdicts, strict.changed) == (Counter({ACCEPT: 1, HOLD: 4, REJECT: 1}), 2)
    assert (loose.verdicts, loose.changed) == (Counter({ACCEPT: 3, HOLD: 1, REJECT: 2}), 1)


def test_a_score_on_a_threshold_is_banded_as_when_it_is_decided() -> None:
    (tally,) = replay([Past(HOLD, 0.25, "m"), Past(HOLD, 0.97, "m")], [Thresholds(0.25, 0.97)]).tallies

    assert tally.verdicts == Counter({HOLD: 1, REJECT: 1})


def test_what_no_threshold_decided_keeps_its_verdict() -> None:
    result = replay(HISTORY[4:], [Thresholds(0.0, 0.0), Thresholds(1.0, 1.0)])

    assert result.fixed == 2
    assert all(tally.verdicts == result.recorded and not tally.changed for tally in result.tallies)


def test_models_are_counted_where_their_score_had_a_say() -> None:
    assert replay(HISTORY, []).models == Counter({"new": 3, "old": 1})


def test_the_history_is_gone_through_once() -> None:
    def once() -> Iterator[Past]:
        yield from HISTORY

    result = replay(once(), [Thresholds(0.3, 0.95)] * 3)

    assert [tally.verdicts.total() for tally in result.tallies] == [6, 6, 6]
