"""
The lists of a site as its owner works with them, from the command line and over HTTP: tried before they are saved.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Engine

from service.core.entries import Action, Entry, Kind
from service.core.entry_lines import of_line, warnings
from service.core.entry_values import BadEntry, normal
from service.core.trial import Trial, attempt, untried
from service.store.history import commented
from service.store.lists import Entries, authors

LONGEST_NOTE = 200


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """
    What entries would have done, and what an owner should know of that.
    """

    trial: Trial
    notes: Sequence[str]


@dataclass(frozen=True, slots=True)
class Listing:
    """
    The lists of all sites. The calls raise StoreUnavailable when the store does not answer, and what `Entries` does.
    """

    engine: Engine
    secrets: Sequence[bytes]
    clock: Callable[[], datetime]

    def of(self, site: str) -> Sequence[Entry]:
        """
        Return the entries that a site has and that have not expired.
        """
        now = self.clock()
        return [entry for entry in Entries(self.engine).of(site) if entry.expires_at is None or entry.expires_at > now]

    def add(self, site: str, entries: Sequence[Entry], who: str) -> Sequence[Entry]:
        """
        Store entries and return them with their ids; they count within seconds.
        """
        return Entries(self.engine).add(site, [replace(entry, who=who) for entry in entries], self.clock())

    def remove(self, site: str, ids: Sequence[int]) -> int:
        """
        Remove entries, and return how many there were.
        """
        return Entries(self.engine).remove(site, ids)

    def rehearse(self, site: str, entries: Sequence[Entry], last: int) -> Rehearsed:
        """
        Return what entries would have done to the last comments of a site, beside those that it has; nothing is stored.
        """
        kept = self.of(site)
        history = commented(self.engine, site, last, authors(self.secrets, [*kept, *entries]))
        notes = [
            f"{entry.value} could not be tried: of e-mails and addresses only hashes are kept"
            for entry in untried(entries)
        ]
        return Rehearsed(attempt(history, kept, entries, self.clock()), notes)


def entry(
    value: str, action: Action, kind: Kind | None = None, expires_at: datetime | None = None, note: str = ""
) -> Entry:
    """
    Return the entry that a value means, of the kind that it looks like unless one is given.

    Raises:
        BadEntry: the value is not of its kind, or the note too long.
    """
    if len(note) > LONGEST_NOTE:
        raise BadEntry(f"a note has at most {LONGEST_NOTE} characters")
    kind, value = (kind, normal(kind, value)) if kind else of_line(value)
    return Entry(kind, value, action, expires_at, note)


def remarks(entries: Sequence[Entry]) -> list[str]:
    """
    Return what an owner should think of before saving entries, each thing once with the first value that it is true of.
    """
    found: dict[str, str] = {}
    for each in entries:
        for warning in warnings(each.kind, each.value, each.action):
            found.setdefault(warning, each.value)
    return [f"{value}: {warning}" for warning, value in found.items()]
