"""Very many ships: one frame of them where the processor draws, and ships that leave without displacing others."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from browser.cdp import Browser
from browser.needs import page_tests
from selat.model.picture import FLAG_LOST, LON_NA, POSITION_SCALE
from selat.web.server import Running, create_app, serve_in_thread

sys.path.insert(0, str(Path(__file__).parents[2] / "bench"))

import page as bench

pytestmark = page_tests()

SHIPS = 50_000
#: one frame with everything, awaited until it is drawn, milliseconds
FRAME = """(() => {
  const map = selat.map(), gl = map.getCanvas().getContext('webgl2'), one = new Uint8Array(4);
  const wait = () => gl.readPixels(0, 0, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, one);
  wait();
  const begun = performance.now();
  map.redraw();
  wait();
  return performance.now() - begun;
})()"""


@pytest.fixture(scope="module")
def sea() -> Iterator[tuple[bench.Many, Running]]:
    picture = bench.Many(SHIPS)
    running = serve_in_thread(create_app(picture))
    yield picture, running
    running.stop()


@pytest.fixture(scope="module")
def page(browser: Browser, sea: tuple[bench.Many, Running]) -> Browser:
    browser.open(sea[1].url + "?labels=off")
    browser.wait(f"selat.ready() && selat.counts().ships === {SHIPS}", 90)
    return browser


def test_a_frame_of_fifty_thousand_does_not_take_seconds(page: Browser) -> None:
    took = sorted(page.js(FRAME) for _ in range(5))
    assert took[2] < 1500, f"{took} ms; with an instance for each ship and one shader for all it was 4,000"


def test_frames_keep_coming(page: Browser) -> None:
    before = page.js("selat.counts().frames")
    time.sleep(6)
    assert page.js("selat.counts().frames") - before >= 5, "each update is drawn"


def test_an_update_leaves_the_main_thread_free(page: Browser) -> None:
    page.wait("selat.costs().length >= 8", 30)
    costs = page.js("selat.costs().slice(2)")
    assert np.median(costs) < 25, f"{costs} ms; quiet it is some 3"


def test_who_leaves_takes_nobody_along(
    page: Browser, sea: tuple[bench.Many, Running], monkeypatch: pytest.MonkeyPatch
) -> None:
    picture, _ = sea
    monkeypatch.setattr(bench, "REPORTS", 0.0)
    time.sleep(2.5)  # what was on its way has come
    gone = np.arange(0, SHIPS, 3)
    picture.version += 1
    picture.all["lon"][gone], picture.all["flags"][gone] = LON_NA, picture.all["flags"][gone] | FLAG_LOST
    picture.changed[gone] = picture.version
    page.wait(f"selat.counts().ships <= {SHIPS - len(gone)}", 30)
    for k in (1, 2, 25_000, SHIPS - 2):
        ship = picture.all[k]
        if ship["lon"] == LON_NA:
            continue
        place = page.js(f"selat.place({ship['mmsi']})")
        lon, lat = ship["lon"] / POSITION_SCALE, ship["lat"] / POSITION_SCALE
        assert abs(place["lat"] - lat) < 1e-6 and abs(place["lon"] - lon) < 1e-6
        spot, there = page.js(f"selat.screen({ship['mmsi']})"), page.js(f"selat.project({lon}, {lat})")
        assert abs(spot["x"] - there["x"]) < 6 and abs(spot["y"] - there["y"]) < 6
        assert page.js(f"selat.drawn({ship['mmsi']}).category") == "cargo", "her column moved with her"
    assert page.js("selat.mmsis().length") == len(set(page.js("selat.mmsis()")))
    assert page.errors() == []
