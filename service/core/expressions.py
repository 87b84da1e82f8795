"""
Regular expressions that owners write, in an engine whose time grows with the text alone (RE2).

It is loaded with the first expression: it adds 3 MB to a worker, which most never need.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Any

from service.core.text import ends

# In instructions of RE2, of which "(free|cheap) (money|loans?|pills)" has 38. The slowest search that was found, for as
# many expressions such as `a.{80}b` as this allows, in a text of "a" and "b", takes about 15 ms.
LARGEST_EXPRESSION = 2_000
LARGEST_TOGETHER = 40_000
# What is searched of a longer text: its beginning and its end.
HEAD, TAIL = 3_000, 1_000
# Bytes for one expression alone and for a set; when they are used up, RE2 goes on, but slower.
_MEMORY, _MEMORY_OF_ALL = 1 << 20, 16 << 20
_LONGEST_QUOTE = 100
_ALWAYS = 0
_BY_LINE = "(?m)"


def check(pattern: str) -> int:
    """
    Return the size of an expression in instructions of RE2.

    Raises:
        ValueError: it is none, or too large.
    """
    size: int = _compile(pattern).programsize
    if size > LARGEST_EXPRESSION:
        raise ValueError(f"it is too large ({size:,} instructions of at most {LARGEST_EXPRESSION:,}); repeat less")
    return size


def check_together(patterns: Iterable[str]) -> None:
    """
    Raise ValueError if some expressions are too large together.
    """
    if (size := sum(map(check, patterns))) > LARGEST_TOGETHER:
        most = f"of at most {LARGEST_TOGETHER:,}"
        raise ValueError(f"all expressions are too large together ({size:,} instructions {most}); repeat less")


class Expressions:
    """
    Some expressions that are searched for at once. A class, since compiling takes a thousand times as long as a search.

    They ignore case, `.` stops at the end of a line and `^` and `$` are those of a line. What `check` or
    `check_together` would refuse matches nothing: it was stored by another version of RE2.
    """

    def __init__(self, patterns: Sequence[str]) -> None:
        import re2

        self._patterns = [*_sound(patterns)]
        self._set = re2.Set.SearchSet(_options(_MEMORY_OF_ALL))
        self._set.Add("")  # matches any text, which tells a search that ran out of memory from one without a hit
        for pattern in self._patterns:
            self._set.Add(_BY_LINE + pattern)
        self._set.Compile()

    def search(self, text: str) -> list[str]:
        """
        Return the expressions that match somewhere in a text.
        """
        text = searched(text)
        found = self._set.Match(text)
        if _ALWAYS in found:
            return [self._patterns[index - 1] for index in found if index != _ALWAYS]
        return [pattern for pattern in self._patterns if _compile(pattern).search(text)]


def quote(pattern: str, text: str) -> str:
    """
    Return what an expression matches first in a text, up to 100 characters.

    >>> quote("pay.?day", "Get PAY-DAY loans")
    'PAY-DAY'
    """
    match = _compile(pattern).search(searched(text))
    return str(match[0])[:_LONGEST_QUOTE] if match else ""


@lru_cache(maxsize=64)
def _compile(pattern: str) -> Any:
    import re2

    try:
        return re2.compile(_BY_LINE + pattern, _options(_MEMORY))
    except re2.error as error:
        raise ValueError(error.args[0].decode(errors="replace").replace(_BY_LINE, "")) from None


def _sound(patterns: Iterable[str]) -> Iterator[str]:
    room = LARGEST_TOGETHER
    for pattern in patterns:
        try:
            room -= check(pattern)
        except ValueError:
            continue
        if room >= 0:
            yield pattern


def searched(text: str) -> str:
    return ends(text, HEAD, TAIL)


def _options(memory: int) -> Any:
    import re2

    options = re2.Options()
    options.case_sensitive = False
    options.log_errors = False
    options.max_mem = memory
    return options
