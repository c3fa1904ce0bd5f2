"""The fleet table in a real browser: order, lock, filter, columns, export, links; 50,000 rows; mouse and keyboard."""

from __future__ import annotations

import base64
import csv
import io
import json
import time
from collections.abc import Iterator

import numpy as np
import openpyxl
import pytest

from browser.cdp import Browser
from browser.fake_picture import FakePicture
from browser.needs import afresh, page_tests
from browser.test_statistics import enter
from browser.test_tools import SHIFT, press
from selat.model.picture import CLASS_A, POSITION_SCALE, ROW
from selat.web.server import Running, create_app, serve_in_thread

pytestmark = page_tests("fleet")


class Many:
    """A picture of ``n`` ships of which a tenth reports each second."""

    def __init__(self, n: int) -> None:
        rng = np.random.default_rng(1)
        self.table = np.zeros(n, ROW)
        self.table["mmsi"] = 533_000_001 + np.arange(n)
        self.table["lon"] = rng.integers(98 * POSITION_SCALE, 106 * POSITION_SCALE, n)
        self.table["lat"] = rng.integers(0, 7 * POSITION_SCALE, n)
        self.table["sog"] = rng.integers(0, 250, n)
        self.table["cog"] = rng.integers(0, 3600, n)
        self.table["flags"] = CLASS_A
        self.version = 1

    def rows(self, since: int) -> tuple[int, np.ndarray]:
        self.version += 1
        return self.version, self.table[self.version % 10 :: 10] if since else self.table

    def labels(self, since: int) -> tuple[int, list[dict]]:
        names = self.table["mmsi"].tolist() if since == 0 else ()
        none = dict.fromkeys(("callsign", "imo", "ship_type", "length_m", "beam_m"))
        return 1, [{"id": m, "name": f"SHIP {m % 100_000:05d}", "cls": 1, **none} for m in names]

    def alerts(self, since: int) -> tuple[int, list[dict]]:
        return 1, []

    def ship(self, mmsi: int) -> None:
        return None

    def health(self) -> dict:
        now = time.time() * 1000
        return {
            "now_ms": now,
            "clock_ms": now,
            "sources": [],
            "ships": len(self.table),
            "rate_per_s": 1.0,
            "lag_s": 0.0,
            "replay": False,
        }


CELLS = "[...document.querySelectorAll('.rows .row')].sort((a, b) => a.dataset.at - b.dataset.at)"


@pytest.fixture(scope="module")
def server() -> Iterator[Running]:
    running = serve_in_thread(create_app(FakePicture(400), title="strait", period_s=0.5))
    yield running
    running.stop()


@pytest.fixture
def page(browser: Browser, server: Running) -> Iterator[Browser]:
    afresh(browser, f"{server.url}fleet?palette=night&lang=en&sort=name&columns=&hide=&min_kn=&only=")
    browser.wait(
        "document.documentElement.dataset.ready === '1' && document.querySelectorAll('.rows .row').length > 10", 40
    )
    browser.js("document.querySelector('.grid').scrollTop = 0")
    yield browser
    assert browser.errors() == []


def column(page: Browser, key: str, most: int = 15) -> list[str]:
    return json.loads(page.js(
        f"JSON.stringify({CELLS}.slice(0, {most}).map(r => r.querySelector('.cell.{key}').textContent))"
    ))  # fmt: skip


def press_on(page: Browser, selector: str) -> None:
    box = json.loads(page.js(
        f"JSON.stringify((() => {{ const b = document.querySelector({selector!r}).getBoundingClientRect();"
        " return [b.left + b.width / 2, b.top + b.height / 2]; })())"
    ))  # fmt: skip
    page.click(*box)


def count(page: Browser) -> list[int]:
    text = page.js("document.querySelector('.count').textContent")
    return [int(w.replace(",", "")) for w in text.split() if w[0].isdigit()]


def test_rows_are_ordered_by_mouse_and_by_keyboard(page: Browser) -> None:
    mmsi_first = column(page, "mmsi")
    press_on(page, "button[data-key=sog]")
    page.wait("location.search.includes('sort=sog')", 5)
    slow = [float(v) for v in column(page, "sog") if v != "–"]
    assert slow == sorted(slow)
    press_on(page, "button[data-key=sog]")
    page.wait("location.search.includes('sort=-sog')", 5)
    time.sleep(0.3)
    fast = [float(v) for v in column(page, "sog")]
    assert fast == sorted(fast, reverse=True) and fast[0] > 10
    assert page.js("document.querySelector('[aria-sort=descending] button').dataset.key") == "sog"
    page.js("document.activeElement.blur()")
    page.key("s")
    page.wait("location.search.includes('sort=cog')", 5)
    press(page, "S", SHIFT)
    page.wait("location.search.includes('sort=-cog')", 5)
    assert column(page, "mmsi") != mmsi_first


def test_a_locked_order_stands_still(page: Browser) -> None:
    press_on(page, "button[data-key=sog]")
    time.sleep(0.5)
    page.key("l")
    page.wait("document.querySelector('.lock').getAttribute('aria-pressed') === 'true'", 5)
    before, speeds = column(page, "mmsi"), []
    for _ in range(4):
        time.sleep(1.1)
        assert column(page, "mmsi") == before
        speeds.append(tuple(column(page, "age")))
    assert len(set(speeds)) > 1, "the cells go on, the rows stay"
    press_on(page, ".lock")
    page.wait("document.querySelector('.lock').getAttribute('aria-pressed') === 'false'", 5)


def test_the_filter_is_that_of_the_watch_page(page: Browser, server: Running) -> None:
    shown, whole = count(page)
    assert shown == whole > 300
    page.open(f"{server.url}fleet?lang=en&min_kn=5&hide=cargo,aid&only=")
    page.wait(
        "document.documentElement.dataset.ready === '1' && document.querySelectorAll('.rows .row').length > 3", 40
    )
    assert 0 < count(page)[0] < whole
    assert all(float(v) >= 5 for v in column(page, "sog")) and "Cargo" not in column(page, "type", 40)
    page.key("/")
    page.type("zzzz")
    enter(page)
    page.wait("document.querySelector('.nothing').textContent.includes('No ship')", 5)
    assert "only=zzzz" in page.js("location.search")
    press_on(page, ".filter .clear")
    page.wait(f"document.querySelector('.count').textContent.startsWith('{whole}')", 5)
    press_on(page, "input[name=kind][value=tanker]")
    page.wait("location.search.includes('hide=tanker')", 5)
    press_on(page, "input[name=kind][value=tanker]")


def test_columns_are_chosen(page: Browser) -> None:
    press_on(page, ".choose summary")
    press_on(page, "input[name=column][value=imo]")
    page.wait("document.querySelector('button[data-key=imo]')", 5)
    assert "imo" in page.js("location.search")
    press_on(page, "input[name=column][value=imo]")
    page.wait("!document.querySelector('button[data-key=imo]')", 5)


def taken(page: Browser, kind: str) -> bytes:
    page.js(
        "(() => { window.taken = null; const old = window.oldUrl ?? (window.oldUrl = URL.createObjectURL);"
        " URL.createObjectURL = (b) => { b.arrayBuffer().then(a => {"
        " window.taken = btoa(Array.from(new Uint8Array(a), x => String.fromCharCode(x)).join('')); });"
        " return old.call(URL, b); }; return true; })()"
    )
    press_on(page, f"[data-export={kind}]")
    page.wait("window.taken", 10)
    return base64.b64decode(page.js("window.taken"))


def test_what_is_shown_is_handed_out(page: Browser) -> None:
    shown = count(page)[0]
    rows = list(csv.DictReader(io.StringIO(taken(page, "csv").decode("utf-8-sig"))))
    assert len(rows) == shown and rows[0]["mmsi"].isdigit() and "status" in rows[0]
    assert [r["mmsi"].zfill(9) for r in rows[:15]] == column(page, "mmsi")
    book = openpyxl.load_workbook(io.BytesIO(taken(page, "xlsx")))
    sheet = book.active
    assert sheet.title == "Fleet" and sheet.max_row == shown + 1 and sheet.freeze_panes == "A2"
    assert [str(sheet.cell(k + 2, 2).value).zfill(9) for k in range(15)] == column(page, "mmsi")
    assert isinstance(sheet.cell(2, 2).value, int)
    found = json.loads(taken(page, "geojson"))
    assert len(found["features"]) == shown and found["features"][0]["geometry"]["type"] == "Point"


def test_a_row_leads_to_the_watch(page: Browser, server: Running) -> None:
    press(page, "ArrowDown")
    press(page, "ArrowDown")
    page.wait("document.querySelector('.row.chosen')", 5)
    mmsi = int(page.js("document.querySelector('.row.chosen .cell.mmsi').textContent"))
    assert page.js("document.querySelector('.row.chosen a').getAttribute('href')") == f"./?ship={mmsi}"
    press(page, "End")
    page.wait("document.querySelector('.row.chosen').dataset.at > 300", 5)
    press(page, "Home")
    page.wait("document.querySelector('.row.chosen').dataset.at === '0'", 5)
    mmsi = int(page.js("document.querySelector('.row.chosen .cell.mmsi').textContent"))
    press(page, "Enter")
    page.wait(f"location.pathname === '/' && location.search.includes('ship={mmsi}')", 20)


@pytest.mark.slow
def test_fifty_thousand_rows_scroll_smoothly(browser: Browser) -> None:
    running = serve_in_thread(create_app(Many(50_000), title="many", period_s=1.0))
    try:
        browser.open("about:blank")
        browser.open(f"{running.url}fleet?lang=en&sort=name&columns=&hide=&min_kn=&only=")
        browser.wait("document.querySelector('.count')?.textContent.includes('50,0')", 90)
        assert browser.js("document.querySelectorAll('.rows .row').length") < 80, "only what is seen exists"
        browser.js(
            "window.took = []; (async () => { const g = document.querySelector('.grid');"
            " const frame = () => new Promise(r => requestAnimationFrame(r));"
            " for (let k = 0; k < 60; k++) { g.scrollTop += 3000; const at = performance.now(); await frame();"
            " await frame(); window.took.push(performance.now() - at); } window.done = true; })(); true"
        )
        browser.wait("window.done", 60)
        took = sorted(json.loads(browser.js("JSON.stringify(window.took)")))
        assert took[len(took) // 2] < 150, "two frames of a browser that draws in software on a busy machine"
        at = int(browser.js("document.querySelector('.rows .row').dataset.at"))
        assert at > 4000
        press(browser, "End")
        browser.wait("Number([...document.querySelectorAll('.rows .row')].pop().dataset.at) > 49000", 10)
    finally:
        running.stop()
