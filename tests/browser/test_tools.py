"""Tools, filter, palettes and zones of the page, by mouse and by keyboard; all of it stands in the address."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from browser.cdp import Browser
from browser.fake_picture import FakePicture
from browser.needs import page_tests
from browser.test_page import clear_ship, map_origin
from selat.app.archive import SeaArchive
from selat.web.server import Running, create_app, serve_in_thread
from small_sea import make_sea

pytestmark = page_tests()

SHIPS = 300
SHIFT = 8


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    archive = SeaArchive(make_sea(tmp_path_factory.mktemp("tools") / "sea"))
    running = serve_in_thread(create_app(FakePicture(SHIPS), archive=archive, title="tools", period_s=0.5))
    yield running
    running.stop()
    archive.close()


def at(browser: Browser, server: Running, query: str = "palette=night&lang=en") -> Browser:
    browser.open("about:blank")
    browser.events.clear()
    browser.resize(1280, 720)
    browser.open(f"{server.url}?{query}")
    browser.wait("selat.ready()", 60)
    return browser


@pytest.fixture
def page(browser: Browser, server: Running) -> Iterator[Browser]:
    at(browser, server).js("localStorage.clear()")
    yield at(browser, server)
    assert browser.errors() == []


def press(page: Browser, key: str, modifiers: int = 0) -> None:
    for kind in ("keyDown", "keyUp"):
        page.call("Input.dispatchKeyEvent", type=kind, key=key, modifiers=modifiers)


def drag(page: Browser, start: tuple[float, float], end: tuple[float, float], modifiers: int = 0) -> None:
    """Press, move, let go; in page pixels."""
    common = {"button": "left", "modifiers": modifiers, "clickCount": 1}
    page.call("Input.dispatchMouseEvent", type="mouseMoved", x=start[0], y=start[1], modifiers=modifiers)
    page.call("Input.dispatchMouseEvent", type="mousePressed", x=start[0], y=start[1], **common)
    for share in (0.5, 1.0):
        x, y = (a + (b - a) * share for a, b in zip(start, end, strict=True))
        page.call("Input.dispatchMouseEvent", type="mouseMoved", x=x, y=y, buttons=1, **common)
    page.call("Input.dispatchMouseEvent", type="mouseReleased", x=end[0], y=end[1], **common)


def address(page: Browser) -> str:
    return str(page.js("location.search"))


def test_range_by_mouse_sticks_to_ships_and_shows_the_closest_approach(page: Browser, server: Running) -> None:
    names = page.js("""(() => {
      const on = selat.mmsis().map((m) => ({ m, ...selat.screen(m), v: selat.speed(m) }))
        .filter((p) => p.x > 220 && p.x < 900 && p.y > 150 && p.y < 500);
      const clear = on.filter((p) => on.every((q) => q === p || Math.hypot(p.x - q.x, p.y - q.y) > 34) && p.v > 5);
      return clear.slice(0, 2);
    })()""")
    assert len(names) == 2
    origin = map_origin(page)
    a, b = ((p["x"] + origin["x"], p["y"] + origin["y"]) for p in names)
    drag(page, a, b, SHIFT)
    page.wait("selat.tools().lines.length === 1", 5)
    assert f"{names[0]['m']}~{names[1]['m']}" in address(page)
    line = page.js("selat.tools().lines[0]")
    found = re.match(r"(\d+\.\d\d) nm (\d{3})° (CPA \d+\.\d\d nm in|drawing apart)", line)
    assert found, line
    assert found[1] in page.js("document.querySelector('.tool-rows').textContent")
    at(page, server, address(page)[1:])  # a link carries the line
    page.wait("selat.tools().lines.length === 1 && selat.tools().lines[0] !== ''", 10)
    page.js("document.querySelector('.tool-rows button').click()")
    assert page.js("selat.tools().lines.length") == 0 and "range" not in address(page)


def test_range_by_keyboard_between_ships_and_to_the_middle(page: Browser) -> None:
    page.key("]")
    first = page.wait("new URLSearchParams(location.search).get('ship')")
    page.key("r")
    page.wait("selat.tools().pending")
    page.key("]")
    page.wait(f"new URLSearchParams(location.search).get('ship') !== '{first}'")
    press(page, "Enter")
    page.wait("selat.tools().lines.length === 1")
    assert address(page).count("~") == 1 and str(first) in address(page)
    page.key("r")
    page.key("r")  # given up
    assert not page.js("selat.tools().pending")
    page.key("r")
    press(page, "Enter")
    page.wait("selat.tools().lines.length === 2")
    page.key("x")
    assert page.js("selat.tools().lines.length") == 0


def test_a_measured_line_is_as_long_as_geodesy_says(browser: Browser, server: Running) -> None:
    page = at(browser, server, "lang=en&range=103.8,1.2~103.9,1.3")
    line = page.js("selat.tools().lines[0]")
    from selat.kernels.geodesy import metres

    north, east = metres(1.25)
    away = math.hypot(0.1 * north, 0.1 * east) / 1852
    assert abs(float(line.split()[0]) - away) < 0.011
    assert abs(int(line.split()[2][:3]) - math.degrees(math.atan2(0.1 * east, 0.1 * north))) <= 1


def test_bearing_line_and_range_ring(page: Browser, server: Running) -> None:
    mmsi, _ = clear_ship(page)
    page.js(f"selat.select({mmsi})")
    page.key("e")
    page.wait("selat.tools().ebl !== null")
    for _ in range(5):
        press(page, "ArrowRight", SHIFT)
    press(page, "ArrowUp", SHIFT)
    ebl = page.js("selat.tools().ebl")
    assert ebl["bearing"] == 5 and abs(ebl["metres"] - 2.1 * 1852) < 1
    assert f"ebl={mmsi},5.0,2.10" in address(page)
    page.wait("/VRM .*inside/.test(document.querySelector('.tool-text').textContent)", 10)
    told, inner, outer = page.js(f"""(() => {{
      const at = (m) => selat.screen(m), gap = (p, q) => Math.hypot(p.x - q.x, p.y - q.y);
      const ship = at({mmsi}), ring = gap(selat.handle(), ship);
      const counted = (m) => m !== {mmsi} && [0, 1, 2, 6].includes(selat.drawn(m).cls);
      const off = selat.mmsis().filter(counted).map((m) => gap(at(m), ship) / ring);
      const words = document.querySelector('.tool-text').textContent;
      return [words, off.filter((d) => d < 0.9).length, off.filter((d) => d < 1.1).length];
    }})()""")
    count = re.search(r"(\d+) inside, nearest .+ at (\d\.\d\d) nm", told)
    assert inner <= (int(count[1]) if count else 0) <= outer, told
    assert outer == 0 or count is None or float(count[2]) <= 2.1
    handle, origin = page.js("selat.handle()"), map_origin(page)
    ship = page.js(f"selat.screen({mmsi})")
    start = (handle["x"] + origin["x"], handle["y"] + origin["y"])
    drag(page, start, (ship["x"] + origin["x"] + 60, ship["y"] + origin["y"]))
    turned = page.js("selat.tools().ebl")
    assert abs(turned["bearing"] - 90) < 3
    at(page, server, address(page)[1:])
    assert abs(page.js("selat.tools().ebl.bearing") - turned["bearing"]) < 0.1


def test_palettes_go_round(page: Browser) -> None:
    seen = []
    for _ in range(4):
        page.key("d")
        seen.append(page.js("document.documentElement.dataset.palette"))
    assert seen == ["bridge", "day", "dusk", "night"]
    press(page, "D", SHIFT)
    assert page.js("document.documentElement.dataset.palette") == "dusk" and "palette=dusk" in address(page)


def luminance(colour: str) -> float:
    """Relative luminance (WCAG 2.2) of `rgb(r, g, b)`."""
    parts = [int(v) / 255 for v in re.findall(r"\d+", colour)[:3]]
    linear = [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in parts]
    return sum(w * v for w, v in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


@pytest.mark.parametrize("palette", ["day", "dusk", "night", "bridge"])
def test_words_of_panels_have_contrast(browser: Browser, server: Running, palette: str) -> None:
    page = at(browser, server, f"lang=en&palette={palette}")
    found = page.js("""Object.fromEntries(['--bg', '--bg-2', '--text', '--muted', '--strong', '--alarm', '--warning',
      '--caution', '--good']
      .map((name) => { const e = document.createElement('i'); e.style.color = `var(${name})`; document.body.append(e);
        const c = getComputedStyle(e).color; e.remove(); return [name, c]; }))""")
    back = max(luminance(found["--bg"]), luminance(found["--bg-2"])) if palette != "day" else luminance(found["--bg-2"])
    for name, colour in found.items():
        if name.startswith("--bg"):
            continue
        low, high = sorted((back, luminance(colour)))
        least = 4.5 if name in ("--text", "--strong", "--muted") else 3.0
        assert (high + 0.05) / (low + 0.05) >= least, (palette, name)


def test_filter_hides_and_stands_in_the_address(page: Browser, server: Running) -> None:
    everything = page.js("selat.shown()")
    page.key("f")
    page.wait("document.querySelector('#legend details').open")
    speed = "(() => { const i = document.querySelector('#legend input[name=minKn]'); i.value = '12';"
    page.js(f"{speed} i.dispatchEvent(new Event('change')); }})()")
    fewer = page.wait(f"selat.shown() < {everything} && selat.shown()")
    page.js("document.querySelector('#legend input[name=still]').click()")
    assert "min_kn=12" in address(page) and "hide_still=1" in address(page)
    page.wait("document.querySelector('.ships').textContent.includes(' of ')", 5)
    assert page.js("selat.mmsis().length") == everything, "hidden ships are still heard"
    at(page, server, address(page)[1:])
    page.wait(f"Math.abs(selat.shown() - {fewer}) < 12", 10)
    page.js("document.querySelector('#legend .clear').click()")
    page.wait(f"selat.shown() === {everything}")
    assert "min_kn" not in address(page)


def test_watch_list(page: Browser) -> None:
    page.key("]")
    mmsi = page.wait("new URLSearchParams(location.search).get('ship')")
    page.key("w")
    page.wait("document.querySelector('#card .watch').getAttribute('aria-pressed') === 'true'")
    assert f"watch={mmsi}" in address(page)
    page.key("f")
    page.js("document.querySelector('#legend input[name=watch]').click()")
    alerted = page.js("selat.counts().alerts")
    page.wait(f"selat.shown() <= 2 * {alerted} + 1")
    page.js("document.querySelector('#legend .clear').click()")


#: sources of the layers that are drawn
DRAWN = """[...new Set(selat.map().getStyle().layers
  .filter((l) => l.source && l.layout?.visibility !== 'none').map((l) => l.source))].sort().join(' ')"""


def test_layers_with_nothing_in_them_are_not_drawn(page: Browser) -> None:
    page.wait(f"{DRAWN} === 'land zones'", 10)
    page.js("document.querySelector('.turn-zones').click()")
    page.wait(f"{DRAWN} === 'land'")
    seen = "((p) => p.x > 100 && p.x < 900 && p.y > 100 && p.y < 600)(selat.screen(m))"
    mmsi = page.js(f"selat.mmsis().find((m) => selat.speed(m) > 5 && {seen})")
    page.js(f"selat.select({mmsi})")
    page.wait(f"{DRAWN} === 'land track'", 10)
    page.wait("selat.map().queryRenderedFeatures({ layers: ['track', 'track-gap'] }).length > 0", 10)
    page.js("selat.select(null)")
    page.wait(f"{DRAWN} === 'land'")
    page.js("document.querySelector('.turn-trails').click()")
    page.wait(f"{DRAWN} === 'land trails'", 20)
    page.js("document.querySelector('.turn-zones').click()")
    page.wait(f"{DRAWN} === 'land trails zones'")
    page.js("selat.map().jumpTo({ center: [101.5, 1.5], zoom: 8 }) && 0")  # where the zone is
    page.wait("selat.map().queryRenderedFeatures({ layers: ['zone-way', 'zone-area', 'zone-fill'] }).length > 0", 10)


def test_zones_are_drawn_and_put_away(page: Browser) -> None:
    page.wait("selat.zones() >= 1", 10)
    page.key("z")
    page.wait("document.querySelector('.turn-zones').textContent.endsWith('off')")
    assert "zones=off" in address(page)
    page.key("z")
    page.wait("document.querySelector('.turn-zones').textContent.endsWith('on')")


def test_vectors_and_trails(page: Browser) -> None:
    says = "document.querySelector('.turn-{}').textContent.split(': ')[1]"
    seen = []
    for _ in range(4):
        page.key("v")
        seen.append(page.js(says.format("vectors")))
    assert seen == ["12 min", "30 min", "off", "6 min"]
    page.key("t")
    assert page.js(says.format("trails")) == "6 min" and "trails=6" in address(page)
    page.wait("selat.trails() > 0", 40)
    for _ in range(3):
        page.key("t")
    assert page.js(says.format("trails")) == "off"


def test_help_names_every_key(page: Browser) -> None:
    page.key("?")
    page.wait("document.getElementById('help').open")
    shown = page.js("[...document.querySelectorAll('#help kbd')].map((k) => k.textContent)")
    assert {"R", "E", "V", "T", "L", "Z", "F", "D", "W", "O", "[", "]", "/", "?", "Home", "Esc"} <= set(shown)
    assert "help." not in page.js("document.getElementById('help').textContent"), "a text is missing"
    page.key("d")  # no other key acts behind the help
    assert page.js("document.documentElement.dataset.palette") == "night"
    page.key("?")
    assert not page.js("document.getElementById('help').open")


def test_no_word_is_missing_in_any_language() -> None:
    source = Path(__file__).resolve().parents[2] / "ui" / "src"
    keys = {
        code: set(re.findall(r'"([\w.]+)": "', (source / f"words.{code}.ts").read_text("utf-8")))
        for code in ("en", "ms", "ja")
    }
    alike = {
        "card.eta",
        "card.imo",
        "card.mmsi",
        "card.trackOf",
        "kind.eez",
        "min",
        "type.wig",
    }  # the same in all: English does
    for code in ("ms", "ja"):
        assert keys[code] <= keys["en"] and keys["en"] - keys[code] <= alike, sorted(keys["en"] ^ keys[code])[:9]
