"""
What the calls are made of, so that a test can take others.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from service.akismet.fields import Fields
from service.akismet.keys import Keyring
from service.core.comment import Comment
from service.core.site import Site
from service.moderation import Outcome
from service.store.statistics import Tally
from service.wire import Environ


class Moderates(Protocol):
    """
    Decides on comments, as `service.moderation.Moderation` does.
    """

    def moderate(self, site: Site, comment: Comment) -> Outcome: ...


class Tallies(Protocol):
    """
    Counts a site's decisions between moments; raises StoreUnavailable when it cannot.
    """

    def tallies(self, site_id: int, moments: Sequence[datetime]) -> list[Tally]: ...


@dataclass(frozen=True, slots=True)
class Report:
    """
    What a moderator said of a comment.

    `decision_id` is what the client kept of our answer, if it did; else the comment must be found by its fields, which
    WordPress may have cleaned since. `told_spam` is what the client says that we had said. `who` may be empty.
    """

    is_spam: bool
    comment: Comment
    decision_id: str | None
    told_spam: bool | None
    who: str


class Labels(Protocol):
    """
    Keeps what moderators say; the same twice is the same as once. Raises StoreUnavailable when it cannot.
    """

    def label(self, site: Site, report: Report) -> None: ...


@dataclass(frozen=True, slots=True)
class Parts:
    """
    The parts of Akismet's edge. `rehearsal` judges tests, which must leave no trace; without `labels` there are no
    calls that submit, rather than some that thank for nothing.
    """

    moderation: Moderates
    rehearsal: Moderates
    keyring: Keyring
    statistics: Tallies
    clock: Callable[[], datetime]
    labels: Labels | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """
    One call of a site that is known.
    """

    site: Site
    fields: Fields
    environ: Environ
    key: str
