"""Saved views, watch lists, a way of several legs, minutes of own boats: by mouse and by keyboard."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from browser.cdp import Browser
from browser.fake_picture import FakePicture
from browser.needs import page_tests
from browser.test_deeds import enter, shift
from browser.test_page import map_origin
from browser.test_tools import address
from selat.app.archive import SeaArchive
from selat.kernels.geodesy import metres
from selat.model.nouns import Asset
from selat.store import kept, registry
from selat.web.server import Running, create_app, serve_in_thread
from small_sea import make_sea

pytestmark = page_tests()
KNOTS_24 = 12.3467


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SeaArchive]:
    found = SeaArchive(make_sea(tmp_path_factory.mktemp("views") / "sea"))
    registry.put_asset(found.sea.state, Asset("Boat 7", "boat", 1.24, 104.05, 0, KNOTS_24, 7200.0))
    registry.put_asset(found.sea.state, Asset("Eye", "uav", 1.24, 104.05, 0, 2 * KNOTS_24, 7200.0))
    yield found
    found.close()


@pytest.fixture(scope="module")
def server(archive: SeaArchive) -> Iterator[Running]:
    running = serve_in_thread(create_app(FakePicture(200), archive=archive, title="views", period_s=0.5))
    yield running
    running.stop()


@pytest.fixture
def page(browser: Browser, server: Running) -> Iterator[Browser]:
    for _ in range(2):
        browser.open("about:blank")
        browser.events.clear()
        browser.resize(1280, 720)
        browser.open(server.url + "?palette=night&lang=en")
        browser.wait("selat.ready()", 60)
        browser.js("localStorage.clear()")
    yield browser
    assert browser.errors() == []


def test_a_view_is_saved_with_the_sea_and_gone_back_to(page: Browser, archive: SeaArchive) -> None:
    page.key("v")
    page.key("d")
    page.key("d")
    page.js("document.querySelector('#legend input[name=still]').click()")
    shown = page.js("selat.shown()")
    place = page.js("location.hash")
    page.js("document.querySelector('[data-name=views]').click()")
    page.wait("document.querySelector('dialog.views')")
    page.js("document.querySelector('dialog.views input[name=view]').focus()")
    page.type("day watch")
    enter(page)
    page.wait("document.querySelector('dialog.views .use')")
    assert kept.kept(archive.sea.state, "")["view"]["day watch"]["set"]["palette"] == "day"
    page.js("document.querySelector('dialog.views button.no').click()")
    page.key("d")
    page.js("document.querySelector('#legend .clear').click()")
    page.key("+")
    page.wait(f"location.hash !== {place!r}")
    page.key("1")
    page.wait("document.documentElement.dataset.palette === 'day'")
    page.wait(f"Math.abs(selat.shown() - {shown}) < 4")
    page.wait(f"location.hash === {place!r}", 5)
    assert "palette=day" in address(page) and "hide_still=1" in address(page) and "vectors=12" in address(page)
    shift(page, "V")
    page.wait("document.querySelector('dialog.views .drop')")
    page.js("document.querySelector('dialog.views .drop').click()")
    page.wait("document.querySelector('dialog.views .use') === null")
    assert kept.kept(archive.sea.state, "")["view"] == {}


def test_watch_lists_are_saved_and_changed(page: Browser, archive: SeaArchive) -> None:
    first, second = page.js("selat.mmsis().slice(0, 2)")
    page.js(f"selat.select({first})")
    page.key("w")
    shift(page, "V")
    page.wait("document.querySelector('dialog.views input[name=list]')")
    page.js("document.querySelector('dialog.views input[name=list]').focus()")
    page.type("of interest")
    enter(page)
    page.wait("document.querySelector('dialog.views').innerText.includes('1 ships')")
    page.js("document.querySelector('dialog.views button.no').click()")
    page.js(f"selat.select({second})")
    page.key("w")
    assert f"watch={first},{second}" in address(page)
    shift(page, "V")
    page.wait("document.querySelector('dialog.views .use')")
    page.js("document.querySelector('dialog.views .use').click()")
    page.wait("document.querySelector('dialog.views') === null")
    assert f"watch={first}" in address(page) and str(second) not in address(page).split("watch=")[1].split("&")[0]
    assert kept.kept(archive.sea.state, "")["list"] == {"of interest": [first]}


def test_a_way_of_several_legs_by_mouse(page: Browser, server: Running) -> None:
    origin = map_origin(page)
    page.js("document.querySelector('.tool-legs').click()")
    for x, y in ((430, 420), (520, 470), (640, 430)):
        page.click(x + origin["x"], y + origin["y"])
    page.wait("selat.legs().length === 2")
    page.key("m")
    total = page.js("selat.legs().reduce((s, l) => s + l.metres, 0)") / 1852
    assert f"2 legs, {total:.2f} nm" in page.js("document.querySelector('.legs').innerText")
    page.open("about:blank")
    page.open(f"{server.url}?lang=en&legs=103.8,1.2~103.9,1.2~103.9,1.3")
    page.wait("selat.ready() && selat.legs().length === 2", 60)
    north, east = metres(1.2)
    legs = page.js("selat.legs()")
    assert legs[0]["metres"] == abs(legs[0]["metres"]) and abs(legs[0]["metres"] - 0.1 * east) < 5
    assert (
        abs(legs[1]["metres"] - 0.1 * north) < 5
        and abs(legs[0]["bearing"] - 90) < 0.1
        and abs(legs[1]["bearing"]) < 0.1
    )
    page.key("x")
    assert page.js("selat.legs()") == [] and "legs=" not in address(page)


def test_a_way_by_keyboard_over_ships_and_the_middle(page: Browser) -> None:
    page.key("m")
    enter(page)
    page.key("]")
    page.wait("new URLSearchParams(location.search).get('ship')")
    page.js("document.activeElement.blur()")
    enter(page)
    page.wait("selat.legs().length === 1")
    page.key("Backspace")
    assert page.js("selat.legs()") == []
    page.key("Escape")
    page.key("x")


def test_minutes_to_the_cursor_go_round_land(page: Browser, archive: SeaArchive) -> None:
    page.wait("!document.getElementById('boats').hidden")
    origin = map_origin(page)

    def minutes(lon: float, lat: float) -> dict[str, float]:
        at = page.js(f"selat.project({lon}, {lat})")
        page.move(at["x"] + origin["x"] - 1, at["y"] + origin["y"])
        page.move(at["x"] + origin["x"], at["y"] + origin["y"])
        page.wait("selat.minutes()['Boat 7'] !== undefined", 60)  # the land is fetched by who has boats
        page.js("new Promise((done) => setTimeout(done, 900))")
        return dict(page.js("selat.minutes()"))

    north, east = metres(1.24)
    near = minutes(103.95, 1.24)
    straight = 0.1 * east / KNOTS_24 / 60
    assert abs(near["Boat 7"] - straight) < 0.4, "open water: as the crow flies"
    assert abs(near["Eye"] - straight / 2) < 0.2
    behind = minutes(104.02, 1.08)  # south of Batam's north coast: land lies between
    direct = ((0.03 * east) ** 2 + (0.16 * north) ** 2) ** 0.5 / (2 * KNOTS_24) / 60
    assert abs(behind["Eye"] - direct) < 0.4, "what flies goes straight"
    assert behind["Boat 7"] is None or behind["Boat 7"] > 2 * behind["Eye"] * 1.15


def test_a_chosen_ship_becomes_an_own_boat(page: Browser) -> None:
    mmsi = page.js("selat.mmsis()[20]")
    page.js(f"selat.select({mmsi})")
    page.key("q")
    page.wait("document.querySelectorAll('#boats li').length === 3")
    assert f"boats={mmsi}" in address(page)
    speed = "document.querySelectorAll('#boats input')[2]"
    page.js(f"{speed}.value = '40'; {speed}.dispatchEvent(new Event('change'))")
    assert f"boat_kn={mmsi}:40" in address(page)
    page.js("document.querySelectorAll('#boats li')[2].querySelector('button').click()")
    assert page.js("document.querySelectorAll('#boats li').length") == 2
