"""
The weights of a compiled model, in dictionaries that are small where they are looked up most.
"""

from array import array
from collections.abc import Iterable, Iterator, Mapping
from io import StringIO
from typing import Any


def of(tables: Mapping[str, "array[Any]"], name: str) -> Iterator[tuple[str, float]]:
    """
    Yield the keys of one table of the model, each with its weight.
    """
    keys = StringIO(tables[name].tobytes().decode())
    # One after the other: all of them at once would leave holes in the memory of what stays.
    return zip((key.rstrip("\n") for key in keys), tables[f"{name}_weights"], strict=True)


def apart(words: Iterable[tuple[str, float]]) -> tuple[dict[str, float], dict[str, dict[str, float]]]:
    """
    Return the single words, and the pairs by their second word: small tables stay in the processor's cache, where a
    large one costs a miss for each pair of a text.
    """
    single: dict[str, float] = {}
    pairs: dict[str, dict[str, float]] = {}
    share = _Shared()
    for key, weight in words:
        first, space, second = key.partition(" ")
        if space:
            pairs.setdefault(share[second], {})[share[first]] = weight
        else:
            single[share[key]] = weight
    return single, pairs


def by_beginning(characters: Iterable[tuple[str, float]], length: int) -> dict[str, dict[str, float]]:
    """
    Return the n-grams by their rest in small tables, one for each beginning of so many characters, for the same reason
    and since few rests are all that there are.
    """
    found: dict[str, dict[str, float]] = {}
    share = _Shared()
    for ngram, weight in characters:
        found.setdefault(ngram[:length], {})[share[ngram[length:]]] = weight
    return found


class _Shared(dict[str, str]):
    """
    One string for all that are alike, as `sys.intern` has it, whose table grows by a megabyte and is never let go.
    """

    def __missing__(self, key: str) -> str:
        return self.setdefault(key, key)
