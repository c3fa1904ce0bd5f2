"""Reports from the page: of a day, a ship, an alert, an area; by mouse and by keyboard; HTML and PDF; and how they print."""

from __future__ import annotations

import base64
import json
import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from browser.cdp import Browser
from browser.fake_picture import FakePicture
from browser.needs import afresh, page_tests
from browser.test_deeds import enter, shift
from browser.test_own_keys import escape
from selat.app.archive import SeaArchive
from selat.web.server import Running, create_app, serve_in_thread
from small_sea import T0, make_sea

pytestmark = page_tests()
SHIP = 533_000_001


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SeaArchive]:
    found = SeaArchive(make_sea(tmp_path_factory.mktemp("paper") / "sea"))
    yield found
    found.close()


@pytest.fixture(scope="module")
def server(archive: SeaArchive) -> Iterator[Running]:
    """The picture shows ships of the sea, so that there is something to report of them."""
    picture = FakePicture(80)
    picture.ships[-1].mmsi = SHIP
    picture._by_mmsi[SHIP] = picture.ships[-1]
    alert = next(a for a in archive.alerts(T0 - 1, T0 + 1) if a["rule"] == "collision")
    picture._alerts[0].update(id=alert["id"], rule="collision", subjects=[SHIP], names=["BUNGA LAUT"])
    running = serve_in_thread(create_app(picture, archive=archive, title="paper", period_s=0.5))
    yield running
    running.stop()


@pytest.fixture
def page(browser: Browser, server: Running) -> Iterator[Browser]:
    afresh(browser, f"{server.url}?palette=night&lang=en&ship=")
    browser.wait("selat.ready() && selat.zones() >= 1", 60)
    browser.js("window.make = URL.createObjectURL")
    browser.js("URL.createObjectURL = (b) => window.make.call(URL, (window.made = b)); 0")
    yield browser
    assert browser.errors() == []


def click(page: Browser, selector: str) -> None:
    """A press of the mouse in the middle of an element that has come to rest: lists and cards make room for each other."""
    spot, before = None, [0.0, 0.0]
    for _ in range(20):
        spot = page.js(f"""(() => {{ const e = document.querySelector({json.dumps(selector)});
            e.scrollIntoView({{ block: 'nearest' }});
            const r = e.getBoundingClientRect(); return [r.x + r.width / 2, r.y + r.height / 2]; }})()""")
        if spot == before:
            break
        before = spot
        time.sleep(0.4)
    page.click(*spot)


def choose(page: Browser, name: str, value: str) -> None:
    page.js(
        f"(() => {{ const s = document.querySelector('dialog.report [name={name}]'); s.value = {json.dumps(value)}; "
        f"s.dispatchEvent(new Event('change')); }})()"
    )


def made(page: Browser) -> str:
    """Press the button, wait, read what came."""
    click(page, "dialog.report .yes")
    page.wait(
        "document.querySelector('dialog.report a.open') || document.querySelector('dialog.report .problem').textContent",
        90,
    )
    assert page.js("document.querySelector('dialog.report .problem').textContent") == ""
    return str(page.js("window.made.text()"))


def test_of_a_ship_from_her_card_by_mouse(page: Browser, tmp_path: Path) -> None:
    page.js(f"selat.select({SHIP})")
    page.wait("document.querySelector('#card dl').textContent.includes('invented')", 30)  # the card is whole
    click(page, "#card .to-report")
    page.wait("document.querySelector('dialog.report[open]')")
    assert page.js("document.querySelector('dialog.report [name=kind]').value") == "ship"
    assert page.js("document.querySelector('dialog.report [name=about]').value") == str(SHIP)
    told = made(page)
    assert "<html" in told and str(SHIP) in told and "BUNGA LAUT" in told
    assert page.js("document.activeElement.className") == "button open", "the keyboard goes on from here"
    click(page, "dialog.report a.open")
    opened: list[dict] = []
    for _ in range(40):
        opened = [t for t in page.call("Target.getTargets")["targetInfos"] if t["url"].startswith("blob:")]
        if opened and "BUNGA" in opened[0]["title"]:
            break
        time.sleep(0.25)
    assert len(opened) == 1 and "BUNGA" in opened[0]["title"], "it opens in a tab of its own"
    page.call("Target.closeTarget", targetId=opened[0]["targetId"])
    assert page.js("document.querySelector('dialog.report a.save').download") == "selat-ship.html"
    choose(page, "language", "ja")
    assert 'lang="ja"' in made(page)


def test_of_an_alert_and_an_area_from_where_they_are(page: Browser) -> None:
    page.js("document.querySelector('.alert.emergency').click()")
    page.wait("document.querySelector('.alert.chosen .deeds .report')")
    click(page, ".alert.chosen .deeds .report")
    page.wait("document.querySelector('dialog.report [name=kind]').value === 'alert'")
    assert "0.10 nm" in made(page)
    click(page, "dialog.report .no")
    page.key("p")
    page.wait("document.querySelector('.zone-list .to-report')")
    click(page, ".zone-list .to-report")
    page.wait("document.querySelector('dialog.report [name=kind]').value === 'area'")
    assert page.js("document.querySelector('dialog.report [name=about]').value") == "klang"
    assert "klang" in made(page)


def test_of_a_day_by_keyboard_as_pdf(page: Browser) -> None:
    shift(page, "R")
    page.wait("document.querySelector('dialog.report[open]') && document.activeElement.name === 'kind'")
    assert page.js("document.querySelector('dialog.report [name=kind]').value") == "day"
    page.js(
        "(() => { const d = document.querySelector('dialog.report [name=day]'); d.value = '2026-11-21'; "
        "d.dispatchEvent(new Event('change')); })()"
    )
    choose(page, "format", "pdf")
    page.call("Browser.setDownloadBehavior", behavior="deny")
    page.js("document.querySelector('dialog.report .yes').focus()")
    enter(page)
    page.wait(
        "document.querySelector('dialog.report a.save') || document.querySelector('dialog.report .problem').textContent",
        90,
    )
    problem = page.js("document.querySelector('dialog.report .problem').textContent")
    if "selat[paper]" in problem:
        pytest.skip("the PDF writer is not installed")
    assert problem == ""
    head = page.js("window.made.slice(0, 5).text()")
    assert head == "%PDF-" and page.js("document.querySelector('dialog.report a.save').download") == "selat-day.pdf"
    page.js("document.querySelector('dialog.report a.save').blur()")
    escape(page)
    page.wait("document.querySelector('dialog.report') === null")


def test_what_cannot_be_made_is_said(page: Browser) -> None:
    page.js("document.querySelector('[data-name=report]').click()")
    page.wait("document.querySelector('dialog.report[open]')")
    page.js(
        "(() => { const d = document.querySelector('dialog.report [name=day]'); d.max = ''; d.value = '1999-01-01'; })()"
    )
    click(page, "dialog.report .yes")
    page.wait(
        "document.querySelector('dialog.report a.open') || "
        "document.querySelector('dialog.report .problem').textContent.length > 20",
        60,
    )
    page.js("document.querySelector('dialog.report .no').click()")
    page.events[:] = [e for e in page.events if "400" not in str(e)]  # the browser notes a refused request as an error


def test_the_report_prints_on_paper(browser: Browser, server: Running, tmp_path: Path) -> None:
    """A4: black on white, nothing cut at the right, no scroll bars; ``SELAT_PAPER=FOLDER`` keeps the file to be looked at."""
    for kind, about in (("ship", str(SHIP)), ("area", "klang")):
        browser.open("about:blank")
        browser.resize(794, 1123)
        browser.open(f"{server.url}api/report/{kind}?about={about}&language=en")
        browser.wait("document.readyState === 'complete' && document.querySelector('h1')", 60)
        browser.call("Emulation.setEmulatedMedia", media="print")
        try:
            assert browser.js("document.documentElement.scrollWidth <= innerWidth"), "nothing is cut at the right"
            assert browser.js("getComputedStyle(document.body).backgroundColor") in (
                "rgb(255, 255, 255)",
                "rgba(0, 0, 0, 0)",
            )
            wide = browser.js(
                "[...document.querySelectorAll('table, svg, img, "
                "pre')].filter((e) => e.getBoundingClientRect().right > innerWidth + 1).length"
            )
            assert wide == 0
            pdf = base64.b64decode(
                browser.call("Page.printToPDF", paperWidth=8.27, paperHeight=11.69, printBackground=True)["data"]
            )
        finally:
            browser.call("Emulation.setEmulatedMedia", media="")
        assert pdf.startswith(b"%PDF-") and len(pdf) > 8000
        if folder := os.environ.get("SELAT_PAPER"):
            (Path(folder) / f"{kind}.pdf").write_bytes(pdf)
