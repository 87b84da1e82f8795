"""
From what is known of a comment to a verdict: the rules that decide alone, then the score against thresholds.
"""

from dataclasses import replace
from math import exp, log2

from service.core.comment import Comment
from service.core.decision import Decision, Explanation, Reason, Verdict
from service.core.site import Site, Thresholds
from service.core.summary import summarise
from service.core.traffic import Observation

# Weights in log-odds that no label has taught yet: labelled comments say nothing of repeats, honeypots and typing
# time. A browser that fills in a hidden field must not cost its owner a comment, so none of them rejects alone.
HONEYPOT = 3.0
TYPED_TOO_FAST = 1.0
FEWEST_FORM_SECONDS = 2.0
A_DOUBLING_OF_AUTHORS = 0.5
A_DOUBLING_OF_REPEATS = 0.25
MOST_FOR_REPEATS = 3.0
# Beyond a flood of ten times the limit nobody is typing.
REJECTED_FLOOD = 10
# A probability nearer to 0 or 1 than this (2e-9) could not be turned back into its log-odds to six digits.
MOST_LOG_ODDS = 20.0


def decide(
    decision_id: str,
    site: Site,
    comment: Comment,
    observation: Observation,
    explanation: Explanation | None,
    model: str | None = None,
    thresholds: Thresholds | None = None,
) -> Decision:
    """
    Return the decision on a comment. Without a model it holds, unless a rule decides.

    The first rule that matches wins; otherwise the score meets the thresholds, the site's own where it has set any.
    """
    degraded = tuple(part for part, failed in (("traffic", observation.degraded), ("model", not explanation)) if failed)
    score = prior = None
    reasons = tuple(behaviour(comment, observation))
    verdict, discard = Verdict.HOLD, False
    if explanation and thresholds:
        thresholds = _own(thresholds, site)
        prior, reasons = explanation.prior, saturate(explanation, reasons)
        score = probability(prior + sum(reason.weight or 0.0 for reason in reasons))
        verdict = _band(score, thresholds)
        discard = verdict is Verdict.REJECT and score >= thresholds.discard_at
    if observation.flood > 1:
        verdict = Verdict.REJECT if observation.flood > REJECTED_FLOOD else Verdict.HOLD
        reasons, discard = (Reason("flood", rule="flood"), *reasons), False
    return Decision(
        id=decision_id,
        verdict=verdict,
        score=score,
        prior=prior,
        reasons=reasons,
        summary=summarise(verdict, reasons, degraded),
        discard=discard,
        retry_after=observation.retry_after,
        model=model,
        thresholds=thresholds,
        degraded=degraded,
    )


def behaviour(comment: Comment, observation: Observation) -> list[Reason]:
    """
    Return what a comment's circumstances add to its score, whatever its text says.
    """
    reasons = []
    if comment.honeypot.strip():
        reasons.append(Reason("honeypot", HONEYPOT))
    if comment.form_seconds is not None and comment.form_seconds < FEWEST_FORM_SECONDS:
        reasons.append(Reason("typed_too_fast", TYPED_TOO_FAST))
    if weight := campaign_weight(observation.seen, observation.authors):
        reasons.append(Reason("campaign", weight, seen=observation.seen, authors=observation.authors))
    return reasons


def campaign_weight(seen: int, authors: int) -> float:
    """
    Return what a text seen before adds, in log-odds: more for many names than for one who posts it again.

    >>> campaign_weight(1, 1), campaign_weight(2, 1), campaign_weight(4, 4), campaign_weight(10**6, 10**6)
    (0.0, 0.0, 1.0, 3.0)
    """
    again = max(1.0, seen / max(authors, 1) / 2)  # an accidental second click is free
    return min(MOST_FOR_REPEATS, A_DOUBLING_OF_AUTHORS * log2(max(authors, 1)) + A_DOUBLING_OF_REPEATS * log2(again))


def saturate(explanation: Explanation, more: tuple[Reason, ...]) -> tuple[Reason, ...]:
    """
    Return all reasons, with one more where they add up to over 20: beyond it a score says nothing new.
    """
    reasons = (*more, *explanation.reasons)
    log_odds = explanation.prior + sum(reason.weight or 0.0 for reason in reasons)
    excess = log_odds - max(-MOST_LOG_ODDS, min(MOST_LOG_ODDS, log_odds))
    return (*reasons, Reason("saturation", -excess)) if excess else reasons


def probability(log_odds: float) -> float:
    """
    Return the probability of spam that log-odds stand for.

    >>> probability(0.0)
    0.5
    """
    return 1.0 / (1.0 + exp(-log_odds))


def unrecorded(decision: Decision) -> Decision:
    """
    Return a decision as it must be given when it could not be stored.

    An accept that somebody might want to look up later is held, since a comment that nobody recorded cannot be found.
    """
    degraded = (*decision.degraded, "store")
    lost = replace(decision, recorded=False, degraded=degraded)
    if decision.verdict is not Verdict.ACCEPT or decision.score is None or decision.thresholds is None:
        return lost
    if decision.score <= decision.thresholds.accept_below / 2:
        return lost
    return replace(lost, verdict=Verdict.HOLD, summary=summarise(Verdict.HOLD, decision.reasons, degraded))


def _own(thresholds: Thresholds, site: Site) -> Thresholds:
    return Thresholds(
        accept_below=thresholds.accept_below if site.accept_below is None else site.accept_below,
        reject_at=thresholds.reject_at if site.reject_at is None else site.reject_at,
        discard_at=thresholds.discard_at,
    )


def _band(score: float, thresholds: Thresholds) -> Verdict:
    if score < thresholds.accept_below:
        return Verdict.ACCEPT
    return Verdict.REJECT if score >= thresholds.reject_at else Verdict.HOLD
