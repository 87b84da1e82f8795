"""
Who moderates: an account with a role, for some sites or for all.
"""

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """
    What an account may do: decide on comments, or also look after models and accounts.
    """

    MODERATOR = "moderator"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class Moderator:
    """
    A moderator's account; `sites` has the ids of the sites whose comments it may see, None for all. A `role` of None
    is one that only a newer Hamlet knows: it may do nothing here.
    """

    id: int
    name: str
    role: Role | None
    sites: frozenset[int] | None = None

    def may_see(self, site_id: int) -> bool:
        """
        Tell whether the comments of a site are this moderator's to decide on.

        >>> Moderator(1, "Anna", Role.MODERATOR, frozenset({7})).may_see(8)
        False
        """
        return self.sites is None or site_id in self.sites
