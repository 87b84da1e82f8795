"""
What is remembered of what was worked out.
"""

from itertools import count

from service.core.remembered import Remembered


def test_what_is_remembered_is_found_once() -> None:
    numbers = count()
    remembered: Remembered[str, int] = Remembered(lambda _: next(numbers), most=10)

    found = [remembered[word] for word in ("one", "three", "one")]

    assert found == [0, 1, 0]


def test_a_full_memory_starts_again() -> None:
    lengths = Remembered(len, most=2)

    found = [lengths[word] for word in ("one", "three", "seven")]

    assert found == [3, 5, 5]
    assert lengths == {"seven": 5}
