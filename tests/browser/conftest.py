"""
The browser that looks at our pages.
"""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect, sync_playwright
from running_service import SECONDS

# Another name of this machine, as others in a network know it: of it browsers say less than of 127.0.0.1 or localhost.
NAMED = "--host-resolver-rules=MAP hamlet.example 127.0.0.1"

# By default it waits for 5 s, which a busy machine may need for one answer.
expect.set_options(timeout=SECONDS * 1_000)


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        # Its sandbox needs rights that a container and root do not have; the page is our own.
        started = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", NAMED])
        yield started
        started.close()
