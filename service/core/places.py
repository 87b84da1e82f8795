"""
Look-ups of an address among ranges, of a host among domains and of words among phrases, each of them by hash: their
time does not grow with the number of entries.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from service.core import link_hosts
from service.core.addresses import address_of
from service.core.entries import Entry
from service.core.entry_values import network
from service.core.phrases import Position, phrase

# A host may have a hundred labels; who lists a domain lists its last few.
MOST_LABELS = 10

Entries = Mapping[str, Sequence[Entry]]


class Ranges:
    """
    Entries by addresses and ranges of them. There are as many look-ups as there are lengths of prefixes.
    """

    def __init__(self, by_value: Entries) -> None:
        self._by_prefix: dict[tuple[int, int], dict[int, Sequence[Entry]]] = defaultdict(dict)
        for value, entries in by_value.items():
            covered = network(value)
            shift = covered.max_prefixlen - covered.prefixlen
            self._by_prefix[covered.version, shift][int(covered.network_address) >> shift] = entries

    def of(self, written: str) -> Iterator[Entry]:
        """
        Yield the entries whose range an address is in; none for what is no address.
        """
        address = address_of(written) if self._by_prefix else None
        if address is None:
            return
        number = int(address)
        for (version, shift), by_prefix in self._by_prefix.items():
            if version == address.version:
                yield from by_prefix.get(number >> shift, ())


class Domains:
    """
    Entries by domains, which cover all hosts below them.
    """

    def __init__(self, by_value: Entries) -> None:
        self._by_value = by_value

    def of(self, address: str) -> Iterator[Entry]:
        """
        Yield the entries that a link or a host is covered by.
        """
        labels = link_hosts.host_in(address).split(".")
        for first in range(max(0, len(labels) - MOST_LABELS), len(labels)):
            yield from self._by_value.get(".".join(labels[first:]), ())


class Phrases:
    """
    Entries by words, or by several that follow each other.
    """

    def __init__(self, by_value: Entries) -> None:
        self._by_phrase = {phrase(value): entries for value, entries in by_value.items()}
        self._lengths: dict[str, set[int]] = defaultdict(set)
        for words in self._by_phrase:
            self._lengths[words[0]].add(len(words))

    def of(self, found: Sequence[Position]) -> Iterator[tuple[Entry, str]]:
        """
        Yield the entries that are among the words, with what was written where they are first.
        """
        meant, read = [position[0] for position in found], [position[1] for position in found]
        seen = set()
        for reading in [meant] if meant == read else [meant, read]:
            for start, word in enumerate(reading):
                for length in self._lengths.get(word, ()):
                    words = tuple(reading[start : start + length])
                    if words in self._by_phrase and words not in seen:
                        seen.add(words)
                        quoted = _written(found[start : start + length])
                        yield from ((entry, quoted) for entry in self._by_phrase[words])


def _written(positions: Iterable[Position]) -> str:
    # The pairs of an unspaced script were all written as the one run that they are of.
    return " ".join(dict.fromkeys(written for _, _, written in positions))
