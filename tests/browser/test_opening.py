"""Where the map opens: at home, or where this sea's ships are when none of them is near home."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from browser.cdp import Browser
from browser.fake_picture import FakePicture
from browser.needs import page_tests
from selat.web.server import Running, create_app, serve_in_thread

pytestmark = page_tests()
BOUNDS = (
    "(() => { const b = selat.map().getBounds(); return [b.getWest(), b.getSouth(), b.getEast(), b.getNorth()]; })()"
)
SABAH = (13.5, 4.6)  #: degrees east and north of the Strait of Singapore


def moved(picture: FakePicture, east: float, north: float, but: int = 0) -> FakePicture:
    """The same ships elsewhere, all ``but`` some."""
    for ship in picture.ships[but:]:
        ship.path = [(lon + east, lat + north) for lon, lat in ship.path]
    return picture


@pytest.fixture(scope="module")
def serve() -> Iterator[Callable[[FakePicture], str]]:
    running: list[Running] = []

    def start(picture: FakePicture) -> str:
        running.append(serve_in_thread(create_app(picture, period_s=0.5)))
        return running[-1].url

    yield start
    for one in running:
        one.stop()


def opened(browser: Browser, url: str, fresh: str = "?lang=en") -> list[float]:
    """Bounds of the map once the ships are there."""
    browser.open("about:blank")
    browser.events.clear()
    browser.resize(1280, 720)
    browser.open(url + fresh)
    browser.wait("selat.ready() && selat.shown() > 100", 60)
    browser.js("new Promise(done => setTimeout(done, 300))")
    assert browser.errors() == []
    found: list[float] = browser.js(BOUNDS)
    return found


def test_the_strait_of_singapore_is_home(browser: Browser, serve: Callable[[FakePicture], str]) -> None:
    url = serve(FakePicture(200))
    west, south, east, north = opened(browser, url)
    assert west < 103.56 and east > 104.44 and south < 1.0 and north > 1.42 and east - west < 3


def test_a_sea_far_from_home_opens_where_its_ships_are(browser: Browser, serve: Callable[[FakePicture], str]) -> None:
    picture = moved(FakePicture(200), *SABAH)
    picture.ships[150].path = [(60.0, -40.0)]  # one wrong position makes no ocean of it
    url = serve(picture)
    west, south, east, north = opened(browser, url)
    ships = [s.at(0) for s in picture.ships if s is not picture.ships[150]]
    inside = [west <= lon <= east and south <= lat <= north for lon, lat, _ in ships]
    assert sum(inside) >= 0.95 * len(ships) and east - west < 12
    browser.key("Home")
    browser.js("new Promise(done => setTimeout(done, 1500))")
    again = browser.js(BOUNDS)
    assert all(abs(a - b) < 0.02 for a, b in zip(again, (west, south, east, north), strict=True)), "home is there"


def test_who_sent_the_link_says_where_to_look(browser: Browser, serve: Callable[[FakePicture], str]) -> None:
    url = serve(moved(FakePicture(200), *SABAH))
    west, south, east, north = opened(browser, url, "?lang=en#8/3.0/101.0")
    assert west < 101 < east and south < 3 < north


def test_one_ship_at_home_keeps_the_map_there(browser: Browser, serve: Callable[[FakePicture], str]) -> None:
    picture = moved(FakePicture(200), *SABAH)
    picture.ships[0].path = [(103.9, 1.2)]
    west, _, east, _ = opened(browser, serve(picture))
    assert west < 103.9 < east and east - west < 3
