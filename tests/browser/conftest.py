"""
The browser that looks at our pages.
"""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect, sync_playwright
from running_service import SECONDS

# By default it waits for 5 s, which a busy machine may need for one answer.
expect.set_options(timeout=SECONDS * 1_000)


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        # Its sandbox needs rights that a container and root do not have; the page is our own.
        started = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield started
        started.close()
