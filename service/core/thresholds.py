"""
The thresholds in force at a site: its own scores, else its own rates as far as the model proves them, else the model's.
"""

from dataclasses import dataclass

from service.core.site import OwnThresholds, Thresholds


@dataclass(frozen=True, slots=True)
class Point:
    """
    The score that keeps to a rate of errors, and the upper bound of the rate there; None where too few rows prove it.
    """

    rate: float
    score: float | None
    bound: float | None


@dataclass(frozen=True, slots=True)
class Side:
    """
    The points of one kind of error, and the score for every rate that none of them proves.
    """

    points: tuple[Point, ...]
    otherwise: float

    def at(self, rate: float) -> Point | None:
        """
        Return the point of the highest proven rate that is not above this one; None if there is none.
        """
        proven = [point for point in self.points if point.rate <= rate and point.score is not None]
        return max(proven, key=lambda point: point.rate, default=None)

    def score(self, rate: float) -> float:
        """
        Return the threshold for a rate.

        >>> rejected = Side((Point(0.001, None, None), Point(0.01, 0.9, 0.008)), otherwise=1.0)
        >>> rejected.score(0.02), rejected.score(0.005)
        (0.9, 1.0)
        """
        point = self.at(rate)
        return self.otherwise if point is None or point.score is None else point.score


@dataclass(frozen=True, slots=True)
class Curve:
    """
    What a model's held-out rows prove: thresholds by the rate of false rejects, and by the rate of spam accepted.
    """

    confidence: float
    max_false_reject: Side
    max_spam_accepted: Side


def in_force(model: Thresholds, curve: Curve | None, own: OwnThresholds) -> Thresholds:
    """
    Return the thresholds of a site. What it sets as a score wins over a rate, and `accept_below <= reject_at` always.
    """
    by_spam, by_ham = (curve.max_spam_accepted, curve.max_false_reject) if curve else (None, None)
    accept = _score(own.accept_below, own.max_spam_accepted, by_spam, model.accept_below)
    reject = _score(own.reject_at, own.max_false_reject, by_ham, model.reject_at)
    if own.accept_below is None:  # of two that cross, the one that the site wrote itself stays
        accept = min(accept, reject)
    reject = max(accept, reject)
    return Thresholds(accept, reject, max(reject, model.discard_at))


def remarks(curve: Curve | None, own: OwnThresholds) -> list[str]:
    """
    Return a sentence for each rate of a site that does not count as it was written, in the words of the command line.
    """
    by_spam, by_ham = (curve.max_spam_accepted, curve.max_false_reject) if curve else (None, None)
    rejected, accepted = own.max_false_reject, own.max_spam_accepted
    found: list[str | None] = []
    if rejected is not None:
        found.append(_remark(f"--max-false-reject {rejected}", rejected, "--reject-at", own.reject_at, by_ham))
    if accepted is not None:
        found.append(_remark(f"--max-spam-accepted {accepted}", accepted, "--accept-below", own.accept_below, by_spam))
    return [remark for remark in found if remark]


def _score(own: float | None, rate: float | None, side: Side | None, model: float) -> float:
    if own is not None:
        return own
    return model if rate is None or side is None else side.score(rate)


def _remark(asked: str, rate: float, score_option: str, score: float | None, side: Side | None) -> str | None:
    if score is not None:
        return f"{asked} waits: {score_option} {score} wins until it is set to default"
    if side is None:
        return f"{asked} waits: this model's card proves no rates, so its own threshold counts; fit it again"
    point = side.at(rate)
    if point is None:
        most = "nothing is rejected" if side.otherwise == 1 else f"only scores below {side.otherwise:.4g} are accepted"
        return f"{asked} cannot be proven by this model's held-out comments, so more is held: {most}"
    return None if point.rate == rate else f"{asked} counts as {point.rate}, the next stricter rate of the model's card"
