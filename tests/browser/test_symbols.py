"""Colours and shapes of ships in the pixels of the map, the same in the legend; which names win where not all fit."""

from __future__ import annotations

import colorsys
import itertools
import time
from collections.abc import Iterator
from typing import Any

import pytest

from browser.cdp import Browser
from browser.fake_picture import FakePicture
from browser.fixed_picture import FixedPicture, lying, running
from browser.needs import page_tests
from browser.test_page import map_origin, pixels
from browser.test_tools import press
from selat.model.picture import CLASS_ATON, CLASS_UNKNOWN
from selat.web.server import Running, create_app, serve_in_thread

pytestmark = page_tests()

WEST, SOUTH, STEP = 104.70, 1.52, 0.012
#: category -> type of ship (ITU-R M.1371 table 53) that is of it
TYPES = {
    "unknown": 0,
    "cargo": 70,
    "tanker": 80,
    "passenger": 60,
    "fast": 40,
    "fishing": 30,
    "service": 52,
    "pleasure": 37,
}
HASH = "#12/1.545/104.75"
PALETTES = ("day", "dusk", "night", "bridge")
SENSORS = {990: 100_000_001, 991: 533_900_002}
Colour = tuple[int, int, int]


def place(k: int, row: int = 0) -> tuple[float, float]:
    return WEST + k * STEP, SOUTH + row * 2 * STEP


@pytest.fixture(scope="module")
def server() -> Iterator[Running]:
    ships = [lying(533_900_100 + k, f"{name} one", place(k), kind) for k, (name, kind) in enumerate(TYPES.items())]
    ships.append(lying(995_330_001, "a buoy", place(8), 0, 0.0, cls=CLASS_ATON))
    ships += [
        lying(533_900_001, "by AIS", place(0, 1), 70),
        lying(SENSORS[990], "by radar", place(2, 1), 70, 0.0, cls=CLASS_UNKNOWN),
        lying(SENSORS[991], "by both", place(4, 1), 70),
    ]
    picture = FixedPicture(ships, sensors=SENSORS.values())
    running_ = serve_in_thread(create_app(picture, title="symbols", period_s=0.5))
    yield running_
    running_.stop()


def at(browser: Browser, server: Running, palette: str, where: str = HASH, ready: str = "") -> Browser:
    browser.open("about:blank")
    browser.events.clear()
    browser.resize(1280, 720)
    browser.open(f"{server.url}?lang=en&vectors=0&palette={palette}{where}")
    browser.wait(f"selat.ready() && selat.counts().labels === selat.counts().ships {ready}", 60)
    return browser


def pixel(page: Browser, mmsi: int, dx: int = 0, dy: int = 0) -> Colour:
    """The pixel beside the middle of a ship's symbol."""
    spot, origin = page.js(f"selat.screen({mmsi})"), map_origin(page)
    x, y = spot["x"] + origin["x"] + dx, spot["y"] + origin["y"] + dy
    _, _, rows = pixels(page.screenshot(clip=(int(x), int(y), 1, 1)))
    r, g, b = rows[0][:3]
    return r, g, b


def token(page: Browser, name: str) -> Colour:
    said = page.js(f"""(() => {{ const e = document.createElement('i'); e.style.color = 'var({name})'; document.body.append(e);
      const c = getComputedStyle(e).color; e.remove(); return c.match(/\\d+/g).slice(0, 3).map(Number); }})()""")
    r, g, b = said
    return r, g, b


def far(a: Colour, b: Colour) -> int:
    return max(abs(x - y) for x, y in zip(a, b, strict=True))


def lab(colour: Colour) -> tuple[float, float, float]:
    """CIE L*a*b* (D65) of an sRGB colour (IEC 61966-2-1, CIE 15)."""
    r, g, b = ((v / 255 / 12.92) if v <= 10 else ((v / 255 + 0.055) / 1.055) ** 2.4 for v in colour)
    x = (0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.9505
    y = 0.2126 * r + 0.7152 * g + 0.0722 * b
    z = (0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.089
    fx, fy, fz = (t ** (1 / 3) if t > 0.008856 else 7.787 * t + 16 / 116 for t in (x, y, z))
    return 116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)


@pytest.mark.parametrize("palette", PALETTES)
def test_the_colour_of_a_ship_is_that_of_her_type(browser: Browser, server: Running, palette: str) -> None:
    page = at(browser, server, palette)
    page.js("document.getElementById('overlay').style.display = 'none'")
    time.sleep(0.8)
    drawn: dict[str, Colour] = {}
    for k, name in enumerate([*TYPES, "aid"]):
        mmsi = 533_900_100 + k if name != "aid" else 995_330_001
        assert page.js(f"selat.drawn({mmsi}).category") == name
        drawn[name] = pixel(page, mmsi)
        assert far(drawn[name], token(page, f"--ship-{name}")) <= 3, (palette, name, drawn[name])
    del drawn["aid"]  # told by its shape
    for (a, one), (b, other) in itertools.combinations(drawn.items(), 2):
        away = sum((p - q) ** 2 for p, q in zip(lab(one), lab(other), strict=True)) ** 0.5
        assert away > 6.0, f"{palette}: {a} and {b} look alike ({away:.1f})"
    page.js("document.getElementById('overlay').style.display = ''")
    assert browser.errors() == []


def is_alarming(colour: Colour) -> bool:
    """Red to amber, and strong enough to be read as such."""
    hue, _, value = colorsys.rgb_to_hsv(*(v / 255 for v in colour))
    chroma = (max(colour) - min(colour)) / 255
    return value > 0.3 and chroma > 0.32 and (hue * 360 < 56 or hue * 360 > 335)


@pytest.mark.parametrize("palette", PALETTES)
def test_red_and_amber_mean_alerts_alone(browser: Browser, server: Running, palette: str) -> None:
    page = at(browser, server, palette)
    for name in [*TYPES, "aid"]:
        assert not is_alarming(token(page, f"--ship-{name}")), (palette, name)
    for name in ("--wind", "--current", "--zone-way", "--zone-area", "--trail", "--track", "--select", "--tool"):
        assert not is_alarming(token(page, name)), (palette, name)
    for name in ("--emergency", "--alarm", "--warning"):
        assert is_alarming(token(page, name)), (palette, name)


def test_the_legend_says_the_same(browser: Browser, server: Running) -> None:
    page = at(browser, server, "night")
    page.key("f")
    page.wait("document.querySelector('#legend details').open")
    rows = page.js("""[...document.querySelectorAll('#legend details > ul:not(.by-source) li button')].map((b) => ({
      word: b.querySelector('span').textContent, n: b.querySelector('.n').textContent,
      colour: getComputedStyle(b.querySelector('i')).backgroundColor.match(/\\d+/g).slice(0, 3).map(Number) }))""")
    words = [
        "Unknown",
        "Cargo",
        "Tanker",
        "Passenger",
        "High-speed",
        "Fishing",
        "Tug, service",
        "Pleasure",
        "Aids, stations",
    ]
    assert [r["word"] for r in rows] == words
    assert [r["n"] for r in rows] == ["1", "4", "1", "1", "1", "1", "1", "1", "1"]
    for row, name in zip(rows, [*TYPES, "aid"], strict=True):
        assert tuple(row["colour"]) == token(page, f"--ship-{name}")
    page.wait("document.querySelector('.by-source .n').textContent === '10'")
    shapes = page.js("[...document.querySelectorAll('.by-source li')].map((li) => li.textContent)")
    assert shapes == ["AIS10", "Radar, camera1", "AIS and radar1"]
    assert page.js("[...document.querySelectorAll('.by-source svg path')].every((p) => p.getTotalLength() > 20)")


@pytest.mark.parametrize("palette", ["day", "night"])
def test_the_shape_tells_who_sees_a_ship(browser: Browser, server: Running, palette: str) -> None:
    page = at(browser, server, palette)
    page.js("document.getElementById('overlay').style.display = 'none'")
    time.sleep(0.8)
    ais, radar, both = 533_900_001, SENSORS[990], SENSORS[991]
    sea, cargo, none = token(page, "--sea"), token(page, "--ship-cargo"), token(page, "--ship-unknown")
    del none
    colour = pixel(page, radar)
    assert far(colour, sea) > 30, "a dot in the middle"
    around = [(6, 0), (-6, 0), (0, 6), (0, -6), (4, 4), (-4, 4)]
    ring = [
        min(far(pixel(page, radar, dx + ox, dy + oy), colour) for ox in (-1, 0, 1) for oy in (-1, 0, 1))
        for dx, dy in around
    ]
    assert max(ring) < 45, "a ring around it on all sides"
    assert far(pixel(page, radar, 3, 0), colour) > 30, "hollow between: no disc"
    assert far(pixel(page, ais), cargo) <= 3 and far(pixel(page, both), cargo) <= 3, (
        "AIS and both: her own symbol in the middle"
    )
    wide = [(11, 0), (-11, 0), (0, 11), (8, 8), (-8, -8), (8, -8)]

    def seen(mmsi: int, dx: int, dy: int) -> bool:
        return any(far(pixel(page, mmsi, dx + ox, dy + oy), sea) > 30 for ox in (-1, 0, 1) for oy in (-1, 0, 1))

    assert sum(seen(both, dx, dy) for dx, dy in wide) == len(wide), "both: in a ring"
    assert sum(seen(ais, dx, dy) for dx, dy in wide) <= 1, "AIS alone: no ring"
    page.js("document.getElementById('overlay').style.display = ''")


# --- names -----------------------------------------------------------------------------------------------------------
HEAP = (104.70, 1.56)  # everything at once
SIZES = (104.80, 1.53)  # sizes alone
LENGTHS = (40, 110, 180, 250, 320, 390)


def crowd() -> FixedPicture:
    """Two heaps of ships: one with a watched one and two that will pass closely, beside one with an alert; one of all sizes."""
    x, y = HEAP
    ships = [lying(533_100_000 + k, f"BIG {k}", HEAP, 70, 200.0 + 10 * k) for k in range(9)]
    ships += [
        lying(533_200_001, "ALERTED", (x + 0.02, y), 70, 20.0),
        lying(533_200_002, "WATCHED", HEAP, 70, 25.0),
        running(533_200_003, "NEAR A", [(x - 0.0013, y), (x + 0.5, y)], 1.0, 70, 30.0),
        running(533_200_004, "NEAR B", [(x + 0.0013, y), (x - 0.5, y)], 1.0, 70, 30.0),
    ]
    ships += [lying(533_300_000 + n, f"SIZE {n}", SIZES, 70, float(n)) for n in LENGTHS]
    alert = {"rule": "collision", "priority": "warning", "subjects": [533_200_001]}
    return FixedPicture(ships, [alert])


def names(page: Browser) -> list[dict[str, Any]]:
    return list(page.js("selat.names()"))


def apart(boxes: list[dict[str, Any]], width: float = 960.0, height: float = 676.0) -> bool:
    """No two share a place on the map; beyond its edge nobody sees them."""
    boxes = [
        {**b, "x0": max(b["x0"], 0.0), "x1": min(b["x1"], width), "y0": max(b["y0"], 0.0), "y1": min(b["y1"], height)}
        for b in boxes
    ]
    boxes = [b for b in boxes if b["x0"] < b["x1"] and b["y0"] < b["y1"]]
    return all(
        a["x1"] <= b["x0"] or b["x1"] <= a["x0"] or a["y1"] <= b["y0"] or b["y1"] <= a["y0"]
        for a, b in itertools.combinations(boxes, 2)
    )


def test_names_go_by_alert_watch_list_approach_and_size_and_stay_where_they_are(browser: Browser) -> None:
    server = serve_in_thread(create_app(crowd(), title="names", period_s=0.5))
    try:
        page = at(
            browser, server, "night", "&watch=533200002&labels=top#12/1.545/104.75", "&& selat.names().length >= 6"
        )
        time.sleep(3.0)  # approaches are worked out every two seconds
        found = names(page)
        heap = [n for n in found if not 533_300_000 <= n["mmsi"] < 533_400_000]
        assert [(n["mmsi"], n["step"]) for n in heap[:4]] == [
            (533_200_001, "alert"), (533_200_002, "watch"),
            *sorted(((n["mmsi"], "cpa") for n in heap[2:4]), key=lambda p: [h["mmsi"] for h in heap].index(p[0])),
        ]  # fmt: skip
        assert {n["mmsi"] for n in heap[2:4]} == {533_200_003, 533_200_004}, (
            "two that will pass closely come before any size"
        )
        sizes = [n["mmsi"] - 533_300_000 for n in found if 533_300_000 <= n["mmsi"] < 533_400_000]
        assert len(sizes) >= 2 and sizes == sorted(LENGTHS, reverse=True)[: len(sizes)], "the longest, in that order"
        assert apart(found)
        order = ["alert", "seen", "watch", "cpa", "size"]
        assert [n["step"] for n in found] == sorted((n["step"] for n in found), key=order.index)

        def where(page: Browser) -> dict[int, tuple[float, float]]:
            out = {}
            for n in names(page):
                spot = page.js(f"selat.screen({n['mmsi']})")
                out[n["mmsi"]] = (n["x0"] - spot["x"], n["y0"] - spot["y"])
            return out

        before = where(page)
        press(page, "ArrowRight")
        page.wait("!selat.map().isMoving()")
        time.sleep(0.7)
        after = where(page)
        assert after.keys() == before.keys(), "the same ships are named after the map moved"
        for mmsi, (x, y) in before.items():
            assert abs(after[mmsi][0] - x) < 4 and abs(after[mmsi][1] - y) < 4, f"the name of {mmsi} jumped"
        page.js("selat.map().jumpTo({ center: [104.71, 1.56], zoom: 12.5 }) && 0")
        time.sleep(1.2)
        zoomed = names(page)
        assert {533_200_001, 533_200_002, 533_200_003, 533_200_004} <= {n["mmsi"] for n in zoomed} and apart(zoomed)
        assert browser.errors() == []
    finally:
        server.stop()


def test_no_two_names_overlap_in_a_full_strait(browser: Browser) -> None:
    picture = FakePicture(1500)
    server = serve_in_thread(create_app(picture, title="names", period_s=0.5))
    try:
        page = at(browser, server, "night", "&labels=all")
        time.sleep(1.5)
        found = names(page)
        assert len(found) > 25 and apart(found)
        size = page.js("(({ clientWidth: w, clientHeight: h }) => [w, h])(document.getElementById('map'))")
        cut = [n for n in found if n["x0"] < 0 or n["y0"] < 0 or n["x1"] > size[0] or n["y1"] > size[1]]
        assert cut == [], "the edge cuts no name"
        for key in ("+", "ArrowLeft", "-"):
            press(page, key)
            page.wait("!selat.map().isMoving()")
            time.sleep(0.7)
            assert apart(names(page))
        assert all(n["mmsi"] for n in names(page))
        page.js("selat.map().jumpTo({ center: [103.9, 1.2], zoom: 9.6 }) && 0")
        time.sleep(1.5)
        alerted = {m for a in picture.alerts(0)[1] for m in a["subjects"] if a["state"] == "active" and not a["lead"]}
        named = {n["mmsi"] for n in names(page)}
        view = page.js("""Object.fromEntries(selat.mmsis().map((m) => [m, selat.screen(m)]))""")
        for mmsi in alerted:
            spot = view[str(mmsi)]
            if 240 < spot["x"] < 700 and 90 < spot["y"] < 500:
                assert mmsi in named, "an open alert is always named"
    finally:
        server.stop()


@pytest.mark.parametrize("size", [(1280, 720), (1024, 768), (768, 1024)], ids=lambda s: f"{s[0]}x{s[1]}")
def test_degrees_along_the_edge_lie_under_nothing(browser: Browser, server: Running, size: tuple[int, int]) -> None:
    page = at(browser, server, "day")
    page.resize(*size)
    page.js("selat.map().jumpTo({ center: [103.95, 1.25], zoom: 9.6 }) && 0")
    time.sleep(1.5)  # the map takes its new size, and draws
    assert page.js("selat.degrees().filter((d) => d.align === 'left').length") >= 3
    under = page.js("""(() => {
      const area = document.getElementById('map').getBoundingClientRect();
      const over = [...document.querySelectorAll('#tools button, .layer-stack button')].map((e) => e.getBoundingClientRect());
      return selat.degrees().filter((d) => d.align === 'left' && over.some((r) =>
        d.x + area.left < r.right && d.x + area.left + 46 > r.left && d.y + area.top - 9 < r.bottom && d.y + area.top > r.top));
    })()""")
    assert under == [], "no longitude is hidden by a button"


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "AIS, radar, target 900000042 since 08:00 UTC, score 23"),
        ("ms", "AIS, radar, sasaran 900000042 sejak 08:00 UTC, skor 23"),
        ("ja", "AIS, radar, 物標 900000042（08:00 UTC から、スコア 23）"),
    ],
)
def test_the_card_says_which_target_she_is(browser: Browser, server: Running, language: str, said: str) -> None:
    browser.open("about:blank")
    browser.open(f"{server.url}?lang={language}{HASH}")
    browser.wait("selat.ready()", 60)
    browser.js(f"selat.select({SENSORS[991]})")
    browser.wait(f"[...document.querySelectorAll('.card-body dd')].some((e) => e.textContent === {said!r})", 10)
