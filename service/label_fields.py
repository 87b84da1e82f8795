"""
The hash in which Redis keeps what people said of a site's comments: which field holds what, as bytes.

Field `t` with one of the first numbers of a sketch has the labelled comments with that number; `e`, `a` and `n` with a
digest have the labels of an author: by e-mail, by address, and by name and address together. By name alone nobody has
a standing, since strangers share names; and a good standing is never by address alone, since they share these as well.
"""

import struct
from collections.abc import Callable, Iterable, Sequence

from service.core.campaign import BANDS
from service.core.comment import Comment
from service.core.commenter import address_hash, email_hash, plain_name
from service.core.contacts import contacts
from service.core.keyed import keyed
from service.core.labels import Label, Labelled, Tally, decayed

# Labelled comments that a field keeps, the latest: near-copies of more are near-copies of these.
MOST_COPIES, MOST_OF_AUTHOR = 8, 16
# Good is only what most of was called good; what a template shares is enough for spam.
FEWEST_SHARED_HUNDREDTHS = 60
_COPY, _OF_AUTHOR, _MATCH = struct.Struct(">8sB4sB"), struct.Struct(">8sIB"), struct.Struct(">B4sB")
_SPAM = 0x80
_WEIGHT_STEPS = 64  # of a byte's seven bits: a weight of 1
_NOTHING = 0  # the mark of a label in a field where it does not count
_UNKNOWN = bytes(4)  # where a text leads that is too long to be sure


class LabelFields:
    """
    Names and fills the fields. A class, since the keys of the digests and what makes the sketches belong to them.
    """

    def __init__(self, key: bytes, people: Sequence[bytes], sketch: Callable[[Comment], Sequence[int]]) -> None:
        """
        Take the key of this hash, at most 64 bytes, and the secrets of the store's hashes of people, the earlier too.
        """
        self._people = people
        self._hash = keyed(key, 8)
        self._sketch = sketch
        self._nowhere = self._digest_of(frozenset())

    def of_author(self, comment: Comment) -> list[bytes]:
        """
        Return the fields of a comment's author: what was labelled before a secret was replaced is under that one.
        """
        hashes = [(email_hash(secret, comment.email), address_hash(secret, comment.ip)) for secret in self._people]
        return [field for pair in hashes for field, _ in self._of_author(comment.name, *pair)]

    def records(self, labelled: Labelled) -> dict[bytes, bytes]:
        """
        Return what a labelled comment puts into which fields.
        """
        subject, given = labelled.subject, labelled.given
        own = self._hash(f"subject:{subject.id}")
        said = min(_SPAM - 1, round(given.weight * _WEIGHT_STEPS)) | (_SPAM if given.label is Label.SPAM else 0)
        sketch = [number & 0xFFFF for number in self._sketch(subject.comment)]
        copy = _COPY.pack(own, said, self._contacts(subject.comment), len(sketch)) + struct.pack(
            f">{len(sketch)}H", *sketch
        )
        found = {b"t" + struct.pack(">H", number): copy for number in sketch[:BANDS]}
        for field, only in self._of_author(subject.comment.name, subject.email_hash, subject.address_hash):
            mark = said if only in (None, given.label) else _NOTHING
            found[field] = _OF_AUTHOR.pack(own, int(given.at.timestamp()), mark)
        return found

    def copies(self, matches: bytes, comment: Comment) -> Tally:
        """
        Add up the labels of the comments that one resembles; of the good ones those that it adds no contact to.
        """
        if not matches:
            return Tally()
        found = [*_MATCH.iter_unpack(matches)]
        own = self._contacts(comment) if any(mark < _SPAM for mark, _, _ in found) else _UNKNOWN
        return _tally(
            (mark, 1.0)
            for mark, leads_to, shared in found
            if mark >= _SPAM
            or (shared >= FEWEST_SHARED_HUNDREDTHS and (own == self._nowhere or own == leads_to != _UNKNOWN))
        )

    def author(self, entries: bytes, now: float) -> Tally:
        """
        Add up an author's labels, each once and decayed, at a moment in Unix seconds.
        """
        said = {*_OF_AUTHOR.iter_unpack(entries)}
        return _tally((mark, decayed(1.0, now - at)) for _, at, mark in said if mark)

    def _of_author(self, name: str, email: str | None, address: str | None) -> list[tuple[bytes, Label | None]]:
        """
        Return an author's fields, and for each the only label that counts in it, None if both do.
        """
        found: list[tuple[bytes, Label | None]] = []
        if email:
            found.append((f"e{email[:16]}".encode(), None))
        if address:
            found.append((f"a{address[:16]}".encode(), Label.SPAM))
            found.append((b"n" + self._hash(f"author:{plain_name(name)}\n{address}"), Label.HAM))
        return found

    def _contacts(self, comment: Comment) -> bytes:
        found = contacts(comment)
        return _UNKNOWN if found is None else self._digest_of(found)

    def _digest_of(self, found: frozenset[str]) -> bytes:
        return self._hash("contacts:" + "\n".join(sorted(found)))[:4]


def added(field: bytes, value: bytes, record: bytes) -> bytes:
    """
    Return the value of a field with one more record, in place of an earlier one of the same comment.
    """
    most = MOST_COPIES if field.startswith(b"t") else MOST_OF_AUTHOR
    kept = [other for other in _records(field, value) if other[:8] != record[:8]]
    return b"".join([*kept, record][-most:])


def _records(field: bytes, value: bytes) -> Sequence[bytes]:
    found, at = [], 0
    while at < len(value):
        size = _COPY.size + 2 * value[at + _COPY.size - 1] if field.startswith(b"t") else _OF_AUTHOR.size
        found.append(value[at : at + size])
        at += size
    return found


def _tally(said: Iterable[tuple[int, float]]) -> Tally:
    spam = ham = 0.0
    count = 0
    for mark, part in said:
        weight = (mark & ~_SPAM) / _WEIGHT_STEPS * part
        spam, ham, count = (spam + weight, ham, count + 1) if mark >= _SPAM else (spam, ham + weight, count + 1)
    return Tally(spam, ham, count)
