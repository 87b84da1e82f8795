"""
Bodies that are broken by accident or on purpose: always a clear 4xx that says hold, never a 5xx or an echo.
"""

import json
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.api.body import LARGEST_BODY, MOST_FIELDS
from service.api.submission import LONGEST_COMMENT, MOST_ERRORS

JSON, FORM = "application/json", "application/x-www-form-urlencoded"
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)
FIELDS = st.sampled_from(["name", "comment", "ip", "id", "form_seconds", "submitted_at", "email", "nmae", "\ud800"])
HYPOTHESIS = settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def post(caller: FlaskClient, content: bytes | str, content_type: str = JSON) -> tuple[int, dict[str, Any]]:
    response = caller.post("/v1/comments", data=content, content_type=content_type)
    answer = response.get_json()
    if response.status_code != 200:
        assert response.content_type == "application/problem+json"
        assert answer["status"] == response.status_code
        assert answer["verdict"] == "hold"
        assert {"type", "title", "detail"} <= answer.keys()
    return response.status_code, answer


@pytest.mark.parametrize(
    ("content", "detail"),
    [
        (b"", "line 1, column 1"),
        (b" ", "line 1, column 2"),
        (b"null", "must be a JSON object"),
        (b"[]", "must be a JSON object"),
        (b'"x"', "must be a JSON object"),
        (b'{"name": "a", "comment": "secret', "line 1, column 26"),
        (b'{"name": "a",\n"comment": "secret",}', "line 2, column 21"),
        (b'{"name": "a", "comment": "b"} x', "column 31"),
        (b'{"name": "a", "comment": "\\ud83d\\uZZZZ"}', "line 1"),
        (b"[" * 50_000, "nested too deeply"),
        (b'{"a":' * 50_000, "nested too deeply"),
        (b'{"name": ' + b"[" * 50_000 + b"]" * 50_000 + b', "comment": ""}', "nested too deeply"),
        (b'{"name": "a", "comment": "b", "id": ' + b"9" * 100_000 + b"}", "too many digits"),
        (b'{"name": "a", "comment": "b", "name": "c"}', "`name` is given twice"),
        (b'{"name": {"x": 1, "x": 2}, "comment": "b"}', "`x` is given twice"),
        (b'{"name": "a", "comment": "b", "form_seconds": NaN}', "NaN is no JSON number"),
        (b'{"name": "a", "comment": "b", "form_seconds": -Infinity}', "-Infinity is no JSON number"),
        ('{"name": "ä", "comment": "b"}'.encode("latin-1"), "byte 10"),
        ('{"name": "a", "comment": "b"}'.encode("utf-16"), "byte 0"),
        ('{"name": "a", "comment": "b"}'.encode("utf-16-le"), "line 1, column 2"),
        (b'{"name": "\xed\xa0\x80", "comment": "b"}', "byte 10"),
        (b"\x00" * 100, "line 1, column 1"),
        (json.dumps({str(n): n for n in range(MOST_FIELDS + 1)}).encode(), "more than 100 fields"),
    ],
)
def test_what_cannot_be_read_is_400_and_says_where(caller: FlaskClient, content: bytes, detail: str) -> None:
    status, problem = post(caller, content)

    assert status == 400
    assert detail in problem["detail"]
    assert "secret" not in json.dumps(problem)


@pytest.mark.parametrize(
    ("content", "detail"),
    [
        (b"name=a&comment=b&name=c", "`name` is given twice"),
        (b"name=a&comment=%ff", "not UTF-8"),
        (b"name=a&comment=\xff", "byte 15"),
        (b"name=a&comment=%ED%A0%80", "not UTF-8"),
        (b"a=b&" * (MOST_FIELDS + 1), "more than 100 fields"),
    ],
)
def test_a_form_that_cannot_be_read_is_400(caller: FlaskClient, content: bytes, detail: str) -> None:
    status, problem = post(caller, content, FORM)

    assert status == 400
    assert detail in problem["detail"]


@pytest.mark.parametrize(
    "typed",
    [
        "\x00",
        "a\nb\tc\x1b[0m",
        "\ud800",
        "a\udfffb\ud800",
        "Z̸̡͍̈́" * 500,
        "👩\u200d👩\u200d👧",
        "\u202eabc",
        "\ufdfa" * 99,
        "<a " * 999,
    ],
)
def test_whatever_an_author_types_is_judged(caller: FlaskClient, moderation: Any, typed: str) -> None:
    authored = dict.fromkeys(("name", "comment", "email", "url", "honeypot"), typed)

    escaped, _ = post(caller, json.dumps(authored))
    typed_bytes = json.dumps(authored, ensure_ascii=False).encode("utf-8", "replace")
    raw, _ = post(caller, typed_bytes)

    assert (escaped, raw) == (200, 200)
    comment = moderation.asked[0][0]
    assert (
        comment.name
        == comment.comment
        == comment.email
        == typed.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    )


def test_control_characters_that_a_cms_forgot_to_escape_are_kept(caller: FlaskClient, moderation: Any) -> None:
    status, _ = post(caller, b'{"name": "a\x00", "comment": "two\nlines"}')

    assert status == 200
    assert (moderation.asked[0][0].name, moderation.asked[0][0].comment) == ("a\x00", "two\nlines")


def test_a_byte_order_mark_is_tolerated(caller: FlaskClient) -> None:
    assert post(caller, b'\xef\xbb\xbf{"name": "a", "comment": "b"}')[0] == 200


def test_long_names_and_addresses_of_authors_are_no_error(caller: FlaskClient) -> None:
    assert post(caller, json.dumps({"name": "n" * 90_000, "comment": "", "url": "u" * 90_000}))[0] == 200


@pytest.mark.parametrize(
    ("field", "value", "detail"),
    [
        ("name", None, "must be a valid string"),
        ("name", 5, "must be a valid string"),
        ("comment", {"text": "secret"}, "must be a valid string"),
        ("comment", ["secret"], "must be a valid string"),
        *((field, 5.5, "must be a valid string") for field in ("email", "url", "user_agent", "referrer", "permalink")),
        *((field, True, "must be a valid string") for field in ("article_title", "article_text", "type", "language")),
        ("author_role", [], "must be a valid string"),
        ("honeypot", False, "must be a valid string"),
        ("id", True, "must be a valid string"),
        ("id", 1.5, "must be a valid string"),
        ("id", "x" * 201, "must have at most 200 characters"),
        ("id", 10**200, "must have at most 200 characters"),
        ("parent_id", {}, "must be a valid string"),
        ("ip", 5, "must be a valid string"),
        ("ip", "secret", "must be an IPv4 or IPv6 address"),
        ("ip", "1.2.3.4:80", "must be an IPv4 or IPv6 address"),
        ("ip", "1" * 100_000, "must be an IPv4 or IPv6 address"),
        ("form_seconds", "secret", "must be a valid number"),
        ("form_seconds", "5", "must be a valid number"),
        ("form_seconds", True, "must be a valid number"),
        ("form_seconds", -0.1, "must be greater than or equal to 0"),
        ("form_seconds", 10**4000, "must be"),
        ("submitted_at", 1_700_000_000, "RFC 3339"),
        ("submitted_at", "2026-11-23T18:30:00", "RFC 3339"),
        ("submitted_at", "2026-11-23", "RFC 3339"),
        ("submitted_at", "2026-02-30T18:30:00Z", "RFC 3339"),
        ("submitted_at", "２026-11-23T18:30:00Z", "RFC 3339"),
        ("submitted_at", "2026-11-23T18:30:00Z\n", "RFC 3339"),
        ("nmae", "secret", "did you mean `name`?"),
        (
            "address",
            "secret",
            "`address` is no field of a comment; its fields are name, comment, email, url, ip, user_agent,",
        ),
        ("constructor\ud800\n" * 9999, "secret", "is no field of a comment"),
    ],
)
def test_a_wrong_field_is_422_naming_it_without_its_value(
    caller: FlaskClient, field: str, value: object, detail: str
) -> None:
    status, problem = post(caller, json.dumps({"name": "a", "comment": "b", field: value}))

    assert (status, problem["type"]) == (422, "/docs/problems#invalid-field")
    assert problem["field"] == field[:40].replace("\ud800", "\ufffd").replace("\n", "?")
    assert detail in problem["detail"]
    assert "secret" not in json.dumps(problem)


@pytest.mark.parametrize("value", ["secret", "-1", "nan", "inf", "1e999"])
def test_a_form_takes_no_seconds_that_are_not_finite_and_positive(caller: FlaskClient, value: str) -> None:
    status, problem = post(caller, f"name=a&comment=b&form_seconds={value}", FORM)

    assert (status, problem["field"]) == (422, "form_seconds")


def test_a_number_beyond_all_bounds_is_not_finite(caller: FlaskClient) -> None:
    status, problem = post(caller, b'{"name": "a", "comment": "b", "form_seconds": 1e999}')

    assert (status, problem["field"]) == (422, "form_seconds")


def test_all_wrong_fields_are_listed_and_then_what_is_missing(caller: FlaskClient) -> None:
    _, problem = post(caller, json.dumps({"comment": 1, "email": 2}))

    assert [error["field"] for error in problem["errors"]] == ["comment", "email", "name"]
    assert problem["errors"][0] == {"field": problem["field"], "detail": problem["detail"]}
    assert problem["detail"] == "`comment` must be a valid string"


def test_a_misspelt_field_is_told_before_the_one_that_is_missing_for_it(caller: FlaskClient) -> None:
    _, problem = post(caller, json.dumps({"name": "Ann", "coment": "Hi"}))

    assert (problem["field"], problem["detail"]) == (
        "coment",
        "`coment` is no field of a comment; did you mean `comment`?",
    )


def test_no_more_than_twenty_wrong_fields_are_listed(caller: FlaskClient) -> None:
    _, problem = post(caller, json.dumps({f"x{n}": n for n in range(MOST_FIELDS)}))

    assert len(problem["errors"]) == MOST_ERRORS


@pytest.mark.parametrize("letter", ["a", "é", "€", "😀"])
def test_a_comment_has_at_most_64_kib_of_utf_8(caller: FlaskClient, letter: str) -> None:
    size = len(letter.encode())
    fits = letter * (LONGEST_COMMENT // size) + "a" * (LONGEST_COMMENT % size)

    exact, _ = post(caller, json.dumps({"name": "", "comment": fits}, ensure_ascii=False).encode())
    beyond, problem = post(caller, json.dumps({"name": "", "comment": fits + "a"}, ensure_ascii=False).encode())

    assert (exact, beyond, problem["field"]) == (200, 422, "comment")
    assert "65536" in problem["detail"]


@pytest.mark.parametrize(("size", "status"), [(LARGEST_BODY - 1, 200), (LARGEST_BODY, 200), (LARGEST_BODY + 1, 413)])
def test_a_body_has_at_most_256_kib(caller: FlaskClient, size: int, status: int) -> None:
    body = json.dumps({"name": "", "comment": "", "article_text": ""})
    body = body.replace('text": "', 'text": "' + "x" * (size - len(body)))

    answered, problem = post(caller, body)

    assert answered == status
    assert status == 200 or "cut it, of a comment its `article_text`" in problem["detail"]


@pytest.mark.parametrize(
    "content_type",
    [
        "",
        "text/plain",
        "application/xml",
        "multipart/form-data; boundary=x",
        f"{JSON}; charset=latin-1",
        "json",
        ";",
        "é",
    ],
)
def test_other_content_types_are_415_and_told_what_is_read(caller: FlaskClient, content_type: str) -> None:
    response = caller.post("/v1/comments", data=b"{}", headers={"Content-Type": content_type})

    assert (response.status_code, response.get_json()["verdict"]) == (415, "hold")
    assert response.headers["Accept"] == f"{JSON}, {FORM}"


@pytest.mark.parametrize("content_type", [f"{JSON}; charset=UTF-8", f'{JSON};charset="utf-8"', "Application/JSON"])
def test_utf_8_may_be_said_in_any_spelling(caller: FlaskClient, content_type: str) -> None:
    assert post(caller, b'{"name": "", "comment": ""}', content_type)[0] == 200


@pytest.mark.parametrize(("encoding", "status"), [("gzip", 415), ("identity", 200)])
def test_compressed_bodies_are_415(caller: FlaskClient, encoding: str, status: int) -> None:
    headers = {"Content-Encoding": encoding}

    assert caller.post("/v1/comments", json={"name": "", "comment": ""}, headers=headers).status_code == status


@HYPOTHESIS
@given(content=st.binary(max_size=200), content_type=st.sampled_from([JSON, FORM]))
def test_no_bytes_are_a_fault_of_ours(caller: FlaskClient, content: bytes, content_type: str) -> None:
    assert post(caller, content, content_type)[0] < 500


@HYPOTHESIS
@given(body=st.dictionaries(FIELDS | st.text(), ANY_JSON | st.text()))
def test_no_json_is_a_fault_of_ours(caller: FlaskClient, body: dict[str, Any]) -> None:
    assert post(caller, json.dumps({"name": "", "comment": "", **body}))[0] < 500


@HYPOTHESIS
@given(name=st.text(st.characters()), comment=st.text(st.characters()), url=st.text(st.characters()))
def test_no_text_of_an_author_is_refused(caller: FlaskClient, name: str, comment: str, url: str) -> None:
    assert post(caller, json.dumps({"name": name, "comment": comment, "url": url, "email": name}))[0] == 200
