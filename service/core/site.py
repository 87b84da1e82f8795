"""
A site that Hamlet moderates for, and the numbers that it may set for itself.
"""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Limits:
    """
    How much is too much, in comments per minute or hour; 0 switches a limit off.
    """

    commenter_per_minute: int = 5
    commenter_per_hour: int = 20
    site_per_minute: int = 600
    key_per_minute: int = 600


@dataclass(frozen=True, slots=True)
class Thresholds:
    """
    Where the bands of the score begin: below `accept_below` accept, from `reject_at` reject, between them hold.

    From `discard_at` a rejected comment is not worth a moderator's look.
    """

    accept_below: float
    reject_at: float
    discard_at: float = 1.0


@dataclass(frozen=True, slots=True)
class Site:
    """
    A registered site as the request path sees it.

    `accept_below` and `reject_at` replace the model's own thresholds where the site has set them.
    """

    id: int
    name: str
    key_id: str
    limits: Limits = field(default_factory=Limits)
    accept_below: float | None = None
    reject_at: float | None = None
