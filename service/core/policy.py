"""
From what is known of a comment to a verdict: the rules that decide alone, then the score against thresholds.
"""

from dataclasses import replace
from math import exp, log
from typing import Protocol

from service.core.comment import Asked, Comment
from service.core.decision import Decision, Explanation, Reason, Verdict
from service.core.feedback import labelled
from service.core.lists import Listed
from service.core.scripts import other_script
from service.core.site import Thresholds
from service.core.summary import summarise
from service.core.thresholds import Curve, in_force
from service.core.traffic import Observation

# Weights in log-odds that no label has taught yet: labelled comments say nothing of honeypots and typing time. A
# browser that fills in a hidden field must not cost its owner a comment, so none of them rejects alone.
HONEYPOT = 3.0
TYPED_TOO_FAST = 1.0
FEWEST_FORM_SECONDS = 2.0
# What near-copies of at least so many authors are worth in log-odds; the last is for one author who posts again. These
# are the lower ends of what `hamlet-train campaigns` observes (docs/training.md), rounded down.
CAMPAIGN_WEIGHTS = ((4, 5.2), (2, 4.2), (1, 0.5))
# The reason of the scorer that is of the author's homepage.
HOMEPAGE = "author_url"
# Beyond a flood of ten times the limit nobody is typing.
REJECTED_FLOOD = 10
# A probability nearer to 0 or 1 than this (2e-9) could not be turned back into its log-odds to six digits.
MOST_LOG_ODDS = 20.0


class Model(Protocol):
    """
    What a verdict needs of the model that gave the score; `curve` turns a site's own rates into scores.
    """

    @property
    def version(self) -> str: ...
    @property
    def thresholds(self) -> Thresholds: ...
    @property
    def curve(self) -> Curve | None: ...


def decide(
    decision_id: str,
    asked: Asked,
    observation: Observation,
    explanation: Explanation | None,
    model: Model | None,
    listed: Listed | None = None,
) -> Decision:
    """
    Return the decision on a comment. Without a model it holds, unless a rule decides.

    The first rule that matches wins, the site's own lists before all others; otherwise the score meets the thresholds:
    the model's, or what the site set instead.
    """
    degraded = (("traffic",) if observation.degraded else ()) + (() if explanation else ("model",))
    score = prior = None
    thresholds = in_force(model.thresholds, model.curve, asked.site.thresholds) if model else None
    reasons = tuple(behaviour(asked.comment, observation, thresholds))
    verdict, discard = Verdict.HOLD, False
    if explanation and thresholds:
        explanation = without_excess(explanation, thresholds)
        base = _log_odds_with(reasons, explanation)
        reasons = (*said_before(base, reasons, observation, thresholds), *reasons)
        prior, (reasons, log_odds) = explanation.prior, saturate(explanation, reasons)
        score = probability(log_odds)
        verdict = band(score, thresholds)
        # Labels alone never have a comment thrown away unseen.
        discard = verdict is Verdict.REJECT and min(score, probability(base)) >= thresholds.discard_at
    verdict, discard, rules = _ruled(asked, observation, listed, verdict, discard)
    reasons = (*rules, *reasons)
    return Decision(
        id=decision_id,
        verdict=verdict,
        score=score,
        prior=prior,
        reasons=reasons,
        summary=summarise(verdict, reasons, degraded),
        discard=discard,
        retry_after=observation.retry_after,
        model=model.version if model else None,
        thresholds=thresholds,
        degraded=degraded,
        log_only=asked.site.log_only,
    )


def _ruled(
    asked: Asked, observation: Observation, listed: Listed | None, verdict: Verdict, discard: bool
) -> tuple[Verdict, bool, tuple[Reason, ...]]:
    """
    Return the verdict, whether it is to be discarded, and the rule that decides instead of the score, if one does.
    """
    languages = asked.site.languages
    if listed:
        return listed.verdict, listed.discard, (listed.reason,)
    if observation.flood > 1:
        # Without Redis a worker counts against its share of the limit, and may get all of a reader's comments.
        is_sure = observation.flood > REJECTED_FLOOD and not observation.degraded
        verdict = Verdict.REJECT if is_sure else Verdict.HOLD
        return verdict, False, (Reason("flood", rule="flood"),)
    if verdict is Verdict.ACCEPT and languages and (script := other_script(asked.comment.comment, languages)):
        return Verdict.HOLD, False, (Reason("other_script", rule="other_script", evidence=(script.title(),)),)
    return verdict, discard, ()


def behaviour(comment: Comment, observation: Observation, thresholds: Thresholds | None) -> list[Reason]:
    """
    Return what a comment's circumstances add to its score, whatever its text says.
    """
    reasons = []
    if comment.honeypot.strip():
        reasons.append(Reason("honeypot", HONEYPOT))
    if comment.form_seconds is not None and comment.form_seconds < FEWEST_FORM_SECONDS:
        reasons.append(Reason("typed_too_fast", TYPED_TOO_FAST))
    weight = campaign_weight(observation.seen, observation.authors)
    if weight and thresholds:
        weight = min(weight, most_alone(thresholds))
    if weight:
        reasons.append(Reason("campaign", weight, seen=observation.seen, authors=observation.authors))
    return reasons


def said_before(
    base: float, reasons: tuple[Reason, ...], observation: Observation, thresholds: Thresholds
) -> list[Reason]:
    """
    Return what labels of near-copies and of the author's comments add to a score.
    """
    if not (observation.copies.count or observation.author.count):
        return []
    accept, reject = _log_odds(thresholds.accept_below), _log_odds(thresholds.reject_at)
    own = base - sum(reason.weight or 0.0 for reason in reasons if reason.code == "campaign")
    room = reject - base - 1e-6 if own < max(0.0, accept) else MOST_LOG_ODDS
    return labelled(base, observation.copies, observation.author, accept=accept, reject=reject, room=max(0.0, room))


def campaign_weight(seen: int, authors: int) -> float:
    """
    Return what near-copies add, in log-odds: more for many authors than for one who posts again.

    >>> campaign_weight(1, 1), campaign_weight(5, 1) < campaign_weight(2, 2) <= campaign_weight(9, 9)
    (0.0, True)
    """
    return next(weight for fewest, weight in CAMPAIGN_WEIGHTS if authors >= fewest) if seen > 1 else 0.0


def without_excess(explanation: Explanation, thresholds: Thresholds) -> Explanation:
    """
    Return an explanation in which the author's homepage never alone makes a reject of what is an accept without it:
    clubs, traders and candidates have hosts that look like those which sell.
    """
    found = next((reason for reason in explanation.reasons if reason.code == HOMEPAGE), None)
    if not (found and found.weight and found.weight > (most := most_alone(thresholds))):
        return explanation
    reasons = tuple(replace(reason, weight=most) if reason is found else reason for reason in explanation.reasons)
    return Explanation(explanation.prior + _summed(reasons), explanation.prior, reasons)


def most_alone(thresholds: Thresholds) -> float:
    """
    Return the most that a campaign or a homepage may add, so that it never alone makes a reject of what is an accept
    without it, nor, at a site that accepts little or nothing, of what is as likely a good comment as spam.

    >>> most_alone(Thresholds(0.5, 0.9)) < 2.2, most_alone(Thresholds(0.0, 1.0)) < 21
    (True, True)
    """
    accepted = max(0.0, _log_odds(thresholds.accept_below))
    return max(0.0, _log_odds(thresholds.reject_at) - accepted - 1e-6)


def saturate(explanation: Explanation, more: tuple[Reason, ...]) -> tuple[tuple[Reason, ...], float]:
    """
    Return all reasons, and the log-odds that they add up to; with one more reason where that is over 20: beyond it a
    score says nothing new.
    """
    reasons, log_odds = (*more, *explanation.reasons), _log_odds_with(more, explanation)
    excess = log_odds - max(-MOST_LOG_ODDS, min(MOST_LOG_ODDS, log_odds))
    if not excess:
        return reasons, log_odds
    reasons = (*reasons, Reason("saturation", -excess))
    return reasons, explanation.prior + _summed(reasons)


def _log_odds_with(more: tuple[Reason, ...], explanation: Explanation) -> float:
    if not more:  # as of most comments
        return explanation.log_odds
    return explanation.prior + _summed((*more, *explanation.reasons))


def _summed(reasons: tuple[Reason, ...]) -> float:
    return sum([reason.weight or 0.0 for reason in reasons])


def probability(log_odds: float) -> float:
    """
    Return the probability of spam that log-odds stand for.

    >>> probability(0.0)
    0.5
    """
    return 1.0 / (1.0 + exp(-log_odds))


def _log_odds(chance: float) -> float:
    return log(chance / (1 - chance)) if 0 < chance < 1 else MOST_LOG_ODDS if chance else -MOST_LOG_ODDS


def overdue(decision_id: str) -> Decision:
    """
    Return a decision as it must be given when there was no time to make one.
    """
    degraded = ("time",)
    summary = summarise(Verdict.HOLD, (), degraded)
    return Decision(decision_id, Verdict.HOLD, None, None, (), summary, degraded=degraded, recorded=False)


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


def band(score: float, thresholds: Thresholds) -> Verdict:
    """
    Return what a score alone leads to.
    """
    if score < thresholds.accept_below:
        return Verdict.ACCEPT
    return Verdict.REJECT if score >= thresholds.reject_at else Verdict.HOLD
