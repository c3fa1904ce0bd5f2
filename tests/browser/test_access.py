"""WCAG 2.2 AA: axe-core over every page and every dialog in all palettes; focus, names, what a reader hears, reduced motion.

axe-core (MPL-2.0) is a tool of these tests alone: it comes with ``ui/node_modules`` and goes out with nothing.
"""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from browser.cdp import Browser
from browser.fixed_picture import FixedPicture, lying
from browser.needs import page_tests
from browser.test_bars import PAGES, UI, server, shown
from browser.test_own_keys import escape
from browser.test_tools import SHIFT, press
from selat.web.server import Running, create_app, serve_in_thread

__all__ = ["server"]  # the server with all pages
AXE = UI / "node_modules" / "axe-core" / "axe.min.js"
pytestmark = [
    *page_tests(),
    pytest.mark.skipif(not AXE.is_file(), reason="axe-core is not in ui/node_modules (python3 dev.py sets it up)"),
]
PALETTES = ("day", "dusk", "night", "bridge")
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


def violations(browser: Browser, within: str = "document") -> list[str]:
    """What axe finds, each with the rule, the element and what is wrong."""
    if not browser.js("'axe' in window"):
        browser.js(AXE.read_text("utf-8") + "; 0")
    found: list[dict[str, Any]] = (
        browser.js(f"""axe.run({within}, {{ runOnly: {{ type: 'tag', values: {json.dumps(TAGS)} }},
        resultTypes: ['violations'] }})
      .then((r) => r.violations.map((v) => ({{ id: v.id,
        nodes: v.nodes.map((n) => n.target.join(' ') + ': ' +
          n.failureSummary.split('\\n').slice(1).join(' ').trim().slice(0, 170)) }})))""")
    )
    return [f"{v['id']}: {node}" for v in found for node in v["nodes"][:6]]


def paint(browser: Browser, palette: str) -> None:
    """Another palette by the page's own key."""
    for _ in range(4):
        if browser.js("document.documentElement.dataset.palette") == palette:
            break
        browser.js("document.activeElement?.blur()")
        browser.key("d")
        time.sleep(0.1)
    assert browser.js("document.documentElement.dataset.palette") == palette
    time.sleep(0.5)


@pytest.mark.parametrize("page", list(PAGES), ids=[p or "watch" for p in PAGES])
def test_no_page_breaks_a_rule_in_any_palette(browser: Browser, server: Running, page: str) -> None:
    browser.resize(1280, 720)
    wrong = []
    for palette in PALETTES:
        shown(browser, server, page, "en", palette)
        if page == "":
            browser.js(
                "document.querySelector('#legend details').open = true; document.querySelector('.alert.warning').click()"
            )
            browser.wait(
                "document.querySelector('.alert.chosen .deeds button') && "
                "document.querySelector('#card dl').textContent.includes('invented')"
            )
        time.sleep(0.6)
        wrong += [f"{palette}: {v}" for v in violations(browser)]
    assert not wrong, "\n".join(wrong)


CHOOSE = "document.querySelector('.alert.warning').click(); "
SHEET = "document.querySelector('dialog.sheet[open]')"
DIALOGS = {
    "help": ("document.querySelector('[data-name=help]').click()", "document.getElementById('help').open"),
    "keys": ("0", "document.querySelector('dialog.keys[open]')"),
    "views": ("document.querySelector('[data-name=views]').click()", "document.querySelector('dialog.views[open]')"),
    "report": ("document.querySelector('[data-name=report]').click()", "document.querySelector('dialog.report[open]')"),
    "snooze": (CHOOSE + "document.querySelector('.alert.warning button.snooze').click()", SHEET),
    "hand over": (CHOOSE + "document.querySelector('.alert.warning button.handover').click()", SHEET),
    "evidence": (
        CHOOSE + "document.querySelector('.alert.warning button.why').click()", "document.querySelector('#evidence table')"
    ),
    "zones": ("document.querySelector('.tool-zones').click()", "document.querySelector('.zone-list')"),
    "zone form": (
        "document.querySelector('.tool-zones').click(); "
        "setTimeout(() => document.querySelector('.zone-list .open').click(), 100)",
        "document.querySelector('.zone-form')",
    ),
    "pages": ("document.querySelector('#topbar .pages summary').click()", "document.querySelector('#topbar .pages').open"),
}  # fmt: skip


@pytest.mark.parametrize("name", list(DIALOGS))
def test_no_dialog_of_the_watch_breaks_a_rule_in_any_palette(browser: Browser, server: Running, name: str) -> None:
    browser.resize(1280, 720)
    wrong = []
    opening, there = DIALOGS[name]
    for palette in PALETTES:
        shown(browser, server, "", "en", palette)
        if name == "keys":
            press(browser, "K", SHIFT)
        else:
            browser.js(opening)
        browser.wait(f"!!({there})")
        time.sleep(0.4)
        wrong += [f"{palette}: {v}" for v in violations(browser)]
    assert not wrong, "\n".join(wrong)


def test_the_menu_of_a_place_breaks_no_rule_and_goes_by_keyboard(browser: Browser, server: Running) -> None:
    shown(browser, server, "", "en")
    press(browser, "F10", SHIFT)
    browser.wait("document.querySelector('.context-menu') && document.activeElement.role === 'menuitem'")
    assert violations(browser) == []
    first = browser.js("document.activeElement.dataset.item")
    press(browser, "ArrowDown")
    second = browser.js("document.activeElement.dataset.item")
    press(browser, "ArrowUp")
    assert first == "range" and second == "legs" and browser.js("document.activeElement.dataset.item") == first
    press(browser, "Escape")
    assert browser.js("document.querySelector('.context-menu')") is None
    press(browser, "F10", SHIFT)
    browser.wait("document.querySelector('.context-menu')")
    browser.js("document.activeElement.click()")
    browser.wait("selat.tools().pending")


def tab(browser: Browser, back: bool = False) -> str:
    """The name of what has the focus after Tab."""
    for kind in ("keyDown", "keyUp"):
        browser.call(
            "Input.dispatchKeyEvent",
            type=kind,
            key="Tab",
            code="Tab",
            windowsVirtualKeyCode=9,
            modifiers=SHIFT if back else 0,
        )
    return str(
        browser.js("""(() => { const e = document.activeElement; const r = e.getBoundingClientRect();
      return `${e.tagName}.${e.className || e.id}|${e.getAttribute('aria-label') || e.textContent.trim() ||
        e.labels?.[0]?.textContent || ''}|${r.width > 0 && r.height > 0 ? 'seen' : 'unseen'}`; })()""")
    )


def test_tab_goes_through_the_page_in_the_order_it_is_read(browser: Browser, server: Running) -> None:
    browser.resize(1280, 720)
    shown(browser, server, "", "en")
    browser.js("document.activeElement.blur()")
    went = []
    for _ in range(60):
        went.append(tab(browser))
        if went[-1].startswith("BODY"):
            break
    assert all(stop.split("|")[2] == "seen" and stop.split("|")[1] for stop in went if not stop.startswith("BODY")), (
        "each is seen and has a name"
    )
    kinds = [stop.split("|")[0] for stop in went]

    def first(part: str) -> int:
        return next(k for k, name in enumerate(kinds) if part in name)

    order = [
        first("INPUT.search"),
        first("SUMMARY"),
        first("CANVAS.maplibregl"),
        first("tool-range"),
        first("turn-vectors"),
        first("time-back"),
        first("ARTICLE"),
    ]
    assert order == sorted(order), list(zip(kinds, order, strict=False))
    outline = browser.js("getComputedStyle(document.activeElement).outlineStyle")
    assert outline in ("solid", "auto", "none")


def test_what_has_the_focus_is_seen_to_have_it(browser: Browser, server: Running) -> None:
    shown(browser, server, "", "en")
    for selector in (
        "#search",
        ".tool-range",
        ".turn-zones",
        ".weather-turn",
        ".heat-turn",
        ".alert",
        ".time-canvas",
        "#topbar .pages summary",
    ):
        browser.js(f"document.querySelector({selector!r}).focus({{ focusVisible: true }})")
        styles = browser.js(
            f"(() => {{ const s = getComputedStyle(document.querySelector({selector!r})); return [s.outlineStyle, "
            f"parseFloat(s.outlineWidth)]; }})()"
        )
        assert styles[0] != "none" and styles[1] >= 2, selector


def test_a_dialog_holds_the_focus_and_gives_it_back(browser: Browser, server: Running) -> None:
    shown(browser, server, "", "en")
    browser.js("document.querySelector('[data-name=report]').focus(); document.activeElement.click()")
    browser.wait("document.querySelector('dialog.report[open]')")
    held = "document.querySelector('dialog.report').contains(document.activeElement)"
    inside = f"{held} || document.activeElement === document.body"
    for _ in range(12):
        tab(browser)
        assert browser.js(inside), "Tab stays in the form"
    escape(browser)
    browser.wait("document.querySelector('dialog.report') === null")
    assert browser.js("document.activeElement.dataset.name") == "report"


def test_a_reader_is_told_of_alerts_without_being_flooded(browser: Browser) -> None:
    ships = [lying(533_500_000 + k, f"SHIP {k}", (103.9 + 0.01 * k, 1.2)) for k in range(30)]
    picture = FixedPicture(ships, [{"rule": "loitering", "priority": "caution", "subjects": [533_500_000]}])
    running = serve_in_thread(create_app(picture, title="told", period_s=0.3))
    try:
        browser.open("about:blank")
        browser.events.clear()
        browser.open(f"{running.url}?lang=en&palette=night")
        browser.wait("selat.ready()", 60)
        polite, urgent = (
            "document.querySelector('.reader[role=status]').textContent",
            "document.querySelector('.reader[role=alert]').textContent",
        )
        browser.wait(f"{polite} === '1 open alerts.'")
        browser.js("""(() => { window.said = [];
        new MutationObserver((all) => all.forEach((m) => window.said.push([performance.now(), m.target.textContent])))
          .observe(document.querySelector('.reader[role=status]'), { childList: true, characterData: true,
        subtree: true }); })()""")
        for k in range(1, 21):  # a storm: twenty in two seconds
            priority = "alarm" if k == 7 else "warning"
            picture.raise_alert(
                id=f"w{k}",
                rule="dark",
                priority=priority,
                subjects=[533_500_000 + k],
                names=[f"SHIP {k}"],
                sentence=f"SHIP {k} has fallen silent.",
            )
            time.sleep(0.1)
        browser.wait(f"{polite}.includes('SHIP 7 has fallen silent')", 25)
        told = browser.js(polite)
        assert told.startswith("Alarm: dark.") and "more" in told, "the gravest in full, the rest as a number"
        times = [at for at, _ in browser.js("window.said")]
        assert len(times) <= 3 and all(b - a > 10_000 for a, b in itertools.pairwise(times)), "one sentence at a time"
        assert browser.js(urgent) == ""
        picture.raise_alert(
            id="sart",
            rule="distress",
            priority="emergency",
            subjects=[533_500_025],
            names=["SHIP 25"],
            sentence="A man is overboard.",
        )
        browser.wait(f"{urgent}.includes('A man is overboard.')", 5)
        assert browser.js("document.querySelector('.reader[role=alert]').getAttribute('aria-live')") == "assertive"
    finally:
        running.stop()


def test_reduced_motion_is_kept_to(browser: Browser, server: Running) -> None:
    browser.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-reduced-motion", "value": "reduce"}])
    try:
        shown(browser, server, "", "en")
        browser.js("window.steps = 0; selat.map().on('move', () => window.steps++); 0")
        browser.js("document.querySelector('.alert.warning').click()")
        browser.wait("window.steps > 0 && !selat.map().isMoving()")
        assert browser.js("window.steps") <= 2, "the map is there at once instead of flying"
        slow = browser.js(
            "[...document.querySelectorAll('*')].filter((e) => parseFloat(getComputedStyle(e).transitionDuration) > 0 || "
            "parseFloat(getComputedStyle(e).animationDuration) > 0).length"
        )
        assert slow == 0
    finally:
        browser.call("Emulation.setEmulatedMedia", features=[])


@pytest.fixture(autouse=True)
def wide(browser: Browser) -> Iterator[None]:
    """The page keeps the window's focus, also after Tab has gone through it and out of it."""
    browser.resize(1280, 720)
    browser.call("Emulation.setFocusEmulationEnabled", enabled=True)
    yield


def test_axe_is_not_shipped() -> None:
    package = json.loads((UI / "package.json").read_text("utf-8"))
    assert "axe-core" in package["devDependencies"] and "axe-core" not in package["dependencies"]
    static = Path(__file__).resolve().parents[2] / "src" / "selat" / "web" / "static"
    assert not any("axe-core" in f.read_text("utf-8", errors="ignore") for f in static.rglob("*.js"))
