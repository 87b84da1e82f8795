"""
A site that Hamlet moderates for, and the numbers that it may set for itself.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from service.core.light_dataclass import light_dataclass

if TYPE_CHECKING:
    from service.core.lists import Lists


@dataclass(frozen=True, slots=True)
class Limits:
    """
    How much is too much, in comments or labels per minute or hour; 0 switches a limit off.
    """

    commenter_per_minute: int = 5
    commenter_per_hour: int = 20
    site_per_minute: int = 600
    key_per_minute: int = 600
    labels_per_hour: int = 300


@light_dataclass()
class Thresholds:
    """
    Where the bands of the score begin: below `accept_below` accept, from `reject_at` reject, between them hold.

    From `discard_at` a rejected comment is not worth a moderator's look.
    """

    accept_below: float
    reject_at: float
    discard_at: float = 1.0


@dataclass(frozen=True, slots=True)
class OwnThresholds:
    """
    What a site sets instead of the model's thresholds; None leaves a field to the model.

    `accept_below` and `reject_at` are scores. The others are rates of errors that the model in use turns into scores:
    at most `max_false_reject` of the good comments rejected, at most `max_spam_accepted` of the spam accepted.
    """

    accept_below: float | None = None
    reject_at: float | None = None
    max_false_reject: float | None = None
    max_spam_accepted: float | None = None


class AkismetHold(StrEnum):
    """
    Where a client of Akismet's protocol, which knows only spam and no spam, is to put a held comment: into its queue
    for moderators, if it has one, or into its folder of spam. AUTO goes by the client.
    """

    AUTO = "auto"
    PENDING = "pending"
    SPAM = "spam"


class Scope(StrEnum):
    """
    What a key may be used for: to have comments decided and read decisions again, to say what they were, and to change
    the site's lists.
    """

    CHECK = "check"
    FEEDBACK = "feedback"
    ADMIN = "admin"


# What a CMS needs. A key that stands in the settings of a website should not be able to change what is let through.
USUAL_SCOPES = frozenset({Scope.CHECK, Scope.FEEDBACK})


@dataclass(frozen=True, slots=True)
class Site:
    """
    A registered site as the request path sees it, by one of its keys.

    While it is `log_only`, every comment is decided and recorded as ever, but answered with accept. `languages` is
    empty unless comments in other scripts than theirs are to be held; `lists` is None where the site has no entries.
    """

    id: int
    name: str
    key_id: str
    limits: Limits = field(default_factory=Limits)
    thresholds: OwnThresholds = field(default_factory=OwnThresholds)
    log_only: bool = False
    akismet_hold: AkismetHold = AkismetHold.AUTO
    scopes: frozenset[Scope] = USUAL_SCOPES
    languages: tuple[str, ...] = ()
    lists: Lists | None = field(default=None, compare=False)
