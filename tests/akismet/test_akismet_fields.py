"""
What clients say of a comment, in all their spellings.
"""

from datetime import UTC, datetime
from urllib.parse import quote_from_bytes, urlencode

import pytest

from service.akismet.comments import to_comment
from service.akismet.fields import MOST_FIELDS, parse
from service.core.comment import Comment
from service.errors import BadRequest


def comment_of(**fields: str) -> Comment:
    return to_comment(parse(urlencode(fields).encode()))


def test_every_field_finds_its_place() -> None:
    comment = comment_of(
        user_ip="8.8.8.8",
        user_agent="Mozilla/5.0",
        referrer="https://search.example/",
        permalink="https://blog.example/7",
        comment_type="reply",
        comment_author="Ann",
        comment_author_email="ann@example.org",
        comment_author_url="https://ann.example",
        comment_content="Hello",
        comment_date_gmt="2026-11-24 12:00:10",
        comment_parent="3",
        comment_context="Gardening",
        blog_lang="en, fr_ca",
        user_role="subscriber",
        honeypot_field_name="hidden",
        hidden="filled",
        POST_ak_js="1795521600000",
    )

    assert comment == Comment(
        name="Ann",
        comment="Hello",
        email="ann@example.org",
        url="https://ann.example",
        ip="8.8.8.8",
        user_agent="Mozilla/5.0",
        referrer="https://search.example/",
        permalink="https://blog.example/7",
        article_text="Gardening",
        type="reply",
        parent_id="3",
        author_role="subscriber",
        language="en, fr_ca",
        submitted_at=datetime(2026, 11, 24, 12, 0, 10, tzinfo=UTC),
        form_seconds=10.0,
        honeypot="filled",
    )


def test_nothing_said_is_an_empty_comment() -> None:
    assert comment_of() == Comment("", "")


def test_some_clients_call_the_type_otherwise() -> None:
    assert comment_of(content_type="forum-post").type == "forum-post"
    assert comment_of(content_type="forum-post", comment_type="reply").type == "reply"


@pytest.mark.parametrize("nothing", ["undefined", "unknown", "null", " Undefined "])
def test_what_scripts_send_for_nothing_is_nothing(nothing: str) -> None:
    comment = comment_of(referrer=nothing, user_agent=nothing, comment_author=nothing)

    assert (comment.referrer, comment.user_agent, comment.name) == ("", "", nothing)


@pytest.mark.parametrize(
    "names", [("comment_context",) * 2, ("comment_context[]",) * 2, ("comment_context[0]", "comment_context[1]")]
)
def test_a_context_has_three_spellings(names: tuple[str, str]) -> None:
    form = urlencode([*zip(names, ("Roses", "Tulips"), strict=True)])

    assert to_comment(parse(form.encode())).article_text == "Roses\nTulips"


@pytest.mark.parametrize(
    ("given", "kept"),
    [("8.8.8.8", "8.8.8.8"), (" 2001:DB8::1 ", "2001:db8::1"), ("8.8.8.8:80", ""), ("undefined", ""), ("é", "")],
)
def test_an_address_that_is_none_is_left_out(given: str, kept: str) -> None:
    assert comment_of(user_ip=given).ip == kept


@pytest.mark.parametrize(
    "moment",
    [
        "2026-11-24T12:00:10Z",
        "2026-11-24T12:00:10",
        "2026-11-24T13:00:10.000+01:00",
        "2026-11-24T12:00:10+00:00",
        "2026-11-24 12:00:10",
    ],
)
def test_a_time_may_be_spelled_in_any_way(moment: str) -> None:
    assert comment_of(comment_date_gmt=moment).submitted_at == datetime(2026, 11, 24, 12, 0, 10, tzinfo=UTC)


@pytest.mark.parametrize("moment", ["0000-00-00 00:00:00", "yesterday", "1795521610", "２０２６"])
def test_a_time_that_is_none_is_left_out(moment: str) -> None:
    assert comment_of(comment_date_gmt=moment).submitted_at is None


@pytest.mark.parametrize("shown_at", ["1795521611000", "1795400000000", "-1", "x", "٣", "9" * 400])
def test_a_form_that_was_shown_later_or_a_day_before_says_nothing(shown_at: str) -> None:
    assert comment_of(comment_date_gmt="2026-11-24 12:00:10", POST_ak_js=shown_at).form_seconds is None
    assert comment_of(POST_ak_js="1795521600000").form_seconds is None


def test_a_hidden_field_of_wordpress_is_a_honeypot_too() -> None:
    assert comment_of(POST_ak_hp_textarea="x").honeypot == "x"
    assert comment_of(honeypot_field_name="hidden").honeypot == ""


@pytest.mark.parametrize(
    ("charset", "encoding", "text"),
    [
        ("UTF-8", "utf-8", "café 😀"),
        ("", "utf-8", "café"),
        ("ISO-8859-1", "latin-1", "café"),
        ("ISO-8859-1", "utf-8", "café"),
        ("windows-1251", "cp1251", "привет"),
        ("Shift_JIS", "shift_jis", "こんにちは"),
        ("gb2312", "gb2312", "你好"),
    ],
)
@pytest.mark.parametrize("is_quoted", [True, False])
def test_the_blogs_charset_counts_for_what_is_not_utf_8(
    charset: str, encoding: str, text: str, is_quoted: bool
) -> None:
    content = text.encode(encoding).replace(b" ", b"+")
    value = quote_from_bytes(content, safe="+").encode() if is_quoted else content

    fields = parse(b"comment_content=" + value + b"&blog_charset=" + charset.encode())

    assert fields.text("comment_content") == text


@pytest.mark.parametrize("charset", ["", "klingon", "punycode", "unicode_escape", "iso-8859-99", "zip", "utf-8\0"])
def test_bytes_that_nobody_can_read_are_replaced(charset: str) -> None:
    fields = parse(f"comment_content=caf%E9&blog_charset={charset}".encode())

    assert fields.text("comment_content") == "caf\ufffd"


def test_lone_surrogates_and_nul_are_no_errors() -> None:
    comment = to_comment(parse(b"comment_author=a%ED%A0%80b&comment_content=a%00b"))

    assert comment.comment == "a\0b"
    comment.name.encode()


def test_junk_beside_the_fields_is_left_alone() -> None:
    junk = {f"POST_field_{number}": "x" * 100 for number in range(300)}

    assert comment_of(comment_content="Hello", **junk) == Comment("", "Hello")


def test_a_form_of_more_fields_than_any_client_sends_is_not_read() -> None:
    with pytest.raises(BadRequest):
        parse(b"a&" * (MOST_FIELDS + 1))


@pytest.mark.parametrize(("size", "kept"), [(40_000, 40_000), (100_000, 65_536)])
def test_a_long_comment_is_cut_where_the_json_edge_would_refuse_it(size: int, kept: int) -> None:
    assert len(comment_of(comment_content="x" * size).comment) == kept


def test_a_cut_leaves_no_half_of_a_letter() -> None:
    assert comment_of(comment_content="€" * 30_000).comment == "€" * 21_845
