"""
A site's own lists: what its owner lets through, turns away or wants to look at, whatever the model says.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import unescape

from service.core import link_hosts, link_search, links, markup, text
from service.core.comment import Comment
from service.core.decision import Reason, Verdict
from service.core.entries import Action, Entry, Kind
from service.core.entry_values import author
from service.core.expressions import Expressions, quote, searched
from service.core.features import HEAD, LONGEST_NAME, MOST_TARGETS, TAIL
from service.core.phrases import words
from service.core.places import Domains, Phrases, Ranges
from service.core.tokens import LINKS, tokens

# Words that are looked up in one comment; in a script without spaces, pairs of characters.
MOST_POSITIONS = 4_000
LONGEST_QUOTE = 100

_VERDICTS = {
    Action.ACCEPT: (Verdict.ACCEPT, "allow_list"),
    Action.DISCARD: (Verdict.REJECT, "deny_list"),
    Action.REJECT: (Verdict.REJECT, "deny_list"),
    Action.HOLD: (Verdict.HOLD, "hold_list"),
}
_ORDER = {action: order for order, action in enumerate(Action)}
_CHUNK, _SPACE = re.compile(r"\S{1,200}"), re.compile(r"[^\S\n]")

Hit = tuple[Entry, str]


@dataclass(frozen=True, slots=True)
class Listed:
    """
    What the lists say of a comment, and by which entry.
    """

    entry: Entry
    reason: Reason

    @property
    def verdict(self) -> Verdict:
        return _VERDICTS[self.entry.action][0]

    @property
    def discard(self) -> bool:
        """
        Whether no moderator need look at it.
        """
        return self.entry.action is Action.DISCARD


class Lists:
    """
    The entries of one site. A class, since they are made ready once for look-ups that cost the same for ten and for ten
    thousand: 6 µs without entries for the text, and with them about as much as the features of the comment.
    """

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._by_value: dict[Kind, dict[str, list[Entry]]] = {kind: defaultdict(list) for kind in Kind}
        for entry in entries:
            self._by_value[entry.kind][entry.value].append(entry)
        self._ranges = Ranges(self._by_value[Kind.ADDRESS])
        self._domains = Domains(self._by_value[Kind.DOMAIN])
        self._phrases = Phrases(self._by_value[Kind.WORD])
        patterns = [*self._by_value[Kind.REGEX]]
        self._expressions = Expressions(patterns) if patterns else None

    def match(self, comment: Comment, now: datetime) -> Listed | None:
        """
        Return what decides on a comment: the first by the order of actions, then the entry that was there first.
        """
        valid = (hit for hit in self._hits(comment, now) if _counts(hit[0], now))
        best = min(valid, key=lambda hit: (_ORDER[hit[0].action], hit[0].id), default=None)
        if best is None:
            return None
        entry, quoted = best
        rule = _VERDICTS[entry.action][1]
        evidence = (quoted[:LONGEST_QUOTE],) if quoted else ()
        return Listed(entry, Reason(rule, rule=rule, evidence=evidence, entry=entry.id))

    def _hits(self, comment: Comment, now: datetime) -> Iterator[Hit]:
        # What is quoted is kept with the decision, so address and e-mail, which the store keeps as hashes, never are.
        emails, authors = self._by_value[Kind.EMAIL], self._by_value[Kind.AUTHOR]
        yield from ((entry, "") for entry in self._ranges.of(comment.ip))
        if emails and comment.email:
            email = comment.email.strip().casefold()
            for value in (email, f"@{email.rpartition('@')[2]}"):
                yield from ((entry, "") for entry in emails.get(value, ()))
        if authors:
            yield from ((entry, comment.name) for entry in authors.get(author(comment.name[:LONGEST_NAME]), ()))
        if self._by_value[Kind.WORD] or self._by_value[Kind.DOMAIN] or self._expressions:
            yield from self._of_text(comment, now)

    def _of_text(self, comment: Comment, now: datetime) -> Iterator[Hit]:
        rendered = markup.render(text.ends(comment.comment, HEAD, TAIL))
        name, shown = text.visible(unescape(comment.name[:LONGEST_NAME])), text.visible(rendered.text)
        targets = [
            text.visible(each.strip()) for each in (*rendered.targets[:MOST_TARGETS], comment.url) if each.strip()
        ]
        if self._expressions:
            yield from self._of_expressions(self._expressions, "\n".join([name, shown, *targets]))
            if comment.email:
                yield from ((entry, "") for entry, _ in self._of_expressions(self._expressions, comment.email))
        if not (self._by_value[Kind.WORD] or self._by_value[Kind.DOMAIN]):
            return
        found = [*tokens(name), ("", ""), *tokens(shown)]
        addresses = [*targets, *(written for kind, written in found if kind in LINKS)]
        if self._by_value[Kind.DOMAIN]:
            in_text = link_search.find(f"{name}\n{shown}")
            yield from self._of_links([*addresses, *comment.url.split(), *in_text.lower], now)
            # A whole ending ("*.it") is in "The end.It was" as well.
            for address in in_text.capitalised:
                for entry in self._domains.of(address):
                    if "." in entry.value and entry.action is not Action.ACCEPT:
                        yield entry, address
            mailed = (written for kind, written in (*found, ("email", comment.email)) if kind == "email")
            for host in (address.rpartition("@")[2] for address in mailed):
                yield from ((entry, "") for entry in self._domains.of(host) if entry.action is not Action.ACCEPT)
        if self._by_value[Kind.WORD]:
            for part in (part for address in addresses for part in links.parts(address) if part.isalpha()):
                found += [("", ""), ("word", part)]
            for address in addresses:
                found += [("", ""), *(("word" if word else "", word) for word in link_hosts.words_of(address))]
            yield from self._phrases.of(words(found)[:MOST_POSITIONS])

    def _of_expressions(self, expressions: Expressions, shown: str) -> Iterator[Hit]:
        shown = searched(shown)
        meant = shown if shown.isascii() else _SPACE.sub(" ", _CHUNK.sub(lambda chunk: text.plain(chunk[0]), shown))
        for subject in dict.fromkeys((shown, meant)):
            for pattern in expressions.search(subject):
                yield from ((entry, quote(pattern, subject)) for entry in self._by_value[Kind.REGEX][pattern])

    def _of_links(self, addresses: Sequence[str], now: datetime) -> Iterator[Hit]:
        hits = [[(entry, address) for entry in self._domains.of(address)] for address in addresses]
        accepting = [
            [hit for hit in of_one if hit[0].action is Action.ACCEPT and _counts(hit[0], now)] for of_one in hits
        ]
        for of_one in hits:
            yield from (hit for hit in of_one if hit[0].action is not Action.ACCEPT)
        # One good link must not carry in the others.
        if all(accepting):
            for of_one in accepting:
                yield from of_one


def _counts(entry: Entry, now: datetime) -> bool:
    return entry.expires_at is None or entry.expires_at > now
