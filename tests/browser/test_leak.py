"""The page of a long watch holds no more and more: two hours of coming and going ships and alerts, in two minutes.

Trails reach back an hour, so what is held is compared from then on.
"""

from __future__ import annotations

import pytest

from browser.leaking import growth, least, watched
from browser.needs import page_tests

pytestmark = [*page_tests(), pytest.mark.slow]


def test_a_long_watch_holds_no_more_and_more() -> None:
    samples = watched(minutes=125, settle=65, ships=600)
    first, last = samples[0][1], samples[-1][1]
    assert last["ships"] == first["ships"] == 600, "who is gone is off the page"
    assert growth(samples, "heap_mb") < 2.0, samples
    for name in ("nodes", "listeners"):
        early, late = least(samples, name)
        assert late < early * 1.3, (name, samples)
    assert last["alerts"] < 80, "what is over is not kept"
