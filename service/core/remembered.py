"""
What was worked out once, by what it was worked out from.
"""

from collections.abc import Callable
from typing import TypeVar

Key = TypeVar("Key")
Value = TypeVar("Value")


class Remembered(dict[Key, Value]):
    """
    A dictionary that finds what it is asked for and does not hold. Full, it starts again: a flood of new keys costs a
    little work, never memory.

    This is a class because a look-up of a dictionary costs a third of one of `lru_cache`, which keeps an order as well.

    >>> lengths = Remembered(len, most=1_000)
    >>> lengths["casino"], lengths
    (6, {'casino': 6})
    """

    def __init__(self, find: Callable[[Key], Value], most: int) -> None:
        """
        Take what finds a value, and how many are held at most.
        """
        super().__init__()
        self._find = find
        self._most = most

    def __missing__(self, key: Key) -> Value:
        found = self._find(key)
        if len(self) >= self._most:
            self.clear()
        self[key] = found
        return found
