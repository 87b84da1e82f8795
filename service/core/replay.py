"""
What other thresholds would have done to decisions that were made: their scores stay as they were recorded.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from service.core.decision import Verdict
from service.core.policy import band
from service.core.site import Thresholds


@dataclass(frozen=True, slots=True)
class Past:
    """
    A decision that was made. `score` is None where no threshold had a say: a rule decided, or there was no model.
    """

    verdict: Verdict
    score: float | None
    model: str | None


@dataclass(slots=True)
class Tally:
    """
    How many of the decisions have which verdict, and how many of these are not the one that was recorded.
    """

    verdicts: Counter[Verdict] = field(default_factory=Counter)
    changed: int = 0


@dataclass(frozen=True, slots=True)
class Replay:
    """
    What was recorded, how many of it keep their verdict whatever the thresholds, which models scored the others, and
    a tally for each choice of thresholds.
    """

    recorded: Counter[Verdict]
    fixed: int
    models: Counter[str | None]
    tallies: Sequence[Tally]


def replay(history: Iterable[Past], choices: Sequence[Thresholds]) -> Replay:
    """
    Return what each choice of thresholds makes of the decisions, which are gone through once.
    """
    tallies = [Tally() for _ in choices]
    pairs = list(zip(choices, tallies, strict=True))
    recorded: Counter[Verdict] = Counter()
    fixed: Counter[Verdict] = Counter()
    models: Counter[str | None] = Counter()
    for past in history:
        recorded[past.verdict] += 1
        if past.score is None:
            fixed[past.verdict] += 1
            continue
        models[past.model] += 1
        for thresholds, tally in pairs:
            verdict = band(past.score, thresholds)
            tally.verdicts[verdict] += 1
            tally.changed += verdict is not past.verdict
    for tally in tallies:
        tally.verdicts.update(fixed)
    return Replay(recorded, fixed.total(), models, tallies)
