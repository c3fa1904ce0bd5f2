"""What the tests of all pages share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from browser.cdp import Browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for the tests of a file."""
    with Browser() as chromium:
        yield chromium
