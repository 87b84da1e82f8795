"""
The tokens of a text.
"""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from service.core import tokens as module
from service.core.plain import CAREFULLY, LONGEST_WORD
from service.core.tokens import tokens

# Whatever could end a run of plain words, or begin something else inside of it.
PIECES = [
    "dot", "com", "the", "a", "I", "A", "C", "S", "casino", "end.Then", "don't", "rock'n'roll", "x", "[", "(", "pun",
    "!", ";", "?", ",", ".", "...", "http://a.example", "www.x.example", "a@b.example", "12", "v1agra", "@", "$",
    "kapıda", "ſo", "(dot)", "(.)", "(,)", "Punkt", "http:", "//", "e-mail", "and/or", "'", '"', ")", "G20", "usd", "5",
    "555 123 4567", "&", "’", "w" * LONGEST_WORD, "о",
]  # fmt: skip
GAPS = [" ", "  ", ", ", "\n", ". ", ".", "", "-", " - ", ": ", "; ", "\n\n", "\t", '" ', " ("]


@given(st.lists(st.tuples(st.sampled_from(PIECES), st.sampled_from(GAPS)), max_size=12))
@example([("the", " "), ("casino", " "), ("(dot)", " "), ("com", "")])
@example([("pun", " "), ("casino", " "), ("Punkt", " "), ("com", "")])
@example([("w" * LONGEST_WORD, ""), ("the", "'"), ("the", " "), ("com", "")])
def test_a_run_of_plain_words_gives_what_its_words_give_one_by_one(pieces: list[tuple[str, str]]) -> None:
    text = "".join(piece + gap for piece, gap in pieces)
    without_runs = re.compile(module._ANY.pattern.replace(f"(?P<plain>{CAREFULLY})|", ""), re.IGNORECASE)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_ANY", without_runs)
        patch.setattr(module, "_USUAL", without_runs)
        one_by_one = list(tokens(text))

    assert without_runs.pattern != module._ANY.pattern
    assert list(tokens(text)) == one_by_one


def test_what_is_between_the_words_of_a_sentence_ends_no_run() -> None:
    text = "I'm \"quite\" sure (nearly): he said 'no' to G20, and/or to well-known people. Didn't he?"

    assert {kind for kind, _ in module.runs(text)} == {"plain"}
