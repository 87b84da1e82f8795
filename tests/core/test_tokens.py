"""
The tokens of a text.
"""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.core import tokens as module
from service.core.tokens import tokens

# Whatever could end a run of plain words, or begin something else inside of it.
PIECES = [
    "dot", "com", "the", "a", "I", "A", "C", "S", "casino", "end.Then", "don't", "rock'n'roll", "x", "[", "(", "pun",
    "!", ";", "?", ",", ".", "...", "http://a.example", "www.x.example", "a@b.example", "12", "v1agra", "@", "$",
    "kapıda", "ſo",
]  # fmt: skip
GAPS = [" ", "  ", ", ", "\n", ". ", ".", ""]


@given(st.lists(st.tuples(st.sampled_from(PIECES), st.sampled_from(GAPS)), max_size=12))
def test_a_run_of_plain_words_gives_what_its_words_give_one_by_one(pieces: list[tuple[str, str]]) -> None:
    text = "".join(piece + gap for piece, gap in pieces)
    without_runs = re.compile(module._TOKEN.pattern.replace(f"(?P<plain>{module._PLAIN})|", ""), re.IGNORECASE)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_TOKEN", without_runs)
        one_by_one = list(tokens(text))

    assert without_runs.pattern != module._TOKEN.pattern
    assert list(tokens(text)) == one_by_one
