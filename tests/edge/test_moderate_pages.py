"""
The moderators' pages as a browser without JavaScript sees them, around fakes.
"""

import hashlib
import html
import re
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import count, islice
from pathlib import Path
from typing import Any

import pytest
from edge_fakes import counted
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from service import accounting, moderate
from service.api import openapi, problems
from service.api.body import FAULT
from service.core.comment import Comment
from service.core.decision import Decision, Reason, Verdict
from service.core.labels import Given, Label, Source
from service.core.moderator import Moderator, Role
from service.core.site import Thresholds
from service.errors import BadRequest, BodyTooSlow, HamletError, SignInsBusy, StoreUnavailable, WrongSignIn
from service.guesses import MOST_GUESSES
from service.moderate.marking import MOST_MARKED, pieces
from service.store.browsing import Alike, Filter, Found, Order, Shown
from service.store.overview import ReasonTally
from service.store.statistics import Tally

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
ANNA = Moderator(1, "Anna", Role.MODERATOR, frozenset({1, 3}))
HERE = {"Sec-Fetch-Site": "same-origin"}
DECISION = Decision("01", Verdict.HOLD, 0.5, -1.0, (Reason("text", 2.0, evidence=("pills",)),), "Held: its words.")
FOUND = Found(DECISION, NOON, Comment("Eve", "cheap pills"), None, (Alike.CAMPAIGN, Alike.NAME))


@dataclass
class FakeSigning:
    """
    Lets Anna in.
    """

    fault: Exception | None = None
    ended: list[str] = field(default_factory=list)

    def sign_in(self, name: str, password: str) -> str:
        if self.fault:
            raise self.fault
        return "token"

    def moderator(self, token: str) -> Moderator | None:
        return ANNA if token == "token" and token not in self.ended else None

    def sign_out(self, token: str) -> None:
        self.ended.append(token)


@dataclass
class FakeBrowsing:
    """
    Three sites, and one comment of the first.
    """

    found: list[Found] = field(default_factory=lambda: [FOUND])
    asked: list[tuple[int, Filter, str]] = field(default_factory=list)
    counted: list[int | None] = field(default_factory=list)
    count: int | dict[int, int] = 1
    waits_at: set[int] = field(default_factory=set)
    names: dict[int, str] = field(default_factory=lambda: {1: "news", 2: "secret", 3: "blog"})

    def sites(self) -> dict[int, str]:
        return self.names

    def waiting(self, site_id: int) -> int:
        self.counted.append(site_id)
        return self.count if isinstance(self.count, int) else self.count.get(site_id, 0)

    def busy(self) -> set[int]:
        self.counted.append(None)
        return self.waits_at

    def of_ids(self, site_id: int, ids: Collection[str]) -> dict[str, Found]:
        return {each.decision.id: each for each in self.found if each.decision.id in ids}

    def page(self, site_id: int, chosen: Filter, most: int, before: str = "") -> Sequence[Found]:
        self.asked.append((site_id, chosen, before))
        return self.found[:most]


@dataclass
class FakeLabelling:
    """
    Keeps what it was told; somebody else may have been quicker.
    """

    told: list[tuple[Any, ...]] = field(default_factory=list)
    is_second: bool = False
    had_said: bool = True
    erased: set[str] = field(default_factory=set)

    def decide(self, site_id: int, seen: Mapping[str, Label | None], label: Label, who: str) -> set[str]:
        decided = {} if self.is_second else {each: seen[each] for each in seen if each not in self.erased}
        self.told.extend((site_id, each, label, who, known) for each, known in decided.items())
        return {*decided}

    def take_back(self, site_id: int, seen: Mapping[str, Label | None], who: str) -> set[str]:
        taken = {each: label for each, label in seen.items() if each not in self.erased}
        self.told.extend((site_id, each, who, label) for each, label in taken.items())
        return {*taken} if self.had_said else set()

    def of(self, site_id: int, decision_id: str) -> list[Given]:
        return [
            Given("1", Label.SPAM, "<b>Bob</b>", Source.MODERATOR, 1.0, NOON),
            Given("2", Label.HAM, "", "akismet", 1.0, NOON),
        ]


class FakeStatistics:
    """
    Ten comments a period, of which four are held and one mistake is corrected.
    """

    def tallies(self, site_id: int, moments: Sequence[datetime]) -> list[Tally]:
        return [Tally(5, 4, 1, 0, 1)] * (len(moments) - 1)


@dataclass
class FakeOverview:
    """
    Scores that lie the same at all times, and one reason.
    """

    found: list[float] = field(default_factory=lambda: [number / 200 for number in range(200)])

    def scores(self, site_id: int, since: datetime, until: datetime) -> list[float]:
        return self.found

    def thresholds(self, site_id: int) -> Thresholds | None:
        return Thresholds(0.35, 0.97)

    def waiting_since(self, site_id: int, moments: Sequence[datetime]) -> list[int]:
        return [3, 0, 0, 0, 1]

    def reasons(self, site_id: int) -> list[ReasonTally]:
        return [ReasonTally("links", 3, 4)]


@dataclass
class Desk:
    """
    A browser in front of the pages.
    """

    signing: FakeSigning = field(default_factory=FakeSigning)
    browsing: FakeBrowsing = field(default_factory=FakeBrowsing)
    labelling: FakeLabelling = field(default_factory=FakeLabelling)
    statistics: FakeStatistics = field(default_factory=FakeStatistics)
    overview: FakeOverview = field(default_factory=FakeOverview)
    browser: FlaskClient = field(init=False)

    def __post_init__(self) -> None:
        app = Flask(__name__, static_folder=None)
        accounting.install(app, is_breaker_open=lambda: False)
        problems.install(app, chance=lambda: 0.5)
        app.register_blueprint(openapi.blueprint())
        parts: Any = self.signing, self.browsing, self.labelling, self.statistics, self.overview, lambda: NOON
        app.register_blueprint(moderate.blueprint(moderate.Parts(*parts)))
        self.browser = app.test_client()

    def get(self, path: str = "/", **headers: str) -> TestResponse:
        return self.browser.get(f"/moderate{path}", headers=headers)

    def post(self, path: str, headers: dict[str, str] | None = None, **form: Any) -> TestResponse:
        return self.browser.post(f"/moderate{path}", data=form, headers=HERE if headers is None else headers)


@pytest.fixture
def desk() -> Desk:
    """
    The pages, with Anna signed in.
    """
    desk = Desk()
    desk.post("/sign-in", name="Anna", password="sesame")
    return desk


def test_whoever_is_not_signed_in_sees_nothing_but_the_form() -> None:
    desk = Desk()

    for path in ("/", "/comments/01", "/?site=1"):
        answer = desk.get(path)
        assert (answer.status_code, answer.location.partition("?")[0]) == (303, "/moderate/sign-in")
    assert desk.post("/decide", choice="01|", label="ham").location == "/moderate/sign-in?ended=1"
    assert desk.labelling.told == []
    assert desk.get("/sign-in").status_code == 200
    with desk.get("/assets/moderate.css") as style:
        assert style.status_code == 200


def test_a_part_of_a_page_sends_whoever_was_signed_out_to_the_form() -> None:
    answer = Desk().get("/comments/01", **{"HX-Request": "true"})

    assert (answer.status_code, answer.headers["HX-Redirect"]) == (401, "/moderate/sign-in")


@pytest.mark.parametrize("way", ["the session has ended", "by another tab"])
def test_whoever_was_signed_out_is_told_that_what_they_did_last_was_not_done(desk: Desk, way: str) -> None:
    if way == "by another tab":
        desk.post("/sign-out")
    desk.signing.ended.append("token")

    answer = desk.browser.post("/moderate/decide", data={"choice": "01|"}, headers=HERE, follow_redirects=True)
    part = desk.post("/decide", {**HERE, "HX-Request": "true"}, choice="01|")

    assert "your session has ended, and what you asked for last was not done" in answer.text
    assert part.headers["HX-Redirect"] == answer.request.full_path
    assert desk.labelling.told == []


@pytest.mark.parametrize(
    ("path", "location"),
    [
        ("/decide", "/moderate/"),
        ("/undo", "/moderate/"),
        ("/stats/", "/moderate/stats"),
        ("/stats/?site=3", "/moderate/stats?site=3"),
    ],
)
def test_an_address_that_shows_nothing_leads_to_the_page_that_was_meant(desk: Desk, path: str, location: str) -> None:
    answer = desk.get(path)

    assert (answer.status_code, answer.location) == (303, location)


@pytest.mark.parametrize("page", ["/?site=3&text=caf%C3%A9+%26&before=07", "/comments/01?site=1", "/stats"])
@pytest.mark.parametrize("ended", ["page", "form", "part"])
def test_whoever_signs_in_goes_on_with_the_page_where_their_session_ended(page: str, ended: str) -> None:
    desk = Desk()
    here = {**HERE, "Referer": f"http://localhost/moderate{page}"}
    if ended == "page":
        form = desk.get(page).location
    elif ended == "form":
        form = desk.post("/decide", here, choice="01|", label="ham").location
    else:
        form = desk.get("/comments/01", **here, **{"HX-Request": "true"}).headers["HX-Redirect"]
    hidden = re.search('name="next" value="(.*?)"', desk.browser.get(form).text)
    assert hidden
    back = html.unescape(hidden[1])

    desk.signing.fault = WrongSignIn("name or password is wrong")
    again = desk.post("/sign-in", name="Anna", password="open", next=back)
    desk.signing.fault = None
    answer = desk.post("/sign-in", name="Anna", password="sesame", next=back)

    assert hidden[0] in again.text
    assert (answer.status_code, answer.location) == (303, f"/moderate{page}")
    assert desk.browser.get(form).location == answer.location


@pytest.mark.parametrize(
    "address",
    [
        "",
        "https://evil.example/moderate/",
        "//evil.example/moderate/",
        "///evil.example",
        "/\\evil.example",
        "//moderate/",
        "\t//moderate/",
        "javascript:alert(1)",
        "moderate/",
        "/moderate",
        "/moderate/../docs",
        "/moderate/sign-out",
        "/moderate/decide",
        "/moderate/oidc",
        "/moderate/assets/keys.js",
        "/v1/queue",
    ],
)
def test_signing_in_leads_to_one_of_our_own_pages_alone(desk: Desk, address: str) -> None:
    answer = desk.post("/sign-in", name="Anna", password="sesame", next=address)

    assert answer.location == "/moderate/"
    assert desk.browser.get("/moderate/sign-in", query_string={"next": address}).location == "/moderate/"


@pytest.mark.parametrize(
    ("address", "location"),
    [
        ("//moderate/?text=pills", "/moderate/?text=pills"),
        ("/moderate/comments/\\x?site=1", "/moderate/comments/%5Cx?site=1"),
        ("/moderate/?_external=1&_scheme=javascript", "/moderate/?_external=1&_scheme=javascript"),
        ("/moderate/?text=\r\nSet-Cookie: a=b", "/moderate/?text=%0D%0ASet-Cookie%3A+a%3Db"),
        (f"/moderate/stats?text={'pills' * 400}", "/moderate/stats"),
    ],
)
def test_what_a_made_up_address_says_is_only_said_to_the_page(desk: Desk, address: str, location: str) -> None:
    assert desk.post("/sign-in", name="Anna", password="sesame", next=address).location == location


def test_an_address_whose_letters_are_none_leads_whoever_is_not_signed_in_to_the_form() -> None:
    answer = Desk().browser.get("/moderate/", environ_overrides={"QUERY_STRING": "text=\xe9"})

    assert answer.status_code == 303


@pytest.mark.parametrize("visit", ["open", "sign out"])
def test_whoever_opens_the_page_the_next_day_or_signs_out_late_is_told_nothing_of_the_last_session(
    desk: Desk, visit: str
) -> None:
    desk.signing.ended.append("token")

    if visit == "open":
        answer = desk.browser.get("/moderate/", follow_redirects=True)
    else:
        answer = desk.browser.post("/moderate/sign-out", headers=HERE, follow_redirects=True)

    assert "Sign in to moderate" in answer.text
    assert "ended" not in answer.text


def test_the_session_is_out_of_reach_of_scripts_and_other_sites() -> None:
    cookie = Desk().post("/sign-in", name="Anna", password="sesame").headers["Set-Cookie"]

    assert cookie.startswith("hamlet_session=token;")
    assert {"HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=604800"} <= set(cookie.split("; "))
    assert "Secure" not in cookie


def test_behind_https_the_session_is_kept_to_https() -> None:
    form = {"name": "Anna", "password": "sesame"}
    answer = Desk().browser.post("/moderate/sign-in", base_url="https://localhost", data=form, headers=HERE)

    assert "Secure" in answer.headers["Set-Cookie"]


def test_a_caller_that_only_says_https_is_not_believed() -> None:
    answer = Desk().post("/sign-in", {**HERE, "X-Forwarded-Proto": "https"}, name="Anna", password="sesame")

    assert "Secure" not in answer.headers["Set-Cookie"]


@pytest.mark.parametrize(
    ("fault", "seconds"),
    [(WrongSignIn("name or password is wrong"), None), (SignInsBusy("try again", retry_after=1), "2")],
)
def test_a_sign_in_that_fails_is_counted_says_why_and_keeps_the_name(fault: Any, seconds: str | None) -> None:
    desk = Desk(FakeSigning(fault))
    before = counted(fault.status, fault.code)

    answer = desk.post("/sign-in", name='<"Anna">', password="open")

    assert answer.status_code == fault.status
    assert answer.headers.get("Retry-After") == seconds
    assert counted(fault.status, fault.code) == before + 1
    assert fault.detail in answer.text
    assert "&lt;&#34;Anna&#34;&gt;" in answer.text
    assert "open" not in answer.text.replace("Hamlet", "")
    assert "Set-Cookie" not in answer.headers


def test_an_address_that_guesses_passwords_waits_and_no_hash_is_made_for_it() -> None:
    desk = Desk(FakeSigning(WrongSignIn("name or password is wrong")))

    def sign_in(address: str) -> TestResponse:
        form, caller = {"name": "Anna", "password": "sesame"}, {"REMOTE_ADDR": address}
        return desk.browser.post("/moderate/sign-in", data=form, headers=HERE, environ_base=caller)

    statuses = {sign_in("8.8.8.8").status_code for _ in range(MOST_GUESSES)}
    desk.signing.fault = None
    waits, other = sign_in("8.8.8.8"), sign_in("8.8.4.4")

    assert statuses == {WrongSignIn.status}
    assert (waits.status_code, other.status_code) == (429, 303)
    told = re.search(r"too many wrong keys or passwords; ask again in (\d+) s", waits.text)
    assert told
    assert 1 <= int(told[1]) <= int(waits.headers["Retry-After"]) <= 90


def test_whoever_signs_out_is_out(desk: Desk) -> None:
    assert desk.post("/sign-out").location == "/moderate/sign-in"

    assert desk.signing.ended == ["token"]
    assert desk.get().status_code == 303


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://["},
        {"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost"},
        {"Sec-Fetch-Site": "same-site"},
    ],
    ids=["neither", "other", "null", "no address", "cross-site", "same-site"],
)
def test_a_form_of_another_site_changes_nothing(desk: Desk, headers: dict[str, str]) -> None:
    answer = desk.post("/decide", headers, site="1", choice="01|", label="spam")

    assert answer.status_code == 403
    assert desk.labelling.told == []


@pytest.mark.parametrize("fault", [BodyTooSlow("it did not come"), BadRequest("it breaks off")])
def test_a_form_that_did_not_come_whole_does_nothing(desk: Desk, fault: HamletError) -> None:
    form = {"choice": "01|", "label": "ham"}

    answer = desk.browser.post("/moderate/decide", data=form, headers=HERE, environ_overrides={FAULT: fault})

    assert (answer.status_code, desk.labelling.told) == (fault.status, [])
    assert fault.detail in answer.text


def test_a_browser_without_fetch_metadata_is_known_by_its_origin(desk: Desk) -> None:
    desk.post("/decide", {"Origin": "http://localhost"}, site="1", choice="01|", label="spam")

    assert len(desk.labelling.told) == 1


def test_pages_run_no_script_but_our_own_are_kept_nowhere_and_tell_no_other_site_their_address(desk: Desk) -> None:
    headers = desk.get().headers

    assert "script-src 'self';" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert headers["Cache-Control"] == "no-store"
    assert headers["Referrer-Policy"] == "same-origin"


def test_the_list_shows_who_wrote_what_and_why_it_waits(desk: Desk) -> None:
    text = desk.get().text

    assert ">Eve</h2>" in text
    assert 'cheap <mark title="its words">pills</mark>' in text
    assert "Held: its words." in text
    assert ">score 50.0 %<" in text
    assert 'Waiting (<span id="waiting">1</span>)' in text


def test_what_an_author_wrote_is_text_in_every_field(desk: Desk) -> None:
    attack = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>"
    comment = Comment(attack, attack, url=attack, permalink=attack, article_title=attack)
    decision = replace(DECISION, reasons=(Reason("text", 1.0, evidence=(attack,)),), summary=attack)
    desk.browsing.found = [Found(decision, NOON, comment, None, (Alike.NAME,))]

    for text in (desk.get().text, desk.get("/comments/01?site=1").text):
        assert "<script>alert" not in text
        assert "<img" not in text
        assert "<b>Bob" not in text


@pytest.mark.parametrize("unseen", ["", " \n", "\u200b\u2060", "\u3164"])
def test_a_name_or_a_text_of_which_nothing_can_be_seen_is_said_to_be_none(desk: Desk, unseen: str) -> None:
    desk.browsing.found = [replace(FOUND, comment=Comment(unseen, unseen))]

    answer = desk.get().text

    assert 'aria-label="Select the comment of no name"' in answer
    assert ">no name</h2>" in answer
    assert ">no text</blockquote>" in answer


def test_a_name_that_only_turns_text_around_is_named(desk: Desk) -> None:
    desk.browsing.found = [replace(FOUND, comment=Comment("\u202e", "pills"))]

    assert ">⟨U+202E⟩</h2>" in desk.get().text


def test_the_links_of_a_comment_lead_nowhere(desk: Desk) -> None:
    comment = Comment("Eve", "see http://evil.example/", url="http://evil.example/")
    desk.browsing.found = [replace(FOUND, comment=comment)]

    assert 'href="http' not in desk.get().text


def test_an_address_says_what_to_show(desk: Desk) -> None:
    desk.get(
        "/?site=3&shown=rejected&order=doubtful&text=+pay+day&reason=links&since=2026-11-01&until=2026-11-02&low=5&high=99.5&before=07"
    )

    assert desk.browsing.asked == [
        (
            3,
            Filter(
                Shown.REJECTED,
                Order.DOUBTFUL,
                "pay day",
                "links",
                datetime(2026, 11, 1, tzinfo=UTC),
                datetime(2026, 11, 3, tzinfo=UTC),
                0.05,
                0.995,
            ),
            "07",
        )
    ]


def test_the_form_shows_what_was_asked(desk: Desk) -> None:
    text = desk.get("/?text=%22%3E%3Cb%3E&until=2026-11-02&low=5").text

    assert 'value="&#34;&gt;&lt;b&gt;"' in text
    assert 'name="until" value="2026-11-02"' in text
    assert 'name="low" min="0" max="100" step="any" value="5"' in text


def test_what_is_searched_for_is_written_from_where_its_script_begins(desk: Desk) -> None:
    assert re.search(r'<input id="search"[^>]* dir="auto"', desk.get("/?text=שלום").text)


@pytest.mark.parametrize(
    "query",
    [
        "shown=x",
        "order=x",
        "since=yesterday",
        "until=9999-12-31",
        "low=x",
        "low=101",
        "high=nan",
        "alike=x",
        "of=%00",
        "reason=%22",
    ],
)
def test_what_makes_no_sense_is_named(desk: Desk, query: str) -> None:
    answer = desk.get(f"/?{query}")

    assert answer.status_code == 422
    assert query.partition("=")[0] in answer.text


@pytest.mark.parametrize("site", ["2", "9", "x", "1x"])
def test_another_site_than_ones_own_is_none(desk: Desk, site: str) -> None:
    assert desk.get(f"/?site={site}").status_code == 404
    assert desk.get(f"/comments/01?site={site}").status_code == 404
    assert desk.post("/decide", site=site, choice="01|", label="ham").status_code == 404
    assert desk.post("/undo", site=site, choice="01|").status_code == 404
    assert desk.labelling.told == []
    assert "secret" not in desk.get().text


def test_whoever_may_see_no_site_is_told_the_cure(desk: Desk) -> None:
    desk.browsing.names = {2: "secret"}

    assert "hamlet moderators" in desk.get().text


def test_a_decision_goes_back_to_the_same_list(desk: Desk) -> None:
    answer = desk.post("/decide", site="1", choice="01|", label="ham", back="site=1&text=pills")

    assert (answer.status_code, answer.location) == (303, "/moderate/?site=1&text=pills#decided")
    assert desk.labelling.told == [(1, "01", Label.HAM, "Anna", None)]


def test_a_decision_goes_back_to_the_same_page_of_the_list(desk: Desk) -> None:
    text = desk.get("/?site=1&text=pills&before=07").text
    (back,) = {html.unescape(found) for found in re.findall(r'name="back" value="([^"]*)"', text)}

    answer = desk.post("/decide", site="1", choice="01|", label="ham", back=back)

    assert answer.location == "/moderate/?site=1&before=07&text=pills#decided"


def test_what_is_alike_is_not_looked_for_at_a_site_that_does_not_have_it(desk: Desk) -> None:
    desk.get("/?site=1&alike=name&of=01")
    text = desk.get("/?site=3&alike=name&of=02&text=pills").text

    assert [chosen for _, chosen, _ in desk.browsing.asked] == [
        Filter(alike=Alike.NAME, of="01"),
        Filter(text="pills"),
    ]
    assert 'name="alike"' not in text
    assert "alike=" not in text
    assert "This site does not have the comment" in text


@pytest.mark.parametrize(
    "back", ["before=%00", "before=%0d%0aX", "//evil.example", "\r\nX-Evil: 1", "text=%0d%0aX", "low=x", "", "&&&"]
)
def test_the_way_back_leads_to_the_list_alone(desk: Desk, back: str) -> None:
    location = desk.post("/decide", site="1", choice="01|", label="ham", back=back).location

    assert location.startswith("/moderate/?site=1")
    assert "\n" not in location


def test_many_are_decided_at_once_each_by_what_was_seen(desk: Desk) -> None:
    desk.post("/decide", site="3", choice=["01|", "02|ham", "01|"], label="spam")

    assert desk.labelling.told == [(3, "01", Label.SPAM, "Anna", None), (3, "02", Label.SPAM, "Anna", Label.HAM)]


def test_a_decision_can_be_undone(desk: Desk) -> None:
    answer = desk.post("/undo", site="1", choice="01|ham")

    assert answer.location == "/moderate/?site=1#undone"
    assert desk.labelling.told == [(1, "01", "Anna", Label.HAM)]


def test_a_script_gets_the_changed_comments_and_an_undo_of_all(desk: Desk) -> None:
    desk.browsing.found = [replace(FOUND, label=Label.SPAM)]

    answer = desk.post("/decide", {**HERE, "HX-Request": "true"}, site="1", choice="01|", label="spam")

    assert answer.status_code == 200
    assert '<article id="c-01" tabindex="-1" class="spam" hx-swap-oob="true"' in answer.text
    assert "1 decided: spam." in answer.text
    assert answer.text.count('name="choice" value="01|spam"') == 3


def test_without_a_script_whoever_comes_second_is_told_on_a_page(desk: Desk) -> None:
    desk.browsing.found = [replace(FOUND, label=Label.HAM)]
    desk.labelling.is_second = True

    answer = desk.post("/decide", site="1", choice="01|", label="spam", back="site=1&text=pills")

    assert answer.status_code == 200
    assert "1 not changed: somebody else decided meanwhile." in answer.text
    assert 'href="/moderate/?site=1&amp;text=pills"' in answer.text
    assert '<article id="c-01"' in answer.text


def test_neither_what_somebody_else_decided_nor_a_second_click_is_said_to_be_taken_back(desk: Desk) -> None:
    desk.browsing.found = [replace(FOUND, label=Label.SPAM)]
    desk.labelling.had_said = False

    answer = desk.post("/undo", {**HERE, "HX-Request": "true"}, site="1", choice="01|spam")

    assert "0 taken back." in answer.text
    why = "you took it back already, or somebody else said so; decide to overrule them"
    assert f"1 not changed: {why}." in answer.text


def test_whoever_comes_second_is_told_and_sees_what_the_first_decided(desk: Desk) -> None:
    desk.browsing.found = [replace(FOUND, label=Label.HAM)]
    desk.labelling.is_second = True

    answer = desk.post("/decide", {**HERE, "HX-Request": "true"}, site="1", choice="01|", label="spam")

    assert "Somebody else decided meanwhile." in answer.text
    assert "1 not changed" in answer.text
    assert "0 decided" in answer.text


def test_a_screen_reader_is_told_once_of_all_that_was_not_changed(desk: Desk) -> None:
    desk.labelling.is_second = True
    several: Any = {"choice": ["01|", "02|"], "label": "spam"}
    desk.browsing.found = [
        replace(FOUND, decision=replace(DECISION, id=each), label=Label.HAM) for each in ("01", "02")
    ]

    part = desk.post("/decide", {**HERE, "HX-Request": "true"}, site="1", **several).text
    page = desk.post("/decide", site="1", **several).text

    # What is put into the status of a page is read out by that.
    assert part.count("Somebody else decided meanwhile.") == 2
    assert part.count('role="alert"') == 0
    assert page.count('role="alert"') == 1


@pytest.mark.parametrize(("action", "done"), [("/decide", "2 decided: ham."), ("/undo", "2 taken back.")])
def test_a_comment_that_was_erased_meanwhile_keeps_no_other_from_being_decided_on(
    desk: Desk, action: str, done: str
) -> None:
    desk.browsing.found = [
        replace(FOUND, decision=replace(DECISION, id=each), is_erased=each == "02") for each in ("01", "02", "03")
    ]
    desk.labelling.erased = {"02"}

    answer = desk.post(action, site="1", choice=["01|", "02|", "03|"], label="ham")

    assert [told[1] for told in desk.labelling.told] == ["01", "03"]
    assert done in answer.text
    assert "1 not changed: it was erased" in answer.text


@pytest.mark.parametrize(
    "form",
    [
        {"label": "ham"},
        {"label": "good", "choice": "01|"},
        {"choice": "01|"},
        {"label": "ham", "choice": "01|x"},
        {"label": "ham", "choice": [f"{number}|" for number in range(201)]},
    ],
    ids=["nothing", "label", "no label", "seen", "too many"],
)
def test_a_form_that_makes_no_sense_decides_nothing(desk: Desk, form: dict[str, Any]) -> None:
    assert desk.post("/decide", site="1", **form).status_code == 422
    assert desk.labelling.told == []


def test_from_a_form_that_makes_no_sense_one_goes_back_to_the_page_that_it_was_on(desk: Desk) -> None:
    page = {**HERE, "Referer": "http://localhost/moderate/?site=3&text=pills"}

    answer = desk.post("/decide", page, site="3", label="spam")

    assert "choose from 1 to 200 comments" in answer.text
    assert '<a href="/moderate/?site=3&amp;text=pills">Back</a>' in answer.text
    assert '<a href="/moderate/">To the list</a>' in desk.get("/comments/99?site=3").text


def test_a_comment_that_is_not_there_is_said_so(desk: Desk) -> None:
    desk.labelling.erased = {"99"}

    assert desk.get("/comments/99?site=1").status_code == 404
    assert desk.post("/decide", site="1", choice="99|", label="ham").status_code == 404


def test_a_closer_look_has_reasons_others_and_what_was_said(desk: Desk) -> None:
    desk.browsing.found = [replace(FOUND, comment=Comment("Eve", "cheap p\u0430yday lo\u200bans"))]

    text = desk.get("/comments/01?site=1").text

    assert "+2.00" in text
    assert "<bdi>pills</bdi>" in text
    assert 'p<mark title="not what it looks like">\u0430</mark>yday</bdi> reads <bdi>payday</bdi> (Cyrillic)' in text
    assert "⟨U+200B⟩" in text
    assert "alike=name&amp;of=01" in text
    assert "<bdi>&lt;b&gt;Bob&lt;/b&gt;</bdi>: spam" in text
    assert "<bdi>akismet</bdi>: ham" in text


def test_a_closer_look_shows_what_else_the_author_wrote(desk: Desk) -> None:
    other = replace(FOUND, decision=replace(DECISION, id="02", verdict=Verdict.REJECT), comment=Comment("Eve", "more"))
    desk.browsing.found = [FOUND, other]

    text = desk.get("/comments/01?site=1").text

    assert '<span class="badge reject">reject</span> <bdi>more</bdi>' in text
    assert desk.browsing.asked == [(1, Filter(Shown.ALL, alike=Alike.NAME, of="01"), "")]


def test_an_author_of_one_comment_is_said_to_have_no_other(desk: Desk) -> None:
    assert "Comments of this name</a>: no other" in desk.get("/comments/01?site=1").text


def test_each_reason_marks_its_words_where_it_read_them(desk: Desk) -> None:
    reasons = (
        Reason("name", 1.0, evidence=("Pills",)),
        Reason("author_url", 1.0, evidence=("pills.example",)),
        Reason("one_link", 0.5),
        Reason("text", -1.0, evidence=("read",)),
    )
    comment = Comment("Cheap Pills", "read of pills at https://shop.example/ today", url="http://pills.example")
    desk.browsing.found = [replace(FOUND, decision=replace(DECISION, reasons=reasons), comment=comment)]

    text = desk.get().text

    assert 'Cheap <mark title="the author&#39;s name">Pills</mark>' in text
    assert 'http://<mark title="the author&#39;s address">pills.example</mark>' in text
    assert 'read of pills at <mark title="a link">https://shop.example/</mark> today' in text


def test_of_a_text_that_is_quoted_thousands_of_times_the_first_are_marked(desk: Desk) -> None:
    desk.browsing.found = [replace(FOUND, comment=Comment("Eve", "pills " * 10_000))]

    text = desk.get().text

    assert text.count("<mark") == MOST_MARKED
    assert text.count("pills") == 10_000


@pytest.mark.parametrize(
    "hostile",
    [
        " ".join(f"www.a{number}" for number in range(1_500)),
        "www.a" * 3_000,
        " ".join(f"p\u0430{number}" for number in range(1_500)),
        "pills " * 2_500,
    ],
    ids=["links", "one link", "look-alikes", "quotes"],
)
def test_no_comment_takes_much_longer_to_draw_than_a_plain_one(desk: Desk, hostile: str) -> None:
    """
    The bound is on processor time relative to a plain comment of the same length, since machines differ.
    """
    plain = "plain, words " * (len(hostile.encode()) // 13)

    assert _seconds(desk, hostile) < 12 * _seconds(desk, plain) + 0.02


def _seconds(desk: Desk, text: str) -> float:
    reasons = (*DECISION.reasons, Reason("many_links", 1.0))
    found = replace(FOUND, decision=replace(DECISION, reasons=reasons), comment=Comment("Eve", text))
    desk.browsing.found = [found] * 25

    def once() -> float:
        start = time.process_time()
        desk.get()
        return time.process_time() - start

    return min(once() for _ in range(3))


@pytest.mark.no_cover
def test_a_comment_of_which_many_words_are_quoted_takes_little_longer_to_draw_than_one_of_which_one_is() -> None:
    words = (f"word{number}" for number in count())

    def seconds(most: int) -> float:
        quotes = tuple(islice(words, most))  # each time others, since expressions are kept
        start = time.thread_time()
        pieces(" ".join(quotes), [Reason("text", 2.0, evidence=quotes)])
        return time.thread_time() - start

    many, one = (min(seconds(most) for _ in range(5)) for most in (20, 1))

    assert many < 4 * one


def test_what_a_site_that_only_logs_published_is_said_to_be_published(desk: Desk) -> None:
    desk.browsing.found = [replace(FOUND, decision=replace(DECISION, log_only=True))]

    assert ">published</span>" in desk.get().text


@pytest.mark.parametrize("query", ["reason=links", "alike=name&of=001"])
def test_all_of_a_reason_or_an_author_are_on_one_page_to_be_decided_on_together(desk: Desk, query: str) -> None:
    desk.browsing.found = [replace(FOUND, decision=replace(DECISION, id=f"{number:03}")) for number in range(201)]

    text = desk.get(f"/?{query}").text

    assert text.count("<article") == 200


def test_what_is_not_found_among_some_can_be_looked_for_among_all(desk: Desk) -> None:
    desk.browsing.found = []

    assert 'href="?site=1&amp;shown=all&amp;text=pills"' in desk.get("/?text=pills").text
    assert "Look among all" not in desk.get("/?shown=all&text=pills").text


def test_the_next_page_goes_on_after_the_last_comment_with_the_same_filter(desk: Desk) -> None:
    desk.browsing.found = [replace(FOUND, decision=replace(DECISION, id=f"{number:02}")) for number in range(26)]

    text = desk.get("/?text=pills").text

    assert 'href="?site=1&amp;before=24&amp;text=pills"' in text
    assert 'id="c-25"' not in text


def test_the_vendored_script_is_the_one_that_its_version_and_licence_speak_of() -> None:
    folder = Path(moderate.__file__).parent / "static" / "htmx"
    name, digest = (folder / "VERSION").read_text().splitlines()[0], (folder / "VERSION").read_text().split()[-2]

    assert hashlib.sha256((folder / "htmx.min.js").read_bytes()).hexdigest() == digest
    assert name.split()[1].strip(",").encode() in (folder / "htmx.min.js").read_bytes()
    assert "Zero-Clause BSD" in (folder / "LICENSE").read_text()


def test_an_empty_queue_is_said_to_be_empty(desk: Desk) -> None:
    desk.browsing.found, desk.browsing.count = [], 0

    assert '<p class="box empty">Nothing waits for you.</p>' in desk.get().text


def test_an_empty_queue_names_the_other_own_sites_where_something_waits(desk: Desk) -> None:
    desk.browsing.found, desk.browsing.count, desk.browsing.waits_at = [], 0, {2, 3}

    answer = desk.get("/?site=1").text

    assert 'Nothing waits at news. Something does at <a href="?site=3">blog</a>.</p>' in answer
    assert "secret" not in answer


def test_where_no_site_is_asked_for_the_first_one_where_something_waits_is_shown(desk: Desk) -> None:
    desk.browsing.names, desk.browsing.count = {2: "secret", 1: "news", 3: "blog"}, {2: 1, 3: 7}
    desk.browsing.waits_at = {2, 3}

    answer = desk.get().text

    assert desk.browsing.asked[-1][0] == 3
    assert '<option value="3" selected>blog</option>' in answer
    assert 'Waiting (<span id="waiting">7</span>)' in answer
    desk.get("/?site=1")
    assert desk.browsing.asked[-1][0] == 1


@pytest.mark.parametrize(
    ("count", "counted"),
    [({1: 7}, [1]), ({3: 7}, [1, None, 3]), ({}, [1, None])],
    ids=["at the first site", "at another", "nowhere"],
)
def test_what_waits_is_counted_once_a_site_also_where_none_is_named(
    desk: Desk, count: dict[int, int], counted: list[int | None]
) -> None:
    desk.browsing.count, desk.browsing.waits_at = count, set(count)

    desk.get()

    assert desk.browsing.counted == counted


def test_what_waits_and_is_not_like_what_is_looked_for_still_waits(desk: Desk) -> None:
    desk.browsing.found = []

    for path in ("/?text=pills", "/?reason=links", "/?since=2026-11-25"):
        assert "Nothing is like that." in desk.get(path).text


def test_a_page_without_the_store_is_counted_and_says_when_to_come_back(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unreachable(*_: object) -> None:
        raise StoreUnavailable("the store did not answer")

    monkeypatch.setattr(desk.browsing, "page", unreachable)
    before = counted(503, "store-unavailable")

    answer = desk.get()

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "7")
    assert "the store did not answer" in answer.text
    assert counted(503, "store-unavailable") == before + 1


def test_the_numbers_are_pictures_and_tables(desk: Desk) -> None:
    text = desk.get("/stats").text

    assert text.count("<svg ") == 6
    assert "<title>2026-11-24: 4 held</title>" in text
    assert "What waits, by age: 4" in text
    assert "<title>&lt; 1 hour: 1 waiting</title>" in text
    assert "<title>older: 3 waiting</title>" in text
    assert 'x1="582.0"' in text
    assert "0.000</strong>" in text
    assert "<title>0 to 5 %: 5 % of the last week</title>" in text
    assert '<rect class="reject" width="75.0" height="10"/>' in text
    assert '<td class="number">75 %</td>' in text


def test_drift_is_not_told_from_a_few_scores(desk: Desk) -> None:
    desk.overview.found = [0.5] * 99

    assert "Too few scores to tell" in desk.get("/stats").text


def test_the_numbers_of_another_site_are_nobodys(desk: Desk) -> None:
    assert desk.get("/stats?site=2").status_code == 404


@pytest.mark.parametrize("path", ["/?site=3", "/comments/01?site=3", "/stats?site=3"])
def test_the_numbers_are_of_the_site_that_is_looked_at(desk: Desk, path: str) -> None:
    assert '<a href="/moderate/stats?site=3">Numbers</a>' in desk.get(path).text
    assert '<a href="/moderate/stats">Numbers</a>' in desk.get("/comments/99").text


def test_the_way_from_the_numbers_to_the_list_stays_with_their_site(desk: Desk) -> None:
    assert '<a href="/moderate/?site=3">Hamlet</a>' in desk.get("/stats?site=3").text
    assert '<a href="/moderate/">Hamlet</a>' in desk.get("/stats?site=2").text


def test_where_no_site_is_asked_for_the_numbers_are_of_the_one_that_the_list_opens(desk: Desk) -> None:
    desk.browsing.count, desk.browsing.waits_at = {3: 7}, {2, 3}

    assert '<option value="3" selected>blog</option>' in desk.get("/stats").text
    assert '<option value="1" selected>news</option>' in desk.get("/stats?site=1").text
