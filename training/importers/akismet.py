"""
What a moderator said about a comment, from the notes that Akismet's plugin keeps beside it.

`akismet_user_result` is a person's word, `akismet_result` the machine's. `akismet_history` is serialised by PHP; its
events of a person name the user (`report-ham`, `status-spam`), those of the machine (`webhook-spam`) do not.
"""

import math
import re
from collections.abc import Iterable

RESULT, HISTORY = "akismet_user_result", "akismet_history"
_RESULTS = {"true": "spam", "false": "ham"}
_EVENT = re.compile(r's:5:"event";s:\d+:"(?:report-(?P<reported>spam|ham)|status-(?P<set>spam|approved))"')
_USER = re.compile(r's:4:"user";s:\d+:"[^"]')
_TIME = re.compile(r's:4:"time";[di]:(\d+(?:\.\d+)?)')

# When it was said, and which label; the result was said last, since each new word replaces it.
Word = tuple[float, str]


def word(key: str, value: str) -> Word | None:
    """
    Return what a moderator said by one note, if it is one.

    >>> word("akismet_user_result", "false"), word("akismet_result", "false")
    ((inf, 'ham'), None)
    """
    if key == RESULT and value in _RESULTS:
        return math.inf, _RESULTS[value]
    event = _EVENT.search(value) if key == HISTORY else None
    if event is None or not _USER.search(value):
        return None
    time = _TIME.search(value)
    return float(time[1]) if time else 0.0, "spam" if "spam" in (event["reported"], event["set"]) else "ham"


def last_word(notes: Iterable[tuple[str, str]]) -> str:
    """
    Return the label that a moderator gave last, or nothing.
    """
    words = [said for key, value in notes if (said := word(key, value))]
    return max(words)[1] if words else ""
