"""
Texts that resemble each other, and those that only look as if they did.
"""

import random
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from spun_templates import TEMPLATES, slots, spin

from service.core.campaign import BANDS, SKETCH_LENGTH, Sketcher, resembles
from service.core.comment import Comment

PITCH = "I earn $500 a day from home with this simple trick, ask me how it works today"
ANYTHING = st.text(alphabet=st.characters(codec=None), max_size=300)
READERS = (
    "Thank you for this article, it was very interesting!",
    "Thank you for this article, I have been waiting for somebody to write about it.",
    "Great article, thank you. I did not know that the council had already voted on the new bridge.",
    "Thanks for the article! The council has voted on the bridge already, so why do we still discuss it?",
    "I agree with the author. The new bridge is too expensive and nobody needs it.",
    "I do not agree with the author. The new bridge is needed, and it was time that somebody voted for it.",
    "The new bridge is a waste of money, and I think the council knows that.",
    "What a waste of money. We need schools, not a new bridge!",
    "I think the council should have asked the people who live there.",
    "The people who live there were asked last year, and I think that most of them wanted the bridge.",
    "Has anybody asked what the new bridge is going to cost us?",
    "It is going to cost us nothing, the money comes from the state. Read the article again.",
)


@pytest.fixture
def sketcher() -> Sketcher:
    return Sketcher(b"key")


def are_near(sketcher: Sketcher, one: str, other: str) -> bool:
    first, second = (sketcher.sketch(Comment("", text)) for text in (one, other))
    return bool({*first[:BANDS]} & {*second[:BANDS]}) and resembles(first, second)


@pytest.mark.parametrize(
    "again",
    [
        "i EARN 500 A DAY from home with this simple trick... ask me how it works, today!!!",
        "I еаrn $500 a day from hоme with this simple triсk, ask me how it wоrks today",
        "I e\u200barn $500 a day from ho\u00adme with this simple trick, ask me how it works today",
        "𝐈 𝐞𝐚𝐫𝐧 $500 a day from 𝐡𝐨𝐦𝐞 with this simple trick, ask me how it works today",
        "I earn $950 a day from home with this simple trick, ask me how it works today",
        "<p>I earn <b>$500</b> a day from home with this simple trick, ask me how it works <i>today</i></p>",
        "Hello! I earn $500 a day from home with this simple trick, ask me how it works today, friends",
    ],
)
def test_a_text_in_disguise_is_the_same_text(sketcher: Sketcher, again: str) -> None:
    assert are_near(sketcher, PITCH, again)


def test_a_third_of_the_words_of_the_templates_have_synonyms() -> None:
    shares = [slots(template) for template in TEMPLATES]

    assert len(shares) >= 12
    assert min(shares) >= 0.33


def test_a_spun_template_is_known_at_its_third_arrival_in_99_of_100_draws() -> None:
    chance = random.Random(20261123)
    known = []
    for sketcher in [Sketcher(bytes([key])) for key in range(5)]:
        for template in TEMPLATES * 20:
            first, second, third = (spin(template, chance) for _ in range(3))
            known.append(are_near(sketcher, third, first) or are_near(sketcher, third, second))

    assert sum(known) / len(known) >= 0.99


def test_templates_are_not_taken_for_each_other(sketcher: Sketcher) -> None:
    assert not any(are_near(sketcher, one, other) for one, other in combinations(TEMPLATES, 2))


def test_readers_who_say_similar_things_are_no_campaign(sketcher: Sketcher) -> None:
    assert not any(are_near(sketcher, one, other) for one, other in combinations(READERS, 2))


@pytest.mark.parametrize(
    "short",
    [
        "",
        "First!",
        "lol",
        "Thank you so much!",
        "👍" * 40,
        "Thank you for this!",
        "Congratulations, unbelievable performance",
    ],
)
def test_a_text_that_many_readers_write_has_no_sketch(sketcher: Sketcher, short: str) -> None:
    assert sketcher.sketch(Comment("", short)) == ()


def test_what_is_quoted_from_the_article_does_not_count(sketcher: Sketcher) -> None:
    article = "The town council has voted on Tuesday, by a small majority, to build a bridge over the river next year."
    quote = article[:80]
    readers = (f"{quote} - and who will pay for it in the end?", f"{quote} - at last, I have waited for years!")
    one, other = (sketcher.sketch(Comment("", text, article_text=article)) for text in readers)

    assert are_near(sketcher, *readers)
    assert one and other
    assert not resembles(one, other)


@pytest.mark.parametrize("marked", ["> {}\n{}", "&gt; {}\n{}", "<blockquote>{}</blockquote>\n{}"])
def test_what_is_marked_as_a_quote_does_not_count(sketcher: Sketcher, marked: str) -> None:
    answer = "That is not what the council said, please read it again before you write."

    assert sketcher.sketch(Comment("", marked.format(PITCH, answer))) == sketcher.sketch(Comment("", answer))


def test_a_tag_says_where_it_leads_and_nothing_else(sketcher: Sketcher) -> None:
    tagged = f'{PITCH} <a class="x" href="https://pills.example/buy" rel="nofollow">here</a>'

    assert sketcher.sketch(Comment("", tagged)) == sketcher.sketch(
        Comment("", f"{PITCH} https://pills.example/buy here")
    )


def test_chinese_is_compared_too(sketcher: Sketcher) -> None:
    assert are_near(
        sketcher,
        "在家工作每天轻松赚五百块钱请加我的微信了解更多详情吧",
        "在家工作每天轻松赚八百块钱请加我的微信了解更多详情哦",
    )


def test_sketches_are_the_same_in_every_process_and_version(sketcher: Sketcher) -> None:
    assert sketcher.sketch(Comment("", PITCH))[:3] == (243998533, 1025006434, 1283463821)


def test_without_the_key_a_sketch_tells_nothing(sketcher: Sketcher) -> None:
    other = Sketcher(b"another key").sketch(Comment("", PITCH))

    assert not {*sketcher.sketch(Comment("", PITCH))} & {*other}


@given(ANYTHING, ANYTHING)
def test_whatever_is_typed_a_sketch_has_at_most_24_numbers_of_32_bits(text: str, article: str) -> None:
    sketch = Sketcher(b"key").sketch(Comment("", text, article_text=article))

    assert len(sketch) <= SKETCH_LENGTH
    assert all(0 <= number < 1 << 32 for number in sketch)
