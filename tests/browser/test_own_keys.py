"""Own keys: changed by mouse and by keyboard, refused where they are taken, kept with the sea or in the browser, put back."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from browser.cdp import Browser
from browser.fake_picture import FakePicture
from browser.needs import afresh, page_tests
from browser.test_deeds import enter, shift
from browser.test_tools import SHIFT, press
from selat.app.archive import SeaArchive
from selat.store import kept
from selat.web.server import Running, create_app, serve_in_thread
from small_sea import make_sea

pytestmark = page_tests()


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[SeaArchive]:
    found = SeaArchive(make_sea(tmp_path / "sea"))
    yield found
    found.close()


@pytest.fixture
def server(archive: SeaArchive) -> Iterator[Running]:
    running = serve_in_thread(create_app(FakePicture(60), archive=archive, title="keys", period_s=0.5))
    yield running
    running.stop()


def open_at(browser: Browser, url: str) -> Browser:
    afresh(browser, f"{url}?palette=night&lang=en")
    browser.wait("selat.ready()", 60)
    return browser


def set_button(deed: str) -> str:
    return f"document.querySelector('dialog.keys [data-deed=\"{deed}\"] .set')"


def escape(page: Browser) -> None:
    """As the keyboard sends it, so that the browser closes a dialog by it."""
    for kind in ("keyDown", "keyUp"):
        page.call("Input.dispatchKeyEvent", type=kind, key="Escape", code="Escape", windowsVirtualKeyCode=27)


def form(page: Browser) -> None:
    shift(page, "K")
    page.wait("document.querySelector('dialog.keys[open]')")


def test_a_key_is_changed_by_mouse_and_all_that_name_it_follow(
    browser: Browser, server: Running, archive: SeaArchive
) -> None:
    page = open_at(browser, server.url)
    page.js("document.querySelector('[data-name=help]').click()")
    spot = page.js(
        "(() => { const r = document.querySelector('.own-keys').getBoundingClientRect(); return [r.x + r.width / 2, "
        "r.y + r.height / 2]; })()"
    )
    page.click(*spot)
    page.wait(
        f"document.querySelector('dialog.keys[open]') && !document.getElementById('help').open && "
        f"{set_button('range')}.textContent === 'R'"
    )
    page.js(f"{set_button('range')}.click()")
    page.wait(f"{set_button('range')}.textContent === 'press a key …'")
    press(page, "ö")
    page.wait(f"{set_button('range')}.textContent === 'Ö'")
    page.js("document.querySelector('dialog.keys .no').click()")
    assert page.js("document.querySelector('.tool-range').textContent") == "Range Ö"
    page.key("r")
    assert not page.js("selat.tools().pending"), "the usual key does nothing now"
    press(page, "ö")
    page.wait("selat.tools().pending")
    escape(page)
    page.key("?")
    page.wait("document.getElementById('help').open")
    shown = page.js("[...document.querySelectorAll('#help kbd')].map((k) => k.textContent)")
    assert "Ö" in shown and "R" not in shown
    page.key("?")
    page.wait("!document.getElementById('help').open")
    assert kept.kept(archive.sea.state, "")["keys"] == {"watch": {"range": ["ö"]}}
    open_at(browser, server.url)
    page.wait("document.querySelector('.tool-range').textContent === 'Range Ö'")
    assert browser.errors() == []


def test_by_keyboard_a_taken_key_is_refused_then_freed_and_all_is_put_back(browser: Browser, server: Running) -> None:
    page = open_at(browser, server.url)
    form(page)
    page.js(f"{set_button('range')}.focus()")
    enter(page)
    page.wait(f"{set_button('range')}.classList.contains('asked')")
    page.key("e")
    page.wait(
        "document.querySelector('dialog.keys .problem').textContent.includes('E is taken: Bearing line and range ring')"
    )
    for key in ("F5", "Delete"):
        press(page, key)
        page.wait("document.querySelector('dialog.keys .problem').textContent.includes('belongs to the browser')")
    escape(page)  # gives up the question, not the form
    page.wait(f"{set_button('range')}.textContent === 'R' && document.querySelector('dialog.keys[open]')")
    page.js("document.querySelector('dialog.keys [data-deed=ebl] .none').focus()")
    enter(page)
    page.wait(f"{set_button('ebl')}.textContent === 'none'")
    page.js(f"{set_button('range')}.focus()")
    enter(page)
    page.wait(f"{set_button('range')}.classList.contains('asked')")
    page.key("e")
    page.wait(f"{set_button('range')}.textContent === 'E' && document.activeElement === {set_button('range')}")
    page.js(f"{set_button('density')}.focus()")
    enter(page)
    page.wait(f"{set_button('density')}.classList.contains('asked')")
    press(page, "Y", SHIFT)
    page.wait(f"{set_button('density')}.textContent === '⇧Y'")
    escape(page)
    page.wait("document.querySelector('dialog.keys') === null")
    page.key("e")
    page.wait("selat.tools().pending && selat.tools().ebl === null")
    escape(page)
    shift(page, "Y")
    page.wait("document.querySelector('.heat-turn').textContent.includes('last day')")
    form(page)
    page.js("document.querySelector('dialog.keys .all').focus()")
    enter(page)
    page.wait(
        f"{set_button('range')}.textContent === 'R' && {set_button('ebl')}.textContent === 'E' && "
        f"{set_button('density')}.textContent === '⇧Z'"
    )
    escape(page)
    page.wait("document.querySelector('dialog.keys') === null")
    page.key("e")
    page.wait("selat.tools().ebl !== null")


def test_where_nothing_is_kept_the_browser_keeps_them(browser: Browser) -> None:
    server = serve_in_thread(create_app(FakePicture(40), title="keys", period_s=0.5))
    try:
        page = open_at(browser, server.url)
        form(page)
        assert "this browser" in page.js("document.querySelector('dialog.keys .about').textContent")
        page.js(f"{set_button('palette')}.click()")
        page.key("ñ")
        page.wait(f"{set_button('palette')}.textContent === 'Ñ'")
        assert json.loads(page.js("localStorage.getItem('selat.keys')")) == {"palette": ["ñ"]}
        open_at(browser, server.url)
        page.key("ñ")
        page.wait("document.documentElement.dataset.palette === 'bridge'")
        page.js('localStorage.setItem(\'selat.keys\', \'{"palette": ["z"], "nonsense": 3, "escape": ["q"]}\')')
        open_at(browser, server.url)  # a key that another deed has is not taken twice; nonsense changes nothing
        page.key("d")
        assert page.js("document.documentElement.dataset.palette") == "night"
        page.key("z")
        page.wait("document.querySelector('.turn-zones').textContent.endsWith('off')")
        page.js("localStorage.clear()")
    finally:
        server.stop()


def test_every_deed_has_words_in_all_languages() -> None:
    import re

    source = Path(__file__).resolve().parents[2] / "ui" / "src"
    deeds = re.findall(r'deed\("([\w-]+)", ', (source / "keys.ts").read_text("utf-8"))
    words = dict(re.findall(r'^  "?([\w-]+)"?: \[(.*)\],$', (source / "keywords.ts").read_text("utf-8"), re.M))
    assert len(deeds) > 40 and set(deeds) <= set(words), set(deeds) - set(words)
    for name, said in words.items():
        assert len(json.loads(f"[{said}]")) == 3, name
