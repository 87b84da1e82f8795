"""
What Hamlet answers: a verdict, its score and the reasons for it.
"""

from dataclasses import dataclass
from enum import StrEnum

from service.core.site import Thresholds


class Verdict(StrEnum):
    """
    What the CMS should do with a comment.
    """

    ACCEPT = "accept"
    HOLD = "hold"
    REJECT = "reject"


@dataclass(frozen=True, slots=True)
class Reason:
    """
    One cause of a verdict.

    `weight` is in log-odds of spam, signed. A reason with `rule` set has no weight: the rule decided alone.
    `evidence` quotes the comment as written. `seen` and `authors` count a text and its near-copies in 24 hours; of
    `labelled_copy` and `standing`, `seen` counts the labelled comments. `entry` is of the site's lists.
    """

    code: str
    weight: float | None = None
    rule: str | None = None
    evidence: tuple[str, ...] = ()
    seen: int | None = None
    authors: int | None = None
    entry: int | None = None


@dataclass(frozen=True, slots=True)
class Explanation:
    """
    A score as a sum: `prior` plus the weights of `reasons` is the log-odds of spam.
    """

    log_odds: float
    prior: float
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Decision:
    """
    What was decided on one comment. `score` is None where no model could be used, or a rule decided.

    The CMS is told `answered`, which while the site is `log_only` is accept whatever the verdict.
    """

    id: str
    verdict: Verdict
    score: float | None
    prior: float | None
    reasons: tuple[Reason, ...]
    summary: str
    discard: bool = False
    retry_after: int | None = None
    model: str | None = None
    thresholds: Thresholds | None = None
    degraded: tuple[str, ...] = ()
    recorded: bool = True
    log_only: bool = False

    @property
    def answered(self) -> Verdict:
        """
        What the CMS is told to do.
        """
        return Verdict.ACCEPT if self.log_only else self.verdict
