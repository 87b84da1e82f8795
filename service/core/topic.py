"""
Whether a comment speaks of its article. Only agreement is a clue: many good comments answer each other.
"""

import re
from collections.abc import Container, Iterator

from service.core import text

FEWEST_LETTERS = 4
_WORD = re.compile(r"[^\W_]+")


def agreement(title: str, shown: str, words: Container[str]) -> Iterator[str]:
    """
    Return how many longer words of the title (at most three) stand in the comment, and whether it repeats the title.

    >>> list(agreement("Repair your bicycle", "my bicycle needs no repair", {"my", "bicycle", "needs", "no", "repair"}))
    ['on_topic_2']
    """
    found = _WORD.findall(title[:300].lower())
    long = {folded for word in found if len(word) >= FEWEST_LETTERS for folded in text.folded[word]}
    if shared := sum(word in words for word in long):
        yield f"on_topic_{min(shared, 3)}"
    if len(long) > 2 and " ".join(found) in " ".join(_WORD.findall(shown[:3000].lower())):
        yield "repeats_title"
