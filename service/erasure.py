"""
The use case: what there is of one person is found, handed out and erased.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from service.core.person import Person
from service.label_memory import LabelMemory
from service.store.persons import Found, Persons
from service.store.retention import Retention
from service.training_copies import copies


@dataclass(frozen=True, slots=True)
class Erased:
    """
    What was erased, whether Redis could be told, and the places in files of training data that are the owner's to mend.
    """

    found: Found
    is_memory_told: bool
    copies: Sequence[str]


@dataclass(frozen=True, slots=True)
class Erasure:
    """
    The parts that know a person. The calls raise StoreUnavailable when the store does not answer, and UnknownSite.
    """

    persons: Persons
    retention: Retention
    memory: LabelMemory
    training_data: Sequence[Path]
    clock: Callable[[], datetime]

    def erase(self, person: Person, site: str | None) -> Erased:
        """
        Erase what there is of a person, at all sites or at one.
        """
        found = self.persons.find(person, site)
        places = [*self.copies(found)]
        self.persons.erase(found, self.clock())
        self.retention.settle()
        return Erased(found, self.memory.forget(found.sites.values()), places)

    def copies(self, found: Found) -> Iterator[str]:
        """
        Yield the places in files of training data where a comment of theirs stands too.
        """
        return copies(self.training_data, self.persons.comments(found))
