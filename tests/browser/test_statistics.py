"""The statistics page in a real browser: periods, filter, map, tables, CSV, palettes and languages; mouse and keyboard."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

import selat
from browser.cdp import Browser
from browser.fake_picture import FakePicture
from browser.needs import page_tests
from browser.test_tools import press
from selat.app.archive import SeaArchive
from selat.cli import main
from selat.exercise.play import write_log
from selat.exercise.scene import Scene
from selat.model import clock
from selat.model.nouns import Zone
from selat.model.sieve import Sieve
from selat.web.server import Running, create_app, serve_in_thread

pytestmark = page_tests("statistics")

GATE = ((103.72, 1.0), (103.72, 1.35))


def counted_sea(folder: Path, ships: int = 120, minutes: int = 40) -> Path:
    """A sea of the last hour with a gate across the strait."""
    start = clock.now() // clock.SECOND * clock.SECOND - (minutes + 20) * clock.MINUTE
    write_log(folder / "log.nmea", minutes, Scene(seed=4, start=start, ships=ships))
    assert main(["read", str(folder / "log.nmea"), "--sea", str(folder / "sea"), "--alerts"]) == 0
    with selat.open(folder / "sea") as sea:
        sea.put(Zone("west gate", GATE, "made up", kind="gate", line=True))
    return folder / "sea"


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SeaArchive]:
    found = SeaArchive(counted_sea(tmp_path_factory.mktemp("statistics")))
    yield found
    found.close()


@pytest.fixture(scope="module")
def server(archive: SeaArchive) -> Iterator[Running]:
    running = serve_in_thread(create_app(FakePicture(200), archive=archive, title="strait", period_s=0.5))
    yield running
    running.stop()


def counted(page: Browser) -> None:
    page.wait(
        "document.documentElement.dataset.counted && document.querySelector('#density').dataset.ready === '1'", 60
    )


@pytest.fixture
def page(browser: Browser, server: Running) -> Iterator[Browser]:
    browser.open("about:blank")
    browser.events.clear()
    browser.open(f"{server.url}statistics?palette=night&lang=en&period=&hide=")
    counted(browser)
    yield browser
    assert browser.errors() == []
    assert all(url.startswith((server.url, "blob:", "data:", "about:")) for url in browser.urls()), "nothing leaves"


def middle(page: Browser, selector: str) -> tuple[float, float]:
    page.js(f"document.querySelector({selector!r}).scrollIntoView({{block: 'center'}})")
    box = page.js(
        f"JSON.stringify((() => {{ const b = document.querySelector({selector!r}).getBoundingClientRect();"
        " return [b.left + b.width / 2, b.top + b.height / 2]; })())"
    )
    x, y = json.loads(box)
    return x, y


def press_on(page: Browser, selector: str) -> None:
    page.click(*middle(page, selector))


def enter(page: Browser) -> None:
    """The Enter key as a keyboard sends it: a button that has the focus is pressed."""
    key = {"key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 13, "text": "\r"}
    page.call("Input.dispatchKeyEvent", type="keyDown", **key)
    page.call("Input.dispatchKeyEvent", type="keyUp", **{k: v for k, v in key.items() if k != "text"})


def test_what_is_shown_is_what_was_counted(page: Browser, archive: SeaArchive) -> None:
    span = archive.span()
    assert span is not None
    end = -(-(span[1] + 1) // clock.HOUR) * clock.HOUR
    want = archive.traffic.statistics(end - clock.DAY, end, Sieve())
    assert f"{want['ships']:,} ships, {want['reports']:,} reports" in page.js(
        "document.querySelector('.sum').textContent"
    )
    for name in ("by-hour", "by-type", "by-direction", "by-speed", "by-flag", "gates", "gate-0", "alerts", "reception"):
        assert page.js(f"!!document.querySelector('#{name} svg') || !!document.querySelector('#{name} .note')"), name
    press_on(page, "#by-type summary")
    page.wait("document.querySelector('#by-type table')")
    shown = json.loads(page.js(
        "JSON.stringify([...document.querySelectorAll('#by-type tbody tr')].map(r => Number(r.lastChild.textContent)))"
    ))  # fmt: skip
    assert shown == list(want["by_type"].values())
    _, gates = archive.traffic.passages(end - clock.DAY, end, (), Sieve())
    press_on(page, "#gates summary")
    page.wait("document.querySelector('#gates table')")
    shown = json.loads(page.js(
        "JSON.stringify([...document.querySelectorAll('#gates tbody tr')].map(r => Number(r.children[2].textContent)))"
    ))  # fmt: skip
    assert shown == [w["passages"] for w in gates[0]["ways"]] and sum(shown) > 0


def test_a_filter_stands_in_the_address_and_counts_anew(page: Browser) -> None:
    whole = page.js("document.querySelector('.sum').textContent")
    page.js("document.querySelector('.controls details').open = true")
    for kind in ("cargo", "passenger", "fast", "service", "fishing", "pleasure", "unknown"):
        press_on(page, f"input[value={kind}]")
    press_on(page, "button.apply")
    page.wait("document.querySelector('.sum').textContent.includes('Counting')", 5)
    counted(page)
    assert (
        "cargo" in page.js("new URLSearchParams(location.search).get('hide')")
        and page.js("document.querySelector('.sum').textContent") != whole
    )
    assert page.js("document.querySelectorAll('#by-type svg g').length") == 1
    press_on(page, "button.clear")
    counted(page)
    page.wait(f"document.querySelector('.sum').textContent === {whole!r}", 20)


def test_periods_by_keyboard(page: Browser) -> None:
    page.key("2")
    page.wait("location.search.includes('period=week')", 5)
    counted(page)
    assert page.js("document.querySelectorAll('#by-hour svg g').length") == 7 * 24
    page.key("1")
    page.wait("document.querySelectorAll('#by-hour svg g').length === 24", 30)
    page.js("document.querySelector('[data-period=month]').focus()")
    enter(page)
    page.wait("document.querySelectorAll('#by-hour svg g').length === 720", 30)
    page.key("1")
    counted(page)


def test_the_map_has_colours_and_another_measure_has_others(page: Browser) -> None:
    def colours() -> int:
        return page.js(
            "(() => { const m = document.querySelector('#density canvas.maplibregl-canvas');"
            " const c = document.createElement('canvas'); c.width = m.width; c.height = m.height;"
            " const x = c.getContext('2d'); x.drawImage(m, 0, 0); const d = x.getImageData(0, 0, c.width, c.height).data;"
            " const s = new Set(); for (let i = 0; i < d.length; i += 4) s.add(`${d[i]},${d[i+1]},${d[i+2]}`);"
            " return s.size; })()"
        )

    time.sleep(1.0)
    assert colours() > 15, "sea, land, coast and many shades of traffic"
    before = page.js("document.querySelector('.heat-title').textContent")
    page.js("document.querySelector('select[name=measure]').focus()")
    press(page, "ArrowDown")
    page.wait(f"document.querySelector('.heat-title').textContent !== {before!r}", 5)
    assert page.js("location.search.includes('heat_of=ships')")
    press(page, "ArrowUp")


def test_csv_is_handed_out(page: Browser) -> None:
    page.js(
        "window.taken = []; const old = URL.createObjectURL;"
        " URL.createObjectURL = (b) => { b.text().then(t => window.taken.push(t)); return old.call(URL, b); }"
    )
    press_on(page, "#by-hour .csv")
    page.wait("window.taken.length === 1", 5)
    lines = page.js("window.taken[0]").strip().splitlines()
    assert len(lines) == 25 and lines[0].lstrip("\ufeff").startswith("Hour (UTC),")
    press_on(page, "#density .csv")
    page.wait("window.taken.length === 2", 5)
    assert page.js("window.taken[1]").startswith("lat,lon,hours_per_km2,ships,speed_kn")


def test_languages_and_palettes_without_counting_again(page: Browser) -> None:
    turn = page.js("document.documentElement.dataset.counted")
    for code, word in (("ms", "Kapal mengikut jam"), ("ja", "時間別の隻数"), ("en", "Ships by hour")):
        page.js(
            f"(() => {{ const s = document.querySelector('select[name=language]'); s.value = '{code}';"
            " s.dispatchEvent(new Event('change')); })()"
        )
        assert word in page.js("document.querySelector('#by-hour h2').textContent")
    for palette in ("bridge", "day", "dusk", "night"):
        page.key("d")
        assert page.js("document.documentElement.dataset.palette") == palette
    assert page.js("document.documentElement.dataset.counted") == turn


def test_without_a_sea_the_page_says_so(browser: Browser) -> None:
    running = serve_in_thread(create_app(FakePicture(10), title="bare", period_s=0.5))
    try:
        browser.open("about:blank")
        browser.events.clear()
        browser.open(f"{running.url}statistics?lang=en")
        browser.wait("document.documentElement.dataset.counted !== undefined && document.querySelector('.trouble')", 20)
        assert "no stored sea" in browser.js("document.querySelector('.trouble').textContent")
        assert browser.errors() == []
    finally:
        running.stop()
