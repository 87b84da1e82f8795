"""
What the page of numbers needs beside the tallies: scores, the ages of what waits, and how often a reason was right.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, func, select

from service.core.labels import Label
from service.core.site import Thresholds
from service.store.decisions import decision_of
from service.store.engine import available, one_by_one
from service.store.statistics import first_id
from service.store.tables import IS_WAITING, decisions

# Of a busy site the newest: a page is read in well under a second.
MOST_SCORES, MOST_LABELLED = 20_000, 2_000


@dataclass(frozen=True, slots=True)
class ReasonTally:
    """
    How many labelled comments a reason spoke against, and how many of these were spam.
    """

    code: str
    spam: int
    total: int


class Overview:
    """
    The numbers of all sites. Every call raises StoreUnavailable when the database does not answer.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = one_by_one(engine)

    def scores(self, site_id: int, since: datetime, until: datetime) -> Sequence[float]:
        """
        Return the scores of a period, the newest first, at most 20,000; without those that no model gave.
        """
        period = (decisions.c.id >= first_id(since), decisions.c.id < first_id(until))
        of_site = select(decisions.c.score).where(decisions.c.site_id == site_id, *period)
        query = of_site.where(decisions.c.score.is_not(None)).order_by(decisions.c.id.desc()).limit(MOST_SCORES)
        with available(), self._engine.connect() as connection:
            return connection.scalars(query).all()

    def thresholds(self, site_id: int) -> Thresholds | None:
        """
        Return the thresholds that were in force at a site's newest comment that had some.
        """
        of_site = select(decisions.c.answer).where(decisions.c.site_id == site_id, decisions.c.score.is_not(None))
        with available(), self._engine.connect() as connection:
            answer = connection.scalar(of_site.order_by(decisions.c.id.desc()).limit(1))
        return decision_of(answer).thresholds if answer else None

    def waiting_since(self, site_id: int, moments: Sequence[datetime]) -> list[int]:
        """
        Return how many of the waiting comments came before the first of some moments, between each and the next, and
        since the last one. The moments are the earliest first.
        """
        waits = select(func.count()).where(decisions.c.site_id == site_id, IS_WAITING)
        counts = []
        with available(), self._engine.connect() as connection:
            for since, until in zip([None, *moments], [*moments, None], strict=True):
                query = waits if since is None else waits.where(decisions.c.id >= first_id(since))
                query = query if until is None else query.where(decisions.c.id < first_id(until))
                counts.append(connection.execute(query).scalar_one())
        return counts

    def reasons(self, site_id: int) -> list[ReasonTally]:
        """
        Return what people said of the newest 2,000 comments that they labelled, for each reason against them, the
        most frequent first.
        """
        labelled = select(decisions.c.answer, decisions.c.label).where(
            decisions.c.site_id == site_id, decisions.c.label.is_not(None)
        )
        spam: Counter[str] = Counter()
        total: Counter[str] = Counter()
        with available(), self._engine.connect() as connection:
            for answer, label in connection.execute(labelled.order_by(decisions.c.id.desc()).limit(MOST_LABELLED)):
                reasons = decision_of(answer).reasons
                codes = {reason.code for reason in reasons if reason.weight is None or reason.weight > 0}
                total.update(codes)
                spam.update(codes if label == Label.SPAM.value else ())
        return [ReasonTally(code, spam[code], count) for code, count in total.most_common()]
