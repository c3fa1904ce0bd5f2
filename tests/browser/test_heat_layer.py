"""Density as a layer of the watch page, and the way from there to the other pages; by mouse and by keyboard."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from browser.cdp import Browser
from browser.fake_picture import FakePicture
from browser.needs import page_tests
from browser.test_statistics import counted_sea, press_on
from browser.test_tools import SHIFT, press
from selat.app.archive import SeaArchive
from selat.web.server import Running, create_app, serve_in_thread

pytestmark = page_tests()
READY = "document.querySelector('.heat-legend').dataset.ready === '1'"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    archive = SeaArchive(counted_sea(tmp_path_factory.mktemp("heat"), 60, 20))
    running = serve_in_thread(create_app(FakePicture(100), archive=archive, title="heat", period_s=0.5))
    yield running
    running.stop()
    archive.close()


@pytest.fixture
def page(server: Running) -> Iterator[Browser]:
    with Browser() as chromium:
        chromium.open(f"{server.url}?palette=night&lang=en")
        chromium.wait("selat.ready()", 60)
        yield chromium
        assert chromium.errors() == []


def test_density_is_turned_on_and_off_by_keyboard_and_mouse(page: Browser) -> None:
    assert "Density: off" in page.js("document.querySelector('.heat-legend').textContent")
    press(page, "Z", SHIFT)
    page.wait(READY, 30)
    assert "heat=day" in page.js("location.search") and "last day" in page.js(
        "document.querySelector('.heat-legend').textContent"
    )
    assert page.js("document.querySelectorAll('.heat-ends span').length") == 3
    page.js(
        "(() => { const s = document.querySelector('.heat-legend select'); s.value = 'speed';"
        " s.dispatchEvent(new Event('change')); })()"
    )
    assert "heat_of=speed" in page.js("location.search")
    press_on(page, ".heat-turn")
    page.wait("location.search.includes('heat=week')", 10)
    page.wait(READY, 30)
    press_on(page, ".heat-turn")
    page.wait("!location.search.includes('heat=')", 10)
    assert not page.js("!!document.querySelector('.heat-scale')")


def test_the_layer_comes_back_with_the_address_and_moves_with_the_map(page: Browser, server: Running) -> None:
    page.open("about:blank")
    page.open(f"{server.url}?palette=day&lang=ja&heat=week")
    page.wait("selat.ready()", 60)
    page.wait(READY, 30)
    assert "通航密度" in page.js("document.querySelector('.heat-legend').textContent")
    asked = len([u for u in page.urls() if "/api/density" in u])
    for _ in range(3):
        press(page, "-")
    page.wait(
        f"performance.getEntriesByType('resource').filter(e => e.name.includes('/api/density')).length > {asked}", 20
    )
    page.wait(READY, 30)
    press(page, "d")
    page.wait("document.documentElement.dataset.palette === 'dusk'", 5)
    assert page.js("!!document.querySelector('.heat-scale')")


def test_the_menu_leads_to_the_other_pages(page: Browser) -> None:
    press_on(page, "#topbar .pages summary")
    assert page.js("document.querySelector('#topbar .pages').open")
    press_on(page, "#topbar .pages a[href=statistics]")
    page.wait("location.pathname === '/statistics'", 20)
    page.wait("document.documentElement.dataset.counted", 60)
