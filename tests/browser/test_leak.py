"""The page of a long watch holds no more and more: 25 minutes of coming and going ships and alerts, in a minute."""

from __future__ import annotations

import pytest

from browser.leaking import growth, watched
from browser.needs import page_tests

pytestmark = [*page_tests(), pytest.mark.slow]


def test_a_long_watch_holds_no_more_and_more() -> None:
    samples = watched(minutes=25, settle=10, ships=600)
    first, last = samples[0][1], samples[-1][1]
    assert last["ships"] == first["ships"] == 600, "who is gone is off the page"
    assert growth(samples, "heap_mb") < 2.0, samples
    assert last["nodes"] < first["nodes"] * 1.3 + 100 and last["listeners"] < first["listeners"] * 1.3 + 50
    assert last["alerts"] < 80, "what is over is not kept"
