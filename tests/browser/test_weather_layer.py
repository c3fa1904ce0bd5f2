"""Wind and current on the map: by mouse, by keyboard, with the time bar; unit, source, age; nothing where there is none."""

from __future__ import annotations

import math
import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from browser.cdp import Browser
from browser.fake_picture import FakePicture
from browser.needs import page_tests
from browser.test_deeds import shift
from browser.test_tools import address
from selat.app.archive import SeaArchive
from selat.model import clock
from selat.model.clock import HOUR
from selat.web.server import Running, create_app, serve_in_thread
from small_sea import make_sea
from weather_fields import value, write_field

pytest.importorskip("netCDF4")
pytestmark = page_tests()
LEGEND = "document.querySelector('.weather-legend').innerText"
KNOT = 1852 / 3600


@pytest.fixture(scope="module")
def sea(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_sea(tmp_path_factory.mktemp("weather") / "sea")


@pytest.fixture(scope="module")
def begin() -> int:
    """The fields begin three hours ago and end in three."""
    return (clock.now() // HOUR - 3) * HOUR


@pytest.fixture(scope="module")
def server(sea: Path, begin: int) -> Iterator[Running]:
    archive = SeaArchive(sea)
    write_field(sea / "fields" / "wind.nc", "wind", begin, (0.0, 2.0, 4.0, 6.0))
    os.utime(sea / "fields" / "wind.nc", (time.time() - 7200, time.time() - 7200))
    write_field(sea / "fields" / "current.nc", "current", begin, tuple(map(float, range(7))))
    running = serve_in_thread(create_app(FakePicture(60), archive=archive, title="weather", period_s=0.5))
    yield running
    running.stop()
    archive.close()


def at(browser: Browser, url: str, query: str = "") -> Browser:
    browser.open("about:blank")
    browser.events.clear()
    browser.resize(1280, 720)
    browser.open(f"{url}?palette=night&lang=en&weather=&at=&zones=&vectors=0{query}#9/1.6/104.9")
    browser.wait("selat.ready()", 60)
    return browser


def check(page: Browser, kind: str, hours: float, within: float = 0.06) -> None:
    """The arrows that are held are those of the file at that time."""
    found = page.js(f"selat.weather().{kind}")
    assert len(found["lon"]) > 40
    for lon, lat, east, north in zip(found["lon"], found["lat"], found["east"], found["north"], strict=True):
        u, v = value(kind, hours, lon, lat)
        assert math.hypot(u - east, v - north) < within, (lon, lat)


def inked(page: Browser) -> int:
    """Pixels of the layer that carry something."""
    return int(
        page.js("""(() => { const c = document.getElementById('weather'); if (!c) return 0;
      const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;
      let n = 0; for (let k = 3; k < d.length; k += 4) n += d[k] > 40 ? 1 : 0; return n; })()""")
    )


def test_by_mouse_wind_then_current_then_both_then_off(browser: Browser, server: Running, begin: int) -> None:
    page = at(browser, server.url)
    assert page.js("document.getElementById('weather')") is None, "nothing is loaded before it is wanted"
    spot = page.js(
        "(() => { const r = document.querySelector('.weather-turn').getBoundingClientRect(); return [r.x + r.width / 2, "
        "r.y + r.height / 2]; })()"
    )
    page.click(*spot)
    page.wait("selat.weather().wind?.lon.length > 40")
    hours = (clock.now() - begin) / HOUR
    check(page, "wind", hours)
    page.wait(f"{LEGEND}.includes('wind.nc')")
    said = page.js(LEGEND)
    east, north = value("wind", hours, 104.9, 1.6)
    direction = math.degrees(math.atan2(-east, -north)) % 360
    assert "10 kn" in said and "file 2 h" in said and "between" in said
    told = page.js(f"{LEGEND}.match(/from (\\d{{3}})° (\\d+) kn/).slice(1).map(Number)")
    assert abs(told[0] - direction) < 3 and abs(told[1] - math.hypot(east, north) / KNOT) < 1
    assert "weather=wind" in address(page) and page.js("selat.weather().current") is None
    page.wait("selat.map().loaded()")
    time.sleep(0.6)
    wind = inked(page)
    assert wind > 3000
    turn = "document.querySelector('.weather-turn')"
    page.js(f"{turn}.click()")
    page.wait("selat.weather().current?.lon.length > 40 && !selat.weather().wind")
    check(page, "current", hours)
    assert "1 kn" in page.js(LEGEND) and "current.nc" in page.js(LEGEND)
    page.js(f"{turn}.click()")
    page.wait("selat.weather().current && selat.weather().wind")
    time.sleep(0.6)
    assert inked(page) > wind
    page.js(f"{turn}.click()")
    page.wait("Object.keys(selat.weather()).length === 0")
    time.sleep(0.6)
    assert inked(page) == 0 and "weather" not in address(page)
    assert page.js("document.querySelector('.weather-body').textContent") == ""
    assert browser.errors() == []


def test_by_keyboard_and_with_the_time_bar(browser: Browser, server: Running, begin: int) -> None:
    page = at(browser, server.url)
    shift(page, "W")
    page.wait("selat.weather().wind?.lon.length > 40")
    now = clock.now()
    page.key("g")
    page.js("document.activeElement.select()")
    wanted = begin + 2 * HOUR
    page.type(clock.format_time(wanted)[:16].replace("T", " "))
    page.call("Input.dispatchKeyEvent", type="keyDown", key="Enter")
    page.wait(f"selat.past() && Math.abs(selat.past().at - {wanted // 1_000_000}) < 60000")
    page.wait(f"selat.weather().wind && Math.abs(selat.weather().wind.at_ms - {wanted // 1_000_000}) < 300000")
    check(page, "wind", 2.0, 0.09)
    page.wait(f"/for \\d{{4}}-\\d\\d-\\d\\d \\d\\d:00 UTC/.test({LEGEND})")
    page.js("document.activeElement.blur()")
    for _ in range(60):
        page.key(".")
    page.wait("selat.weather().wind.at_ms - " + str(wanted // 1_000_000) + " > 3000000")
    check(page, "wind", 3.0, 0.09)
    page.key("0")
    page.wait("selat.past() === null")
    page.wait(f"Math.abs(selat.weather().wind.at_ms - {now // 1_000_000}) < 600000")
    assert browser.errors() == []


def test_before_the_first_time_of_a_field_nothing_is_drawn_and_what_there_is_is_said(
    browser: Browser, server: Running, begin: int
) -> None:
    early = begin // 1_000_000 - 5 * 3_600_000
    page = browser
    browser.open("about:blank")
    browser.open(f"{server.url}?palette=night&lang=en&weather=wind&at={early}#9/1.6/104.9")
    page.wait(f"{LEGEND}.includes('No wind for')", 60)
    assert "There is wind.nc" in page.js(LEGEND) and page.js("selat.weather().wind.lon.length") == 0
    assert inked(page) == 0


def test_without_a_field_it_says_how_to_get_one(browser: Browser, tmp_path: Path) -> None:
    archive = SeaArchive(make_sea(tmp_path / "sea"))
    server = serve_in_thread(create_app(FakePicture(30), archive=archive, title="calm", period_s=0.5))
    try:
        page = at(browser, server.url)
        shift(page, "W")
        page.wait(f"{LEGEND}.includes('selat rescue fetch')")
        assert inked(page) == 0
    finally:
        server.stop()
        archive.close()


@pytest.mark.parametrize("language", ["ms", "ja"])
def test_other_languages(browser: Browser, server: Running, language: str) -> None:
    page = at(browser, server.url)
    browser.open("about:blank")
    browser.open(f"{server.url}?palette=day&lang={language}&weather=both#9/1.6/104.9")
    page.wait("selat.weather().wind?.lon.length > 40 && selat.weather().current?.lon.length > 40", 60)
    page.wait(f"{LEGEND}.includes({'Angin'!r})" if language == "ms" else f"{LEGEND}.includes('風')")
    assert not any(w in page.js(LEGEND) for w in ("file", "between", "from ", "middle"))


def test_a_barb_points_to_where_the_wind_comes_from(browser: Browser, server: Running) -> None:
    """The drawing itself, in pixels: 25 kn from the east; feathers on the side of low pressure in either hemisphere."""
    page = at(browser, server.url, "&weather=wind")
    shift(page, "W")
    page.wait("selat.weather().wind?.lon.length > 40")
    page.js("""(() => { const w = selat.weather().wind; w.lon.splice(0, w.lon.length, 104.9); w.lat.splice(0, w.lat.length, 1.6);
      w.east.splice(0, w.east.length, -25 * 1852 / 3600); w.north.splice(0, w.north.length, 0); selat.repaint(); })()""")
    time.sleep(0.6)
    found = page.js("""(() => { const c = document.getElementById('weather'), p = selat.project(104.9, 1.6);
      const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data, out = [];
      for (let y = 0; y < c.height; y++) for (let x = 0; x < c.width;
        x++) if (d[4 * (y * c.width + x) + 3] > 60) out.push([x - p.x, y - p.y]);
      return out; })()""")
    xs, ys = [p[0] for p in found], [p[1] for p in found]
    assert 25 < max(xs) < 34 and min(xs) > -3, "the shaft goes to the east"
    assert max(ys) > 8 and min(ys) > -3, (
        "north of the line its feathers are to the south: low pressure at the left of who has the wind in the back"
    )
