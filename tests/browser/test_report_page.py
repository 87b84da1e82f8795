"""
A report in a real browser: on a phone, in the dark, without a network.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page, sync_playwright

from training.data.rows import Row
from training.evaluation.explain import Error
from training.evaluation.figures import GIVEN, by_part
from training.evaluation.parts import parts_of
from training.evaluation.scored import Scored
from training.report import html

LONG = "https://example.com/" + "long" * 60


@pytest.fixture(scope="module")
def page(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    path = tmp_path_factory.mktemp("report") / "report.html"
    write(path)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 360, "height": 740}, color_scheme="dark", offline=True)
        page.goto(path.as_uri())
        yield page
        browser.close()


def write(path: Path) -> None:
    random = np.random.default_rng(1)
    rows = [
        Row("a_source_with_a_long_name", label, "", "text", place="file.jsonl.gz:1") for label in ("ham", "spam")
    ] * 200
    log_odds = random.normal(0, 2, 400) + [2.0 if row.is_spam else -2.0 for row in rows]
    scored = Scored.of(rows, log_odds, (0.3, 0.9), np.arange(400), seed=1)
    facts = {
        "thresholds": {"accept_below": 0.3, "reject_at": 0.9},
        "warnings": ["a warning"],
        "figures": {GIVEN: by_part(scored, parts_of(rows))},
    }
    errors = [Error(rows[0], 0.99, [(LONG, 2.0)]), Error(rows[1], 0.01, [])]
    weights = {"words": {"spam": [(LONG, 1.0)], "ham": []}}
    html.write(path, html.Findings("A model", facts, {GIVEN: scored}, errors, weights))


def test_nothing_is_wider_than_a_phone(page: Page) -> None:
    for details in page.locator("details").all():
        details.evaluate("element => element.open = true")

    assert page.evaluate("document.documentElement.scrollWidth") == 360


def test_pictures_are_drawn_in_the_colours_of_the_page(page: Page) -> None:
    colours = page.locator("svg text").evaluate_all("texts => texts.map(text => getComputedStyle(text).fill)")

    assert page.locator("svg").count() == 4
    assert set(colours) == {page.locator("body").evaluate("body => getComputedStyle(body).color")}


def test_letters_can_be_read_in_pictures_on_a_phone(page: Page) -> None:
    heights = page.locator("svg text").evaluate_all("texts => texts.map(text => text.getBoundingClientRect().height)")

    assert min(heights) >= 9
