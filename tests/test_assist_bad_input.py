"""Bad input by every door: each kind of it through the CLI, the page's spreadsheet and its deeds; then what Hypothesis thinks of.

Whatever comes in: the row is named, the good rows are offered, and the log is as it was.
"""

from __future__ import annotations

import csv
import io
import json
import random
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from browser.fake_picture import FakePicture
from selat.assist import pages
from selat.assist.desk import Desk
from selat.assist.facts import KINDS
from selat.assist.register import Register, open_register
from selat.assist.sheets import read_sheets
from selat.cli import main
from selat.model.clock import HOUR, format_time, parse_time
from selat.model.errors import ConfigError, SelatError
from selat.web.server import create_app
from test_assist_register import BASIS
from test_web_server import ask

pytestmark = pytest.mark.long

NOW = parse_time("2026-01-01")
USE = {"ended": "2025-01-05T02:00Z", "hours": "1", "grade": "B"}
#: kind, id, at, other cells, words of the trouble; beside each stands a good row
BAD = {
    "negative yen": ("lot", "L9", "2025-01-05", {"programme": "P", "quantity": "1", "amount_jpy": "-5"}, "zero or more"),
    "fractional yen": ("lot", "L9", "2025-01-05", {"programme": "P", "quantity": "1", "amount_jpy": "0.5"}, "whole number of yen"),
    "yen beyond measure": ("lot", "L9", "2025-01-05", {"programme": "P", "quantity": "1", "amount_jpy": "9" * 5000}, "believable"),
    "double custody": ("custody", "I", "2025-01-03", {"unit": "Unit 2"}, "was with Unit 1"),
    "use before acceptance": ("use", "J", "2025-01-05", USE, "not accepted yet"),
    "unknown serial": ("use", "S-404", "2025-01-05", USE, "there is no item"),
    "no such day": ("tranche", "T9", "2025-02-30", {"programme": "P", "quantity": "1"}, "a time"),
    "delivered before the notes": ("tranche", "T9", "2023-01-01", {"programme": "P", "delivered_on": "2023-01-01"}, "was signed"),
    "ends before it begins": ("use", "I", "2025-01-05T03:00Z", USE, "hours"),
    "a year that no clock holds": ("use", "I", "9999-01-01", {**USE, "ended": "9999-01-02"}, "between"),
    "half a character": ("document", "E\ud800", "2025-01-05", {"sha256": "1" * 64, "title": "t"}, "a character that is none"),
}  # fmt: skip
GOOD = ("document", "GOOD", "2025-01-05", {"sha256": "2" * 64, "title": "letter"})
OTHER = ("model", "N", "2025-01-05", {"class": "kit", "name": "n"})


@pytest.fixture
def sea(tmp_path: Path) -> Path:
    register = open_register(tmp_path / "sea", create=True)
    register.write(BASIS)
    register.engine.dispose()
    return tmp_path / "sea"


@pytest.fixture
def desk(sea: Path) -> Iterator[Desk]:
    found = Desk(sea)
    yield found
    found.close()


def folder_of(where: Path, *rows: tuple[str, str, str, dict[str, str]]) -> Path:
    where.mkdir()
    for kind, subject, at, cells in rows:
        with (where / f"{kind}.csv").open("w", encoding="utf-8", errors="surrogatepass", newline="") as out:
            writer = csv.writer(out)
            writer.writerow(["id", "at", *cells, "source"])
            writer.writerow([subject, at, *cells.values(), "form 1"])
    return where


def workbook_of(*rows: tuple[str, str, str, dict[str, str]]) -> bytes:
    book, raw = Workbook(), io.BytesIO()
    book.remove(book.active)
    for kind, subject, at, cells in rows:
        sheet = book.create_sheet(kind)
        sheet.append(["id", "at", *cells, "source"])
        sheet.append([subject, at, *cells.values(), "form 1"])
    book.save(raw)
    return raw.getvalue()


@pytest.mark.parametrize("name", BAD)
def test_through_the_command_line(name, sea, tmp_path, capsys):
    kind, subject, at, cells, words = BAD[name]
    register = open_register(sea)
    before = register.end()
    folder = folder_of(tmp_path / "in", (kind, subject, at, cells), GOOD if kind != "document" else OTHER)
    status = main(["assist", "import", str(sea), str(folder), "--who", "Sato"])
    told = capsys.readouterr().err
    assert register.end() == before, "nothing half-written"
    if "\ud800" in subject:
        assert status == 2 and "not UTF-8" in told
        return
    assert status == 1 and f"{kind}, row 2: " in told and words in told and "--good-rows brings in the other 1" in told
    assert main(["assist", "import", str(sea), str(folder), "--who", "Sato", "--good-rows"]) == 1
    assert register.end()[0] == before[0] + 1 and register.first_break() is None


@pytest.mark.parametrize("name", BAD)
def test_through_the_page(name, desk):
    kind, subject, at, cells, words = BAD[name]
    app, before = create_app(FakePicture(2), assist=desk), desk.register.end()
    good = GOOD if kind != "document" else OTHER
    rows = {k: [{"id": s, "at": a, **c, "source": "form 1"}] for k, s, a, c in ((kind, subject, at, cells), good)}
    doors = {"a.json": json.dumps(rows).encode()}
    if "\ud800" not in subject:
        doors["a.xlsx"] = workbook_of((kind, subject, at, cells), good)
    for file, data in doors.items():
        for step in ("&dry=1", ""):
            told = ask(app, "POST", f"/api/assist/sheets?name={file}&who=Sato{step}", content=data).json()
            assert (told["written"], told["good"], told["bad"]) == (0, 1, 1)
            (row,) = told["rows"]
            assert (row["sheet"], row["row"]) == (kind, 2) and words in row["message"] + row["hint"]
    assert desk.register.end() == before
    deed = {"kind": kind, "subject": subject, "at": at, "data": cells}
    other = {"kind": good[0], "subject": good[1], "at": good[2], "data": good[3]}
    answer = ask(app, "POST", "/api/assist/deeds", content=json.dumps({"who": "Sato", "deeds": [other, deed]}).encode())
    assert answer.status_code == 400 and answer.json()["hint"]
    assert desk.register.end() == before, "all or none"
    told = ask(app, "POST", "/api/assist/sheets?name=a.json&who=Sato&good=1", content=doors["a.json"]).json()
    assert told["written"] == 1 and desk.register.end()[0] == before[0] + 1 and desk.register.first_break() is None


def test_a_hundred_thousand_rows_with_seven_bad_ones_through_the_page(desk):
    start, rows = parse_time("2025-01-05"), []
    for n in range(100_000):
        at = start + n * HOUR
        hours = "9" if n in BAD_ROWS else "1"
        rows.append(f"I,{format_time(at)},{format_time(at + HOUR)},{hours},B,form 1")
    data = "\r\n".join(["id,at,ended,hours,grade,source", *rows]).encode()
    app, before = create_app(FakePicture(2), assist=desk), desk.register.end()
    told = ask(app, "POST", "/api/assist/sheets?name=use.csv&who=Sato", content=data).json()
    assert (told["written"], told["good"], told["bad"]) == (0, 99_993, 7)
    assert [r["row"] for r in told["rows"]] == [n + 2 for n in BAD_ROWS] and desk.register.end() == before


BAD_ROWS = (0, 5, 777, 4_999, 60_000, 99_998, 99_999)


def test_files_that_are_none(tmp_path):
    whole = workbook_of(GOOD)
    rng = random.Random(4)
    for n in range(150):
        raw = bytearray(whole)
        for _ in range(rng.randint(1, 40)):
            raw[rng.randrange(len(raw))] = rng.randrange(256)
        (tmp_path / f"{n}.xlsx").write_bytes(bytes(raw[: rng.randint(1, len(raw))] if n % 3 == 0 else raw))
        try:
            read_sheets(tmp_path / f"{n}.xlsx", who="x", source="s")
        except SelatError as e:
            assert e.hint
    with zipfile.ZipFile(io.BytesIO(whole)) as parts:
        inside = {name: parts.read(name) for name in parts.namelist()}
    for name, change in {
        "bomb": (lambda k, v: b" " * 700_000_000 if k.endswith("sheet1.xml") else v),
        "entities": (
            lambda k, v: (
                b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa">]>' + v if k.endswith("sheet1.xml") else v
            )
        ),
        "torn": (lambda k, v: v[: len(v) // 2] if k.endswith("sheet1.xml") else v),
        "empty": (lambda k, v: b"" if k.endswith("sheet1.xml") else v),
    }.items():
        with zipfile.ZipFile(tmp_path / f"{name}.xlsx", "w", zipfile.ZIP_DEFLATED) as parts:
            for k, v in inside.items():
                parts.writestr(k, change(k, v))
        with pytest.raises(SelatError, match="XLSX") as caught:
            read_sheets(tmp_path / f"{name}.xlsx", who="x")
        assert caught.value.hint
    texts = {"document.csv": 'id,at,title\nE,"' + "x" * 200_000, "b.json": "[" * 100_000,
             "c.json": '{"document": 5}', "d.json": '{"document": {"id": 1}}'}  # fmt: skip
    for name, text in texts.items():
        path = tmp_path / name
        path.write_text(text)
        with pytest.raises(SelatError) as caught:
            read_sheets(path, who="x")
        assert caught.value.hint


VALUES = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(), st.integers(-(10**30), 10**30), st.floats(), st.text(max_size=20),
        st.text(alphabet="0123456789-:TZ.,;e+ ", max_size=24), st.just("\ud800"), st.just("x\0"), st.just("9" * 400),
        st.sampled_from(["2025-01-05", "2025-01-05T01:00Z", "I", "J", "P", "L", "T", "M", "D", "1" * 64, "1.3, 103.5", "U1"]),
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=5), inner, max_size=3)), max_leaves=6,
)  # fmt: skip
CELLS = st.sampled_from(sorted(KINDS)).flatmap(
    lambda kind: st.tuples(
        st.just(kind), st.one_of(st.sampled_from(["I", "J", "P", "L", "T", "NEW"]), st.text(max_size=10)), VALUES,
        st.dictionaries(st.sampled_from([f.name for f in KINDS[kind].fields]), VALUES, max_size=6),
        st.fixed_dictionaries({f.name: st.sampled_from(f.choices) for f in KINDS[kind].fields if f.choices}),
    )
)  # fmt: skip


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Register]:
    register = open_register(tmp_path_factory.mktemp("fuzz") / "sea", create=True)
    register.write(BASIS)
    yield register
    register.engine.dispose()


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(rows=st.lists(CELLS, min_size=1, max_size=4), form=st.sampled_from(["json", "csv"]))
def test_whatever_a_sheet_holds_it_is_read_or_named_and_the_pages_still_stand(kept, tmp_path_factory, rows, form):
    """All or none; and what was taken can be folded again, shown and exported."""
    folder = tmp_path_factory.mktemp("in")
    if form == "json":
        told: dict[str, list[Any]] = {}
        for kind, subject, at, cells, choices in rows:
            told.setdefault(kind, []).append({"id": subject, "at": at, **choices, **cells})
        path = folder / "a.json"
        path.write_text(json.dumps(told))
    else:
        kind, subject, at, cells, choices = rows[0]
        path, cells = folder / f"{kind}.csv", {**choices, **cells}
        with path.open("w", encoding="utf-8", errors="replace", newline="") as out:
            csv.writer(out).writerows([["id", "at", *cells], [subject, at, *cells.values()]])
    before = kept.end()
    try:
        read = read_sheets(path, who="x", source="s")
    except SelatError as e:
        assert e.hint and kept.end() == before
        return
    good, trouble = kept.sift(read.facts)
    assert all(b.hint and b.message for b in [*read.bad, *trouble]) and kept.end() == before
    if trouble:
        with pytest.raises(ConfigError):
            kept.write(read.facts)
        assert kept.end() == before
    kept.write(good)
    book = kept.book()
    assert {k: v for k, v in kept.book(kept.end()[0]).data.items() if k != "hash"} == {
        k: v for k, v in book.data.items() if k != "hash"
    }
    for programme in book.ids("programme"):
        json.dumps(pages.programme(book, programme, NOW, "recipient"), allow_nan=False)
    for item in book.ids("item"):
        json.dumps(pages.item(book, item, NOW, "recipient"), allow_nan=False)
    json.dumps([pages.due(book, NOW), pages.observations(book), pages.countries(book)], allow_nan=False)
