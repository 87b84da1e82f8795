"""
Requests at random, near enough to what each edge takes that they get past its first check, and far enough to hurt.
"""

import hmac
import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

JSON, FORM, LINES = "application/json", "application/x-www-form-urlencoded", "application/x-ndjson"
COMMENT = (
    *("name", "comment", "email", "url", "ip", "user_agent", "referrer", "permalink", "article_title", "article_text"),
    *("type", "parent_id", "author_role", "language", "submitted_at", "form_seconds", "honeypot", "id"),
)
AKISMET = (
    *("blog", "user_ip", "user_agent", "referrer", "permalink", "comment_type", "comment_author", "comment_content"),
    *("comment_author_email", "comment_author_url", "comment_date_gmt", "comment_context[]", "blog_charset", "is_test"),
    *("recheck_reason", "callback", "honeypot_field_name", "user_role", "blog_lang", "guid"),
)
CALLS = ("comment-check", "submit-spam", "submit-ham", "verify-key", "usage-limit", "key-sites", "get-stats", "x")
PAGES = ("", "?site=1&verdict=", "comments/", "stats", "stats?days=", "?before=", "?q=", "sign-in")
# What has broken parsers before.
NASTY = (
    *(
        "",
        "\0",
        "\ud800",
        "\u202e",
        "a\u0301" * 50,
        "\ufdfa" * 20,
        "😀",
        "١٢٣",
        "%00",
        "%",
        "{{7*7}}",
        "' OR 1=1--",
        "../" * 9,
    ),
    *("<a href='" * 20, "[url=", "http://[::1", "http://xn--", "nan", "1e999", "-1", "9" * 30, "2026-02-30T25:61:00Z"),
    *("0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "127.0.0.1:80", "::ffff:1.2.3.4%eth0", "\x7f\x1b[31m"),
)
TEXT = st.one_of(st.sampled_from(NASTY), st.text(max_size=40), st.text(st.characters(), max_size=40))
SCALARS = st.one_of(TEXT, st.none(), st.booleans(), st.integers(), st.floats(), st.just(10**400))
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4), max_leaves=12
)
MEDIA_TYPES = st.sampled_from((JSON, FORM, LINES, "text/plain", "application/json; charset=utf-16", "", "a/b;;", "é"))


@dataclass(frozen=True)
class Sent:
    """
    One request as it goes over the wire.
    """

    method: str
    path: str
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Keys:
    """
    What opens the edges, so that not everything ends at the door.
    """

    site: str
    akismet: str
    coral: str
    session: str


def requests(keys: Keys) -> SearchStrategy[Sent]:
    """
    Return requests to every edge.
    """
    return st.one_of(_api(keys), _others(keys), _akismet(keys), _coral(keys), _pages(keys), _anything())


def _filled(names: tuple[str, ...]) -> SearchStrategy[dict[str, Any]]:
    return st.dictionaries(st.sampled_from(names) | TEXT, TEXT | VALUES, max_size=8)


def _dumped(value: Any) -> bytes:
    return json.dumps(value, allow_nan=True).encode("utf-8", "surrogatepass")


@st.composite
def _damaged(draw: DrawFn, bodies: SearchStrategy[bytes]) -> bytes:
    # As it is, cut, with bytes in the middle, or in thousands of brackets.
    body = draw(bodies)
    kind = draw(st.sampled_from(("whole", "whole", "whole", "cut", "stuffed", "nested", "doubled")))
    at = draw(st.integers(0, len(body)))
    if kind == "cut":
        return body[:at]
    if kind == "stuffed":
        return body[:at] + draw(st.binary(max_size=6)) + body[at:]
    if kind == "nested":
        return b'{"comment":' * 5_000 + body
    return body + body if kind == "doubled" else body


@st.composite
def _headers(draw: DrawFn, keys: Keys | None = None, media_type: str | None = None) -> dict[str, str]:
    value = st.text(st.characters(min_codepoint=32, max_codepoint=255, exclude_characters="\x7f"), max_size=30)
    names = (
        "X-Request-Id",
        "Traceparent",
        "Idempotency-Key",
        "X-Forwarded-For",
        "Accept",
        "Content-Encoding",
        "Cookie",
    )
    headers = draw(st.dictionaries(st.sampled_from(names), value.map(str.strip), max_size=2))
    headers["Content-Type"] = media_type or draw(MEDIA_TYPES)
    if keys:
        headers["Authorization"] = f"Bearer {keys.site}"
    return headers


@st.composite
def _api(draw: DrawFn, keys: Keys) -> Sent:
    fields = {"name": draw(TEXT), "comment": draw(TEXT)} | draw(_filled(COMMENT))
    body, media_type = draw(
        st.sampled_from(((_dumped(fields), JSON), (urlencode(_texts(fields), errors="replace").encode(), FORM)))
    )
    return Sent("POST", "/v1/comments", draw(_damaged(st.just(body))), draw(_headers(keys, media_type)))


@st.composite
def _others(draw: DrawFn, keys: Keys) -> Sent:
    named = quote(draw(TEXT).encode(errors="replace"), safe="")
    method, path, fields, media_type = draw(
        st.sampled_from(
            (
                ("POST", "/v1/batch", COMMENT, LINES),
                ("POST", f"/v1/comments/{named}/label", ("label", "who"), JSON),
                ("GET", f"/v1/comments/{named}", (), JSON),
                ("GET", f"/v1/queue?limit={named}&before={named}", (), JSON),
                ("POST", "/v1/lists", ("entries", "value", "action", "kind", "note", "expires_at"), JSON),
                ("DELETE", f"/v1/lists/{named}", (), JSON),
                ("POST", f"/v1alpha1/comments:analyze?key={keys.site}", ("comment", "requestedAttributes"), JSON),
                ("POST", f"/v1alpha1/comments:suggestscore?key={keys.site}", ("comment", "attributeScores"), JSON),
            )
        )
    )
    given: Any = draw(_filled(fields)) if fields else {}
    if path.startswith("/v1alpha1"):
        wish = {"SPAM": draw(VALUES)}
        given = {"comment": {"text": draw(TEXT)}, "requestedAttributes": wish, "attributeScores": wish} | given
    if path == "/v1/lists":
        given = {"entries": [{"value": draw(TEXT), "action": "hold"} | given]}
    return Sent(method, path, draw(_damaged(st.just(_dumped(given)))), draw(_headers(keys, media_type)))


@st.composite
def _akismet(draw: DrawFn, keys: Keys) -> Sent:
    fields = {"api_key": keys.akismet, "blog": "https://b.example/", "user_ip": "8.8.8.8"} | draw(_filled(AKISMET))
    body = urlencode(_texts(fields), errors="replace").encode()
    path = f"/1.1/{draw(st.sampled_from(CALLS))}"
    return Sent("POST", path, draw(_damaged(st.just(body))), draw(_headers(media_type=FORM)))


@st.composite
def _coral(draw: DrawFn, keys: Keys) -> Sent:
    asked = {"action": "NEW", "comment": {"body": draw(TEXT)}, "author": draw(VALUES)} | draw(
        _filled(("comment", "story"))
    )
    body = draw(_damaged(st.just(_dumped(asked))))
    signature = hmac.digest(keys.coral.encode(), body, "sha256").hex()
    return Sent("POST", "/coral", body, draw(_headers(media_type=JSON)) | {"X-Coral-Signature": f"sha256={signature}"})


@st.composite
def _pages(draw: DrawFn, keys: Keys) -> Sent:
    headers = {"Cookie": f"hamlet_session={keys.session}", "Sec-Fetch-Site": "same-origin", "Content-Type": FORM}
    page = draw(st.sampled_from(PAGES)) + quote(draw(TEXT).encode(errors="replace"), safe="")
    if draw(st.booleans()):
        return Sent("GET", f"/moderate/{page}", headers=headers)
    body = urlencode(
        draw(st.dictionaries(TEXT | st.sampled_from(("id", "label", "ids", "site")), TEXT)), errors="replace"
    )
    return Sent("POST", f"/moderate/{page}", body.encode(), headers)


@st.composite
def _anything(draw: DrawFn) -> Sent:
    method = draw(st.sampled_from(("GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH", "TRACE")))
    path = "/" + quote(draw(st.binary(max_size=20)), safe="/?&=") if draw(st.booleans()) else "/"
    return Sent(method, path, draw(st.binary(max_size=200)), draw(_headers()))


def _texts(fields: dict[str, Any]) -> dict[str, str]:
    return {name: value if isinstance(value, str) else json.dumps(value) for name, value in fields.items()}
