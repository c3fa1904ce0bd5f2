"""The main job as a person sees it: `selat demo` to a page on which ships move and all three alerts come up."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from browser.cdp import Browser
from browser.needs import page_tests

pytestmark = page_tests()


DEMO = [sys.executable, "-m", "selat", "demo", "--no-browser", "--port", "0", "--rate", "10", "--for", "240"]


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[str]:
    """Address of a demo that runs at ten times the speed of time."""
    process = subprocess.Popen(
        [*DEMO, "--sea", str(tmp_path / "sea")],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)},
    )
    assert process.stdout is not None
    try:
        url = process.stdout.readline().strip()
        assert url.startswith("http://127.0.0.1:"), process.communicate(timeout=5)
        yield url
    finally:
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
    assert "Traceback" not in err
    assert process.returncode == 0


#: whether a ship is elsewhere on the screen now
MOVED = "((q) => q && (q.x !== p.x || q.y !== p.y))(selat.screen(m))"


def test_demo_shows_ships_that_move_and_alerts_with_their_reason(demo: str) -> None:
    with Browser() as page:
        page.open(demo)
        page.wait("window.selat && selat.counts().ships >= 250", 120)
        page.js("window.before = selat.mmsis().map((m) => [m, selat.screen(m)]), 0")
        page.wait("document.body.innerText.includes('Man overboard beacon')", 120)
        page.wait("document.body.innerText.includes('will pass')", 60)
        # waited for: on a busy machine all alerts may stand there when the page opens
        page.wait(f"before.filter(([m, p]) => {MOVED}).length > 50", 60)
        page.wait("document.body.innerText.includes('two places')", 180)
        assert page.errors() == []
        assert all(url.startswith((demo, demo.replace("http", "ws"), "data:", "blob:")) for url in page.urls())


def test_demo_shows_what_given_equipment_is_accounted_for_by(demo: str) -> None:
    with Browser() as page:
        page.open(demo + "assist?lang=en#/due")
        for _ in range(30):  # it is written while the page is up already
            page.js("location.hash = location.hash === '#/due' ? '#/observations' : '#/due'")
            page.js("new Promise((r) => setTimeout(r, 1000))")
            if page.js("!!document.querySelector('.example')"):
                break
        page.js("location.hash = '#/country/MY'")
        page.wait("!!document.querySelector('.example') && !!document.querySelector('.card')", 60)
        told = str(page.js("document.getElementById('page').innerText"))
        for words in ("Example.", "made up", "OSA-2023-MY-1", "Malaysia", "21 of 23", "18 in service"):
            assert words in told, words
        assert (
            page.js("[...document.querySelectorAll('#places a')].filter((a) => a.hash.includes('country')).length")
            == 12
        )
        assert page.errors() == []
