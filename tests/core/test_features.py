"""
A comment as the classifier sees it.
"""

import random
import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.core import clues
from service.core.comment import Comment
from service.core.features import Readings, document, extract, readings

LONGEST = 64 * 1024
# Shapes that cost other parsers seconds; each is repeated to the longest comment that Hamlet takes.
SHAPES = [
    "<a ", "<b>", "<a href='x", "<table>", "&lt;", "&", "a", "a.", "a-", "a ", "1", "४", "1 ", "1-1 ", "@", "a@b.",
    "http://", "www.", "x.com ", "(dot)", "a dot ", "[url=", "((", "ﷺ", "e\u0301\u0301\u0301\u0301\u0301", "\u0301",
    "🙂", "中", "$1", "+1", "\x00", "ⓐ", "а́a", "\u200b", "\u202e", "A B ", " ", "\n", "a_", "'a", "//", "h:",
    "a[.]", "aaaa . ", "h**p:", "http : //", "<!--", "&#65;", "&shy;a", "a  b", "a·", "a/", "xn--a.", "а.",
    "\u202ea\u202c", "a̶", "कि", "**a", "ab(", "ab: ", "ab,", "ab-", "pun ",
]  # fmt: skip


def tokens(comment: str, name: str = "", url: str = "") -> list[str]:
    return document(Comment(name=name, comment=comment, url=url)).split()


def test_each_word_stands_once_in_the_order_of_its_first_appearance() -> None:
    assert tokens("No, no and NO. Never!")[:3] == ["no", "and", "never"]


@pytest.mark.parametrize(
    ("comment", "clue"),
    [
        ("see https://news.example/story", "is:one_link"),
        ("a http://a.example b http://b.example", "is:two_links"),
        ("buy at example.com today", "is:bare_domain"),
        ("buy at example dot com", "is:disguised_link"),
        ("buy at example[.]com", "is:disguised_link"),
        ("buy at shop[.]example[.]com/now", "link:example.com"),
        ("buy at hxxps://shop(dot)example.com/now", "link:example.com"),
        ("buy at example . com", "is:disguised_link"),
        ("buy at shop . example . de", "link:example.de"),
        ("join at cheap-coins .live", "link:cheap-coins.live"),
        ("join at cheap-coins dot support", "link:cheap-coins.support"),
        ("join at cheap-coins . net", "link:cheap-coins.net"),
        ("buy at hxxp://example.com", "is:disguised_link"),
        ("buy at h**p://example.com", "is:disguised_link"),
        ("buy at http://ехаmрlе.com", "link:example.com"),
        ("buy at http://ехаmрlе.com", "is:mixed_script"),
        ("best c/a/s/i/n/o here", "casino"),
        ("best c - a - s - i - n - o here", "casino"),
        ("best c•a•s•i•n•o here", "is:spaced_out"),
        ("best c&#8203;asino here", "is:hidden_characters"),
        ("best &#99;asino here", "is:encoded_letters"),
        ("best c̶a̶s̶ino here", "is:strange_marks"),
        ("see https://bit.ly/abc", "is:short_link"),
        ("write me https://t.me/somebody", "is:messenger_link"),
        ("write to somebody@mail.example", "is:email"),
        ("call +1 (202) 555-0173 now", "is:phone"),
        ("I made $5,000 last week", "is:money"),
        ("C A S I N O tonight", "is:spaced_out"),
        ("best саsino here", "is:mixed_script"),
        ("best 𝓬𝓪𝓼𝓲𝓷𝓸 here", "is:styled_letters"),
        ("best cas\u200bino here", "is:hidden_characters"),
        ("best \u202eonisac here", "is:bidi_control"),
        ("best\x00casino", "is:damaged_characters"),
        ("H̷̛̖̗̘̙e", "is:zalgo"),
        ("THIS IS AN OUTRAGE AND YOU KNOW IT", "is:shouting"),
        ("wow 🎉🎉🎉🎉🎉", "is:many_emoji"),
        ("no!!!", "is:exclaiming"),
        ('<a href="http://a.example">x</a>', "is:html_link"),
        ("[url=http://a.example]x[/url]", "is:bbcode"),
        ("see https://en.wikipedia.org/wiki/Hamlet", "link:well_known_host"),
        ("see http://kabjlzqsqmto.com/", "link:scrambled_host"),
        ("buy at http://www.best-shoes24.example.com/a/b", "link:depth_2"),
        ("buy at http://best-shoes24.com/a/b", "link:digits"),
        ("buy at http://best-shoes24.com/a/b", "link:hyphens_1"),
        ("Great read, thanks! http://a.example/x", "is:ends_with_link"),
        ("http://a.example/x is where to buy", "is:starts_with_link"),
        ("Great read.\nhttp://a.example/x\nThanks", "is:link_on_a_line"),
        ('Great. <a href="http://a.example/x">Loans</a>', "is:ends_with_link"),
        ("See http://a.example/http ://b.example/x!", "is:ends_with_link"),
        ("« http://a.example/x » is where to buy", "is:starts_with_link"),
        ("Great read.\n\n \thttp://a.example/x \n\nThanks", "is:link_on_a_line"),
        ("now http://a.example/x", "is:little_but_links"),
        ("{Great|Nice|Good} post, I {love|like} it", "is:spin_residue"),
        ("I found this \nwhile looking for\nsomething", "is:broken_lines_2"),
        ("main di NAGAKU88 yuk", "is:brand_with_number"),
        ("play at kota4d", "is:brand_with_number"),
        ("come and see my new channel", "is:own_channel"),
        ("SUB BACK please", "is:own_channel"),
        ("mira mi canal", "is:own_channel"),
        ("欢迎关注我的频道", "is:own_channel"),
        ("bekijk mijn k\u0430n\u0430al", "is:own_channel"),
        ("kana\u200blıma abone olun", "is:own_channel"),
        ("KANALIMA ABONE OLUN", "is:own_channel"),
        ("play at N A G A K U 8 8", "is:brand_with_number"),
        ("play at 𝐍𝐀𝐆𝐀𝐊𝐔𝟖𝟖", "is:brand_with_number"),
    ],
)
def test_what_spammers_do_is_a_clue(comment: str, clue: str) -> None:
    assert clue in tokens(comment)


@pytest.mark.parametrize(
    ("comment", "clue"),
    [
        ("an mp3 of 2024 for win10", "is:brand_with_number"),
        ("as I wrote in my post about their channel", "is:own_channel"),
        ("I like this channel", "is:own_channel"),
        ("it is all at https://example.org/story", "is:smiley"),
        ("(as they did in 2018)", "is:smiley"),
    ],
)
def test_what_readers_write_in_the_same_words_is_no_such_clue(comment: str, clue: str) -> None:
    assert clue not in tokens(comment)


@pytest.mark.parametrize(
    ("comment", "clue"),
    [
        ("Anna, that is not what he said", "is:addresses_someone"),
        ("@anna that is not what he said", "is:addresses_someone"),
        ("> he said so\nHe did not", "is:quotes"),
        ("try `x` or <code>print(1)</code>", "is:code"),
        ("is it true?", "is:asks"),
        ("who knows :-)", "is:smiley"),
        ("who knows 8-)", "is:smiley"),
        ("who knows...", "is:ellipsis"),
        ("the mayor (again)", "is:parenthesis"),
        ('the mayor "forgot" it', "is:quotation"),
    ],
)
def test_what_people_do_who_talk_to_each_other_is_a_clue(comment: str, clue: str) -> None:
    assert clue in tokens(comment)


@pytest.mark.parametrize(
    "comment",
    [
        "The vote was 51-49 in 2019-2020, e.g. in the U.S.A.",
        "I work with node.js.",
        "Да, конечно",
        "☕ 👨‍👩‍👧 fine",
        "fish &amp; chips &#39;n&#39; peas &eacute;",
        "He left. Now what",
        "hic . ille . hoc",
        "a semi-final . then a final .it is over",
        "an open-source .net library",
        "می‌خواهم",
    ],
)
def test_ordinary_writing_gives_no_clue_of_disguise(comment: str) -> None:
    innocent = {"is:length_0", "is:length_1", "is:length_2", "is:length_3"}

    assert {token for token in tokens(comment) if token.startswith(("is:", "link:"))} <= innocent


def test_a_link_in_markdown_is_a_link_and_no_clue_of_the_site_that_renders_it() -> None:
    assert set(tokens("see [this](https://a.example/x)")) - set(tokens("see this https://a.example/x")) == set()


def test_a_comment_that_speaks_of_its_article_says_so() -> None:
    about = Comment("", "My bicycle needs no repair", article_title="Repair your bicycle")

    assert "is:on_topic_2" in document(about).split()
    assert not any("topic" in token for token in tokens("My bicycle needs no repair"))


def test_the_name_is_a_text_of_its_own() -> None:
    assert {"name:cheap", "name:loans"} <= set(tokens("Hello", name="Cheap Loans"))


def test_a_name_that_is_an_address_is_a_clue() -> None:
    assert "is:name_is_link" in tokens("Hello", name="cheap-loans.com")


def test_the_words_of_the_authors_address_are_read() -> None:
    assert {"url:example.com", "url:.com", "url:casino"} <= set(tokens("Hi", url="http://example.com/casino"))


def test_a_name_drawn_by_lot_is_a_clue() -> None:
    assert "is:name_is_scrambled" in tokens("Hello", name="F8lV5WP1yx")


def test_spaced_numbers_stay_numbers() -> None:
    assert tokens("it was 3 4 5 6 then")[:6] == ["it", "was", "3", "4", "5", "6"]


def test_that_an_address_is_given_is_not_a_clue() -> None:
    without, with_address = (tokens("Hi there"), tokens("Hi there", url="http://example.org"))

    assert {token for token in set(with_address) - set(without) if not token.startswith("url:")} == set()


def test_evidence_is_quoted_as_it_was_written() -> None:
    features = extract(Comment(name="", comment="Best 𝓒𝓪𝓼𝓲𝓷𝓸 and C-A-S-H at Example.com"))

    assert features.words["casino"] == "𝓒𝓪𝓼𝓲𝓷𝓸"
    assert features.words["cash"] == "C-A-S-H"
    assert features.fields[2][0]["link:example.com"] == "Example.com"


def test_no_token_holds_white_space() -> None:
    found = document(Comment(name="a\u2028b", comment="http://x.example/\x85a", url="http://a b\tc.example/d e"))

    assert found.split() == found.split(" ")


@given(st.text(alphabet=st.characters(codec=None), max_size=300), st.text(max_size=60), st.text(max_size=60))
def test_any_comment_has_a_document_whose_tokens_are_distinct(comment: str, name: str, url: str) -> None:
    found = document(Comment(name=name, comment=comment, url=url))

    assert len(set(found.split())) == len(found.split(" ")) or found == ""


@given(st.text(alphabet="aIß’é\u200b\u202e\x01\u0301\ufffdⓐаΔ", max_size=12))
def test_to_look_for_any_disguise_first_changes_nothing(comment: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clues, "_ANY_DISGUISE", re.compile(""))
        without_a_look = clues.disguise(comment)

    assert clues.disguise(comment) == without_a_look


@given(st.lists(st.sampled_from(SHAPES), max_size=60).map("".join))
def test_hostile_shapes_have_a_document_too(comment: str) -> None:
    assert document(Comment(name=comment, comment=comment, url=comment)) == document(
        Comment(comment, comment, url=comment)
    )


@pytest.mark.parametrize("shape", [*SHAPES, "random words", "random paragraphs", "random shapes"])
def test_the_work_for_the_longest_comment_is_bounded(shape: str) -> None:
    """
    The bound is on processor time relative to a plain comment of the same length, since machines differ.
    """
    chance = random.Random(7)
    words = " ".join("".join(chance.choices("abcdefghijklmnop", k=5)) for _ in range(LONGEST // 6))
    paragraphs = "".join(f"{word} is not\n\n" for word in words.split())
    mixed = "".join(chance.choices(SHAPES, k=LONGEST // 2))
    drawn = {"random words": words, "random paragraphs": paragraphs, "random shapes": mixed}
    hostile = drawn.get(shape, shape * LONGEST)[:LONGEST]
    plain = ("The minister said nothing new about it on Monday. " * 2000)[:LONGEST]

    assert _seconds(Comment(hostile, hostile, url=hostile)) < 12 * _seconds(Comment(plain, plain, url=plain)) + 0.02


def _seconds(comment: Comment) -> float:
    def once() -> float:
        start = time.process_time()
        document(comment)
        return time.process_time() - start

    return min(once() for _ in range(3))


def test_of_many_links_the_first_and_the_last_are_read_and_all_are_counted() -> None:
    hosts = [f"{letter}{number}.example" for letter in "abcd" for number in range(10)]

    read = document(Comment("", " ".join(f"https://{host}/" for host in hosts))).split()

    assert [host for host in hosts if f"link:{host}" in read] == [*hosts[:16], *hosts[-8:]]
    assert "is:many_links" in read


def test_a_long_comment_is_read_in_passages_that_hold_all_of_its_words_and_each_its_clues() -> None:
    words = [f"w{number}" for number in range(61)]

    read = readings(Comment(name="Ann", comment=" ".join(words)))

    passages = read.passages
    assert "w40" not in read.whole.split()
    assert {token for passage in passages for token in passage.split() if ":" not in token} == {*words}
    assert all(len(passage.split()) == 6 + passage.count(":") and "is:length_5" in passage for passage in passages)


def test_a_short_comment_has_one_reading() -> None:
    assert readings(Comment(name="", comment="I agree")) == Readings(document(Comment(name="", comment="I agree")))


def test_a_name_a_homepage_and_each_link_are_read_by_themselves() -> None:
    read = readings(
        Comment(name="Ann Lee", comment="see http://a.example and http://b.example", url="http://c.example")
    )

    (name,), (homepage,), links = read.fields
    assert ":example" not in read.whole
    assert name == "name:ann name:lee"
    assert homepage.split()[0] == "url:c.example"
    assert [link.split()[0] for link in links] == ["link:a.example", "link:b.example"]


LONG = " ".join(f"w{number}" for number in range(40))
SELLS = "BUY cheap watches at http://shop.example"


@pytest.mark.parametrize(
    "between",
    [
        "\n\n", "\r\n \r\n", "\n\u200b\n", "\n&nbsp;\n", "\u2029", "</p>\n<p class='a'>", "<br><br />",
        "<br clear=all>&nbsp;\n<br>", "</div><div>", "<hr>",
    ],
)  # fmt: skip
def test_each_of_several_paragraphs_is_read_as_a_comment_of_its_own_too(between: str) -> None:
    honest = f"The mayor never said that, did she? {LONG}"

    read = readings(Comment(name="Ann", comment=f"{honest}{between}{SELLS}"))

    assert read.paragraphs == tuple(readings(Comment(name="Ann", comment=text)).whole for text in (honest, SELLS))
    assert "is:asks" in read.whole.split()
    assert "is:asks" not in read.paragraphs[1].split()


@pytest.mark.parametrize("form", ["{} {}", "<p>{} {}</p>", "{} {}\n\n", "{}\n{}"])
def test_a_comment_of_one_paragraph_has_none_to_read(form: str) -> None:
    assert readings(Comment(name="Ann", comment=form.format(LONG, SELLS))).paragraphs == ()


def test_a_short_comment_hides_nothing_in_its_paragraphs() -> None:
    assert readings(Comment("", f"The mayor never said that.\n\n{SELLS}")).paragraphs == ()


def test_a_comment_of_more_links_than_are_remembered_is_read_as_a_whole() -> None:
    links = " ".join(f"https://w{number}.example" for number in range(256))

    assert readings(Comment("", f"{LONG} {links}\n\n{SELLS}")).paragraphs == ()


def test_a_greeting_a_signature_or_a_link_alone_is_no_paragraph_to_read() -> None:
    read = readings(Comment("", f"Hello Anna,\n\n{LONG}\n\n{SELLS}\n\nyours, Bert\n\nhttp://b.example")).paragraphs

    assert [words.split()[0] for words in read] == ["w0", "buy"]


def test_of_many_paragraphs_the_first_and_the_last_are_read() -> None:
    comment = "\n\n".join(f"reader{number} is wrong" for number in range(40))

    read = readings(Comment("", comment)).paragraphs

    assert [paragraph.split()[0] for paragraph in read] == [
        f"reader{number}" for number in (*range(16), *range(32, 40))
    ]
