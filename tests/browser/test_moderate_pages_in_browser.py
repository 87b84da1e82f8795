"""
The moderators' pages in a real browser, on the whole service: by keyboard, in bulk, by two at once, under attack.
"""

import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Locator, Page, Route, StorageState, expect
from running_service import RunningService, write_model

ATTACKS = (
    "\"'><script>document.title='broken'</script>",
    "</blockquote><img src=x onerror=\"document.title='broken'\">",
    "<svg onload=document.title='broken'>\u202e javascript:document.title='broken'",
    "{{ 7 * 7 }} <a hx-get='/moderate/' hx-trigger='load'>x</a>",
)


# Milliseconds. A job runs when nobody else wants the processor, and other tests do.
LONG = 600_000
# Milliseconds. Within these a second click on a comment is one half of a double click.
AGAIN = 500
# Each test has a word of its own, which its comments carry.
WORDS = (f"zq{number}qz" for number in count())


@dataclass
class Desk:
    """
    A service with three comments that wait and two that do not, and whoever signs in to it.
    """

    service: RunningService
    browser: Browser
    passwords: dict[str, str] = field(default_factory=dict)
    sessions: dict[str, StorageState] = field(default_factory=dict)
    contexts: list[BrowserContext] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def open(self, name: str, *, script: bool = True) -> Page:
        """
        Show somebody the list, in a browser of their own; of their sessions one does for all, as long as it lasts.
        """
        context = self.browser.new_context(java_script_enabled=script, storage_state=self.sessions.get(name))
        self.contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("console", lambda message: self.faults.append(message.text) if message.type == "error" else None)
        page.on("request", lambda request: self.faults.append(request.url) if self.host not in request.url else None)
        page.goto(f"{self.host}/moderate/")
        if page.get_by_label("Password").count():
            page.get_by_label("Name").fill(name)
            page.get_by_label("Password").fill(self.passwords[name])
            page.get_by_role("button", name="Sign in").click()
            page.get_by_role("button", name="Sign out").wait_for()
            self.sessions[name] = context.storage_state()
        if script:
            page.locator("#all").wait_for()
        return page

    @property
    def host(self) -> str:
        return f"http://127.0.0.1:{self.service.port}"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[Desk]:
    folder = tmp_path_factory.mktemp("moderate")
    write_model(folder / "models")
    with RunningService(folder, HAMLET_WORKERS="1") as running:
        desk = Desk(running, browser)
        for name, role in (("Anna", "moderator"), ("Bob", "moderator"), ("Ada", "admin")):
            desk.passwords[name] = running.hamlet("moderators", "add", name, "--role", role).strip()
        yield desk


@pytest.fixture
def desk(served: Desk) -> Iterator[Desk]:
    served.faults.clear()
    yield served
    for context in served.contexts:
        context.close()
    served.contexts.clear()
    assert served.faults == []


@pytest.fixture
def word(desk: Desk) -> str:
    """
    A word that three comments have that wait, of three authors.
    """
    word = next(WORDS)
    for name in ("Ada", "Ben", "Cleo"):
        assert desk.service.moderate(f"{name} {word}", f"pills {word}")["verdict"] == "hold"
    return word


def searched(page: Page, words: str, shown: str = "waiting") -> Page:
    page.goto(f"{page.url.partition('?')[0]}?shown={shown}&text={words}")
    page.locator("#all").wait_for()
    return page


@contextmanager
def awaited(page: Page, *, fails: bool = False) -> Iterator[None]:
    """
    Hold the next decision back until the end of this context, as a slow network does, or one that breaks.
    """
    held: list[Route] = []
    page.route("**/moderate/decide", lambda route: held.append(route), times=1)
    with page.expect_request("**/moderate/decide"):
        yield
    while not held:  # it may be told of before it is handed over
        page.wait_for_timeout(1)
    if fails:
        held[0].abort()
    else:
        held[0].continue_()


def card(page: Page, name: str) -> Locator:
    return page.locator("article").filter(has=page.get_by_role("heading", name=re.compile(name)))


def edges(shown: Locator) -> tuple[float, float]:
    """
    Return where in the window something begins and ends, from above.
    """
    box = shown.bounding_box()
    assert box
    return box["y"], box["y"] + box["height"]


def double_click(page: Page, button: Locator, gap: int = 110) -> None:
    """
    Press the mouse twice on one place as a hand does, with a gap in milliseconds in which the page may change.
    """
    button.hover()
    for _ in range(2):
        page.mouse.down()
        page.wait_for_timeout(40)
        page.mouse.up()
        page.wait_for_timeout(gap)


def expect_names(page: Page, *names: str) -> None:
    """
    Wait until comments of these are shown, and no others: after a click the page may come in parts.
    """
    shown = [re.compile(rf"^{name}\b") for name in names]
    expect(page.locator("article h2")).to_have_text(shown, use_inner_text=True)


def test_comments_are_decided_by_keyboard_alone_and_the_service_learns(desk: Desk, word: str) -> None:
    pitch = f"pills from our {word} shop make every monday morning feel like friday night"
    desk.service.moderate("Dora", pitch)
    page = searched(desk.open("Anna"), word)

    page.keyboard.press("j")
    page.keyboard.press("s")
    expect(card(page, "Dora").locator(".badge")).to_have_text("spam")
    page.keyboard.press("a")
    expect(card(page, "Cleo").locator(".badge")).to_have_text("ham")

    expect_names(searched(page, word), "Ben", "Ada")
    expect_names(searched(page, word, "decided"), "Dora", "Cleo")
    again = desk.service.moderate("Eve", pitch.replace("monday", "tuesday"))
    assert "labelled_copy" in {reason["code"] for reason in again["reasons"]}


def test_a_key_that_is_held_down_decides_once(desk: Desk, word: str) -> None:
    page = searched(desk.open("Anna"), word)
    page.keyboard.press("j")

    for _ in range(5):
        page.keyboard.down("s")
    page.keyboard.up("s")
    page.keyboard.press("a")

    expect(card(page, "Ben").locator(".badge")).to_have_text("ham")
    expect(page.locator(".badge")).to_have_text(["spam", "ham", "hold"])


@pytest.mark.parametrize(("button", "badge"), [("Spam", "spam"), ("Accept", "ham")])
def test_a_double_click_decides_once(desk: Desk, word: str, button: str, badge: str) -> None:
    page = searched(desk.open("Anna"), word)
    sent: list[str | None] = []
    page.on("request", lambda request: sent.append(request.post_data) if request.method == "POST" else None)

    for name, gap in (("Cleo", 60), ("Ben", 110), ("Ada", 200)):
        double_click(page, card(page, name).get_by_role("button", name=button), gap)

    expect(page.locator("article .badge")).to_have_text([badge] * 3)
    assert len(sent) == 3
    page.wait_for_timeout(AGAIN)
    double_click(page, card(page, "Ada").get_by_role("button", name="Undo"))
    expect(page.locator("article .badge")).to_have_text([badge, badge, "hold"])
    assert len(sent) == 4


def test_a_click_that_comes_just_as_the_answer_does_presses_nothing_new(desk: Desk, word: str) -> None:
    page = searched(desk.open("Anna"), word)
    spam = card(page, "Cleo").get_by_role("button", name="Spam")

    with awaited(page):
        spam.click()
        page.wait_for_timeout(600)
    expect(card(page, "Cleo").locator(".badge")).to_have_text("spam")
    page.mouse.down()
    page.mouse.up()

    page.wait_for_timeout(300)
    expect(card(page, "Cleo").locator(".badge")).to_have_text("spam")


def test_different_comments_are_decided_on_as_quickly_as_they_are_clicked(desk: Desk, word: str) -> None:
    page = searched(desk.open("Anna"), word)
    page.set_viewport_size({"width": 1280, "height": 1400})
    places = [card(page, name).get_by_role("button", name="Spam").bounding_box() for name in ("Cleo", "Ben", "Ada")]

    for place in places:
        assert place
        page.mouse.click(place["x"] + 9, place["y"] + 9)

    expect(page.locator("article .badge")).to_have_text(["spam"] * 3)


def test_no_key_decides_on_a_comment_that_was_scrolled_out_of_sight(desk: Desk, word: str) -> None:
    page = searched(desk.open("Anna"), word)
    page.set_viewport_size({"width": 360, "height": 400})
    page.keyboard.press("j")
    card(page, "Ada").scroll_into_view_if_needed()
    expect(card(page, "Cleo")).not_to_be_in_viewport()

    page.keyboard.press("s")
    expect(card(page, "Cleo")).to_be_in_viewport()
    page.keyboard.press("a")

    expect(card(page, "Cleo").locator(".badge")).to_have_text("ham")


@pytest.mark.parametrize("key", ["S", "ы", "س"])
def test_the_keys_work_with_caps_lock_and_where_they_write_another_alphabet(desk: Desk, word: str, key: str) -> None:
    page = searched(desk.open("Anna"), word)
    page.keyboard.press("j")

    page.locator("body").dispatch_event("keydown", {"key": key, "code": "KeyS"})

    expect(card(page, "Cleo").locator(".badge")).to_have_text("spam")


def test_the_keys_decide_on_the_page_of_one_comment_though_it_was_selected(desk: Desk, word: str) -> None:
    page = searched(desk.open("Anna"), word)
    page.goto(desk.host + (card(page, "Cleo").locator("a.closer").get_attribute("href") or ""))

    page.keyboard.type("jxs")

    expect(card(page, "Cleo").locator(".badge")).to_have_text("spam")


def test_a_comment_is_selected_where_something_can_be_done_with_what_is_selected_alone(desk: Desk, word: str) -> None:
    page = searched(desk.open("Anna"), word)
    expect(page.get_by_role("checkbox")).to_have_count(3)

    page.goto(desk.host + (card(page, "Cleo").locator("a.closer").get_attribute("href") or ""))

    expect(page.get_by_role("button", name="Spam")).to_be_visible()
    expect(page.get_by_role("checkbox")).to_have_count(0)


def test_what_a_browser_fills_in_by_itself_is_no_key(desk: Desk, word: str) -> None:
    page = searched(desk.open("Anna"), word)

    # So does Chromium when somebody chooses what was typed there before.
    page.get_by_label("Search").evaluate("it => it.dispatchEvent(new Event('keydown', { bubbles: true }))")

    expect(page.locator("article[aria-current]")).to_have_count(0)


def test_no_key_overrules_the_last_decision_on_a_page(desk: Desk, word: str) -> None:
    page = searched(desk.open("Anna"), word)
    page.keyboard.press("j")
    page.keyboard.type("sss")
    expect(page.locator("article.spam")).to_have_count(3)
    expect(page.locator("article[aria-current]")).to_have_count(0)

    page.keyboard.press("a")
    page.keyboard.press("a")
    page.keyboard.press("k")
    page.keyboard.press("a")

    expect(page.locator(".badge")).to_have_text(["spam", "spam", "ham"])


def test_no_key_overrules_what_was_just_decided_together(desk: Desk, word: str) -> None:
    page = searched(desk.open("Anna"), word)
    page.keyboard.type("jxjxs")
    expect(page.locator("#status")).to_contain_text("2 decided: spam.")

    page.keyboard.type("aa")

    expect(page.locator(".badge")).to_have_text(["spam", "spam", "ham"])


def test_after_a_decision_the_frame_passes_over_what_is_decided_already(desk: Desk, word: str) -> None:
    page = searched(desk.open("Anna"), word)
    page.keyboard.type("jjs")
    expect(card(page, "Ben").locator(".badge")).to_have_text("spam")

    page.keyboard.type("kkaa")

    expect(page.locator(".badge")).to_have_text(["ham", "spam", "ham"])


def test_all_that_is_selected_is_what_was_not_decided_one_by_one(desk: Desk, word: str) -> None:
    page = searched(desk.open("Anna"), word)
    card(page, "Ben").get_by_role("button", name="Accept").click()
    expect(card(page, "Ben").locator(".badge")).to_have_text("ham")

    page.get_by_role("button", name="Select all").click()
    page.get_by_role("button", name="Selected are spam").click()

    expect(page.locator("#status")).to_contain_text("2 decided: spam.")
    expect(page.locator(".badge")).to_have_text(["spam", "ham", "spam"])


def test_a_decision_is_undone_with_one_key(desk: Desk, word: str) -> None:
    page = searched(desk.open("Anna"), word)
    page.keyboard.press("j")
    page.keyboard.press("s")
    expect(card(page, "Cleo").locator(".badge")).to_have_text("spam")

    page.keyboard.press("u")

    expect(card(page, "Cleo").locator(".badge")).to_have_text("hold")
    expect_names(searched(page, word), "Cleo", "Ben", "Ada")


def test_undo_is_about_the_last_decision_also_while_its_answer_is_awaited(desk: Desk, word: str) -> None:
    page = searched(desk.open("Anna"), word)
    page.keyboard.press("j")
    page.keyboard.press("s")
    expect(card(page, "Cleo").locator(".badge")).to_have_text("spam")

    with awaited(page):
        page.keyboard.press("s")
        page.keyboard.press("u")

    expect(page.locator("#status")).to_contain_text("1 taken back.")
    expect(page.locator(".badge")).to_have_text(["spam", "hold", "hold"])


def test_no_button_takes_back_the_decision_before_while_an_answer_is_awaited(desk: Desk, word: str) -> None:
    page = searched(desk.open("Anna"), word)
    undo = page.locator("#status").get_by_role("button", name="Undo")
    card(page, "Cleo").get_by_role("button", name="Spam").click()
    expect(undo).to_be_enabled()

    with awaited(page):
        card(page, "Ben").get_by_role("button", name="Spam").click()
        expect(undo).to_be_disabled()

    expect(undo).to_be_enabled()


def test_a_decision_is_corrected_before_it_was_answered(desk: Desk, word: str) -> None:
    page = searched(desk.open("Anna"), word)
    page.keyboard.press("j")

    with awaited(page):
        page.keyboard.type("ska")

    expect(card(page, "Cleo").locator(".badge")).to_have_text("ham")


def test_what_was_selected_and_decided_is_not_decided_again_while_the_answer_is_awaited(desk: Desk, word: str) -> None:
    page = searched(desk.open("Anna"), word)

    with awaited(page):
        page.keyboard.type("jxjxsja")

    expect(page.locator(".badge")).to_have_text(["spam", "spam", "ham"])


def test_what_is_selected_while_a_decision_waits_is_for_the_next_one(desk: Desk, word: str) -> None:
    page = searched(desk.open("Anna"), word)
    page.keyboard.press("j")

    with awaited(page):
        page.keyboard.type("axsjxa")

    expect(page.locator(".badge")).to_have_text(["ham", "spam", "ham"])


def test_what_was_pressed_after_a_decision_that_fails_is_not_done_either(desk: Desk, word: str) -> None:
    page = searched(desk.open("Anna"), word)
    page.keyboard.press("j")

    with awaited(page, fails=True):
        page.keyboard.type("ssu")

    expect(page.locator("#status")).to_have_text("Not done: Hamlet cannot be reached.")
    expect(page.locator(".badge")).to_have_text(["hold", "hold", "hold"])
    expect_names(searched(page, word), "Cleo", "Ben", "Ada")
    desk.faults[:] = [fault for fault in desk.faults if not re.search("sendError|afterRequest|ERR_FAILED", fault)]


@pytest.mark.parametrize(("keys", "frame"), [("a", "Cleo"), ("jxjxs", "Ben")], ids=["one", "several"])
def test_after_a_decision_that_fails_the_frame_is_where_it_was_to_be(
    desk: Desk, word: str, keys: str, frame: str
) -> None:
    page = searched(desk.open("Anna"), word)
    page.keyboard.press("j")

    with awaited(page, fails=True):
        page.keyboard.type(keys)

    expect(page.locator("#status")).to_have_text("Not done: Hamlet cannot be reached.", timeout=9_000)
    expect(page.locator("article[aria-current] h2")).to_contain_text(frame, timeout=9_000)
    expect(page.locator("article[aria-current]")).to_be_focused(timeout=9_000)
    desk.faults[:] = [fault for fault in desk.faults if not re.search("sendError|afterRequest|ERR_FAILED", fault)]


def test_after_a_decision_that_fails_nothing_takes_the_focus_from_whoever_types(desk: Desk, word: str) -> None:
    page = searched(desk.open("Anna"), word)
    page.keyboard.press("j")

    with awaited(page, fails=True):
        page.keyboard.type("a/")

    expect(page.locator("#status")).to_have_text("Not done: Hamlet cannot be reached.", timeout=9_000)
    expect(page.locator("#search")).to_be_focused(timeout=9_000)
    desk.faults[:] = [fault for fault in desk.faults if not re.search("sendError|afterRequest|ERR_FAILED", fault)]


def test_whoever_leaves_before_all_is_done_is_asked(desk: Desk, word: str) -> None:
    page = searched(desk.open("Anna"), word)
    page.keyboard.press("j")

    with awaited(page), page.expect_event("dialog", lambda dialog: dialog.dismiss() is None) as asked:
        page.keyboard.press("s")
        page.keyboard.press("s")
        page.evaluate("location.reload()")

    assert asked.value.type == "beforeunload"
    expect(page.locator(".badge")).to_have_text(["spam", "spam", "hold"])


def test_a_screen_reader_reads_the_comment_that_the_frame_comes_to(desk: Desk, word: str) -> None:
    page = searched(desk.open("Anna"), word)

    page.keyboard.press("j")

    expect(card(page, "Cleo")).to_be_focused()
    expect(card(page, "Cleo")).to_have_accessible_description(f"pills {word}")


def test_a_screen_reader_is_told_what_became_of_a_decision(desk: Desk, word: str) -> None:
    page = searched(desk.open("Anna"), word)
    status = page.get_by_role("status").element_handle()
    page.keyboard.press("j")

    page.keyboard.press("s")

    expect(page.get_by_role("status")).to_contain_text("1 decided: spam.")
    assert status.evaluate("it => it.isConnected")


def test_many_are_selected_decided_and_undone_together(desk: Desk, word: str) -> None:
    page = searched(desk.open("Anna"), word)
    page.keyboard.type("jxjx")
    page.keyboard.press("s")
    expect(page.locator("#status")).to_contain_text("2 decided: spam.")
    expect(page.locator("article.spam")).to_have_count(2)

    page.locator("#status").get_by_role("button", name="Undo").click()

    expect(page.locator("#status")).to_contain_text("2 taken back.")
    expect(page.locator("article.hold")).to_have_count(3)


def test_how_many_are_selected_stands_where_they_are_decided_on_and_is_read_out(desk: Desk, word: str) -> None:
    page = searched(desk.open("Anna"), word)
    selected = page.get_by_role("form", name="Selected comments").locator("[aria-live=polite]")
    expect(selected).to_be_empty()

    page.keyboard.type("jxjx")
    expect(selected).to_have_text("2 selected")
    card(page, "Ben").get_by_role("checkbox").uncheck()
    expect(selected).to_have_text("1 selected")
    page.get_by_role("button", name="Select all").click()
    expect(selected).to_have_text("3 selected")

    page.keyboard.press("s")
    expect(page.locator("#status")).to_contain_text("3 decided: spam.")
    expect(selected).to_be_empty()


def test_no_comment_comes_to_be_selected_in_the_place_of_another_by_going_back(desk: Desk, word: str) -> None:
    page = searched(desk.open("Anna"), word)
    page.keyboard.type("jx")
    page.get_by_role("link", name="Numbers").click()
    page.get_by_role("heading", name="Numbers").wait_for()
    desk.service.moderate(f"Dora {word}", f"pills {word}")

    page.go_back()

    expect_names(page, "Dora", "Cleo", "Ben", "Ada")
    expect(page.locator("article input:checked")).to_have_count(0)


def test_the_count_of_what_waits_follows_what_is_decided_and_undone(desk: Desk, word: str) -> None:
    page = searched(desk.open("Anna"), word)
    count = page.locator("#waiting")
    before = int(count.inner_text())

    page.keyboard.press("j")
    page.keyboard.press("s")

    expect(count).to_have_text(str(before - 1))
    page.keyboard.press("u")
    expect(count).to_have_text(str(before))


def test_the_second_of_two_moderators_is_told(desk: Desk, word: str) -> None:
    first, second = searched(desk.open("Anna"), word), searched(desk.open("Bob"), word)
    card(first, "Ada").get_by_role("button", name="Accept").click()
    expect(card(first, "Ada").locator(".badge")).to_have_text("ham")

    card(second, "Ada").get_by_role("button", name="Spam").click()

    expect(card(second, "Ada")).to_contain_text("Somebody else decided meanwhile")
    expect(card(second, "Ada").locator(".badge")).to_have_text("ham")
    second.wait_for_timeout(AGAIN)
    card(second, "Ada").get_by_role("button", name="It was spam").click()
    expect(card(second, "Ada").locator(".badge")).to_have_text("spam")


def test_a_rejected_reader_is_one_search_away(desk: Desk) -> None:
    word = next(WORDS)
    assert desk.service.moderate("Reader", f"casino {word}")["verdict"] == "reject"
    page = desk.open("Anna")
    page.get_by_role("link", name="Rejected").click()

    page.keyboard.press("/")
    page.keyboard.type(word)
    page.keyboard.press("Enter")

    expect(card(page, "Reader")).to_be_visible()
    card(page, "Reader").get_by_role("button", name="Accept").click()
    expect(card(page, "Reader").locator(".badge")).to_have_text("ham")


def test_a_closer_look_leads_to_what_else_an_author_wrote(desk: Desk, word: str) -> None:
    desk.service.moderate(f"Ada {word}", "thanks for this")
    page = searched(desk.open("Anna"), word)
    page.keyboard.type("jjjo")

    assert "thanks for this" in card(page, "Ada").locator(".few").inner_text()
    card(page, "Ada").get_by_role("link", name="Comments of this name").click()

    expect_names(page, "Ada", "Ada")


def test_a_second_look_closes_what_the_first_one_opened(desk: Desk, word: str) -> None:
    page = searched(desk.open("Anna"), word)
    look = page.locator("#closer")
    page.keyboard.type("jo")
    expect(look).to_be_visible()

    page.keyboard.press("o")
    expect(look).to_have_count(0)
    card(page, "Cleo").get_by_role("link", name="Look closer").click()

    expect(look).to_be_visible()


def test_a_closer_look_at_the_foot_of_the_window_is_seen_whole(desk: Desk, word: str) -> None:
    page = searched(desk.open("Anna"), word)
    page.set_viewport_size({"width": 1280, "height": 600})

    page.keyboard.type("jjjo")

    expect(page.locator("#closer")).to_be_in_viewport(ratio=1)


def test_the_first_key_is_about_the_first_comment_and_decides_on_none_that_is_unmarked(desk: Desk, word: str) -> None:
    page = searched(desk.open("Anna"), word)
    page.keyboard.press("o")
    expect(card(page, "Cleo").locator("#closer")).to_be_visible()
    page.reload()

    page.keyboard.press("s")
    expect(card(page, "Cleo")).to_be_focused()
    page.keyboard.press("a")

    expect(card(page, "Cleo").locator(".badge")).to_have_text("ham")


@pytest.mark.parametrize("way", ["Tab", "click"])
def test_the_keys_are_about_the_comment_that_has_the_focus(desk: Desk, word: str, way: str) -> None:
    page = searched(desk.open("Anna"), word)
    page.keyboard.press("j")
    if way == "Tab":
        card(page, "Ada").get_by_role("button", name="Accept").focus()
    else:
        card(page, "Ada").locator("blockquote").click()

    page.keyboard.press("s")

    expect(card(page, "Ada").locator(".badge")).to_have_text("spam")
    expect(page.locator(".badge")).to_have_text(["hold", "hold", "spam"])


def test_all_of_an_author_are_decided_at_once(desk: Desk, word: str) -> None:
    for text in ("pills for all", "pills again"):
        desk.service.moderate(f"Ada {word}", f"{text} {word}")
    page = searched(desk.open("Anna"), word)
    page.keyboard.press("j")
    page.keyboard.press("o")
    card(page, "Ada").get_by_role("link", name="Comments of this name").first.click()

    page.get_by_role("button", name="Select all").click()
    page.keyboard.press("s")

    expect(page.locator("#status")).to_contain_text("3 decided: spam.")
    expect(page.locator("article.spam")).to_have_count(3)


def test_comments_are_filtered_by_verdict_reason_score_and_date(desk: Desk, word: str) -> None:
    desk.service.moderate(f"Reader {word}", f"casino {word}")
    page = searched(desk.open("Anna"), word, "all")
    expect_names(page, "Reader", "Cleo", "Ben", "Ada")

    page.get_by_text("More", exact=True).click()
    page.get_by_label("Reason").select_option("text")
    page.get_by_label("Score from, %").fill("20")
    page.get_by_label("to, %", exact=True).fill("90")
    page.get_by_label("From", exact=True).fill("2026-01-01")
    page.get_by_role("button", name="Show").click()

    expect_names(page, "Cleo", "Ben", "Ada")
    page.get_by_label("To", exact=True).fill("2026-01-02")
    page.get_by_role("button", name="Show").click()
    expect(page.locator("p.empty")).to_contain_text("Nothing is like that.")


def test_nobody_is_said_to_have_undone_what_a_colleague_decided(desk: Desk, word: str) -> None:
    first = searched(desk.open("Anna"), word)
    card(first, "Ada").get_by_role("button", name="Spam").click()
    expect(card(first, "Ada").locator(".badge")).to_have_text("spam")
    second = searched(desk.open("Bob"), word, "decided")

    card(second, "Ada").get_by_role("button", name="Undo").click()

    expect(second.locator("#status")).to_contain_text("somebody else said so; decide to overrule them")
    expect(card(second, "Ada").locator(".badge")).to_have_text("spam")


@pytest.mark.parametrize("is_alone", [False, True], ids=["in the list", "on its own page"])
def test_whoever_decides_while_hamlet_cannot_be_reached_sees_it(desk: Desk, word: str, is_alone: bool) -> None:
    page = searched(desk.open("Anna"), word)
    page.set_viewport_size({"width": 360, "height": 400})
    if is_alone:
        page.goto(f"{desk.host}{card(page, 'Ada').locator('a.closer').get_attribute('href')}")
    page.context.set_offline(True)

    card(page, "Ada").get_by_role("button", name="Spam").click()

    expect(page.get_by_text("Not done: Hamlet cannot be reached.")).to_be_in_viewport(ratio=1)
    expect(card(page, "Ada").locator(".badge")).to_have_text("hold")
    desk.faults[:] = [fault for fault in desk.faults if not re.search("sendError|afterRequest|OFFLINE|DISCONN", fault)]


def test_whoever_decides_on_nothing_is_told_to_choose_and_keeps_the_undo(desk: Desk, word: str) -> None:
    page = searched(desk.open("Anna"), word)
    page.get_by_role("button", name="Select all").click()
    double_click(page, page.get_by_role("button", name="Selected are spam"))
    expect(page.locator("#status")).to_contain_text("3 decided: spam.")
    page.wait_for_timeout(AGAIN)

    page.get_by_role("button", name="Accept selected").click()

    expect(page.locator("#selected")).to_have_text("none selected")
    expect(page.locator("#status")).to_contain_text("3 decided: spam.")
    expect(page.locator("#status").get_by_role("button", name="Undo")).to_be_enabled()


def test_the_frame_around_the_first_comment_is_seen_from_all_sides(desk: Desk, word: str) -> None:
    page = searched(desk.open("Anna"), word)

    page.keyboard.press("j")

    buttons, first = page.locator("#bulk").bounding_box(), page.locator("article[aria-current]").bounding_box()
    assert buttons
    assert first
    # It is three pixels wide and stands one off.
    assert buttons["y"] + buttons["height"] + 4 <= first["y"]


def test_the_frame_is_seen_from_above_also_where_the_buttons_take_two_rows(desk: Desk, word: str) -> None:
    page = searched(desk.open("Anna"), word)
    page.set_viewport_size({"width": 700, "height": 400})

    page.keyboard.type("jjjk")

    buttons, framed = page.locator("#bulk").bounding_box(), page.locator("article[aria-current]").bounding_box()
    assert buttons
    assert framed
    assert buttons["height"] > 52
    assert buttons["y"] + buttons["height"] + 4 <= framed["y"]


@pytest.mark.parametrize("key", ["Tab", "Shift+Tab"])
def test_what_has_the_focus_is_not_covered_by_what_stays_in_sight(desk: Desk, word: str, key: str) -> None:
    page = searched(desk.open("Anna"), word)
    page.set_viewport_size({"width": 1280, "height": 400})
    card(page, "Cleo").get_by_role("button", name="Spam").click()
    expect(page.locator("#status")).to_contain_text("1 decided: spam.")
    first, last = card(page, "Cleo").locator("a.closer"), card(page, "Ada").locator("a.closer")
    start, end = (first, last) if key == "Tab" else (last, first)
    start.focus()

    seen: list[bool] = []
    while not seen or not end.evaluate("link => link === document.activeElement"):
        page.keyboard.press(key)
        (_, above), focused, (below, _) = (edges(page.locator(each)) for each in ("#bulk", ":focus", "#status"))
        seen.append(above <= focused[0] and focused[1] <= below)

    assert len(seen) >= 8
    assert all(seen)


def test_tab_among_the_buttons_that_stay_in_sight_scrolls_nowhere(desk: Desk, word: str) -> None:
    page = searched(desk.open("Anna"), word)
    page.set_viewport_size({"width": 1280, "height": 400})
    card(page, "Ada").get_by_role("checkbox").check()
    before = page.evaluate("scrollY")

    page.locator("#all").focus()
    page.keyboard.press("Tab")

    assert page.evaluate("scrollY") == before > 0


@pytest.mark.parametrize("width", [320, 390])
def test_on_a_phone_what_can_be_done_with_the_selected_is_in_reach_and_covers_none_of_them(
    desk: Desk, word: str, width: int
) -> None:
    page = searched(desk.open("Anna"), word)
    page.set_viewport_size({"width": width, "height": 500})
    buttons, box = page.locator("#bulk"), card(page, "Ada").get_by_role("checkbox")
    # At the upper edge of the window.
    box.evaluate("box => scrollTo(0, box.getBoundingClientRect().top + scrollY - 10)")
    expect(buttons).not_to_be_in_viewport()

    box.check()

    expect(buttons.get_by_role("button", name="Accept selected")).to_be_in_viewport(ratio=1)
    expect(buttons.get_by_role("button", name="Selected are spam")).to_be_in_viewport(ratio=1)
    (above, below), (top, _) = edges(buttons), edges(box)
    assert below - above < 100
    assert below <= top


def test_help_opens_by_key_and_closes(desk: Desk) -> None:
    page = desk.open("Anna")

    page.keyboard.press("?")

    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()


def test_help_begins_at_its_beginning_also_where_the_page_is_enlarged(desk: Desk) -> None:
    page = desk.open("Anna")
    page.set_viewport_size({"width": 640, "height": 360})

    page.keyboard.press("?")

    expect(page.get_by_role("heading", name="Keys")).to_be_in_viewport(ratio=1)
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Close")).to_be_focused()


def test_everything_works_without_a_script(desk: Desk, word: str) -> None:
    page = desk.open("Anna", script=False)
    page.goto(f"{desk.host}/moderate/?text={word}")
    card(page, "Ada").get_by_role("button", name="Accept").click()
    expect_names(page, "Cleo", "Ben")
    expect(page.get_by_text("Decided.")).to_be_in_viewport()

    page.get_by_role("link", name="What was decided").click()
    expect(page.get_by_text("Decided.")).to_be_hidden()
    card(page, "Ada").get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Taken back.")).to_be_in_viewport()

    page.get_by_role("button", name="Show").click()
    expect(page.get_by_text("Taken back.")).to_be_hidden()
    page.get_by_role("link", name="Waiting").click()
    expect_names(page, "Cleo", "Ben", "Ada")


@pytest.mark.parametrize("attack", ATTACKS, ids=["script", "image", "svg", "template"])
def test_a_script_in_any_field_is_text(desk: Desk, attack: str) -> None:
    word = next(WORDS)
    fields = ("name", "url", "permalink", "article_title", "author_role", "parent_id")
    body = dict.fromkeys(fields, attack) | {"comment": f"pills {word} {attack}"}
    headers = {"Authorization": f"Bearer {desk.service.key}", "Content_Type": "application/json"}
    assert desk.service.request("POST", "/v1/comments", json.dumps(body).encode(), **headers).status == 200
    page = searched(desk.open("Anna"), word, "all")

    page.keyboard.press("j")
    page.keyboard.press("o")
    page.locator("#closer").wait_for()

    assert "broken" not in page.title()
    assert page.locator("article :is(script, img, svg, iframe), article [onload], article [onerror]").count() == 0
    assert word in page.locator("blockquote").inner_text()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_can_be_used_with_a_screen_reader_and_on_a_phone(desk: Desk, word: str, scheme: Any) -> None:
    page = searched(desk.open("Anna"), word)
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": 360, "height": 740})
    page.keyboard.press("j")
    page.keyboard.press("s")
    page.locator("#status .undo").wait_for()
    page.keyboard.press("o")
    page.locator("#closer").wait_for()

    found = Axe().run(page)

    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    page.get_by_role("button", name="Sign out").click()
    page.get_by_label("Password").wait_for()
    assert Axe().run(page).violations_count == 0


def test_the_filter_is_no_wider_than_a_phone(desk: Desk) -> None:
    page = desk.open("Anna")
    page.set_viewport_size({"width": 360, "height": 740})

    page.locator("summary").get_by_text("More").click()

    assert page.evaluate("document.documentElement.scrollWidth") == 360


def test_no_author_makes_a_comment_taller_than_what_shows_it(desk: Desk, word: str) -> None:
    long = {"url": f"https://pills.example/{'x' * 9_000}", "permalink": f"https://news.example/{'x' * 9_000}"}
    comment = {"name": f"Wu {'W' * 9_000}", "comment": f"pills {word} " * 2_000, **long}
    assert json.loads(desk.service.post("/v1/comments", comment).body)["verdict"] == "hold"
    page = searched(desk.open("Anna"), word)
    page.set_viewport_size({"width": 360, "height": 740})

    assert card(page, "Wu").evaluate("card => card.offsetHeight") < 1.5 * 740
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_is_marked_in_an_authors_address_can_be_read(desk: Desk, scheme: Any) -> None:
    word = next(WORDS)
    desk.service.post("/v1/comments", {"name": "Eve", "comment": f"pills {word}", "url": "https://pills.example/"})
    page = searched(desk.open("Anna"), word)
    page.emulate_media(color_scheme=scheme)

    # The small model of these tests has nothing against addresses.
    card(page, "Eve").locator(".soft span").evaluate("it => it.append(document.createElement('mark'))")
    card(page, "Eve").locator("mark").last.evaluate("mark => mark.append('pills')")

    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def test_what_is_cut_on_a_phone_is_scrolled_by_keyboard_too(desk: Desk) -> None:
    word = next(WORDS)
    long = "Long " * 24
    desk.service.post(
        "/v1/comments", {"name": f"Dr {long}", "comment": f"pills {word}", "article_title": long, "url": "x" * 150}
    )
    page = searched(desk.open("Anna"), word)
    page.set_viewport_size({"width": 320, "height": 640})

    cut = "[...document.querySelectorAll('article :is(h2, .soft)')].filter(it => it.scrollHeight > it.clientHeight)"

    assert page.evaluate(f"{cut}.length") == 3
    assert page.evaluate(f"{cut}.every(it => it.tabIndex === 0)")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_numbers_can_be_read_by_a_screen_reader_and_on_a_phone(desk: Desk, word: str, scheme: Any) -> None:
    page = desk.open("Anna")
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": 360, "height": 740})
    page.get_by_role("link", name="Numbers").click()
    expect(page.get_by_role("img", name="Verdicts a day")).to_have_count(1)

    for summary in page.locator("summary").all():
        summary.click()

    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") == 360


def test_no_heading_is_broken_within_a_word_on_a_phone(desk: Desk, word: str) -> None:
    page = searched(desk.open("Anna"), word)
    page.set_viewport_size({"width": 360, "height": 740})
    page.keyboard.press("j")
    page.keyboard.press("s")
    page.locator("#status .undo").wait_for()

    page.get_by_role("link", name="Numbers").click()

    lines = """cell => {
        const text = document.createRange();
        text.selectNodeContents(cell);
        return text.getClientRects().length;
    }"""
    assert page.get_by_role("columnheader", name="Labelled").evaluate(lines) == 1


def test_a_closer_look_at_a_long_word_fits_a_phone_and_breaks_no_other(desk: Desk) -> None:
    word = next(WORDS)
    for name in ("Ada", "Ben", "Cleo"):
        desk.service.moderate(f"{name} {word}", f"pills {word} {'zq' * 2_000}")
    page = searched(desk.open("Anna"), word, "all")
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(desk.host + (card(page, "Cleo").locator("a.closer").get_attribute("href") or ""))

    reasons = page.locator("#closer th[scope=row] a")

    lines = """reason => Math.max(...[...reason.textContent.matchAll(/\\S+/g)].map((word) => {
        const range = document.createRange();
        range.setStart(reason.firstChild, word.index);
        range.setEnd(reason.firstChild, word.index + word[0].length);
        return range.getClientRects().length;
    }))"""
    assert {reason.evaluate(lines) for reason in reasons.all()} == {1}
    assert page.locator("#closer").evaluate("closer => closer.offsetHeight") < 740
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def test_high_contrast_keeps_what_colours_alone_tell(desk: Desk, word: str) -> None:
    desk.service.moderate("Dan", f"thanks {word}")
    desk.service.moderate("Eve", f"casino {word}")
    page = searched(desk.open("Anna"), word)
    page.emulate_media(forced_colors="active")
    colour = "(it, of) => getComputedStyle(it, of).color"
    ground = "it => getComputedStyle(it).backgroundColor"

    grounds = [page.locator(each).evaluate(ground) for each in ("nav [aria-current]", "body")]
    assert grounds[0] != grounds[1]

    page.get_by_role("link", name="Numbers").click()
    legend = page.locator(".legend").first
    for kind in ("accept", "hold", "reject"):
        bar = page.locator(f"rect.{kind}").first.evaluate("it => getComputedStyle(it).fill")
        assert legend.locator(f".{kind}").evaluate(colour, "::before") == bar


def test_an_admin_starts_a_job_and_sees_how_it_ends(desk: Desk) -> None:
    # Those of the other tests may be enough to learn from.
    with closing(sqlite3.connect(desk.service.folder / "state" / "hamlet.sqlite")) as store, store:
        store.execute("DELETE FROM labels")
    page = desk.open("Ada")
    page.get_by_role("link", name="Models").click()

    page.get_by_role("button", name="Train a model").click()

    expect(page.locator("#job")).to_contain_text("refused or failed (1)", timeout=LONG)
    assert "rows" in page.locator("#job pre").inner_text()
    page.set_viewport_size({"width": 360, "height": 740})
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") == 360


def test_a_job_is_stopped_by_keyboard_while_the_page_shows_what_it_prints(desk: Desk) -> None:
    write_model(desk.service.folder / "models", "second")
    page = desk.open("Ada")
    page.goto(f"{desk.host}/admin/models")
    page.get_by_text("Shadow", exact=True).click()
    page.get_by_label("On").select_option("30m")
    page.get_by_role("button", name="Score them").click()
    page.get_by_role("button", name="Stop it").focus()
    for _ in range(2):  # the second is asked for by what the first one brought
        with page.expect_response("**/models/job"):
            pass

    page.keyboard.press("Enter")

    expect(page.locator("#job")).to_contain_text("it was stopped", timeout=LONG)


@pytest.mark.parametrize(("reason", "version"), [("", "third"), ("fewer mistakes", "fourth")])
def test_what_an_admin_is_typing_when_a_job_ends_stays(desk: Desk, reason: str, version: str) -> None:
    write_model(desk.service.folder / "models", version)
    page = desk.open("Ada")
    page.goto(f"{desk.host}/admin/models")
    page.get_by_text("Shadow", exact=True).first.click()
    page.get_by_label("On").first.select_option("30m")
    page.get_by_role("button", name="Score them").first.click()
    page.get_by_role("button", name="Stop it").wait_for()
    why = page.locator("input[name=reason]").first
    if reason:
        page.get_by_text("Promote", exact=True).first.click()
        why.fill(reason)
    page.evaluate("document.title = 'the same page'")
    other = page.context.new_page()
    other.goto(f"{desk.host}/admin/models")

    other.get_by_role("button", name="Stop it").click()

    expect(page.locator("#job")).to_contain_text("it was stopped")
    expect(page).to_have_title("the same page" if reason else "Models – Hamlet")
    expect(why).to_have_value(reason)
    if reason:
        page.get_by_role("link", name="Load the list anew").click()
        expect(page).to_have_title("Models – Hamlet")


def test_a_moderator_is_shown_no_way_to_the_models(desk: Desk) -> None:
    assert desk.open("Anna").get_by_role("link", name="Models").count() == 0


def test_whoever_was_signed_out_meanwhile_gets_the_form_unasked(desk: Desk, word: str) -> None:
    page = searched(desk.open("Bob"), word)
    asked: list[str] = []
    page.on("dialog", lambda dialog: asked.append(dialog.type))
    desk.passwords["Bob"] = desk.service.hamlet("moderators", "password", "Bob").strip()
    page.keyboard.press("j")

    with awaited(page):
        page.keyboard.press("s")
        page.keyboard.press("s")

    page.get_by_label("Password").wait_for()
    assert asked == []
    desk.faults[:] = [fault for fault in desk.faults if "401" not in fault]


@pytest.mark.parametrize("script", [True, False])
def test_whoever_signs_in_again_goes_on_where_they_were(desk: Desk, word: str, script: bool) -> None:
    page = desk.open("Bob", script=script)
    page.goto(f"{desk.host}/moderate/?text={word}")
    desk.passwords["Bob"] = desk.service.hamlet("moderators", "password", "Bob").strip()

    card(page, "Ada").get_by_role("button", name="Spam").click()
    expect(page.get_by_role("alert")).to_contain_text("your session has ended")
    page.get_by_label("Name").fill("Bob")
    page.get_by_label("Password").fill(desk.passwords["Bob"])
    page.get_by_role("button", name="Sign in").click()

    expect_names(page, "Cleo", "Ben", "Ada")
    desk.faults[:] = [fault for fault in desk.faults if "401" not in fault]


def test_whoever_comes_to_the_form_types_at_once_and_after_a_wrong_password_that_alone(desk: Desk) -> None:
    with desk.browser.new_context() as context:
        page = context.new_page()
        page.goto(f"{desk.host}/moderate/")

        expect(page.get_by_label("Name")).to_be_focused()
        page.keyboard.type("Anna")
        page.keyboard.press("Tab")
        page.keyboard.type("open\n")
        expect(page.get_by_role("alert")).to_contain_text("name or password is wrong")
        expect(page.get_by_label("Password")).to_be_focused()
        page.keyboard.type(f"{desk.passwords['Anna']}\n")

        expect(page.get_by_role("button", name="Sign out")).to_be_visible()


def test_moderators_sign_in_by_a_name_without_tls_too(desk: Desk) -> None:
    with desk.browser.new_context() as context:
        page = context.new_page()
        page.goto(f"http://hamlet.example:{desk.service.port}/moderate/")
        page.get_by_label("Name").fill("Anna")
        page.get_by_label("Password").fill(desk.passwords["Anna"])

        page.get_by_role("button", name="Sign in").click()

        expect(page.get_by_role("button", name="Sign out")).to_be_visible()
