"""
What new entries of a site's lists would have done to comments that were decided.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from service.core.comment import Comment
from service.core.commenter import pooled_address
from service.core.decision import Verdict
from service.core.entries import Entry, Kind
from service.core.entry_values import network
from service.core.lists import Lists

MOST_EXAMPLES = 5


@dataclass(frozen=True, slots=True)
class Commented:
    """
    A comment that was decided, and the verdict that was recorded.
    """

    id: str
    verdict: Verdict
    comment: Comment


@dataclass(slots=True)
class Change:
    """
    How many comments would have had another verdict, with the ids of some.
    """

    count: int = 0
    examples: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Trial:
    """
    How many comments there were, for each entry what was recorded of those that it would have decided on, and which
    verdicts would have been others, from what to what.
    """

    comments: int
    hits: Sequence[tuple[Entry, Counter[Verdict]]]
    changes: dict[tuple[Verdict, Verdict], Change]


def attempt(history: Iterable[Commented], kept: Sequence[Entry], tried: Sequence[Entry], now: datetime) -> Trial:
    """
    Return what the tried entries would have done beside those that are kept, had all been there from the start.
    """
    replaced = {(entry.kind, entry.value) for entry in tried}
    others = [entry for entry in kept if (entry.kind, entry.value) not in replaced]
    first = max((entry.id for entry in kept), default=0) + 1
    numbered = {number: replace(entry, id=number) for number, entry in enumerate(tried, first)}
    lists = Lists([*others, *numbered.values()])
    hits: dict[int, Counter[Verdict]] = {number: Counter() for number in numbered}
    changes: dict[tuple[Verdict, Verdict], Change] = {}
    comments = 0
    for past in history:
        comments += 1
        listed = lists.match(past.comment, now)
        if listed is None or listed.entry.id not in hits:
            continue
        hits[listed.entry.id][past.verdict] += 1
        if listed.verdict is not past.verdict:
            change = changes.setdefault((past.verdict, listed.verdict), Change())
            change.count += 1
            change.examples += [past.id][: MOST_EXAMPLES - len(change.examples)]
    return Trial(comments, [(entry, hits[number]) for number, entry in zip(numbered, tried, strict=True)], changes)


def stand_in(entry: Entry) -> Comment | None:
    """
    Return a comment whose hashes of e-mail and address are those that an entry is about; None where hashes cannot tell.
    """
    if entry.kind is Kind.EMAIL and not entry.value.startswith("@"):
        return Comment("", "", email=entry.value)
    if entry.kind is Kind.ADDRESS:
        covered = network(entry.value)
        # One address of IPv4, or no more of IPv6 than is hashed together.
        if covered.prefixlen >= min(covered.max_prefixlen, 64) and pooled_address(str(covered.network_address)):
            return Comment("", "", ip=str(covered.network_address))
    return None


def untried(entries: Iterable[Entry]) -> list[Entry]:
    """
    Return the entries that match no comment of which only hashes of e-mail and address are kept.
    """
    return [entry for entry in entries if entry.kind in (Kind.EMAIL, Kind.ADDRESS) and stand_in(entry) is None]
