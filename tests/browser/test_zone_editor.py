"""Zones drawn and changed on the page, by mouse and by keyboard; what is saved stands in the sea with who drew it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from browser.cdp import Browser
from browser.fake_picture import FakePicture
from browser.needs import afresh, page_tests
from browser.test_deeds import enter, submit
from browser.test_page import map_origin
from browser.test_tools import SHIFT, drag, press
from selat.app.archive import SeaArchive
from selat.model.units import KNOT
from selat.model.zone import Zone
from selat.store import registry
from selat.web.server import Running, create_app, serve_in_thread
from small_sea import make_sea

pytestmark = page_tests()


@pytest.fixture
def archive(tmp_path) -> Iterator[SeaArchive]:
    found = SeaArchive(make_sea(tmp_path / "sea"))
    yield found
    found.close()


@pytest.fixture
def server(archive: SeaArchive) -> Iterator[Running]:
    running = serve_in_thread(create_app(FakePicture(60), archive=archive, title="zones", period_s=0.5))
    yield running
    running.stop()


@pytest.fixture
def page(browser: Browser, server: Running) -> Iterator[Browser]:
    afresh(browser, server.url + "?palette=night&lang=en")
    browser.wait("selat.ready() && selat.zones() >= 1", 60)
    browser.js("localStorage.clear(); localStorage.setItem('selat.who', 'Lt Aminah')")
    yield browser
    assert browser.errors() == []
    browser.open("about:blank")


def zones(archive: SeaArchive) -> dict[str, Zone]:
    return dict(registry.zones(archive.sea.state))


def point(page: Browser, x: float, y: float) -> tuple[float, float]:
    origin = map_origin(page)
    return x + origin["x"], y + origin["y"]


def fill(page: Browser, **values: str) -> None:
    for name, value in values.items():
        page.js(f"""(() => {{ const e = document.querySelector('.zone-form [name={name}]');
          e.value = {value!r}; e.dispatchEvent(new Event('change')); }})()""")


def save(page: Browser) -> None:
    page.js("document.querySelector('.zone-form button.yes').click()")
    page.wait("selat.draft() === null")


def draft(page: Browser) -> dict[str, Any]:
    return dict(page.js("selat.draft()"))


def start(page: Browser, shape: str) -> None:
    page.js("document.querySelector('.tool-zones').click()")
    page.wait(f"document.querySelector('button.new[data-shape={shape}]')")
    page.js(f"document.querySelector('button.new[data-shape={shape}]').click()")


def test_an_area_by_mouse_with_a_speed_limit(page: Browser, archive: SeaArchive) -> None:
    start(page, "area")
    for x, y in ((500, 150), (700, 160), (690, 300), (520, 310)):
        page.click(*point(page, x, y))
    page.click(*point(page, 500, 150))  # on the first corner: closed
    page.wait("!selat.draft().open")
    assert len(draft(page)["points"]) == 4
    fill(
        page,
        name="works off Changi",
        kind="speed_segment",
        direction="81",
        speed_max="12",
        length_min="150",
        note="dredger at work",
    )
    save(page)
    zone = zones(archive)["works off Changi"]
    assert (zone.kind, zone.direction, zone.source) == ("speed_segment", 81.0, "drawn by Lt Aminah")
    assert zone.rules == {"speed_max": pytest.approx(12 * KNOT), "length_min": 150.0, "note": "dredger at work"}
    assert len(zone.ring) == 4 and not zone.line
    page.wait("document.querySelector('.zone-list').innerText.includes('works off Changi')")
    page.wait("selat.zones() === 2")


def test_corners_are_moved_put_in_and_taken_out(page: Browser, archive: SeaArchive) -> None:
    start(page, "area")
    for x, y in ((500, 150), (700, 150), (700, 300)):
        page.click(*point(page, x, y))
    page.js("document.querySelector('#zone-panel').focus()")
    press(page, "Enter", SHIFT)
    page.wait("!selat.draft().open")
    first = draft(page)["points"]
    drag(page, point(page, 500, 150), point(page, 520, 200))
    moved = draft(page)["points"]
    assert moved[0] != first[0] and moved[1:] == first[1:]
    drag(page, point(page, 700, 225), point(page, 760, 230))  # the middle of a side
    assert len(draft(page)["points"]) == 4
    page.js("document.activeElement.blur()")
    press(page, "Delete")
    assert len(draft(page)["points"]) == 3
    press(page, "Delete")
    assert len(draft(page)["points"]) == 3, "an area keeps three corners"
    fill(page, name="moved")
    save(page)
    assert len(zones(archive)["moved"].ring) == 3
    page.js("[...document.querySelectorAll('.zone-list button')].find((b) => b.innerText.includes('moved')).click()")
    page.wait("selat.draft() !== null")
    fill(page, name="renamed", kind="restricted", entry="no")
    save(page)
    found = zones(archive)
    assert "moved" not in found and found["renamed"].rules == {"entry": False} and found["renamed"].kind == "restricted"
    page.js("[...document.querySelectorAll('.zone-list button')].find((b) => b.innerText.includes('renamed')).click()")
    page.wait("document.querySelector('.zone-form .remove')")
    page.js("document.querySelector('.zone-form .remove').click()")
    page.wait("selat.draft() === null")
    assert "renamed" not in zones(archive)


def test_a_line_with_width_by_keyboard_alone(page: Browser, archive: SeaArchive) -> None:
    page.key("p")
    page.wait("document.activeElement.dataset.shape === 'area'")
    page.js("document.querySelector('button.new[data-shape=line]').focus()")
    enter(page)
    page.wait("selat.draft().shape === 'line'")
    page.js("document.activeElement.blur()")
    enter(page)  # a corner at the cross
    page.key("ArrowRight")
    for _ in range(2):
        page.key("ArrowRight")
    page.wait("selat.draft().points.length === 1")
    time.sleep(0.8)  # the map comes to rest
    enter(page)
    assert len(draft(page)["points"]) == 2 and draft(page)["points"][0] != draft(page)["points"][1]
    press(page, "Enter", SHIFT)
    page.wait("document.activeElement.name === 'name'")
    before = draft(page)["points"]
    page.type("cable east")
    page.js("document.activeElement.blur()")
    press(page, "ArrowUp", SHIFT)  # the chosen corner
    after = draft(page)["points"]
    assert after[1][1] > before[1][1] and after[0] == before[0]
    page.key("[")
    assert draft(page)["chosen"] == 0
    fill(page, kind="cable", width="0.25")
    page.js("document.querySelector('.zone-form [name=name]').focus()")
    enter(page)
    page.wait("selat.draft() === null")
    zone = zones(archive)["cable east"]
    assert zone.line and zone.kind == "cable" and zone.width == pytest.approx(463.0, abs=0.1) and len(zone.ring) == 2


def test_a_circle_by_mouse_and_its_corner_by_numbers(page: Browser, archive: SeaArchive) -> None:
    start(page, "circle")
    page.click(*point(page, 600, 200))
    page.click(*point(page, 640, 200))
    page.wait("!selat.draft().open")
    reach = draft(page)["width"]
    drag(page, point(page, 640, 200), point(page, 680, 200))
    assert draft(page)["width"] == pytest.approx(2 * reach, rel=0.08)
    fill(page, name="platform", kind="platform", c01="1.25", c00="103.95")
    assert draft(page)["points"] == [[103.95, 1.25]]
    save(page)
    zone = zones(archive)["platform"]
    assert zone.line and zone.ring == ((103.95, 1.25),) and zone.width == pytest.approx(2 * reach, rel=0.1)


def test_what_is_wrong_is_said_and_escape_gives_up(page: Browser, archive: SeaArchive) -> None:
    start(page, "area")
    page.click(*point(page, 500, 150))
    fill(page, name="small")
    page.js("document.querySelector('.zone-form button.yes').click()")
    page.wait("document.querySelector('.zone-form .problem').textContent.includes('3 corners')")
    taken = next(iter(zones(archive)))
    for x, y in ((700, 150), (700, 300)):
        page.click(*point(page, x, y))
    fill(page, name=taken)
    page.js("document.querySelector('.zone-form button.yes').click()")
    page.wait("document.querySelector('.zone-form .problem').textContent.includes('already')")
    page.js("document.activeElement.blur()")
    page.key("Escape")
    assert page.js("selat.draft()") is None and len(zones(archive)) == 1
    page.key("Escape")
    assert page.js("document.getElementById('zone-panel').hidden")


def test_rules_alone_keep_the_source_of_the_lines(page: Browser, server: Running, archive: SeaArchive) -> None:
    name = next(iter(zones(archive)))
    source = "survey of 2026"
    registry.put_zone(archive.sea.state, replace(zones(archive)[name], source=source))
    page.open("about:blank")
    page.open(server.url + "?lang=en")
    page.wait("selat.ready() && selat.zones() >= 1", 60)
    page.js("localStorage.removeItem('selat.who')")
    page.key("p")
    page.js("document.querySelector('.zone-list button').click()")
    page.wait("selat.draft() !== null")
    fill(page, dwell_max="45")
    page.js("document.querySelector('.zone-form button.yes').click()")
    page.wait("document.querySelector('dialog.sheet [name=who]')")  # nobody was named yet
    page.js("document.querySelector('dialog.sheet [name=who]').value = 'Lt Razak'")
    submit(page)
    page.wait("selat.draft() === null")
    zone = zones(archive)[name]
    assert zone.source == source and zone.rules["dwell_max"] == 2700.0
