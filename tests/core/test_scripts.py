"""
Scripts beside those of a site's languages.
"""

import pytest

from service.core.scripts import other_script, scripts_of


@pytest.mark.parametrize(
    ("text", "languages", "found"),
    [
        ("Спасибо за статью", ["en"], "CYRILLIC"),
        ("Спасибо за статью", ["en", "uk"], ""),
        ("ありがとうございます、とても", ["en"], "HIRAGANA"),
        ("ありがとうございます、とても", ["ja"], ""),
        ("谢谢你的文章很有帮助我学到", ["ja"], ""),
        ("شكرا على هذا المقال", ["fa"], ""),
        ("Thank you very much", ["ru"], "LATIN"),
        ("Thank you very much", ["sr"], ""),
        ('<p class="comment-text">Спасибо за статью</p>', ["ru"], ""),
        ("спасибо", ["en"], ""),
        ("😀😀😀😀😀😀😀😀😀😀😀😀", ["en"], ""),
        ("𝓣𝓱𝓪𝓷𝓴 𝔂𝓸𝓾 𝓿𝓮𝓻𝔂 𝓶𝓾𝓬𝓱", ["en"], ""),
        ("", ["en"], ""),
    ],
)
def test_most_letters_decide_if_there_are_ten(text: str, languages: list[str], found: str) -> None:
    assert other_script(text, languages) == found


def test_an_unknown_language_has_no_script() -> None:
    assert scripts_of(["xx"]) == scripts_of([]) == frozenset()
    assert scripts_of(["de", "ja"]) == {"LATIN", "CJK", "HIRAGANA", "KATAKANA"}
