"""The watch page by fingers on a tablet, upright and lying: map, ships, menu, measuring, drawer, sizes of what is pressed."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest

from browser.cdp import Browser
from browser.fake_picture import FakePicture
from browser.fingers import pinch, rest, slide, tablet, tap
from browser.needs import page_tests
from browser.test_page import map_origin
from selat.app.archive import SeaArchive
from selat.web.server import Running, create_app, serve_in_thread
from small_sea import make_sea

pytestmark = page_tests()
TABLETS = [(768, 1024), (1024, 768)]
LEAST = 24.0  # CSS pixels of a target, WCAG 2.2 criterion 2.5.8


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    archive = SeaArchive(make_sea(tmp_path_factory.mktemp("touch") / "sea"))
    running = serve_in_thread(create_app(FakePicture(200), archive=archive, title="touch", period_s=0.5))
    yield running
    running.stop()
    archive.close()


@pytest.fixture(params=TABLETS, ids=lambda s: f"{s[0]}x{s[1]}")
def page(browser: Browser, server: Running, request: pytest.FixtureRequest) -> Iterator[Browser]:
    with tablet(browser, *request.param):
        browser.open("about:blank")
        browser.events.clear()
        browser.open(f"{server.url}?palette=night&lang=en")
        browser.wait("selat.ready() && matchMedia('(pointer: coarse)').matches", 60)
        yield browser
        assert browser.errors() == []


def box(page: Browser, selector: str) -> dict[str, float]:
    return dict(
        page.js(f"""(() => {{ const r = document.querySelector({selector!r}).getBoundingClientRect();
      return {{ x: r.left + r.width / 2, y: r.top + r.height / 2, left: r.left, top: r.top, right: r.right,
        bottom: r.bottom }}; }})()""")
    )


def press(page: Browser, selector: str) -> None:
    """A tap in the middle of an element that has come to rest: lists, cards and the drawer make room for each other."""
    before: dict[str, float] = {}
    for _ in range(20):
        page.js(f"document.querySelector({selector!r}).scrollIntoView({{ block: 'nearest' }})")
        spot = box(page, selector)
        if spot == before:
            break
        before = spot
        time.sleep(0.4)
    tap(page, before["x"], before["y"])


def alone(page: Browser) -> tuple[int, float, float]:
    """A ship with no other near her and nothing over her: MMSI and place on the page."""
    found: dict[str, Any] = page.js("""(() => {
      const area = document.getElementById('map-area').getBoundingClientRect();
      const on = selat.mmsis().map((m) => ({ m, ...selat.screen(m) }));
      return on.find((p) => p.x > 60 && p.y > 120 && p.x < area.width - 80 && p.y < area.height * 0.55
        && on.every((q) => q === p || Math.hypot(p.x - q.x, p.y - q.y) > 34)
        && document.elementFromPoint(p.x + area.left, p.y + area.top)?.classList.contains('maplibregl-canvas'));
    })()""")
    origin = map_origin(page)
    return int(found["m"]), found["x"] + origin["x"], found["y"] + origin["y"]


def bare(page: Browser, aside: int = 0) -> tuple[float, float]:
    """A place on the map with no ship and nothing else near it, on the page; ``aside``: so far to the right at least."""
    x, y = page.js(f"""(() => {{ const area = document.getElementById('map-area').getBoundingClientRect();
      const on = selat.mmsis().map((m) => selat.screen(m));
      for (let y = 140; y < area.height - 60; y += 12) for (let x = 230 + {aside}; x < area.width - 100; x += 12)
        if (on.every((p) => Math.hypot(p.x - x, p.y - y) > 45)
            && document.elementFromPoint(x + area.left, y + area.top)?.tagName === 'CANVAS')
          return [x + area.left, y + area.top]; }})()""")
    return x, y


def pulled_out(page: Browser) -> None:
    """The drawer is open and has come to rest."""
    side = "document.getElementById('side')"
    page.wait(f"!{side}.inert && getComputedStyle({side}).visibility === 'visible'")
    edge = "(() => { const r = document.getElementById('side').getBoundingClientRect(); return r; })()"
    page.wait(f"{edge}.right <= innerWidth + 1 && {edge}.bottom <= innerHeight + 1")


def test_a_finger_moves_the_map_and_two_zoom_it(page: Browser) -> None:
    area = box(page, "#map-area")
    x, y = area["x"], area["top"] + 260
    centre = "JSON.stringify([selat.map().getCenter().lng, selat.map().getCenter().lat])"
    before, zoom = page.js(centre), page.js("selat.map().getZoom()")
    rested = slide(page, ((x, y), (x - 120, y + 60)))
    page.wait(f"{centre} !== {before!r} && !selat.map().isMoving()")
    west, _ = page.js("[selat.map().getCenter().lng, selat.map().getCenter().lat]")
    assert west > page.js(f"{before}[0]"), "the map went with the finger"
    assert page.js("selat.map().getZoom()") == zoom
    if rested < 0.4:  # else it was a long press indeed
        assert page.js("document.querySelector('.context-menu') === null"), "a finger that moves opens no menu"
    page.js("document.querySelector('.context-menu')?.remove()")
    pinch(page, (x, y), 3.0)
    page.wait(f"selat.map().getZoom() > {zoom} + 1 && !selat.map().isMoving()")
    pinch(page, (x, y), 0.4)
    page.wait(f"selat.map().getZoom() < {zoom} + 1 && !selat.map().isMoving()")
    assert page.js("selat.map().getBearing()") == 0, "two fingers do not turn the map"


def test_a_tap_on_a_ship_opens_the_drawer_with_her_card(page: Browser) -> None:
    side = "document.getElementById('side')"
    assert page.js(f"getComputedStyle({side}).visibility") == "hidden" and page.js(f"{side}.inert")
    width = page.js("innerWidth")
    assert box(page, "#map-area")["right"] - box(page, "#map-area")["left"] == width, "the map has the whole width"
    mmsi, x, y = alone(page)
    tap(page, x, y)
    page.wait(
        f"new URLSearchParams(location.search).get('ship') === '{mmsi}' && !document.getElementById('card').hidden"
    )
    pulled_out(page)
    shown = box(page, "#side")
    if width < page.js("innerHeight"):
        assert shown["right"] - shown["left"] == width and shown["top"] > page.js("innerHeight") * 0.4, (
            "upright: from below"
        )
    else:
        assert shown["right"] - shown["left"] <= 340 and shown["bottom"] - shown["top"] > 400, "lying: from the side"
    head = box(page, "#alerts .panel-head")
    slide(page, ((head["left"] + 40, head["y"]), (head["left"] + 240, head["y"] + 120)))
    page.wait(f"{side}.inert")
    assert page.js("document.querySelector('.side-handle').getAttribute('aria-expanded')") == "false"


def test_the_handle_brings_the_alerts_and_an_alert_is_acknowledged(page: Browser) -> None:
    n = page.wait("document.querySelector('.side-handle b').textContent")
    assert int(n) >= 3
    press(page, ".side-handle")
    pulled_out(page)
    press(page, ".alert.warning.active")  # one that the other tablet has not acknowledged yet
    page.wait("document.querySelector('.alert.warning.active.chosen')")
    page.wait("!selat.map().isMoving()")
    press(page, ".alert.warning.active.chosen button.ack")
    page.wait(f"document.querySelector('.side-handle b').textContent === '{int(n) - 1}'")


def test_a_finger_that_rests_opens_the_menu_and_measures(page: Browser) -> None:
    mmsi, x, y = alone(page)
    rest(page, x, y)
    page.wait("document.querySelector('.context-menu [data-item=range]')")
    assert page.js("document.querySelector('.context-menu [data-item=card]')") is not None, (
        "she is the one that it is about"
    )
    assert page.js("new URLSearchParams(location.search).get('ship')") is None, "its end is no tap"
    menu = box(page, ".context-menu")
    assert menu["left"] >= 0 and menu["right"] <= page.js("innerWidth") and menu["bottom"] <= page.js("innerHeight")
    press(page, ".context-menu [data-item=range]")
    page.wait("selat.tools().pending")
    tap(page, *bare(page))
    page.wait("selat.tools().lines.length === 1 && !selat.tools().pending")
    assert str(mmsi) in page.js("location.search")
    rest(page, *bare(page))
    page.wait("document.querySelector('.context-menu [data-item=legs]')")
    assert page.js("document.querySelector('.context-menu p').textContent").count("°") == 2, "a place: its position"
    press(page, ".context-menu [data-item=legs]")
    page.wait("document.querySelector('.context-menu') === null")
    tap(page, *bare(page, 120))
    page.wait("selat.legs().length === 1")
    press(page, ".tool-legs")
    press(page, ".tool-clear")
    press(page, ".legs .off")
    page.wait("selat.tools().lines.length === 0 && selat.legs().length === 0")


def test_everything_that_is_pressed_is_large_enough(page: Browser) -> None:
    page.js("document.querySelector('#legend details').open = true")
    press(page, ".side-handle")
    pulled_out(page)
    page.js("document.querySelector('.alert.warning').click()")
    page.wait("document.querySelector('.alert.chosen .deeds button') && !document.getElementById('card').hidden")
    page.js("selat.map().stop() && 0")
    small = f"""[...document.querySelectorAll('button, a[href], input, select, summary, [role=slider], [role=menuitem]')]
      .filter((e) => e.checkVisibility({{ visibilityProperty: true }}))
      .map((e) => ({{ e, r: (e.closest('.tick, .time-known-label') ?? e).getBoundingClientRect() }}))
      .filter(({{ r }}) => r.width > 0 && (r.width < {LEAST} || r.height < {LEAST}))
      .map(({{ e, r }}) => [e.tagName, e.className, e.textContent.slice(0, 20), r.width.toFixed(), r.height.toFixed()].join(' '))"""
    assert page.js(small) == []
    page.js("document.querySelector('[data-name=help]').click()")
    page.wait("document.getElementById('help').open")
    assert page.js(small) == []
    press(page, ".own-keys")
    page.wait("document.querySelector('dialog.keys[open]')")
    assert page.js(small) == []
    press(page, "dialog.keys .no")


def test_the_time_bar_goes_with_a_finger(page: Browser) -> None:
    bar = box(page, ".time-canvas")
    slide(page, ((bar["right"] - 60, bar["y"]), (bar["left"] + 100, bar["y"])))
    page.wait("selat.past() !== null")
    press(page, ".time-live")
    page.wait("selat.past() === null")
