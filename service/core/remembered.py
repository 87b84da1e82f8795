"""
What was worked out once, kept by what it was worked out from.
"""

from collections.abc import Callable
from typing import TypeVar

Key = TypeVar("Key")
Value = TypeVar("Value")


class Remembered(dict[Key, Value]):
    """
    A dictionary that works out what it is asked for and does not hold. Half of it is what was asked for lately, half
    what was before that: a flood of new keys neither takes memory nor pushes out what is asked for again and again.

    This is a class because a look-up of a dictionary costs a third of one of `lru_cache`, which keeps an order as well.

    >>> lengths = Remembered(len, most=1_000)
    >>> lengths["casino"], lengths
    (6, {'casino': 6})
    """

    def __init__(self, find: Callable[[Key], Value], most: int) -> None:
        super().__init__()
        self._find = find
        self._half = most // 2
        self._before: dict[Key, Value] = {}

    def __missing__(self, key: Key) -> Value:
        found = self._before[key] if key in self._before else self._find(key)
        if len(self) >= self._half:
            self._before = dict(self)
            self.clear()
        self[key] = found
        return found


class Recurring(Remembered[Key, Value]):
    """
    The same, but holding only what is asked for twice: most keys that are new never come again.

    >>> lengths = Recurring(len, most=1_000)
    >>> lengths["casino"], dict(lengths), lengths["casino"], dict(lengths)
    (6, {}, 6, {'casino': 6})
    """

    def __init__(self, find: Callable[[Key], Value], most: int) -> None:
        super().__init__(find, most)
        # A byte of the hash of each key that came once, never 0. Where two share a place, each may have to come again.
        self._once = bytearray(4 * most)

    def __missing__(self, key: Key) -> Value:
        digest, place = divmod(hash(key), len(self._once))
        came = digest % 255 + 1
        if key in self._before or self._once[place] == came:
            return super().__missing__(key)
        self._once[place] = came
        return self._find(key)
