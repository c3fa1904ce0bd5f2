"""The life of an alert on the page, by mouse and by keyboard, at two consoles at once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from browser.cdp import Browser
from browser.fake_picture import FakePicture
from browser.needs import afresh, page_tests
from selat.web.server import Running, create_app, serve_in_thread

pytestmark = page_tests()

CHOSEN = "document.querySelector('.alert.chosen')"


@pytest.fixture
def picture() -> FakePicture:
    return FakePicture(150)


@pytest.fixture
def server(picture: FakePicture) -> Iterator[Running]:
    running = serve_in_thread(create_app(picture, title="deeds", period_s=0.3))
    yield running
    running.stop()


def ready(browser: Browser, url: str) -> Browser:
    afresh(browser, url + "?palette=night&lang=en")
    browser.wait("selat.ready()", 60)
    return browser


@pytest.fixture
def page(browser: Browser, server: Running) -> Iterator[Browser]:
    ready(browser, server.url).js("localStorage.clear()")
    yield browser
    assert browser.errors() == []
    browser.open("about:blank")


def item(alert: str) -> str:
    """The alert in the list, for JavaScript."""
    return f"document.querySelector('[data-id={alert}]')"


def enter(page: Browser) -> None:
    """The Enter key as a person presses it: it submits the form that has the focus."""
    page.call("Input.dispatchKeyEvent", type="keyDown", key="Enter", code="Enter", windowsVirtualKeyCode=13, text="\r")
    page.call("Input.dispatchKeyEvent", type="keyUp", key="Enter", code="Enter", windowsVirtualKeyCode=13)


def shift(page: Browser, key: str) -> None:
    for kind in ("keyDown", "keyUp"):
        page.call("Input.dispatchKeyEvent", type=kind, key=key, modifiers=8)


def choose(page: Browser, priority: str = "warning") -> str:
    """Chooses the first alert of a priority by the mouse; its id."""
    page.js(f"document.querySelector('.alert.{priority}').click()")
    return str(page.wait(f"{CHOSEN} && {CHOSEN}.dataset.id"))


def fill(page: Browser, **values: str) -> None:
    for name, value in values.items():
        page.js(f"document.querySelector('dialog.sheet [name={name}]').value = {value!r}")


def submit(page: Browser) -> None:
    page.js("document.querySelector('dialog.sheet button.yes').click()")
    page.wait("document.querySelector('dialog.sheet') === null")


def test_snoozed_by_mouse_named_and_ended(page: Browser, picture: FakePicture) -> None:
    alert = choose(page)
    page.js(f"{CHOSEN}.querySelector('button.snooze').click()")
    page.wait("document.querySelector('dialog.sheet[open]')")
    submit_without = "document.querySelector('dialog.sheet button.yes').click()"
    page.js(submit_without)  # a reason and a name are asked for
    assert page.js("document.querySelector('dialog.sheet') !== null") and picture.made == []
    fill(page, reason="waits for her pilot", who="Lt Aminah", seconds="3600")
    submit(page)
    made = picture.made[0]
    subjects = next(a["subjects"] for a in picture._alerts if a["id"] == alert)
    assert made.ships == tuple(subjects) and made.rule and made.area is None
    assert (made.who, made.reason, made.until - made.made) == ("Lt Aminah", "waits for her pilot", 3600 * 10**9)
    page.wait(f"{CHOSEN}.innerText.includes('snoozed')")
    page.wait("!document.querySelector('button.snoozes').hidden")  # something is quiet, and the page says so
    page.js("document.querySelector('button.snoozes').click()")
    page.wait("document.querySelector('dialog.snoozes li')")
    assert "waits for her pilot" in page.js("document.querySelector('dialog.snoozes').innerText")
    page.js("document.querySelector('dialog.snoozes button.end').click()")
    page.wait("document.querySelector('dialog.snoozes li') === null && document.querySelector('button.snoozes').hidden")
    page.wait(f"!{CHOSEN}.innerText.includes('snoozed')")
    assert picture.made == []
    page.js("document.querySelector('dialog.sheet button.no').click()")


@pytest.mark.parametrize(("scope", "only"), [("area", True), ("area", False), ("rule", True)])
def test_snoozes_of_an_area_and_of_a_rule(page: Browser, picture: FakePicture, scope: str, only: bool) -> None:
    choose(page)
    page.js(f"{CHOSEN}.querySelector('button.snooze').click()")
    fill(page, scope=scope, reason="exercise", who="A")
    page.js(f"document.querySelector('dialog.sheet [name=only]').checked = {str(only).lower()}")
    submit(page)
    made = picture.made[0]
    assert made.ships == () and bool(made.rule) is only and (made.area is not None) is (scope == "area")
    if made.area:
        west, south, east, north = made.area
        assert west < 103.9 < east and south < 1.2 < north


def test_distress_is_never_snoozed(page: Browser) -> None:
    choose(page, "emergency")
    assert page.js(f"{CHOSEN}.querySelector('button.snooze')") is None
    page.key("s")
    assert page.js("document.querySelector('dialog.sheet')") is None


def test_by_keyboard_assigned_noted_handed_over_closed(page: Browser, picture: FakePicture) -> None:
    page.key("n")
    page.key("n")
    alert = page.wait(f"{CHOSEN} && {CHOSEN}.dataset.id")
    page.key("u")
    page.wait("document.activeElement.name === 'to'")
    page.type("Boat 7")
    page.js("document.querySelector('dialog.sheet [name=who]').focus()")
    page.type("Lt Aminah")
    enter(page)
    page.wait(f"{CHOSEN}.innerText.includes('→ Boat 7')")
    page.wait("document.querySelector('dialog.sheet') === null")
    shift(page, "N")
    page.wait("document.activeElement.name === 'note'")
    page.type("called on channel 16")
    page.key("x")  # goes into the note, not to the map
    submit(page)
    page.wait(f"{CHOSEN}.innerText.includes('called on channel 16x')")
    page.key("h")
    page.wait("document.activeElement.name === 'to'")
    page.type("Lt Razak")
    fill(page, note="waits for her pilot until 0400")
    submit(page)
    page.wait(f"{CHOSEN}.innerText.includes('→ Lt Razak')")
    page.key("a")
    page.wait(f"{CHOSEN}.classList.contains('acknowledged')")
    page.wait(f"{CHOSEN}.innerText.includes('✓ Lt Aminah')")
    page.key("c")
    page.wait("document.querySelector('dialog.sheet [name=cause]')")
    fill(page, cause="benign")
    submit(page)
    page.wait(f"{item(alert)} === null")
    assert [(d.action, d.who, d.to, d.note, d.cause) for i, d in picture.deeds if i == alert] == [
        ("assign", "Lt Aminah", "Boat 7", "", ""),
        ("note", "Lt Aminah", "", "called on channel 16x", ""),
        ("handover", "Lt Aminah", "Lt Razak", "waits for her pilot until 0400", ""),
        ("close", "Lt Aminah", "", "", "benign"),
    ]
    assert picture.acknowledged[alert] == "Lt Aminah"


def test_escape_gives_a_form_up(page: Browser, picture: FakePicture) -> None:
    choose(page)
    page.key("c")
    page.wait("document.querySelector('dialog.sheet[open]')")
    page.call("Input.dispatchKeyEvent", type="keyDown", key="Escape", code="Escape", windowsVirtualKeyCode=27)
    page.wait("document.querySelector('dialog.sheet') === null")
    assert picture.deeds == [] and page.js(f"{CHOSEN} !== null")


def test_evidence_shows_numbers_limits_reports_track_and_the_past(page: Browser, picture: FakePicture) -> None:
    page.js("document.querySelector('[data-id^=dark]').click()")
    page.key("y")
    page.wait("document.querySelector('#evidence .measured')")
    rows = page.js(
        "[...document.querySelectorAll('#evidence .measured tbody tr')].map((r) => [...r.children].map((c) => c.textContent))"
    )
    by_name = {r[0]: r[1:] for r in rows}
    assert by_name["seconds"] == ["21 min", "10 min", "Silent for so long"]
    assert by_name["speed"][:2] == ["13.2 kn", "2.0 kn"]
    assert by_name["margin"][:2] == ["", "0.95"]
    text = page.js("document.getElementById('evidence').innerText")
    assert "closed as benign" in text and "She waited for her pilot here." in text and "says the same" in text
    assert page.js("document.querySelectorAll('#evidence .reports tbody tr').length") == 8
    page.wait("selat.slice() === 24")  # 16 points of track and 8 reports are on the map
    page.js("document.querySelector('#evidence .similar button').click()")
    page.wait("document.querySelector('#evidence .back')")
    page.js("document.querySelector('#evidence .back').click()")
    page.wait("document.querySelector('#evidence .measured') && !document.querySelector('#evidence .back')")
    page.key("Escape")
    page.wait("document.getElementById('evidence').hidden && selat.slice() === 0")


def test_two_consoles_see_the_same_at_once(page: Browser, server: Running) -> None:
    alert = choose(page)
    page.key("y")
    page.wait("document.querySelector('#evidence .log')")
    with Browser() as other:
        ready(other, server.url)
        other.js("localStorage.setItem('selat.who', 'Lt Razak')")
        row = item(alert)
        other.js(f"{row}.click()")
        other.wait(f"{CHOSEN}")
        other.key("a")
        page.wait(f"{row}.classList.contains('acknowledged') && {row}.innerText.includes('✓ Lt Razak')", 5)
        other.key("u")
        other.wait("document.querySelector('dialog.sheet [name=to]')")
        fill(other, to="Boat 9")
        submit(other)
        page.wait(f"{row}.innerText.includes('→ Boat 9')", 5)
        page.wait("document.querySelector('#evidence .log').innerText.includes('Boat 9')", 5)
        assert other.errors() == []


def test_the_list_holds_still_under_the_pointer_while_others_act(page: Browser, picture: FakePicture) -> None:
    spot = page.js(
        "(() => { const r = document.querySelector('.alert.warning').getBoundingClientRect(); return [r.x + 50, r.y + 9]; })()"
    )
    page.move(*spot)
    before = page.js(
        "[...document.querySelectorAll('.alert-list > *')].map((e) => [e.dataset.id, e.getBoundingClientRect().top])"
    )
    alarm = page.js("document.querySelector('.alert.alarm').dataset.id")
    picture.acknowledge(alarm, "Lt Razak")
    page.wait("document.querySelector('.alert.alarm').classList.contains('acknowledged')")
    held = page.js(
        "[...document.querySelectorAll('.alert-list > *')].map((e) => [e.dataset.id, e.getBoundingClientRect().top])"
    )
    assert [h[0] for h in held] == [b[0] for b in before]
    page.move(400, 400)
    page.wait(
        f"[...document.querySelectorAll('.alert')].at(-1).dataset.id !== {before[-1][0]!r} || "
        f"document.querySelector('.alert').dataset.id !== {before[0][0]!r} || "
        f"[...document.querySelectorAll('.alert')].findIndex((a) => a.dataset.id === {alarm!r}) > 3"
    )
