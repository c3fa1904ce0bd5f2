"""The built page in a real browser against a real server, with an invented picture."""

from __future__ import annotations

import struct
import time
import zlib
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from browser.cdp import Browser
from browser.fake_picture import FakePicture
from browser.needs import afresh, page_tests
from selat.web.server import Running, create_app, serve_in_thread

pytestmark = page_tests()

SHIPS = 300
SENTENCE = "will pass 0.12 nm apart"


@pytest.fixture
def picture() -> FakePicture:
    return FakePicture(SHIPS)


@pytest.fixture
def server(picture: FakePicture) -> Iterator[Running]:
    running = serve_in_thread(create_app(picture, title="strait test", period_s=0.5))
    yield running
    running.stop()


@pytest.fixture
def page(browser: Browser, server: Running) -> Iterator[Browser]:
    afresh(browser, server.url + "?palette=night&lang=en")
    browser.wait("selat.ready()", 60)
    yield browser
    browser.open("about:blank")


def pixels(png: bytes) -> tuple[int, int, list[bytes]]:
    """Width, height and rows of RGB(A) bytes of a PNG, by hand: no imaging package is needed for this."""
    width, height, depth, kind = struct.unpack(">IIBB", png[16:26])
    assert depth == 8
    step = {2: 3, 6: 4}[kind]
    data, at = b"", 8
    while at < len(png):
        length = struct.unpack(">I", png[at : at + 4])[0]
        if png[at + 4 : at + 8] == b"IDAT":
            data += png[at + 8 : at + 8 + length]
        at += 12 + length
    raw = zlib.decompress(data)
    rows, before = [], bytearray(width * step)
    for y in range(height):
        start = y * (width * step + 1)
        line = unfilter(raw[start], bytearray(raw[start + 1 : start + 1 + width * step]), before, step)
        rows.append(bytes(line))
        before = line
    return width, height, rows


def unfilter(how: int, line: bytearray, up: bytearray, step: int) -> bytearray:
    """Undo one of the five PNG filters (ISO/IEC 15948, 9.2)."""
    for x in range(len(line)):
        a = line[x - step] if x >= step else 0
        b = up[x]
        c = up[x - step] if x >= step else 0
        if how == 1:
            line[x] = (line[x] + a) & 255
        elif how == 2:
            line[x] = (line[x] + b) & 255
        elif how == 3:
            line[x] = (line[x] + (a + b) // 2) & 255
        elif how == 4:
            near = min((abs(b - c), 0, a), (abs(a - c), 1, b), (abs(a + b - 2 * c), 2, c))
            line[x] = (line[x] + near[2]) & 255
    return line


def clear_ship(page: Browser) -> tuple[int, dict[str, float]]:
    """A ship well inside the map with no other near it, so that a click can mean only one."""
    found = page.js(
        """(() => {
          const on = selat.mmsis().map((m) => ({ m, ...selat.screen(m) }))
            .filter((p) => p.x > 250 && p.x < 900 && p.y > 60 && p.y < 560);
          const clear = on.filter((p) => on.every((q) => q === p || Math.hypot(p.x - q.x, p.y - q.y) > 45));
          return clear[0] ?? null;
        })()"""
    )
    assert found is not None
    return int(found["m"]), found


def map_origin(page: Browser) -> dict[str, float]:
    box = page.js(
        "(() => { const r = document.getElementById('map').getBoundingClientRect(); return {x: r.left, y: r.top}; })()"
    )
    return dict(box)


def test_ships_alerts_and_nothing_from_outside(page: Browser, server: Running) -> None:
    counts = page.js("selat.counts()")
    assert counts["ships"] == SHIPS
    assert counts["labels"] == SHIPS
    assert counts["alerts"] == 6
    assert counts["named"] > 10
    assert page.js("document.title").endswith("strait test")
    texts = page.js("[...document.querySelectorAll('.alert p')].map((p) => p.textContent)")
    assert any(SENTENCE in t for t in texts)
    order = page.js("[...document.querySelectorAll('.alert')].map((a) => a.classList[1])")
    rank = ["emergency", "alarm", "warning", "caution"]
    assert [rank.index(p) for p in order[:5]] == sorted(rank.index(p) for p in order[:5])
    time.sleep(1.5)
    hosts = {urlsplit(u).netloc for u in page.urls() if urlsplit(u).scheme in ("http", "https", "ws", "wss")}
    assert hosts == {urlsplit(server.url).netloc}, "no request may leave the machine"
    schemes = {urlsplit(u).scheme for u in page.urls()}
    assert schemes <= {"http", "ws", "data", "blob", "about"}
    assert page.errors() == []


@pytest.mark.parametrize("palette", ["night", "day"])
def test_picture_is_drawn(page: Browser, palette: str) -> None:
    if palette == "day":
        page.key("d")
        page.key("d")
        page.wait("document.documentElement.dataset.palette === 'day'")
    # Land comes from a worker; wait until the middle of Singapore has the colour of land by day or by night.
    end = time.monotonic() + 20
    while True:
        width, _, rows = pixels(page.screenshot(clip=(0, 44, 940, 676), scale=0.25))
        step = len(rows[0]) // width
        land = rows[26][75 * step : 75 * step + 3]
        sea = rows[106][25 * step : 25 * step + 3]
        if (land != sea and (max(land) < 90) is (palette == "night")) or time.monotonic() > end:
            break
        time.sleep(0.3)
    assert land != sea
    assert (max(land) < 90) is (palette == "night")
    colours = {row[x * step : x * step + 3] for row in rows for x in range(width)}
    assert len(colours) > 60, "ships, names and lines, not only two areas"


def test_a_ship_is_drawn_where_it_is_said_to_be(page: Browser) -> None:
    page.js("document.getElementById('overlay').style.display = 'none'")  # names off: only symbols
    page.wait("document.querySelector('#attribution').textContent !== ''")
    _, at = clear_ship(page)
    origin = map_origin(page)
    clip = (round(at["x"] + origin["x"]) - 10, round(at["y"] + origin["y"]) - 10, 20, 20)

    def patch(ships: bool) -> list[bytes]:
        page.js(f"selat.showShips({str(ships).lower()})")
        time.sleep(0.4)
        return pixels(page.screenshot(clip=clip))[2]

    without, with_ships = patch(False), patch(True)
    differ = sum(a != b for x, y in zip(without, with_ships, strict=True) for a, b in zip(x, y, strict=True))
    page.js("document.getElementById('overlay').style.display = ''")
    assert differ > 60, "the symbol changes the pixels at that place"


def test_ships_move(page: Browser) -> None:
    def places() -> dict[str, dict[str, float]]:
        return dict(page.js("Object.fromEntries(selat.mmsis().map((m) => [m, selat.screen(m)]))"))

    before = places()
    frames = page.js("selat.counts().frames")
    time.sleep(3)
    after = places()
    moved = [m for m, p in before.items() if abs(p["x"] - after[m]["x"]) + abs(p["y"] - after[m]["y"]) > 0.05]
    assert len(moved) > 20
    assert page.js("selat.counts().frames") > frames


def test_click_opens_the_card_and_escape_closes_it(page: Browser, picture: FakePicture) -> None:
    mmsi, at = clear_ship(page)
    origin = map_origin(page)
    page.click(at["x"] + origin["x"], at["y"] + origin["y"])
    page.wait("!document.getElementById('card').hidden")
    page.wait("document.querySelector('#card dl').textContent.includes('invented')")  # the answer has come
    card = page.js("document.getElementById('card').textContent")
    ship = next(s for s in picture.ships if s.mmsi == mmsi)
    assert ship.name in card
    assert str(mmsi) in card
    if ship.speed_kn > 0.5:
        assert f"{ship.speed_kn:.1f} kn" in card
    page.key("Escape")
    page.wait("document.getElementById('card').hidden")


def test_search_finds_by_name_and_number(page: Browser, picture: FakePicture) -> None:
    ship = picture.ships[-1]
    for text in (ship.name, str(ship.mmsi)):
        page.key("/")
        page.type(text)
        page.wait("document.querySelectorAll('#hits li:not(.none)').length > 0")
        hits = page.js("document.getElementById('hits').textContent")
        assert ship.name in hits
        page.call("Input.dispatchKeyEvent", type="keyDown", key="Enter")
        page.wait("!document.getElementById('card').hidden")
        assert ship.name in page.js("document.querySelector('.ship-name').textContent")
        page.key("Escape")


def test_alert_is_acknowledged_and_list_holds_still(page: Browser, picture: FakePicture) -> None:
    box = page.js(
        "(() => { const r = document.querySelector('.alert.warning').getBoundingClientRect();"
        " return {x: r.left + 60, y: r.top + 10}; })()"
    )
    page.move(box["x"], box["y"])
    before = page.js("[...document.querySelectorAll('.alert')].map((a) => a.dataset.id)")
    page.js("document.querySelector('.alert.alarm button.ack').click()")
    page.wait("document.querySelector('.alert.alarm').classList.contains('acknowledged')")
    assert list(picture.acknowledged.values()) == ["watch"]
    held = page.js("[...document.querySelectorAll('.alert')].map((a) => a.dataset.id)")
    assert held == before, "the list does not reorder under the pointer"
    page.move(400, 400)
    page.wait("document.querySelectorAll('.divider').length === 1")
    after = page.js("[...document.querySelectorAll('.alert')].map((a) => a.dataset.id)")
    assert after != before
    assert after[0] == before[0]


def test_alert_says_what_to_do(page: Browser) -> None:
    page.js("document.querySelector('.alert.warning').click()")
    page.wait("document.querySelector('.alert.warning.chosen') !== null")
    why = page.js("document.querySelector('.alert.chosen div.why').innerText")
    assert (
        "Call her by name on channel 14" in why and "sure to 82 %" in why and "False if: she waits for a pilot" in why
    )
    assert "lat" not in page.js("document.querySelector('.alert.chosen .evidence').innerText")
    assert page.js("document.querySelector('[data-id=folded]')") is None


def test_silent_sources_raise_the_banner(page: Browser, picture: FakePicture) -> None:
    assert page.js("document.getElementById('banner').hidden")
    picture.stop()
    page.wait("!document.getElementById('banner').hidden", 10)
    assert "SILENT" in page.js("document.getElementById('banner').textContent")
    picture.stopped_at = None
    page.wait("document.getElementById('banner').hidden", 10)


def test_lost_server_raises_the_banner_and_ships_stand_still(page: Browser, server: Running) -> None:
    server.stop()
    page.wait("!document.getElementById('banner').hidden", 10)
    assert "FEED STOPPED" in page.js("document.getElementById('banner').textContent")
    assert page.js("document.querySelector('.state').textContent").startswith("STOPPED")
    assert "LIVE" not in page.js("document.body.innerText"), "nothing else says that it is live"
    snapshot = "JSON.stringify(selat.mmsis().map((m) => selat.screen(m)))"
    first = page.js(snapshot)
    time.sleep(1.0)
    assert page.js(snapshot) == first, "the map must not look alive when it is not"


def test_page_recovers_when_the_server_comes_back(page: Browser, server: Running) -> None:
    port = server.port
    server.stop()
    page.wait("!document.getElementById('banner').hidden", 10)
    other = FakePicture(200, seed=3)
    again = serve_in_thread(create_app(other, period_s=0.5), port=port)
    try:
        page.wait("document.getElementById('banner').hidden", 15)
        page.wait("selat.counts().ships === 200 && selat.counts().labels === 200")  # the old ones are gone
        assert page.js("selat.feed().mode") == "live"
    finally:
        again.stop()


def test_polling_takes_over_where_websocket_is_barred(page: Browser, server: Running) -> None:
    barred = page.call(
        "Page.addScriptToEvaluateOnNewDocument",
        source="window.WebSocket = class { constructor() { setTimeout(() => this.onclose(), 9); } }",
    )
    try:
        page.open("about:blank")
        page.open(server.url)
        page.wait("selat.feed().mode === 'poll' && selat.counts().ships === " + str(SHIPS), 20)
        page.wait("document.querySelectorAll('.alert').length === 6")
        assert page.js("selat.feed().banner") == ""
    finally:
        page.call("Page.removeScriptToEvaluateOnNewDocument", identifier=barred["identifier"])


def test_replay_runs_at_its_own_pace(browser: Browser) -> None:
    start = time.time()
    fast = FakePicture(150, clock=lambda: start + 60 * (time.time() - start), replay=True)
    server = serve_in_thread(create_app(fast, period_s=0.5))
    try:
        browser.open(server.url)
        browser.wait("selat.ready()", 60)
        browser.wait("/REPLAY ×(5|6)\\d/.test(document.querySelector('.state').textContent)", 20)
        assert browser.js("document.documentElement.dataset.feed") == "replay"
    finally:
        server.stop()


@pytest.mark.parametrize(("language", "word"), [("ms", "Amaran"), ("ja", "警報")])
def test_other_languages(page: Browser, server: Running, language: str, word: str) -> None:
    page.open("about:blank")
    page.open(f"{server.url}?lang={language}")
    page.wait("selat.ready()", 60)
    assert word in page.js("document.querySelector('#alerts h2').textContent")
    assert page.js("document.documentElement.lang") == language
