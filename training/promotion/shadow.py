"""
A model beside the one in use: both score a service's comments as they come, and only one of them is heeded.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from statistics import median

from sqlalchemy import Engine

from service.core.comment import Comment
from service.core.decision import Decision, Verdict
from service.core.labels import Label
from service.core.site import OwnThresholds
from service.core.thresholds import in_force
from service.model.scorer import Scorer
from service.rechecking import again
from service.store.history import kept, said
from service.store.sites import Sites

# Of what comes while it watches; more in one look than any site is sent.
MOST_AT_ONCE = 100_000
LOOK_SECONDS = 2.0
# A row appears some time after the moment that its id tells, by the time of a commit and by how the clocks differ.
LOOK_BACK = timedelta(seconds=60)

Seen = tuple[str, OwnThresholds, Decision, Comment]
# What a verdict is worth beside what people said: rejecting ham is worse than holding it, and so for spam.
_RANKS = {
    Label.HAM: (Verdict.ACCEPT, Verdict.HOLD, Verdict.REJECT),
    Label.SPAM: (Verdict.REJECT, Verdict.HOLD, Verdict.ACCEPT),
}


@dataclass(frozen=True, slots=True)
class Disagreement:
    """
    A comment of which the two models think otherwise, with what people said of it, if they did.
    """

    site: str
    decision_id: str
    champion: Verdict
    champion_score: float
    candidate: Verdict
    candidate_score: float
    label: Label | None = None

    @property
    def right(self) -> str | None:
        """
        Which of the two was nearer to the label; None without one.
        """
        if self.label is None:
            return None
        ranks = _RANKS[self.label]
        return "candidate" if ranks.index(self.candidate) < ranks.index(self.champion) else "champion"


@dataclass(slots=True)
class Shadow:
    """
    How many comments got which verdicts (the champion's, then the candidate's), how many a rule decided, which of
    them differ, and the milliseconds that each model took for a comment.
    """

    verdicts: Counter[tuple[Verdict, Verdict]] = field(default_factory=Counter)
    fixed: int = 0
    disagreements: list[Disagreement] = field(default_factory=list)
    champion_ms: list[float] = field(default_factory=list)
    candidate_ms: list[float] = field(default_factory=list)

    @property
    def cost(self) -> tuple[float, float] | None:
        """
        The median milliseconds of the champion and of the candidate; None if nothing was scored.
        """
        return (median(self.champion_ms), median(self.candidate_ms)) if self.champion_ms else None


def compare(seen: Iterable[Seen], champion: Scorer, candidate: Scorer) -> Shadow:
    """
    Return what two models make of comments, each at its own thresholds or at those that the site has set.
    """
    shadow = Shadow()
    for site, own, decision, comment in seen:
        if any(reason.rule for reason in decision.reasons):
            shadow.fixed += 1
            continue
        verdicts, scores = [], []
        for scorer, spent in ((champion, shadow.champion_ms), (candidate, shadow.candidate_ms)):
            thresholds = in_force(scorer.thresholds, scorer.curve, own)
            began = time.perf_counter()
            change = again(decision, comment, scorer, site, thresholds)
            spent.append((time.perf_counter() - began) * 1000)
            verdicts.append(change.verdict)
            scores.append(change.score)
        shadow.verdicts[verdicts[0], verdicts[1]] += 1
        if verdicts[0] is not verdicts[1]:
            shadow.disagreements.append(Disagreement(site, decision.id, verdicts[0], scores[0], verdicts[1], scores[1]))
    return shadow


def with_labels(engine: Engine, disagreements: Iterable[Disagreement]) -> list[Disagreement]:
    """
    Return disagreements with what people have said of them by now.

    Raises:
        StoreUnavailable: the store cannot be read.
    """
    found = list(disagreements)
    labels = said(engine, [each.decision_id for each in found])
    return [replace(each, label=labels.get(each.decision_id)) for each in found]


def watched(
    engine: Engine,
    site: str | None,
    last: int,
    until: datetime,
    clock: Callable[[], datetime],
    sleep: Callable[[float], None],
) -> Iterator[Seen]:
    """
    Yield the last comments of a site, or of each site, then those that come until a moment.

    Raises:
        StoreUnavailable: the store cannot be read.
        UnknownSite: there is no such site.
    """
    rows = [Sites(engine).named(site)] if site else Sites(engine).list()
    began, known = clock(), set()
    for row in rows:
        for decision, comment in kept(engine, row.name, last):
            known.add(decision.id)
            yield row.name, row.thresholds, decision, comment
    while clock() < until:
        sleep(LOOK_SECONDS)
        for row in rows:
            for decision, comment in kept(engine, row.name, MOST_AT_ONCE, began):
                if decision.id not in known:
                    known.add(decision.id)
                    yield row.name, row.thresholds, decision, comment
        began = max(began, clock() - LOOK_BACK)
