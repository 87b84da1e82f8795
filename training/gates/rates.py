"""
The candidate against the champion on the same rows: is it wrong on more of them than chance explains?
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binomtest

from training.data.rows import Row
from training.evaluation.parts import masks
from training.gates.outcome import Outcome
from training.gates.scores import ACCEPT, REJECT, Bands, Scores

# How often chance alone may make a candidate that is just as good fail a test.
LEVEL = 0.05
# Rows of a label in a source or language; with fewer, a point is less than a comment.
FEWEST = 50
# What a source or a language may lose. Thresholds move with every fit: 230 honest labels more held 3.1 points more of
# the good comments of a source that they did not come from.
TOLERANCE = 0.05
NOT_REJECTED = "spam not rejected"
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Error:
    """
    A way to be wrong about rows of one label, and by how much of them more a candidate may be so.
    """

    gate: str
    of_spam: bool
    found: Callable[[Bands], Mask]
    tolerance: float


# The worst first. The same 230 labels held 0.8 points more over all. Where rejecting begins hangs on the few good
# comments that score highest: models fitted on two draws of the same rows rejected 61 and 45 % of the same spam, and
# accepted the same share.
ERRORS = (
    Error("ham rejected", False, lambda bands: bands == REJECT, 0.0),
    Error("ham not accepted", False, lambda bands: bands != ACCEPT, 0.01),
    Error("spam accepted", True, lambda bands: bands == ACCEPT, 0.01),
    Error(NOT_REJECTED, True, lambda bands: bands != REJECT, 0.25),
)


def whole(part: str, inside: Mask, rows: Sequence[Row], candidate: Scores, champion: Scores) -> Iterator[Outcome]:
    """
    Yield an outcome for each kind of error among the rows inside; those without rows are left out.
    """
    for error, ours, theirs in _errors(rows, inside, candidate, champion):
        yield _outcome(error.gate, part, ours, theirs, worse(ours, theirs), error.tolerance)


def by_part(rows: Sequence[Row], candidate: Scores, champion: Scores) -> list[Outcome]:
    """
    Return an outcome for each kind of error in each source and language with enough rows.

    There are many, so that p is corrected (Holm 1979), and what loses no more than the tolerance passes. Spam that is
    held instead of rejected is judged over all rows only, since the threshold moves every part at once.
    """
    found = [
        (error, part, ours, theirs)
        for part, inside in _parts(rows).items()
        for error, ours, theirs in _errors(rows, inside, candidate, champion)
        if len(ours) >= FEWEST and error.gate != NOT_REJECTED
    ]
    corrected = holm([worse(ours, theirs) for *_, ours, theirs in found])
    return [
        _outcome(error.gate, part, ours, theirs, p, TOLERANCE)
        for (error, part, ours, theirs), p in zip(found, corrected, strict=True)
    ]


def worse(candidate: Mask, champion: Mask) -> float:
    """
    Return how likely chance alone makes the candidate err so much oftener: McNemar's test, exact and one-sided.

    >>> worse(np.array([True] * 5), np.array([False] * 5))
    0.03125
    """
    only_candidate, only_champion = int((candidate & ~champion).sum()), int((champion & ~candidate).sum())
    differing = only_candidate + only_champion
    return float(binomtest(only_candidate, differing, alternative="greater").pvalue) if differing else 1.0


def holm(ps: Sequence[float]) -> list[float]:
    """
    Return p-values corrected for their number, in their order.

    >>> holm([0.04, 0.01])
    [0.04, 0.02]
    """
    order = np.argsort(ps, kind="stable")
    corrected = np.ones(len(ps))
    corrected[order] = np.maximum.accumulate(np.minimum(1.0, np.arange(len(ps), 0, -1) * np.array(ps)[order]))
    return corrected.tolist()


def _outcome(gate: str, part: str, ours: Mask, theirs: Mask, p: float, tolerance: float) -> Outcome:
    rows, candidate, champion = len(ours), int(ours.sum()), int(theirs.sum())
    has_passed = p >= LEVEL or candidate - champion <= tolerance * rows
    limit = f"p ≥ {LEVEL}" + (f" or {tolerance:.0%} more" if tolerance else "")
    return Outcome(gate, part, rows, candidate, champion, limit, has_passed, p)


def _errors(
    rows: Sequence[Row], inside: Mask, candidate: Scores, champion: Scores
) -> Iterator[tuple[Error, Mask, Mask]]:
    is_spam = np.array([row.is_spam for row in rows], dtype=bool)
    for error in ERRORS:
        chosen = inside & (is_spam == error.of_spam)
        if chosen.any():
            yield error, error.found(candidate.bands[chosen]), error.found(champion.bands[chosen])


def _parts(rows: Sequence[Row]) -> dict[str, Mask]:
    kinds = {"source": [row.source for row in rows], "language": [row.language for row in rows]}
    return {
        f"{kind} {name}": inside for kind, labels in kinds.items() for name, inside in masks(labels).items() if name
    }
