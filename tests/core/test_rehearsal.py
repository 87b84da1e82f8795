"""
What must leave no trace is judged by the real moderation.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from service.core.comment import Asked, Comment
from service.core.decision import Verdict
from service.core.site import Site
from service.core.traffic import Observation, Quota
from service.moderation import Moderation
from service.rehearsal import rehearsing

SITE = Site(id=1, name="news", key_id="k")


class Recorder:
    """
    Traffic and store in one, which keep what they are asked.
    """

    def __init__(self) -> None:
        self.observed: list[Comment] = []
        self.recorded: list[object] = []

    def observe(self, asked: Sequence[Asked], meanwhile: Callable[[], None]) -> list[Observation]:
        self.observed += [each.comment for each in asked]
        return [Observation(Quota(600, 599, 1))] * len(asked)

    def record(self, *asked: object) -> Any:
        self.recorded.append(asked)
        raise AssertionError

    def claimed(self, site_id: int, claim_key: str) -> None:
        raise AssertionError


def test_a_rehearsal_meets_the_quota_but_neither_author_nor_text_is_counted_nor_anything_recorded() -> None:
    parts = Recorder()
    moderation = Moderation(parts, lambda: None, parts, lambda: datetime.now(UTC), lambda: "1")

    outcome = rehearsing(moderation).moderate(SITE, Comment("Ann", "Buy", ip="8.8.8.8"))

    assert (outcome.decision.verdict, outcome.decision.recorded, outcome.replayed) == (Verdict.HOLD, False, False)
    assert parts.observed == [Comment("", "")]
    assert not parts.recorded
