"""
What a gate before promotion found.
"""

from dataclasses import dataclass

from scipy.stats import binomtest


@dataclass(frozen=True, slots=True)
class Outcome:
    """
    One claim that a candidate must keep: of so many `rows`, the errors of the candidate and those of the champion.

    Either is None where nothing was counted, and `p` where nothing was tested. `limit` is what the gate allows, in
    words.
    """

    gate: str
    part: str
    rows: int
    candidate: int | None
    champion: int | None
    limit: str
    has_passed: bool
    p: float | None = None

    @property
    def name(self) -> str:
        """
        Return the gate and the part, as the history tells of it.
        """
        return f"{self.gate}: {self.part}" if self.part else self.gate


def interval(errors: int, rows: int) -> tuple[float, float]:
    """
    Return the ends of the 95 % interval of a share of at least one row (Clopper and Pearson 1934).

    >>> tuple(round(end, 3) for end in interval(0, 100))
    (0.0, 0.036)
    """
    found = binomtest(errors, rows).proportion_ci(confidence_level=0.95, method="exact")
    return float(found.low), float(found.high)
