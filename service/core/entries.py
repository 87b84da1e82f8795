"""
What an owner puts on a site's lists: one thing to look for and what to do when it is there.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Kind(StrEnum):
    """
    What an entry is compared with.
    """

    WORD = "word"
    REGEX = "regex"
    DOMAIN = "domain"
    ADDRESS = "address"
    EMAIL = "email"
    AUTHOR = "author"


class Action(StrEnum):
    """
    What becomes of a comment; of several, the first here wins. DISCARD is a reject that no moderator need look at.
    """

    ACCEPT = "accept"
    DISCARD = "discard"
    REJECT = "reject"
    HOLD = "hold"


@dataclass(frozen=True, slots=True)
class Entry:
    """
    An entry of a site's lists. `value` is as `normal` returns it; `id` is 0 until it is stored.
    """

    kind: Kind
    value: str
    action: Action
    expires_at: datetime | None = None
    note: str = ""
    who: str = ""
    id: int = 0
