"""
The members of a JSON object, each of a name of its own: of one that is there twice, one value would be lost.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Any


class GivenTwice(ValueError):
    """
    A name is there twice; `name` is as an error may quote it.
    """

    def __init__(self, name: str) -> None:
        self.name = shown(name)
        super().__init__(f"`{self.name}` is given twice")


def members(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    """
    Return pairs of name and value as a JSON decoder is to keep them (`object_pairs_hook`).

    Raises:
        GivenTwice: a name is there twice.

    >>> members([("name", "Ann"), ("comment", "Hello")])
    {'name': 'Ann', 'comment': 'Hello'}
    """
    found = dict(pairs)
    if len(found) < len(pairs):
        raise GivenTwice(next(name for name, times in Counter(name for name, _ in pairs).items() if times > 1))
    return found


def shown(name: str) -> str:
    """
    Return a field's name as an error may quote it: short, and of printable characters.

    >>> shown("na\\nme"), len(shown("x" * 1000))
    ('na?me', 40)
    """
    return "".join(character if character.isprintable() else "?" for character in name[:40])
