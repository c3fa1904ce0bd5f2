"""The past on the page: the time bar, playing, jumping, ships of the history; by mouse and by keyboard."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from browser.cdp import Browser
from browser.fake_picture import FakePicture
from browser.needs import afresh, page_tests
from browser.test_tools import SHIFT, address, press
from selat.app.archive import SeaArchive
from selat.cli import main
from selat.exercise.play import write_log
from selat.exercise.scene import Scene
from selat.model import clock
from selat.web.server import Running, create_app, serve_in_thread

pytestmark = page_tests()

SHIPS = 60
AGO_MIN = 90
LONG_MIN = 25


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SeaArchive]:
    """A sea of 25 minutes that began an hour and a half ago."""
    folder: Path = tmp_path_factory.mktemp("past")
    start = clock.now() // clock.SECOND * clock.SECOND - AGO_MIN * clock.MINUTE
    write_log(folder / "log.nmea", LONG_MIN, Scene(seed=2, start=start, ships=SHIPS))
    assert main(["read", str(folder / "log.nmea"), "--sea", str(folder / "sea"), "--alerts"]) == 0
    found = SeaArchive(folder / "sea")
    yield found
    found.close()


@pytest.fixture(scope="module")
def server(archive: SeaArchive) -> Iterator[Running]:
    running = serve_in_thread(create_app(FakePicture(200), archive=archive, title="past", period_s=0.5))
    yield running
    running.stop()


@pytest.fixture
def page(browser: Browser, server: Running) -> Iterator[Browser]:
    afresh(browser, f"{server.url}?palette=night&lang=en")
    browser.wait("selat.ready()", 60)
    browser.wait("!document.getElementById('timebar').hidden", 10)
    yield browser
    assert browser.errors() == []


def there(page: Browser, ms: float) -> None:
    """Go to an instant with the keyboard."""
    page.key("g")
    page.js("document.activeElement.value = ''")
    page.type(time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(ms / 1000)))
    press(page, "Enter")
    page.wait("selat.past() && !selat.past().waiting", 20)


def middle(archive: SeaArchive) -> int:
    first, last = archive.span() or (0, 0)
    return (first + last) // 2_000_000


def test_ships_are_where_the_history_has_them_and_the_frame_says_past(page: Browser, archive: SeaArchive) -> None:
    at = middle(archive) // 1000 * 1000
    there(page, at)
    page.wait("document.documentElement.hasAttribute('data-past')")
    page.wait("document.querySelector('.state').textContent === 'PAST'", 5)  # the top bar looks twice a second
    border = page.js("getComputedStyle(document.getElementById('past-mark')).borderTopWidth")
    assert float(border.rstrip("px")) >= 8
    assert abs(page.js("selat.past().at") - at) < 1000
    rows = archive.rows(at * 10**6 - 60 * 10**9, at * 10**6, 1)
    newest = {int(r["mmsi"]): r for r in rows}
    places = {m: page.js(f"selat.place({m})") for m in list(newest)[:20]}
    near = [m for m, p in places.items() if p and abs(p["lat"] - newest[m]["lat"] / 600_000) < 0.01]
    assert len(near) >= 18, "where the last report before has them, within a minute's way"
    page.key("0")
    page.wait("selat.past() === null && selat.counts().ships === 200", 10)
    assert "at=" not in address(page)


def test_play_forth_and_back_at_the_pace(page: Browser, archive: SeaArchive) -> None:
    there(page, middle(archive))
    began, wall = page.js("[selat.past().at, performance.now()]")
    page.key(" ")
    time.sleep(2.5)
    page.key(" ")
    at, then = page.js("[selat.past().at, performance.now()]")
    assert 0.5 < (at - began) / ((then - wall) * 60) < 1.2
    assert not page.js("selat.past().playing")
    page.key("b")
    time.sleep(1.0)
    assert page.js("selat.past().at") < at and page.js("selat.past().pace") == -60
    assert "−60" in page.wait(
        "document.querySelector('.state').textContent.includes('−') && document.querySelector('.state').textContent"
    )
    page.key(" ")
    press(page, ">", SHIFT)
    assert page.js("Math.abs(selat.past().pace)") == 120 and "pace=120" in address(page)
    stood = page.js("selat.past().at")
    page.key(",")
    assert abs(stood - page.js("selat.past().at") - 60_000) < 2000
    page.js("document.querySelector('.time-live').click()")
    page.wait("selat.past() === null")
    page.key("0")


def test_drag_on_the_bar_and_jump_to_an_alert(page: Browser, archive: SeaArchive, server: Running) -> None:
    box = page.js("(() => { const r = document.querySelector('.time-canvas').getBoundingClientRect();"
                  " return {x: r.left, y: r.top, w: r.width, h: r.height}; })()")  # fmt: skip
    page.click(box["x"] + box["w"] * 0.9, box["y"] + box["h"] - 20)
    at = page.wait("selat.past() && selat.past().at")
    assert 1.5 < (time.time() * 1000 - at) / 3_600_000 < 3.5
    page.key("0")
    page.wait("selat.past() === null")
    first, last = archive.span() or (0, 0)
    newest = max(a["time_ms"] for a in archive.alerts(first, last + 1) if not a["lead"])
    page.wait("selat.alertTicks() > 0", 10)
    page.key("j")
    page.wait("selat.past() !== null")
    assert abs(page.js("selat.past().at") - newest) < 1000
    page.wait("selat.past().alerts > 0", 10)
    page.open("about:blank")
    page.open(f"{server.url}?lang=en&at={int(newest)}")  # a link to an instant
    page.wait("selat.past() && !selat.past().waiting", 30)
    page.key("g")
    page.js("document.activeElement.value = ''")
    page.type("yesterday")
    press(page, "Enter")
    assert "2026-11-26 03:12" in page.js("document.querySelector('.time-said').textContent")
    page.key("0")


def test_a_ship_of_the_history_is_found_and_her_dossier_read(page: Browser, archive: SeaArchive) -> None:
    ship = next(s for s in archive.search("EX") if s["last_ms"])
    page.key("/")
    page.type(str(ship["id"]))
    page.wait(f"document.getElementById('hits').textContent.includes('{ship['name']}')", 10)
    press(page, "Enter")
    page.wait(f"selat.past() && new URLSearchParams(location.search).get('ship') === '{ship['id']}'", 20)
    page.wait(f"document.querySelector('.ship-name').textContent.includes('{ship['name']}')", 10)
    page.key("i")
    text = page.wait("document.querySelector('.dossier') && document.querySelector('.dossier').textContent", 10)
    assert ship["name"] in text and "reports" in text
    page.key("i")
    page.wait("document.querySelector('.dossier') === null")
    page.key("0")
    press(page, "Escape")


def test_without_a_sea_there_is_no_bar(browser: Browser) -> None:
    running = serve_in_thread(create_app(FakePicture(50), title="bare", period_s=0.5))
    try:
        browser.open(running.url + "?lang=en")
        browser.wait("selat.ready()", 60)
        assert browser.js("document.getElementById('timebar').hidden")
        assert browser.js("selat.past()") is None
    finally:
        running.stop()
        browser.open("about:blank")
