"""How the page looks: four palettes, three languages, two sizes, against small pictures that a person has looked at.

The scene is invented and begins at the same instant; ships have moved by less than a pixel of these pictures when they are
taken. Compared are mean colours of small squares, so that another font or a second more does not matter, and a panel, a
palette or a language that is wrong does. ``SELAT_PICTURES=write`` writes the pictures anew: look at them before you commit.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from browser.cdp import Browser
from browser.fake_picture import FakePicture
from browser.needs import page_tests
from browser.test_page import pixels
from selat.app.archive import SeaArchive
from selat.web.server import create_app, serve_in_thread
from small_sea import make_sea

pytestmark = page_tests()

KEPT = Path(__file__).with_name("pictures")
BEGIN = 1_795_302_000.0  # 2026-11-21 23:00 UTC
PALETTES = ("night", "bridge", "day", "dusk")  # in the order of the key
SCALE = 0.125
SQUARE = 4  # pixels of a picture to a square
FAR = 30.0  # difference of a square's mean colour, of 255, that is seen
MOST_FAR, MOST_MEAN = 0.09, 7.0  # share of squares that may be far off; mean difference


def squares(png: bytes) -> list[list[float]]:
    """Mean red, green and blue of each square, row by row."""
    width, height, rows = pixels(png)
    step = len(rows[0]) // width
    out = []
    for y in range(0, height - SQUARE + 1, SQUARE):
        for x in range(0, width - SQUARE + 1, SQUARE):
            parts = [rows[y + j][(x + i) * step : (x + i) * step + 3] for j in range(SQUARE) for i in range(SQUARE)]
            out.append([sum(p[c] for p in parts) / len(parts) for c in range(3)])
    return out


def differ(a: bytes, b: bytes) -> tuple[float, float]:
    """(share of squares that are far off, mean difference)."""
    one, other = squares(a), squares(b)
    assert len(one) == len(other), "another size"
    gaps = [max(abs(p - q) for p, q in zip(x, y, strict=True)) for x, y in zip(one, other, strict=True)]
    return sum(g > FAR for g in gaps) / len(gaps), sum(gaps) / len(gaps)


def scene(browser: Browser, url: str, language: str, size: tuple[int, int]) -> None:
    """The strait at night, the alarm chosen, its two ships in the middle and the card of one open."""
    browser.open("about:blank")
    browser.events.clear()
    browser.resize(*size)
    browser.open(f"{url}?palette=night&lang={language}")
    browser.wait("selat.ready() && selat.zones() >= 1", 90)
    browser.js("document.querySelector('.alert.alarm').click()")
    browser.wait("document.querySelector('.alert.chosen') && !selat.map().isMoving()", 30)
    browser.wait("document.querySelector('#card dl').textContent.includes('invented')", 30)


@pytest.mark.parametrize("size", [(1280, 720), (1024, 768)], ids=lambda s: f"{s[0]}x{s[1]}")
@pytest.mark.parametrize("language", ["en", "ms", "ja"])
def test_the_page_looks_as_it_did(browser: Browser, tmp_path: Path, language: str, size: tuple[int, int]) -> None:
    begun = time.time()
    archive = SeaArchive(make_sea(tmp_path / "sea"))
    picture = FakePicture(300, clock=lambda: BEGIN + time.time() - begun)
    server = serve_in_thread(create_app(picture, archive=archive, title="selat", period_s=0.5))
    wrong = []
    try:
        scene(browser, server.url, language, size)
        for palette in PALETTES:
            if palette != "night":
                browser.key("d")
            browser.wait(f"document.documentElement.dataset.palette === '{palette}' && selat.map().loaded()", 20)
            time.sleep(1.2)  # a frame with the new colours, names among them
            png = browser.screenshot(clip=(0, 0, *size), scale=SCALE)
            name = f"{palette}-{language}-{size[0]}.png"
            if os.environ.get("SELAT_PICTURES") == "write":
                KEPT.mkdir(exist_ok=True)
                (KEPT / name).write_bytes(png)
                continue
            share, mean = differ(png, (KEPT / name).read_bytes())
            if share > MOST_FAR or mean > MOST_MEAN:
                (tmp_path / name).write_bytes(png)
                wrong.append(
                    f"{name}: {share:.1%} of the squares are far off, {mean:.1f} on average; see {tmp_path / name}"
                )
        assert browser.errors() == []
    finally:
        server.stop()
        archive.close()
    assert not wrong, "\n".join(wrong)


def test_another_palette_or_language_is_another_picture() -> None:
    """What the comparison is for: it tells palettes apart, and an empty panel from a full one."""
    read = {p: (KEPT / f"{p}-en-1280.png").read_bytes() for p in PALETTES}
    for a in PALETTES:
        assert differ(read[a], read[a]) == (0.0, 0.0)
        for b in PALETTES:
            if {a, b} in ({"night", "day"}, {"day", "dusk"}, {"day", "bridge"}):
                assert differ(read[a], read[b])[1] > MOST_MEAN
    assert len({p.name for p in KEPT.glob("*.png")}) == 24
