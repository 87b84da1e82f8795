"""
What is remembered of what was worked out.
"""

from itertools import count

from service.core.remembered import Recurring, Remembered


def test_what_is_remembered_is_found_once() -> None:
    numbers = count()
    remembered: Remembered[str, int] = Remembered(lambda _: next(numbers), most=10)

    found = [remembered[word] for word in ("one", "three", "one")]

    assert found == [0, 1, 0]


def test_what_is_asked_for_again_outlives_a_flood_of_others() -> None:
    numbers = count()
    remembered: Remembered[str, int] = Remembered(lambda _: next(numbers), most=10)

    found = [(remembered["known"], remembered[f"new {number}"]) for number in range(100)]

    assert {known for known, _ in found} == {0}
    assert len(remembered) <= 5


def test_what_is_no_longer_asked_for_is_forgotten() -> None:
    numbers = count()
    remembered: Remembered[str, int] = Remembered(lambda _: next(numbers), most=4)

    found = [remembered[word] for word in ("one", "two", "three", "four", "five", "one")]

    assert found == [0, 1, 2, 3, 4, 5]


def test_a_flood_of_what_comes_once_takes_no_place() -> None:
    remembered: Recurring[str, str] = Recurring(str.upper, most=1_000)

    found = [remembered[f"new {number}"] for number in range(1_000)]

    assert found == [f"NEW {number}" for number in range(1_000)]
    assert len(remembered) < 20


def test_what_recurs_is_found_twice_and_then_known() -> None:
    numbers = count()
    remembered: Recurring[str, int] = Recurring(lambda _: next(numbers), most=1_000)

    found = [remembered["casino"] for _ in range(5)]

    assert found == [0, 1, 1, 1, 1]


def test_what_hashes_to_nought_is_not_known_before_it_recurs() -> None:
    remembered: Recurring[int, str] = Recurring(str, most=1_000)

    found = remembered[0]

    assert (hash(0), found, dict(remembered)) == (0, "0", {})
