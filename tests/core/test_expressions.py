"""
Expressions of owners, which must not be able to stop a worker.
"""

from time import thread_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.core.expressions import HEAD, LARGEST_TOGETHER, Expressions, check, check_together, quote

DISASTERS = [
    "(a+)+$",
    "(a|aa)+$",
    "(.*a){12}b",
    "a.{80}b",
    "(x+x+)+y",
    "^(([a-z])+.)+[A-Z]([a-z])+$",
    "(.*)(.*)(.*)(.*)c",
]


@pytest.mark.no_cover
@pytest.mark.parametrize("pattern", DISASTERS)
def test_an_expression_that_hangs_other_engines_takes_longer_by_the_text_alone(pattern: str) -> None:
    expressions = Expressions([pattern])

    assert _seconds(expressions, "a" * 3_999 + "!") < 12 * _seconds(expressions, "a" * 999 + "!") + 0.001


@pytest.mark.no_cover
def test_the_most_that_a_site_may_have_takes_longer_by_the_text_alone() -> None:
    patterns = [f"a.{{80}}b{number}" for number in range(LARGEST_TOGETHER // check("a.{80}b00"))]
    expressions = Expressions(patterns)

    assert _seconds(expressions, "aab" * 1_333) < 12 * _seconds(expressions, "aab" * 333) + 0.001


def _seconds(expressions: Expressions, text: str) -> float:
    def once() -> float:
        began = thread_time()
        expressions.search(text)
        return thread_time() - began

    return min(once() for _ in range(3))


@pytest.mark.parametrize(
    ("pattern", "message"),
    [
        ("(a", r"missing \)"),
        ("a(?=b)", "invalid perl operator"),
        (r"(a)\1", "invalid escape sequence"),
        ("[a-z]{900}", "too large"),
        ("((a{100}){100}){100}", "repetition size"),
    ],
)
def test_what_cannot_be_searched_in_linear_time_is_refused(pattern: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        check(pattern)


def test_expressions_that_are_too_large_together_are_refused_and_harm_nothing_if_they_are_there() -> None:
    patterns = ["casino", *(f"a.{{80}}b{number}" for number in range(100))]

    with pytest.raises(ValueError, match="too large together"):
        check_together(patterns)
    assert Expressions(patterns).search("my casino") == ["casino"]


def test_one_that_is_no_expression_any_more_leaves_the_others_alone() -> None:
    assert Expressions(["(a", "casino", "b(?=c)"]).search("A CASINO bc") == ["casino"]


def test_the_beginning_and_the_end_of_a_long_text_are_searched() -> None:
    expressions = Expressions(["casino"])
    filler = "x " * HEAD

    assert expressions.search(f"casino {filler}")
    assert expressions.search(f"{filler} casino")
    assert not expressions.search(f"{filler} casino {filler}")


def test_a_quote_is_short() -> None:
    assert quote("a+", "b" + "a" * 500) == "a" * 100
    assert quote("c", "b") == ""


@given(st.text(max_size=40), st.text(max_size=200))
def test_any_pattern_is_refused_or_searched_for(pattern: str, text: str) -> None:
    pattern, text = (each.encode(errors="replace").decode() for each in (pattern, text))
    try:
        check(pattern)
    except ValueError:
        return

    found = Expressions([pattern]).search(text)

    assert found in ([], [pattern])
