"""What the tests of a page need: a browser, and the page as it is built."""

from __future__ import annotations

import pytest

from browser.cdp import Browser, find_chromium
from selat.web.server import STATIC


def page_tests(name: str = "index") -> list[pytest.MarkDecorator]:
    """Marks for the tests of a page; they are left out, with the reason, where there is no browser or no built page."""
    return [
        pytest.mark.browser,
        pytest.mark.skipif(find_chromium() is None, reason="no Chromium on this machine"),
        pytest.mark.skipif(not (STATIC / f"{name}.html").is_file(), reason="the page is not built (dev.py)"),
    ]


def afresh(browser: Browser, address: str) -> Browser:
    """A page opened anew, as on a screen of 1280 by 720; what was said before is forgotten."""
    browser.open("about:blank")
    browser.events.clear()
    browser.resize(1280, 720)
    browser.open(address)
    return browser
