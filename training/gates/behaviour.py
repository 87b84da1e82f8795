"""
The behavioural suite as a gate: every claim that the champion keeps, the candidate keeps.
"""

from collections.abc import Iterator
from itertools import repeat

import numpy as np

from service.model.scorer import Scorer
from training.behaviour.checks import SUITE, Check, examine, judge_with, read_suite
from training.behaviour.limits import read_limits
from training.gates.outcome import Outcome
from training.gates.rates import LEVEL, worse

BEHAVIOUR = "behaviour"


def behave(candidate: Scorer, champion: Scorer | None) -> Iterator[Outcome]:
    """
    Yield an outcome for each check; none where there is no suite, as in an installed wheel.
    """
    if not SUITE.is_dir():
        return
    suite, limits = read_suite(), read_limits()
    ours, theirs = (
        examine(suite, judge_with(scorer), scorer.thresholds, limits) if scorer else None
        for scorer in (candidate, champion)
    )
    for check, other in zip(ours or (), theirs or repeat(None)):  # noqa: B905 - repeat has no end
        yield _kept(check, other)


def _kept(check: Check, other: Check | None) -> Outcome:
    """
    Return whether the candidate keeps a claim, or breaks it no worse than the champion does.

    Models fitted on two draws of the same rows differ by a comment or two in several checks: what chance explains
    breaks nothing.
    """
    gate, errors, limit = f"{BEHAVIOUR}: {check.name}", len(check.failures), f"at most {check.most}"
    if other is None:
        return Outcome(gate, check.part, check.tried, errors, None, limit, not check.is_broken)
    ours, theirs = ({failure.row.place for failure in each.failures} for each in (check, other))
    places = sorted(ours | theirs)
    p = worse(*(np.array([place in failed for place in places], dtype=bool) for failed in (ours, theirs)))
    has_passed = not check.is_broken or other.is_broken or p >= LEVEL
    return Outcome(gate, check.part, check.tried, errors, len(theirs), f"{limit} or p ≥ {LEVEL}", has_passed, p)
