"""
What the calls are made of, so that a test can take others.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from service.akismet.fields import Fields
from service.akismet.keys import Keyring
from service.core.site import Site
from service.labelling import Reports
from service.moderation import Moderates
from service.store.statistics import Tally
from service.wire import Environ


class Tallies(Protocol):
    """
    Counts a site's decisions between moments; raises StoreUnavailable when it cannot.
    """

    def tallies(self, site_id: int, moments: Sequence[datetime]) -> list[Tally]: ...


@dataclass(frozen=True, slots=True)
class Parts:
    """
    The parts of Akismet's edge. `rehearsal` judges tests, which must leave no trace.
    """

    moderation: Moderates
    rehearsal: Moderates
    keyring: Keyring
    statistics: Tallies
    clock: Callable[[], datetime]
    labels: Reports


@dataclass(frozen=True, slots=True)
class Call:
    """
    One call of a site that is known.
    """

    site: Site
    fields: Fields
    environ: Environ
    key: str
