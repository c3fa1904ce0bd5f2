"""The page on the pier in a real browser: without a network, through a reload, back again without loss, a conflict resolved."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import segno

from browser.cdp import Browser
from browser.fake_picture import FakePicture
from browser.needs import page_tests
from field_sea import ITEMS, coming
from selat.assist import field
from selat.assist.desk import Desk
from selat.model import clock
from selat.model.clock import HOUR
from selat.web.server import Running, create_app, serve_in_thread

pytestmark = page_tests("field")
COUNT = "Number(document.querySelector('[data-tab=queue] b')?.textContent ?? 0)"


class Pier:
    """The register's server, which can go away and come back at the same address."""

    def __init__(self, folder: Path) -> None:
        self.desk = Desk(folder, coming(folder))
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.running: Running | None = None
        self.back()

    def back(self) -> None:
        self.running = serve_in_thread(create_app(FakePicture(3), assist=self.desk), port=self.port)

    def away(self) -> None:
        assert self.running is not None
        self.running.stop()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/field?lang=en&palette=day"


@pytest.fixture
def pier(tmp_path: Path) -> Iterator[Pier]:
    found = Pier(tmp_path / "sea")
    yield found
    found.away()
    found.desk.close()


@pytest.fixture
def browser() -> Iterator[Browser]:
    with Browser(800, 1024) as chromium:
        yield chromium


def network(browser: Browser, on: bool) -> None:
    browser.call(
        "Network.emulateNetworkConditions", offline=not on, latency=0, downloadThroughput=-1, uploadThroughput=-1
    )


def tab(browser: Browser, name: str) -> None:
    browser.js(f"document.querySelector('[data-tab={name}]').click()")
    browser.wait(f"!!document.querySelector('[data-tab={name}]').classList.contains('on')")


def scan(browser: Browser, code: str, waiting: int) -> None:
    """As a hand scanner does: it types the code and presses Enter."""
    browser.wait("!!document.querySelector('input[name=code]')")
    browser.js("document.querySelector('input[name=code]').focus()")
    browser.type(code)
    browser.js("document.querySelector('.scan form').requestSubmit()")
    browser.wait(f"{COUNT} === {waiting}")


def give(browser: Browser, name: str, path: Path) -> None:
    """Choose a file."""
    node = browser.call("Runtime.evaluate", expression=f"document.querySelector('input[name={name}]')")["result"][
        "objectId"
    ]
    browser.call("DOM.setFileInputFiles", files=[str(path)], objectId=node)


def start(browser: Browser, pier: Pier) -> None:
    browser.open(pier.url)
    browser.wait("document.documentElement.dataset.ready && document.documentElement.dataset.offline", 60)
    browser.wait("document.querySelectorAll('.goods li').length === 14", 30)
    browser.js("document.querySelector('input[name=who]').value = 'Lt Aminah'")
    browser.js("document.querySelector('input[name=who]').dispatchEvent(new Event('change'))")


def reload(browser: Browser) -> None:
    """Read the page again, and wait for the new one: the old one is ready too."""
    browser.js("document.body.dataset.old = '1'")
    browser.call("Page.reload")
    ready = "!document.body.dataset.old && document.documentElement.dataset.ready === '1'"
    browser.wait(f"{ready} && document.querySelectorAll('.goods li').length === 14", 60)


def test_fourteen_received_without_a_network(browser: Browser, pier: Pier, tmp_path: Path) -> None:
    start(browser, pier)
    network(browser, on=False)
    pier.away()  # the worker's own requests are not those of the page: so nothing can answer
    browser.wait("!!document.querySelector('.net').classList.contains('off')")
    tab(browser, "scan")
    browser.js("document.querySelector('input[name=receive]').click()")
    scan(browser, f"selat:{ITEMS[0]}", 2)  # with it, that the tranche came
    for n, code in enumerate(("S001", "TAG2", *ITEMS[3:7]), 3):
        scan(browser, code, n)
    scan(browser, "selat:UAV-01", 8)  # twice on one device: no new entry, and it is said at once
    browser.wait("document.getElementById('said').textContent.includes('already')")

    reload(browser)
    assert browser.js(COUNT) == 8 and "7 of 14 received" in browser.js("document.querySelector('.came').textContent")
    assert browser.js("navigator.onLine") is False
    tab(browser, "scan")
    assert browser.js("document.querySelector('input[name=receive]').checked") is True
    picture = tmp_path / "label.png"
    segno.make(f"selat:{ITEMS[7]}", error="m", micro=False).save(str(picture), scale=6, border=4)
    node = browser.call("Runtime.evaluate", expression="document.querySelector('input[name=code-picture]')")["result"][
        "objectId"
    ]
    browser.call("DOM.setFileInputFiles", files=[str(picture)], objectId=node)
    browser.wait(f"{COUNT} === 9", 30)
    for n, code in enumerate(ITEMS[8:], 10):
        scan(browser, code, n)
    assert pier.desk.register.book().state(ITEMS[0]) == "ordered", "nobody could hear of it yet"

    # meanwhile somebody else received one of them, and had told that the tranche came
    day = {"delivered_on": clock.format_time(clock.now() - 48 * HOUR)[:10]}
    common = {"at": clock.now() - 2 * HOUR, "device": "two"}
    there = {"state": "received", "place": "Jetty 2"}
    other = [
        {"cid": "other-device-1", "kind": "tranche", "subject": "T", "data": day, **common},
        {"cid": "other-device-2", "kind": "item_state", "subject": ITEMS[4], "data": there, **common},
    ]
    assert [a["state"] for a in field.sync(pier.desk.register, pier.desk.vault, other, "Razak")] == ["written"] * 2
    pier.back()
    network(browser, on=True)
    browser.wait(f"{COUNT} === 0", 60)
    book = pier.desk.register.book()
    assert [book.state(i) for i in ITEMS] == ["received"] * 14
    assert all(len(pier.desk.register.standing(i, "item_state")) == 1 for i in ITEMS), "each once"
    (conflict,) = book.data["conflicts"].values()
    assert conflict["deed"]["subject"] == ITEMS[4] and conflict["deed"]["who"] == "Lt Aminah"
    resolve(browser, pier)


def resolve(browser: Browser, pier: Pier) -> None:
    tab(browser, "conflicts")
    browser.wait("!!document.querySelector('.conflict.open')", 30)
    assert "Jetty 2" in browser.js("document.querySelector('.conflict .sides').textContent")
    (before,) = pier.desk.register.standing(ITEMS[4], "item_state")
    browser.js("document.querySelector('.conflict input[name=reason]').focus()")
    browser.type("The label was read at jetty 1")
    browser.js("document.querySelector('.conflict .replace').click()")
    browser.wait("!!document.querySelector('.conflict.resolved')", 30)
    (after,) = pier.desk.register.standing(ITEMS[4], "item_state")
    assert (before.who, after.who) == ("Razak", "Lt Aminah") and after.n > before.n
    assert pier.desk.register.first_break() is None


def test_a_sortie_a_photo_and_a_log_in_a_minute(browser: Browser, pier: Pier, tmp_path: Path) -> None:
    in_service(pier, ITEMS[0])
    start(browser, pier)
    network(browser, on=False)
    pier.away()
    browser.wait("!!document.querySelector('.net').classList.contains('off')")
    browser.js(f"document.querySelector('[data-good=\"{ITEMS[0]}\"]').click()")
    browser.wait("!!document.querySelector('[data-do=sortie]')")
    browser.js("document.querySelector('[data-do=sortie]').click()")
    browser.js("Object.assign(document.querySelector('input[name=engine_from]'), {value: '100.5'})")
    browser.js("Object.assign(document.querySelector('input[name=engine_to]'), {value: '102'})")
    browser.js("document.querySelector('form.deed').requestSubmit()")
    browser.wait(f"{COUNT} === 1 && !!document.querySelector('[data-do=photo]')")
    photo = tmp_path / "photo.png"
    segno.make("any picture").save(str(photo), scale=3)
    gpx = tmp_path / "log.gpx"
    begin = clock.now() - 20 * HOUR
    points = "".join(
        f"<trkpt lat='{2.0 + n * 0.003}' lon='101.5'><time>{clock.format_time(begin + n * clock.MINUTE)}</time></trkpt>"
        for n in range(60)
    )
    gpx.write_text(f"<gpx xmlns='http://www.topografix.com/GPX/1/1'><trk><trkseg>{points}</trkseg></trk></gpx>")
    for n, (name, path) in enumerate((("photo", photo), ("gpx", gpx)), 2):
        node = browser.call("Runtime.evaluate", expression=f"document.querySelector('input[name={name}]')")["result"][
            "objectId"
        ]
        browser.call("DOM.setFileInputFiles", files=[str(path)], objectId=node)
        browser.wait(f"{COUNT} === {n} && !!document.querySelector('input[name={name}]')")
    reload(browser)
    assert browser.js(COUNT) == 3
    pier.back()
    network(browser, on=True)
    browser.wait(f"{COUNT} === 0", 60)
    uses = {u.data["grade"]: u for u in pier.desk.register.standing(ITEMS[0], "use")}
    assert set(uses) == {"B", "C"} and uses["C"].data["engine_to"] == 102 and uses["C"].data["mission"] == "sar"
    assert pier.desk.vault.get(uses["B"].data["evidence"]) == gpx.read_bytes()
    (shot,) = pier.desk.register.standing(ITEMS[0], "photo")
    assert pier.desk.vault.get(shot.data["sha256"]) == photo.read_bytes()
    assert not pier.desk.book("recipient").data["conflicts"]


def in_service(pier: Pier, item: str) -> None:
    at = clock.now() - 30 * HOUR
    day = {"delivered_on": clock.format_time(at)[:10]}
    deeds: list[dict[str, Any]] = [{"cid": "seed-tranche", "kind": "tranche", "subject": "T", "at": at, "data": day}]
    for n, state in enumerate(("received", "accepted", "in_service"), 1):
        told = {"state": state, "unit": "Base 1"}
        deeds.append({"cid": f"seed-{state}", "kind": "item_state", "subject": item, "at": at + n, "data": told})
    field.sync(pier.desk.register, pier.desk.vault, deeds, "Razak")


def test_a_file_that_is_refused_does_not_keep_the_others_waiting(
    browser: Browser, pier: Pier, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_service(pier, ITEMS[0])
    start(browser, pier)
    network(browser, on=False)
    browser.wait("!!document.querySelector('.net').classList.contains('off')")
    browser.js(f"document.querySelector('[data-good=\"{ITEMS[0]}\"]').click()")
    browser.wait("!!document.querySelector('input[name=gpx]')")
    (tmp_path / "empty.gpx").write_bytes(b"")
    give(browser, "gpx", tmp_path / "empty.gpx")
    browser.wait("document.getElementById('said').textContent.includes('empty')")
    assert browser.js(COUNT) == 0, "what cannot be kept is said at once"
    photo = tmp_path / "photo.png"
    segno.make("any picture").save(str(photo), scale=3)
    give(browser, "photo", photo)
    browser.wait(f"{COUNT} === 1 && !!document.querySelector('[data-do=hand]')")
    browser.js("document.querySelector('[data-do=hand]').click()")
    browser.js("Object.assign(document.querySelector('input[name=unit]'), {value: 'Base 2'})")
    browser.js("document.querySelector('form.deed').requestSubmit()")
    browser.wait(f"{COUNT} === 2")
    monkeypatch.setattr("selat.assist.vault.MOST", 50)
    network(browser, on=True)
    browser.wait(f"{COUNT} === 1", 60)
    tab(browser, "queue")
    browser.wait("document.querySelector('.queue li.refused')?.textContent.includes('1 to 50 bytes')")
    keeper = pier.desk.register.book().keeper(ITEMS[0])
    assert keeper is not None and keeper[1] == "Base 2"


def test_it_can_be_installed_and_tells_of_a_newer_page(browser: Browser, pier: Pier) -> None:
    start(browser, pier)
    shown = browser.js("""(async () => {
      const told = await (await fetch(document.querySelector('link[rel=manifest]').href)).json();
      const sizes = [];
      for (const icon of told.icons.filter((i) => i.type === 'image/png')) {
        const picture = await createImageBitmap(await (await fetch(icon.src)).blob());
        sizes.push(`${icon.purpose} ${icon.sizes} ${picture.width}x${picture.height}`);
      }
      return [told.name, told.start_url, told.scope, told.display, sizes.join(';')];
    })()""")
    assert shown[:4] == ["selat: on the pier", "field", "field", "standalone"]
    assert shown[4] == "any 192x192 192x192;any 512x512 512x512;maskable 512x512 512x512"
    assert browser.call("Page.getInstallabilityErrors")["installabilityErrors"] in (
        [],
        [{"errorId": "in-incognito", "errorArguments": []}],
    )
    own = "document.querySelector('script[type=module]').src.split('/').pop()"
    look = "navigator.serviceWorker.ready.then((r) => r.active.postMessage({script: %s}))"
    browser.js(look % own)
    browser.js("new Promise((next) => setTimeout(next, 1000))")
    assert not browser.js("!!document.querySelector('button.newer')"), "it is the newest"
    browser.js(look % "'main-of-last-year.js'")
    browser.wait("!!document.querySelector('button.newer')")
    browser.js("document.querySelector('button.newer').click()")
    browser.wait("document.documentElement.dataset.ready === '1' && !document.querySelector('button.newer')", 60)
