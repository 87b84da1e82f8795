"""
The try-it page in a real browser, on the whole service.
"""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page
from running_service import RunningService

ATTACKS = (
    "\"'><script>document.title='broken'</script>",
    "</textarea><img src=x onerror=\"document.title='broken'\">",
    "<svg onload=document.title='broken'>\u202e javascript:document.title='broken'",
)


@pytest.fixture
def page(browser: Browser, service: RunningService) -> Iterator[Page]:
    """
    The page, which must end without an error on its console or a request to another host.
    """
    page = browser.new_page(java_script_enabled=True)
    errors: list[str] = []
    hosts: set[str] = set()
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("request", lambda request: hosts.add(request.url.split("/")[2]))
    page.goto(f"http://127.0.0.1:{service.port}/")
    yield page
    page.close()
    assert errors == []
    assert hosts == {f"127.0.0.1:{service.port}"}


def test_a_comment_typed_and_sent_gets_a_verdict(page: Page) -> None:
    page.get_by_label("Name").fill("Lucky")
    page.get_by_label("Comment", exact=True).fill("A casino for everyone")
    page.get_by_role("button").click()

    assert page.locator(".badge").inner_text().lower() == "reject"
    assert page.get_by_label("Comment", exact=True).input_value() == "A casino for everyone"
    assert "casino" in page.locator("table").inner_text()


def test_the_form_can_be_used_with_the_keyboard_alone(page: Page) -> None:
    page.get_by_label("Name").focus()
    page.keyboard.type("Ann")
    page.keyboard.press("Tab")
    page.keyboard.type("thanks")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    page.locator("#verdict.accept").wait_for()


def test_an_example_fills_the_form(page: Page) -> None:
    page.get_by_role("link", name="A reader").click()

    assert page.get_by_label("Name").input_value() == "Marta"


@pytest.mark.parametrize("attack", ATTACKS)
def test_markup_in_any_field_is_shown_and_does_nothing(page: Page, attack: str) -> None:
    page.locator("summary").first.click()
    for label in ("Name", "Web site", "E-mail", "Title of the article"):
        page.get_by_label(label).fill(attack)
    page.get_by_label("Comment", exact=True).fill(f"pills {attack}")

    page.get_by_role("button").click()

    page.locator("#verdict").wait_for()
    assert "broken" not in page.title()
    assert page.get_by_label("Name").input_value() == attack
    assert page.locator("main script, main img, q svg, q script").count() == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_narrow_screen_does_not_scroll_sideways(page: Page, scheme: str) -> None:
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    page.set_viewport_size({"width": 360, "height": 640})
    page.get_by_label("Comment", exact=True).fill("pills " + "x" * 300 + " http://a.example/" + "y" * 300)

    page.get_by_role("button").click()

    page.locator("#verdict").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") == 360
