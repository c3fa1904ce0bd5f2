"""No bar is wider than its page and nothing in one is cut: every page, three languages,
from a wide screen to a tablet upright."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from browser.cdp import Browser
from browser.fake_picture import FakePicture
from browser.fingers import tablet
from browser.needs import page_tests
from selat.app.archive import SeaArchive
from selat.app.rescue.desk import RescueDesk
from selat.assist.demo import demo_facts
from selat.assist.desk import Desk
from selat.assist.register import open_register
from selat.web.server import STATIC, Running, create_app, serve_in_thread
from small_sea import make_sea

pytestmark = page_tests()
UI = Path(__file__).resolve().parents[2] / "ui"
SIZES = [(1280, 720), (1024, 768), (768, 1024)]
LANGUAGES = ["en", "ms", "ja"]
#: page -> what is there when it has been drawn
PAGES = {
    "": "selat.ready()",
    "statistics": "document.querySelector('#page *')",
    "fleet": "document.documentElement.dataset.ready === '1'",
    "rescue": "rescue.ready()",
    "assist": "document.querySelector('.card')",
    "field": "document.documentElement.dataset.ready === '1'",
}
BARS = "header, nav, #timebar, .panel-head, .time-tools, .tool-buttons, .tools"
#: what is made to be shortened with an ellipsis, and has the whole in its title or beside it
SHORTENED = ".title, .ship-name, .time-said, .log-out *, .count"
CUT = f"""[...document.querySelectorAll('{BARS}')].filter((b) => b.checkVisibility()).flatMap((bar) => {{
  const wide = document.documentElement.clientWidth, out = [];
  const name = (e) => `${{e.tagName}}.${{e.className || e.id}} ${{(e.textContent || '').slice(0, 24)}}`;
  for (const e of bar.querySelectorAll('*')) {{
    if (!e.checkVisibility({{ visibilityProperty: true }}) || e.matches('{SHORTENED}')) continue;
    if (e.closest('svg, [hidden], .reader, option')) continue;
    const r = e.getBoundingClientRect();
    if (r.width === 0) continue;
    let rolls = false;  // a row that can be rolled to what lies beyond
    for (let up = e; up && up !== document.body; up = up.parentElement) rolls ||= ['auto',
        'scroll'].includes(getComputedStyle(up).overflowX) && up.scrollWidth > up.clientWidth;
    if (rolls) continue;
    if (r.right > wide + 1 || r.left < -1) out.push(`beyond the page: ${{name(e)}} to ${{r.right.toFixed(0)}}`);
    const own = [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
    if (own && getComputedStyle(e).overflowX !== 'visible' && e.scrollWidth > e.clientWidth + 1) out.push(`cut: ${{name(e)}}`);
    for (let up = e.parentElement; up && own && bar.contains(up); up = up.parentElement) {{
      if (getComputedStyle(up).overflowX === 'visible') continue;
      const u = up.getBoundingClientRect();
      if (getComputedStyle(up).overflowX !== 'auto' && (r.right > u.right + 1 ||
        r.left < u.left - 1)) out.push(`hidden by ${{name(up)}}: ${{name(e)}}`);
    }}
  }}
  return out;
}})"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """All pages with something behind each."""
    folder = tmp_path_factory.mktemp("bars")
    archive = SeaArchive(make_sea(folder / "sea"))
    register = open_register(folder / "register", create=True)
    register.write(demo_facts(1))
    desk, rescue = Desk(folder / "keys", register), RescueDesk(archive)
    app = create_app(FakePicture(120), archive=archive, assist=desk, rescue=rescue, title="selat Malacca", period_s=0.5)
    running = serve_in_thread(app)
    yield running
    running.stop()
    rescue.close()
    desk.close()
    archive.close()


def test_every_page_is_in_the_list() -> None:
    built = {p.stem for p in UI.glob("*.html")} - {"index"}
    assert built | {""} == set(PAGES) and all((STATIC / f"{name}.html").is_file() for name in built)


def shown(browser: Browser, server: Running, page: str, language: str, palette: str = "night") -> None:
    browser.open("about:blank")
    browser.events.clear()
    browser.open(f"{server.url}{page}?lang={language}&palette={palette}")
    browser.wait(f"!!({PAGES[page]})", 90)


@pytest.mark.parametrize("page", list(PAGES), ids=[p or "watch" for p in PAGES])
def test_bars_fit(browser: Browser, server: Running, page: str) -> None:
    wrong = []
    for language in LANGUAGES:
        browser.resize(*SIZES[0])
        shown(browser, server, page, language)
        for size in SIZES:
            browser.resize(*size)
            browser.wait(f"innerWidth === {size[0]}")
            browser.js("new Promise((done) => setTimeout(done, 700))")  # what is written anew twice a second
            wide = browser.js("Math.max(document.documentElement.scrollWidth, document.body.scrollWidth)")
            if wide > browser.js("innerWidth"):
                wrong.append(f"{language} {size}: the page is {wide} px wide")
            wrong += [f"{language} {size}: {w}" for w in browser.js(CUT)]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("size", SIZES[1:], ids=lambda s: f"{s[0]}x{s[1]}")
def test_bars_of_the_watch_fit_on_a_tablet(browser: Browser, server: Running, size: tuple[int, int]) -> None:
    wrong = []
    with tablet(browser, *size):
        for language in LANGUAGES:
            shown(browser, server, "", language)
            browser.js("new Promise((done) => setTimeout(done, 700))")
            assert browser.js("[innerWidth, visualViewport.scale]") == [size[0], 1], (
                "nothing makes the page wider than the tablet"
            )
            wrong += [f"{language}: {w}" for w in browser.js(CUT)]
    assert not wrong, "\n".join(wrong)
