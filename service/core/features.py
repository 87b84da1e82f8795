"""
A comment as the classifier sees it: its distinct words, then clues of the form `namespace:value`.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from service.core import channels, clues, habits, hosts, links, markup, text, topic
from service.core.comment import Comment
from service.core.light_dataclass import light_dataclass
from service.core.plain import words_of
from service.core.remembered import Remembered
from service.core.tokens import LINKS, runs, together, tokens

# What is analysed of a longer text, so that no comment takes more than 50 ms: its beginning and its end.
HEAD, TAIL = 9_000, 3_000
# Of its distinct words the first and the last count. Every word adds to the sum, so that without this bound a long
# comment strays far on words that mean little: at 0.5 % false positives on unseen sources, recall was 0.21 with all
# words, 0.27 with 60 and 0.29 with 40 (mean over nine sources of spam).
FIRST_WORDS, LAST_WORDS = 32, 16
# All of its distinct words are read in passages as well, each of PASSAGE words and STEP behind the one before, and the
# last at the end: honest text around spam must not hide it.
PASSAGE, STEP = 6, 3
# In a comment of more distinct words, where much can hide, the first and the last paragraphs are read as comments of
# their own too. But one of fewer than FEWEST_WORDS is a greeting, a signature or a link, which as a whole comment would
# be another thing.
WORDS_THAT_HIDE = 40
FIRST_PARAGRAPHS, LAST_PARAGRAPHS = 16, 8
FEWEST_WORDS = 3
# What a reader sees as a blank line: two ends of lines with nothing to see between them, or a block of HTML.
_LINE_END = r"(?:\n|<br\b[^<>]{0,200}>)"
_NOTHING = rf"(?:[^\S\n]|&(?:nbsp|shy|zwn?j|#160|#xa0|#8203|#x200b);|{text.INVISIBLE.pattern})*"
_BETWEEN_PARAGRAPHS = re.compile(
    rf"{_LINE_END}(?:{_NOTHING}{_LINE_END})+|</?(?:p|div|li|hr|blockquote|h[1-6]|pre|t[dr])\b[^<>]{{0,200}}>|\u2029",
    re.IGNORECASE,
)
LONGEST_NAME = 300
# Two words at most: of three, one could be a dot in disguise.
_PLAIN_NAME = re.compile("[A-Za-z][A-Za-z0-9]{1,60}(?: [A-Za-z][A-Za-z0-9]{1,60})?")
MOST_TARGETS = 50
# All distinct addresses of a comment are counted, but only the first and the last are read: a new one takes 0.1 ms.
FIRST_LINKS, LAST_LINKS = 16, 8
REMEMBERED_LINKS = 256
_HOW_WRITTEN = {"link": "is:typed_address", "domain": "is:bare_domain", "disguised": "is:disguised_link"}


@light_dataclass()
class Text:
    """
    The distinct tokens of a text, words and clues, and for each the characters that it stands for.
    """

    words: dict[str, str]
    clues: dict[str, str]


@light_dataclass()
class Features:
    """
    The distinct tokens of a comment, words and clues, and for each the characters of the comment that it stands for.

    `words` are the first and the last, `all_words` are all. `paragraphs` has, for a long comment of several, what each
    would be as a comment of its own. `fields` has the clues of what commenters choose at will: those of the name, those
    of the homepage, and those of each link.
    """

    words: dict[str, str]
    clues: dict[str, str]
    all_words: dict[str, str]
    paragraphs: tuple[Text, ...]
    fields: tuple[Sequence[dict[str, str]], ...]

    @property
    def document(self) -> str:
        """
        Return the distinct tokens as one string, which the pipeline learns from.
        """
        in_fields = dict.fromkeys(token for field in self.fields for tokens in field for token in tokens)
        return " ".join((*self.words, *self.clues, *in_fields))


@dataclass(slots=True)
class _Reading:
    words: dict[str, str] = field(default_factory=dict)
    clues: dict[str, str] = field(default_factory=dict)
    # Each with its host.
    addresses: dict[str, str] = field(default_factory=dict)
    emoji: int = 0


def document(comment: Comment) -> str:
    """
    Return what training and serving both see of a comment: distinct words, then clues, separated by spaces.

    >>> document(Comment(name="Best Loans", comment="Cheap cheap L O A N S"))
    'cheap loans is:spaced_out is:length_1 name:best name:loans'
    """
    return extract(comment).document


@light_dataclass()
class Readings:
    """
    The documents that each part of a comment may be read as: its text as a whole or as one of its passages, with all
    clues that are of no field, or as one of its paragraphs, with that paragraph's clues; then, in `fields`, its name,
    its homepage, and its links as any one of them.
    """

    whole: str
    passages: tuple[str, ...] = ()
    paragraphs: tuple[str, ...] = ()
    fields: tuple[tuple[str, ...], ...] = ((), (), ())


def readings(comment: Comment) -> Readings:
    """
    Return what each part of a comment may be read as.
    """
    features = extract(comment)
    words = list(features.all_words)
    passages = [words[start : start + PASSAGE] for start in passage_starts(len(words))]
    return Readings(
        " ".join((*features.words, *features.clues)),
        tuple(" ".join((*passage, *features.clues)) for passage in passages),
        tuple(" ".join((*paragraph.words, *paragraph.clues)) for paragraph in features.paragraphs),
        tuple(tuple(" ".join(tokens) for tokens in field) for field in features.fields),
    )


def passage_starts(words: int) -> list[int]:
    """
    Return where the passages of so many distinct words begin; a comment that is no longer than one has none.

    >>> passage_starts(6), passage_starts(15), passage_starts(17)
    ([], [0, 3, 6, 9], [0, 3, 6, 9, 11])
    """
    last = words - PASSAGE
    return [*range(0, last, STEP), last] if last > 0 else []


def extract(comment: Comment) -> Features:
    """
    Return the tokens of a comment with what they quote.

    Which optional fields are present is never a clue: that differs between sites, not between ham and spam.
    """
    source = text.ends(comment.comment, HEAD, TAIL)
    author = {f"is:{clue}": quote for clue, quote in clues.disguise(comment.name).items()}
    name, address = _name(comment.name, author), comment.url.strip()
    homepage = _link("url", address, author) if address else {}
    reading, read = _read(source, author, comment.article_title)
    # More addresses than are remembered would each be taken apart once more, and a text with so many hides nothing.
    may_hide = len(reading.words) > WORDS_THAT_HIDE and len(reading.addresses) < REMEMBERED_LINKS
    paragraphs = tuple(_read_paragraphs(source, author, comment.article_title)) if may_hide else ()
    fields = (name,) if name else (), (homepage,) if homepage else (), read
    return Features(_first_and_last(reading.words), reading.clues, reading.words, paragraphs, fields)


def _read(source: str, author: dict[str, str], title: str) -> tuple[_Reading, tuple[dict[str, str], ...]]:
    """
    Return what is read of a text, with the clues of its author, and what is read of its links.
    """
    rendered = markup.render(source)
    reading = _Reading(clues=author.copy())
    _read_text(rendered.text, reading)
    _read_targets(rendered, reading)
    links = _ends(reading.addresses, FIRST_LINKS, LAST_LINKS)
    read = tuple([found for each in links if (found := _link("link", each, reading.clues))]) if links else ()
    _read_shape(title, source, rendered, reading)
    return reading, read


def _read_paragraphs(source: str, author: dict[str, str], title: str) -> Iterator[Text]:
    written = {paragraph.strip(): "" for paragraph in _BETWEEN_PARAGRAPHS.split(source)}
    written.pop("", None)
    if len(written) > 1:
        for paragraph in _ends(written, FIRST_PARAGRAPHS, LAST_PARAGRAPHS):
            reading, _ = _read(paragraph, author, title)
            if len(reading.words) >= FEWEST_WORDS:
                yield Text(_first_and_last(reading.words), reading.clues)


def _first_and_last(words: dict[str, str]) -> dict[str, str]:
    return _ends(words, FIRST_WORDS, LAST_WORDS)


def _ends(found: dict[str, str], first: int, last: int) -> dict[str, str]:
    if len(found) <= first + last:
        return found
    kept = list(found.items())
    return dict([*kept[:first], *kept[-last:]])


def _read_text(shown: str, reading: _Reading) -> None:
    add = reading.words.setdefault
    for kind, written in runs(text.visible(shown)):
        if kind == "plain":
            # Nearly all that people write: as `_add_word` does it, in less time.
            for word in words_of(written):
                for folded in text.folded[word]:
                    add(folded, word)
        elif kind == "word":
            _add_word(written, written, reading)
        elif kind == "spaced":
            _add_word(together(written), written, reading)
            reading.clues.setdefault("is:spaced_out", written)
        elif kind == "emoji":
            reading.words.setdefault(written, written)
            reading.emoji += 1
        elif kind in ("email", "money", "phone"):
            reading.clues.setdefault(f"is:{kind}", written)
        elif written not in reading.addresses:
            reading.addresses[written] = _read_links[written][1]
            reading.clues.setdefault(_HOW_WRITTEN[kind], written)


def _read_targets(rendered: markup.Rendered, reading: _Reading) -> None:
    shown = frozenset(reading.addresses.values())
    for target in rendered.targets[:MOST_TARGETS]:
        # Some editors link an address to itself; only a target that the reader does not see is news.
        if (host := links.host_of(target)) not in shown:
            reading.addresses[target] = host
            reading.clues.setdefault("is:bbcode" if rendered.has_bbcode else "is:html_link", target)


def _read_shape(title: str, source: str, rendered: markup.Rendered, reading: _Reading) -> None:
    shown, words, addresses = rendered.text, len(reading.words), len(reading.addresses)
    found = [*clues.shape(shown, words, addresses, reading.emoji), *habits.of(shown, source)]
    if addresses:
        found += clues.link_places(rendered, words)
    if title:
        found += topic.agreement(title, shown, reading.words)
    for clue in found:
        reading.clues[f"is:{clue}"] = ""
    if channel := channels.own(shown, reading.words):
        reading.clues["is:own_channel"] = channel
    if brand := clues.brand_with_number(reading.words):
        reading.clues["is:brand_with_number"] = reading.words[brand]
    for clue, quote in clues.disguise(source).items():
        reading.clues.setdefault(f"is:{clue}", quote)


def _name(name: str, general: dict[str, str]) -> dict[str, str]:
    """
    Return the clues of a name, and add those that are of no field to `general`.
    """
    found: dict[str, str] = {}
    if _PLAIN_NAME.fullmatch(name):
        written = [("word", word) for word in name.split()]
    else:
        written = list(tokens(text.visible(name[:LONGEST_NAME])))
    for kind, word in written:
        if kind in LINKS:
            general.setdefault("is:name_is_link", word)
            for part in links.parts(word):
                found.setdefault(f"name:{part}", word)
        else:
            for folded in text.folded["".join(word.split())]:
                found.setdefault(f"name:{folded}", word)
    if links.is_scrambled(name):
        general.setdefault("is:name_is_scrambled", name)
    if len(written) > 1 and name.islower():
        general.setdefault("is:name_in_lower_case", name)
    if len(written) > 3:
        general.setdefault("is:name_of_many_words", name)
    return found


def _add_word(word: str, written: str, reading: _Reading) -> None:
    for folded in text.folded[word]:
        reading.words.setdefault(folded, written)
    if not word.isascii() and text.is_mixed_script(word):
        reading.clues.setdefault("is:mixed_script", written)


def _link(namespace: str, address: str, general: dict[str, str]) -> dict[str, str]:
    """
    Return the clues of an address, and add those that are of no field to `general`.
    """
    parts, host, domain = _read_links[address]
    found = {f"{namespace}:{part}": address for part in parts}
    if host in hosts.SHORTENERS:
        general.setdefault("is:short_link", address)
    elif host in hosts.MESSENGERS:
        general.setdefault("is:messenger_link", address)
    elif domain in hosts.WELL_KNOWN:
        found[f"{namespace}:well_known_host"] = address
    elif links.is_scrambled(domain.partition(".")[0]):
        found[f"{namespace}:scrambled_host"] = address
    return found


def _read_link(address: str) -> tuple[tuple[str, ...], str, str]:
    host = links.host_of(address)
    return (*links.parts(address), *links.shape(address)), host, links.registered_domain(host)


# Of the addresses that campaigns repeat; some are long.
_read_links = Remembered(_read_link, most=REMEMBERED_LINKS)
