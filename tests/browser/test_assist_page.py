"""The register's page in a real browser: a country, a programme, an item, an answer, a spreadsheet, the map, the audit."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from openpyxl import Workbook

from browser.cdp import Browser
from browser.fake_picture import FakePicture
from browser.needs import afresh, page_tests
from selat.assist.checks import run_checks
from selat.assist.demo import BOATS, GRANT, NOW, demo_facts
from selat.assist.desk import Desk
from selat.assist.register import open_register
from selat.web.server import Running, create_app, serve_in_thread

pytestmark = page_tests("assist")


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    register = open_register(tmp_path_factory.mktemp("page") / "sea", create=True)
    register.write(demo_facts(1))
    register.write(run_checks(register.book(), register.standing(kind="use"), NOW))
    found = Desk(tmp_path_factory.mktemp("keys"), register)
    yield found
    found.close()


@pytest.fixture(scope="module")
def server(desk: Desk) -> Iterator[Running]:
    running = serve_in_thread(create_app(FakePicture(30), assist=desk))
    yield running
    running.stop()


@pytest.fixture
def page(browser: Browser, server: Running) -> Iterator[Browser]:
    afresh(browser, f"{server.url}assist?lang=en&palette=night#/country/MY")
    browser.wait("!!document.querySelector('.card')", 60)
    yield browser
    assert browser.errors() == []
    here = (server.url, "data:", "blob:", "about:")
    assert all(url.startswith(here) for url in browser.urls()), "no request leaves the machine"


def go(page: Browser, hash_: str, until: str) -> None:
    page.js(f"location.hash = {hash_!r}")
    page.wait(f"!!({until})", 40)


def choose(page: Browser, name: str, value: str) -> None:
    """Take an option of a select of the bar."""
    found = f"document.querySelector('select[name={name}]')"
    page.js(f"(() => {{ const s = {found}; s.value = '{value}'; s.dispatchEvent(new Event('change')); }})()")


def text(page: Browser, of: str = "#page") -> str:
    return str(page.js(f"document.querySelector({of!r}).innerText"))


def test_a_country_at_a_glance(page: Browser) -> None:
    told = text(page)
    for words in ("Malaysia", "¥ 3,500,000,000", "¥ 400,000,000", "646, 655", "21 of 23", "7 of 7", "0 of 2", "tender",
                  "18 in service", "1 lost", "never added up", "overdue since 2026-06-15"):  # fmt: skip
        assert words in told, words
    assert page.js("document.querySelector('.facts .count').textContent") == "12"
    assert "iati.xml" in page.js("document.querySelector('.card a.button').href")


def test_every_field_shows_its_sources_side_by_side(page: Browser) -> None:
    go(page, f"#/programme/{GRANT}", "document.querySelector('table.claims')")
    told = text(page)
    assert "MYR 12630000" in told and "MYR 12360000" in told and "Bernama" in told
    go(page, f"#/item/{BOATS[4]}", "document.querySelector('table.history')")
    assert "SETIA 1" in text(page) and "U5" in text(page)


def test_what_another_tier_sees_can_be_looked_at(page: Browser) -> None:
    for tier, seen in (("donor", True), ("public", False), ("auditor", True)):
        choose(page, "as", tier)
        page.wait(f"!!document.querySelector('.tier').classList.contains('{tier}')")
        page.wait("!!document.querySelector('.card')")
        assert ("18 in service" in text(page)) is seen, tier
    choose(page, "as", "recipient")
    page.wait("!!document.querySelector('.tier').classList.contains('recipient')")


def test_an_observation_is_answered(page: Browser, desk: Desk) -> None:
    go(page, "#/observations", "document.querySelectorAll('.observation.open').length === 12")
    page.js("document.querySelector('.observation details:has(form.answer) summary').click()")
    page.js("document.querySelector('form.answer textarea').focus()")
    page.type("The tracker was changed; see form 12")
    page.js("document.querySelector('form.answer [name=who]').value = 'Lt Aminah'")
    page.js("document.querySelector('form.answer').requestSubmit()")
    page.wait("!!document.querySelector('blockquote')?.textContent.includes('form 12')")
    (answer,) = list(desk.register.facts(kind="answer"))
    assert answer.who == "Lt Aminah" and desk.book("recipient").data["observations"][answer.subject]["state"] == "open"


def test_a_spreadsheet_with_wrong_rows(page: Browser, desk: Desk, tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    sheet.title = "document"
    sheet.append(["id", "at", "sha256", "title", "source", "who"])
    for n in range(40):
        sheet.append(
            [f"doc-{n}", "2026-07-01", f"{n:064x}" if n not in (7, 31) else "not a hash", f"Form {n}", "folder", "Sato"]
        )
    book.save(tmp_path / "papers.xlsx")
    go(page, "#/sheet", "document.querySelector('input[type=file]')")
    node = page.call("Runtime.evaluate", expression="document.querySelector('input[type=file]')")["result"]["objectId"]
    page.call("DOM.setFileInputFiles", files=[str(tmp_path / "papers.xlsx")], objectId=node)
    page.js(
        "(() => { document.querySelector('[name=who]').value = 'Sato'; document.querySelector('.sheet form').requestSubmit(); })()"
    )
    page.wait("!!document.querySelector('table.wrong')")
    told = text(page, ".told")
    assert (
        "38 rows can be written" in told
        and "2 rows are wrong" in told
        and "\t9\t" in told
        and "\t33\t" in told
        and "64 hexadecimal" in told
    )
    before = desk.register.end()[0]
    page.js("document.querySelector('button.write').click()")
    page.wait("!!document.querySelector('.told .good').textContent.includes('38')")
    assert desk.register.end()[0] == before + 38


def test_map_of_bases_and_what_boats_reach(page: Browser) -> None:
    go(page, "#/map", "document.querySelector('.map').dataset.ready")
    assert "PASKAU Jugra" in text(page) and "Reached within 1 h" in text(page)
    assert page.js("document.querySelector('.map canvas').width > 300")


def test_the_auditor_draws_a_sample_and_follows_a_chain(page: Browser) -> None:
    go(page, "#/audit", "document.querySelector('.audit .good')")
    page.js("document.querySelector('[name=seed]').focus()")
    page.type("annual review 2026")
    page.js("document.querySelector('.audit form').requestSubmit()")
    page.wait("document.querySelectorAll('.sample a').length === 5")
    first = page.js("document.querySelector('.sample a').textContent")
    page.js("document.querySelector('.sample a').click()")
    page.wait("document.querySelectorAll('.chain table').length >= 5")
    assert first in text(page) and "the notes are not in the register as a paper" in text(page)


def test_the_yearly_review_is_a_click(page: Browser) -> None:
    """The last fiscal year in the page's language; another period is one choice away."""
    links = "[...document.querySelectorAll('.country > .head .review a')]"
    assert page.js(f"{links}.map((a) => a.textContent)") == ["HTML", "PDF", "XLSX"]
    period = "document.querySelector('.country > .head .review select')"
    assert page.js(f"{period}.value").startswith("FY")
    page.js(f"(() => {{ {period}.selectedIndex = 3; {period}.dispatchEvent(new Event('change')); }})()")
    for n, kind in ((0, "text/html"), (2, "spreadsheetml")):
        address = page.js(f"{links}[{n}].href")
        assert "country=MY" in address and "language=en" in address
        told = page.js(
            f"fetch({address!r}).then(async (a) => [a.status, a.headers.get('content-type'), (await a.blob()).size])"
        )
        assert told[0] == 200 and kind in told[1] and told[2] > 5000
    go(page, f"#/programme/{GRANT}", "document.querySelector('.programme > .head .review')")
    assert f"programme={GRANT}" in page.js("document.querySelector('.review a').href")


def test_languages_palettes_sizes_and_keys(page: Browser) -> None:
    for code, words in (("ms", "Pertukaran nota"), ("ja", "書簡交換"), ("en", "Notes exchanged")):
        choose(page, "language", code)
        page.wait(f"!!document.querySelector('#page').innerText.includes('{words}')")
    for width, height in ((1280, 720), (1024, 768), (768, 1024)):
        page.resize(width, height)
        assert page.js("document.documentElement.scrollWidth <= innerWidth"), width
    page.resize(1280, 720)
    for wanted in ("bridge", "day", "dusk", "night"):
        page.js("document.querySelector('#bar button').click()")
        page.wait(f"document.documentElement.dataset.palette === '{wanted}'")
    page.js("document.activeElement.blur()")
    page.key("j")
    page.wait("location.hash === '#/country/PG'")
    page.key("k")
    page.wait("location.hash === '#/country/MY' && !!document.querySelector('.card')")


def test_every_language_has_every_word() -> None:
    folder = Path(__file__).resolve().parents[2] / "ui" / "src"
    for page in ("assist", "field"):
        files = {code: (folder / page / f"words.{code}.ts").read_text(encoding="utf-8") for code in ("en", "ms", "ja")}
        keys = {code: set(re.findall(r'"([\w.]+)":', file)) for code, file in files.items()}
        assert keys["en"] == keys["ms"] == keys["ja"] and len(keys["en"]) > 50, page


def test_what_a_grant_changed_is_measured_from_its_page(page: Browser, desk: Desk) -> None:
    go(page, f"#/programme/{GRANT}", "document.querySelector('a.measure')")
    page.js("document.querySelector('a.measure').click()")
    page.wait("!!document.querySelector('.capability form')")
    assert "made-up calls" in text(page) and "MY23-BOAT-1" in text(page)
    page.js("document.querySelector('input[name=who]').value = 'Sato'")
    page.js("document.querySelector('input[name=\"after.begin\"]').value = '2025-10-15'")
    page.js("document.querySelector('input[name=\"after.end\"]').value = '2026-07-01'")
    page.js("document.querySelector('textarea').value = 'Lumut, 4.23, 100.62'")
    page.js("document.querySelector('.capability form button').click()")
    page.wait("!!document.querySelector('.found .trouble')", 60)
    assert "Lumut" in text(page, ".found"), "a boat without a number is told of"
    rows = desk.register.end()[0]
    page.js("document.querySelector('textarea').value = 'Lumut, 4.23, 100.62, 25 kn'")
    page.js("document.querySelector('.capability form button').click()")
    page.wait("!!document.querySelector('.found table.measures')", 240)
    told = text(page, ".found")
    for words in ("share reached in 2 h", "demand after", "95 % interval", "B signed log", "C log sheet", "never added up",
                  "by Sato",
                  "2025-10-15 to 2026-07-01", "MY23-BOAT-7"):  # fmt: skip
        assert words in told, words
    assert desk.register.end()[0] > rows
    assert (
        page.js("[...document.querySelectorAll('.found .forms a')].map((a) => a.textContent).join()")
        == "PDF,CSV,HTML,XLSX"
    )
    csv = str(page.js("fetch([...document.querySelectorAll('.found .forms a')][1].href).then((r) => r.text())"))
    assert "share reached in 2 h" in csv and "rests on" in csv
