"""
Stored comments scored again, with the model and the thresholds of today: what would change, and nothing is changed.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from service.core import policy
from service.core.comment import Comment
from service.core.decision import Decision, Verdict
from service.core.features import extract
from service.core.site import OwnThresholds, Thresholds
from service.core.thresholds import in_force
from service.model.scorer import Scorer

# Reasons that come from what was known when the comment came, and not from the model. They stay as they were recorded:
# whose copy it was, or how fast it was typed, no model says anew.
CIRCUMSTANCES = frozenset({"campaign", "honeypot", "labelled_copy", "standing", "typed_too_fast"})


@dataclass(frozen=True, slots=True)
class Change:
    """
    A decision that was made, and the verdict and score that it would get today.
    """

    decision: Decision
    verdict: Verdict
    score: float


@dataclass(slots=True)
class Rechecked:
    """
    How many decisions have which verdict (before, then today), how many of them a rule made, which keep theirs, and
    those whose verdict would be another, in the order in which they were given.
    """

    verdicts: Counter[tuple[Verdict, Verdict]] = field(default_factory=Counter)
    fixed: int = 0
    changes: list[Change] = field(default_factory=list)


def recheck(history: Iterable[tuple[Decision, Comment]], scorer: Scorer, site: str, own: OwnThresholds) -> Rechecked:
    """
    Return what today's model makes of the decisions of a site that has set some thresholds of its own.
    """
    thresholds = in_force(scorer.thresholds, scorer.curve, own)
    result = Rechecked()
    for decision, comment in history:
        if any(reason.rule for reason in decision.reasons):
            result.fixed += 1
            result.verdicts[decision.verdict, decision.verdict] += 1
            continue
        change = again(decision, comment, scorer, site, thresholds)
        result.verdicts[decision.verdict, change.verdict] += 1
        if change.verdict is not decision.verdict:
            result.changes.append(change)
    return result


def again(decision: Decision, comment: Comment, scorer: Scorer, site: str, thresholds: Thresholds) -> Change:
    """
    Return the verdict and score that a comment would get today, in the circumstances of then.
    """
    kept = tuple(reason for reason in decision.reasons if reason.code in CIRCUMSTANCES)
    explanation = policy.without_excess(scorer.explain(extract(comment), site), thresholds)
    _, log_odds = policy.saturate(explanation, kept)
    score = policy.probability(log_odds)
    return Change(decision, policy.band(score, thresholds), score)
