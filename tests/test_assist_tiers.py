"""Each tier sees exactly its fields: a mark is planted in every field of every kind, and looked for in all that goes out."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from openpyxl import load_workbook

from browser.fake_picture import FakePicture
from selat.assist.desk import MAY_WRITE, Desk
from selat.assist.facts import KINDS, Fact
from selat.assist.register import open_register
from selat.assist.signing import verify
from selat.assist.tiers import SHOWN, TIERS, WHOLE, cut_fact
from selat.cli import main
from selat.model.clock import DAY, HOUR, parse_time
from selat.model.errors import FormatError
from selat.web.accounts import ROLES, Accounts, tier_of
from selat.web.openapi import SAID
from selat.web.server import create_app
from test_web_server import ask

pytestmark = pytest.mark.long

PASSWORD = "correct horse 7"
START = parse_time("2025-01-02")
RAW = b"time,lat,lon\n2025-02-01T00:00:00Z,2.1234567,101.7654321\n"
RAW_HASH = hashlib.sha256(RAW).hexdigest()
TEXTS = ("text", "id", "json")  # fields that can hold a mark
#: marks that stand in the same place for all: ids, which are in every address
IDS = {"programme", "lot", "tranche", "model", "target", "item"}


def mark(kind: str, name: str) -> str:
    return f"zz{kind.replace('_', '')}{name.replace('_', '')}zz"


def planted() -> list[Fact]:
    """A life of one item in which every text field of every kind holds its mark, and places are unmistakable."""
    place = [2.1234567, 101.7654321]
    fixed: dict[str, dict[str, Any]] = {
        "budget": {"fiscal_year": 2024, "donor": "JP", "amount_jpy": 10**9, "countries": "MY"},
        "programme": {"fiscal_year": 2024, "donor": "JP", "country": "MY", "signed_on": "2024-05-01", "amount_jpy": 700_000_001,
                      "purposes": ["sar"], "area": [[98, 1], [105, 1], [105, 7]], "monitoring": "routine", "recipient": None},
        "document": {"sha256": "1" * 64}, "model": {"class": "boat"},
        "lot": {"programme": "P", "model": "M", "quantity": 3},
        "tranche": {"programme": "P", "lot": "L", "quantity": 2, "planned_on": "2025-01-01", "delivered_on": "2025-01-01"},
        "item": {"programme": "P", "lot": "L", "model": "M", "tranche": "T"},
        "goods": {"programme": "P", "lot": "L", "model": "M", "tranche": "T", "quantity": 3},
        "condition": {"programme": "P", "what": "purpose"}, "measurement": {"programme": "P", "value": 1, "basis": "measured"},
        "programme_state": {"state": "delivering"}, "item_state": {"state": "received", "position": place},
        "custody": {"position": place}, "identity": {"what": "name"}, "maintenance": {"part_awaited_from": "2025-02-01"},
        "use": {"ended": START + 9 * HOUR, "hours": 1.0, "grade": "B", "evidence": RAW_HASH, "position": place,
                "cells": {"2,101": 1.0}},
        "photo": {"sha256": "2" * 64, "position": place},
        "inspection_due": {"target": "I", "due": "2025-06-01"}, "inspection_done": {"outcome": "found", "position": place},
        "observation": {"check": "U1", "target": "I", "evidence": {"x": mark("observation", "evidence")}},
        "close": {"document": "D"}, "consent": {"what": "purpose", "granted_on": "2025-01-01", "programme": "P", "items": ["I"]},
        "report": {"period_ended": "2025-03-31"}, "tracker_silent": {"ended": START + 8 * HOUR},
        "opening_asked": {"evidence": RAW_HASH}, "opening_granted": {"evidence": RAW_HASH, "to": "nobody"},
        "opened": {"evidence": RAW_HASH}, "retract": {"entry": 0},
        "conflict": {"deed": {"x": mark("conflict", "deed")}}, "conflict_resolved": {"choice": "keep"},
    }  # fmt: skip
    subject = {"budget": "B", "programme": "P", "document": "D", "model": "M", "lot": "L", "tranche": "T", "goods": "G",
               "condition": "C", "measurement": "ME", "programme_state": "P", "inspection_due": "IN", "inspection_done": "IN",
               "inspection_waived": "IW", "observation": "O", "answer": "O", "close": "O", "consent": "CO", "report": "P",
               "conflict": "CF", "conflict_resolved": "CF"}  # fmt: skip

    def one(kind: str, at: int, /, subject_: str = "", **more: Any) -> Fact:
        told = {f.name: mark(kind, f.name) for f in KINDS[kind].fields if f.what in TEXTS and f.name not in IDS}
        data = {**told, **fixed.get(kind, {}), **more}
        data = {k: v for k, v in data.items() if v is not None}
        return Fact(kind, subject_ or subject.get(kind, "I"), at, data, mark(kind, "source"), mark(kind, "who"), "A")

    out = [
        one(k, START)
        for k in ("budget", "document", "model", "programme", "lot", "tranche", "item", "goods", "condition")
    ]
    out += [one("programme_state", START), one("item_state", START + HOUR),
            one("item_state", START + 2 * HOUR, state="accepted"), one("item_state", START + 3 * HOUR, state="in_service"),
            one("identity", START + 4 * HOUR), one("custody", START + 5 * HOUR), one("maintenance", START + 6 * HOUR),
            one("use", START + 7 * HOUR), one("photo", START + 8 * HOUR), one("tracker_silent", START + 7 * HOUR),
            one("inspection_due", START + DAY), one("inspection_done", START + 2 * DAY),
            one("inspection_due", START + DAY, "IW"), one("inspection_waived", START + 2 * DAY),
            one("report", START + 3 * DAY), one("observation", START + 4 * DAY), one("answer", START + 5 * DAY),
            one("close", START + 6 * DAY), one("consent", START), one("opening_asked", START + DAY),
            one("opening_granted", START + DAY, until=START + 2 * DAY), one("opened", START + DAY), one("measurement", START),
            one("conflict", START + DAY), one("conflict_resolved", START + 2 * DAY),
            one("observation", START + 4 * DAY, "O2")]  # fmt: skip
    return out


@pytest.fixture(scope="module")
def sea(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tiers") / "sea"
    register = open_register(folder, create=True)
    register.write(planted())
    gone = {"entry": _entry(register, "report"), "reason": mark("retract", "reason")}
    register.write([Fact("retract", "ME", START + 9 * DAY, gone, mark("retract", "source"), mark("retract", "who"))])
    register.engine.dispose()
    accounts = Accounts(folder)
    for role in ROLES:
        accounts.put(f"a {role}", role, PASSWORD)
    return folder


def _entry(register: Any, kind: str) -> int:
    return next(f.n for f in register.facts(kind=kind))


@pytest.fixture(scope="module")
def desk(sea: Path) -> Iterator[Desk]:
    found = Desk(sea)
    found.vault.put(RAW)
    yield found
    found.close()


@pytest.fixture(scope="module")
def app(sea: Path, desk: Desk) -> Any:
    return create_app(FakePicture(3), assist=desk, accounts=Accounts(sea))


def as_(role: str) -> dict[str, str]:
    return {"authorization": "Basic " + base64.b64encode(f"a {role}:{PASSWORD}".encode()).decode()}


def forbidden(tier: str) -> set[str]:
    """Marks, and places, that a tier must not see anywhere."""
    out = set()
    for kind in KINDS.values():
        for f in kind.fields:
            if f.what in TEXTS and f.name not in IDS and f.name not in SHOWN[tier].get(kind.name, ()):
                out.add(mark(kind.name, f.name))
        if tier == "public" or kind.name not in SHOWN[tier]:
            out |= {mark(kind.name, "source"), mark(kind.name, "who")}
    return (
        out
        if tier in WHOLE
        else out | {"2.1234567", "101.7654321", RAW_HASH} - ({RAW_HASH} if tier == "donor" else set())
    )


#: every route of the register that is only read, with an example; the test of coverage holds it against the table
READS = {
    "/api/assist": "/api/assist",
    "/api/assist/country/{code:str}": "/api/assist/country/MY",
    "/api/assist/programme/{id:path}": "/api/assist/programme/P",
    "/api/assist/item/{id:path}": "/api/assist/item/I",
    "/api/assist/due": "/api/assist/due",
    "/api/assist/observations": "/api/assist/observations",
    "/api/assist/export.{kind:str}": "/api/assist/export.json",
    "/api/assist/aggregates": "/api/assist/aggregates?month=2025-01",
    "/api/assist/key": "/api/assist/key",
    "/api/assist/capability": "/api/assist/capability?programme=P",
    "/api/assist/review": "/api/assist/review?period=2025",
    "/api/assist/audit": "/api/assist/audit",
    "/api/assist/sample": "/api/assist/sample?seed=s",
    "/api/assist/chain/{id:path}": "/api/assist/chain/I",
    "/api/assist/field/list": "/api/assist/field/list",
    "/api/assist/field/conflicts": "/api/assist/field/conflicts",
    "/api/assist/labels": "/api/assist/labels",
    "/api/assist/map": "/api/assist/map",
}
MORE = ["/api/assist/export.xlsx", "/api/assist/export.iati.xml", "/api/assist/export.template.xlsx"]
WRITES = {
    "/api/assist/deeds", "/api/assist/sheets", "/api/assist/segment/{digest:str}/{deed:str}", "/api/assist/field/sync",
    "/api/assist/field/file/{digest:str}", "/api/assist/field/resolve",
    "/api/assist/capability/jobs/{job:str}", "/api/assist/capability/jobs/{job:str}/export",  # test_assist_granted.py tries them
}  # fmt: skip
#: routes that a tier may not have at all
CLOSED = {
    "donor": {"/api/assist/audit", "/api/assist/sample", "/api/assist/chain/{id:path}", "/api/assist/field/list",
              "/api/assist/field/conflicts", "/api/assist/labels", "/api/assist/capability"},
    "public": {"/api/assist/capability",
               "/api/assist/audit", "/api/assist/sample", "/api/assist/chain/{id:path}", "/api/assist/aggregates",
               "/api/assist/field/list", "/api/assist/field/conflicts", "/api/assist/labels", "/api/assist/review"},
    "auditor": {"/api/assist/field/list", "/api/assist/labels", "/api/assist/capability"}, "recipient": set(),
}  # fmt: skip


def text_of(answer: Any, path: str) -> str:
    if path.endswith(".xlsx"):
        book = load_workbook(io.BytesIO(answer.content), read_only=True)
        return "\n".join(
            str(c) for s in book.worksheets for row in s.iter_rows(values_only=True) for c in row if c is not None
        )
    return str(answer.text)


def test_every_route_of_the_register_is_tried() -> None:
    routes = {p for p in SAID if p.startswith("/api/assist")}
    assert routes == (set(READS) | WRITES) & routes, "a new route needs its place in this test"


@pytest.mark.parametrize("role", ["recipient", "donor", "public", "auditor", "observer", "machine", "admin"])
def test_no_answer_tells_more_than_the_tier(app: Any, role: str) -> None:
    tier, seen = tier_of(role), ""
    routes = {r.path for r in app.routes if hasattr(r, "methods")}
    for route, path in {**READS, **{p: p for p in MORE}}.items():
        if route in READS and route not in routes:
            continue
        answer = ask(app, "GET", path, headers=as_(role))
        if route in CLOSED[tier]:
            assert answer.status_code == 403, path
            continue
        assert answer.status_code == (400 if tier == "public" and "item/" in path else 200), (path, answer.text[:300])
        told = text_of(answer, path)
        assert not {m for m in forbidden(tier) if m in told}, path
        seen += told
    if tier != "public":
        assert mark("item", "serial") in seen and mark("observation", "sentence") in seen
    assert mark("programme", "title") in seen and mark("condition", "text") in seen
    if tier in WHOLE:
        assert mark("custody", "place") in seen and "2.1234567" in seen


@pytest.mark.parametrize("tier", TIERS)
def test_an_entry_is_cut_to_its_tier(tier: str) -> None:
    for fact in planted():
        cut = cut_fact(fact, tier)
        shown = SHOWN[tier].get(fact.kind)
        if shown is None:
            assert cut is None
        elif cut is not None:
            assert set(cut.data) == set(fact.data) & shown


def test_a_lower_tier_can_be_looked_through_never_a_higher_one(app: Any) -> None:
    for role, shown, status in (("recipient", "donor", 200), ("recipient", "public", 200), ("donor", "public", 200),
                                ("donor", "recipient", 400), ("donor", "auditor", 400), ("public", "donor", 400),
                                ("auditor", "recipient", 400), ("auditor", "donor", 200)):  # fmt: skip
        answer = ask(app, "GET", f"/api/assist/export.json?as={shown}", headers=as_(role))
        assert answer.status_code == status, (role, shown)
        if status == 200:
            own = ask(app, "GET", "/api/assist/export.json", headers=as_(shown))
            assert answer.text == own.text, "exactly what they see"


@pytest.mark.parametrize("tier", TIERS)
def test_the_command_line_takes_along_what_the_tier_sees(sea: Path, tier: str, tmp_path: Path, capsys: Any) -> None:
    for name in ("out.json", "out.xlsx", "folder"):
        assert main(["assist", "export", str(sea), str(tmp_path / name), "--tier", tier]) == 0
    told = (tmp_path / "out.json").read_text() + "".join(p.read_text() for p in (tmp_path / "folder").iterdir())
    book = load_workbook(tmp_path / "out.xlsx", read_only=True)
    told += "\n".join(
        str(c) for s in book.worksheets for row in s.iter_rows(values_only=True) for c in row if c is not None
    )
    assert not {m for m in forbidden(tier) if m in told}
    assert mark("programme", "title") in told
    assert (mark("custody", "place") in told) == (tier in WHOLE)


def test_the_donors_sums_are_signed_and_hold_no_place(sea: Path, desk: Desk, tmp_path: Path, capsys: Any) -> None:
    out = tmp_path / "jan.json"
    assert main(["assist", "disclose", str(sea), "--month", "2025-01", "--out", str(out)]) == 0
    assert main(["assist", "key", str(sea)]) == 0
    key = re.search(r"[A-Za-z0-9+/]{43}=", capsys.readouterr().out)
    assert key is not None
    signed = json.loads(out.read_text())
    document = verify(signed, key[0])
    (row,) = document["items"]
    assert row["hours"] == {"B": 1.0} and row["cells"] == {"2,101": 1.0} and row["sorties"] == {"B": 1}
    assert row["raw"] == {"files": 1, "sha256": hashlib.sha256(RAW_HASH.encode()).hexdigest()}
    assert row["observations"] == {"U1": 2, "U5": 2}, "two planted, and the keeper of another organisation"
    assert "U2" in row["checks_without_observation"]
    assert not {m for m in forbidden("donor") if m in out.read_text()}
    assert main(["assist", "verify", str(out), "--key", key[0]]) == 0
    for change in ('"hours":{"B":1.0}', '"month":"2025-01"'):
        bent = json.loads(
            json.dumps(signed).replace(
                change.replace('":"', '": "').replace('":{', '": {').replace('B":', 'B": '), change.replace("1", "2", 1)
            )
        )
        assert bent != signed
        with pytest.raises(FormatError, match="does not fit"):
            verify(bent, key[0])
    out.write_text(json.dumps({**signed, "signature": base64.b64encode(b"x" * 64).decode()}))
    assert main(["assist", "verify", str(out), "--key", key[0]]) == 1
    assert (sea / "register.key").stat().st_mode & 0o077 == 0


def test_raw_data_is_opened_only_where_granted_and_each_time_logged(app: Any, desk: Desk) -> None:
    path = f"/api/assist/segment/{RAW_HASH}"

    def post(role: str, deed: str, **body: Any) -> Any:
        return ask(app, "POST", f"{path}/{deed}", headers=as_(role), json=body)

    def opened() -> list[tuple[str, str]]:
        return [(o[3], o[4]) for o in desk.book("recipient").data["opened"]]

    before = opened()
    for role in ("donor", "auditor", "public", "observer"):
        assert post(role, "open", reason="look").status_code == 400
        assert post(role, "grant", to="donor", reason="mine").status_code == 403
    assert opened() == before, "nothing was opened, nothing is logged as such"
    assert post("public", "ask", reason="look").status_code == 403
    assert post("donor", "ask", reason="U1 of January").status_code == 200
    assert post("recipient", "grant", to="a donor", reason="as asked", until=1).status_code == 400
    assert post("recipient", "grant", to="a donor", reason="as asked").status_code == 200
    answer = post("donor", "open", reason="U1 of January")
    assert answer.status_code == 200 and answer.content == RAW
    assert opened() == [*before, ("a donor", "U1 of January")]
    assert post("auditor", "open", reason="look").status_code == 400, "it was opened to somebody else"
    assert post("recipient", "open", reason="").status_code == 400, "a reason is always given"
    assert post("recipient", "open", reason="own check").content == RAW
    assert opened()[-1] == ("a recipient", "own check")
    assert desk.register.first_break() is None
    assert ask(
        app, "POST", "/api/assist/segment/../open", headers=as_("recipient"), json={"reason": "x"}
    ).status_code in (400, 404)


@pytest.mark.parametrize("role", ["recipient", "donor", "auditor", "public", "observer"])
def test_a_tier_writes_its_kinds_and_no_others(app: Any, desk: Desk, role: str) -> None:
    before = desk.register.end()
    for kind in KINDS:
        if kind in MAY_WRITE[tier_of(role)]:
            continue
        fact = next((f for f in planted() if f.kind == kind), None)
        deed = {"kind": kind, "subject": "I", "at": START + 20 * DAY, "data": dict(fact.data) if fact else {}}
        answer = ask(app, "POST", "/api/assist/deeds", headers=as_(role), json={"deeds": [deed]})
        assert answer.status_code == 400, (role, kind)
    assert desk.register.end() == before


def test_without_accounts_the_machine_itself_sees_all_and_others_the_public_tier(desk: Desk) -> None:
    app = create_app(FakePicture(3), assist=desk)
    assert ask(app, "GET", "/api/assist").json()["tier"] == "recipient"
    assert ask(app, "GET", "/api/assist", client="192.0.2.9").json()["tier"] == "public"
    told = ask(app, "GET", "/api/assist/export.json", client="192.0.2.9").text
    assert not {m for m in forbidden("public") if m in told}
    assert ask(create_app(FakePicture(3)), "GET", "/api/assist").status_code == 501


ODD = ["\x00", "..", "é", "9" * 400, "'; DROP TABLE assist_log; --", "%", "<script>", "P/../P"]
JUNK = [
    b"", b"\x00" * 50, b"PK\x03\x04 no workbook", b"[" * 5000, b'{"item": [[1]]}', b'{"item": {"a": 1}}', b"id,at\n\x00,\x00\n",
    b"\xff\xfe\xfd", b'id,at\n"unclosed', b'{"deeds": [{}]}', b'{"deeds": [null]}', b'{"who": 5}', b"null", b"NaN",
]  # fmt: skip


def test_nothing_that_is_asked_breaks_the_server(desk: Desk) -> None:
    """Odd ids, odd parameters and junk in every body: refused with a reason, never an error of ours, and nothing is written."""
    app, before = create_app(FakePicture(3), assist=desk), desk.register.end()

    def status(method: str, path: str, **more: Any) -> int:
        return ask(app, method, path, **more).status_code

    for route in sorted(p for p in SAID if p.startswith("/api/assist")):
        for odd in ODD:
            path = re.sub(r"\{\w+:\w+\}", quote(odd, safe=""), route)
            params = dict.fromkeys(("as", "programme", "country", "month", "seed", "size", "state"), odd)
            assert status("GET", path) < 500 and status("GET", path, params=params) < 500, (path, odd)
    bodies = {
        "POST": [
            "deeds",
            "field/sync",
            "field/resolve",
            f"segment/{RAW_HASH}/open",
            f"segment/{RAW_HASH}/grant",
            "segment/x/ask",
        ],
        "PUT": [f"field/file/{'0' * 64}"],
    }
    for method, paths in bodies.items():
        for path in paths:
            for junk in JUNK:
                assert status(method, f"/api/assist/{path}", content=junk) < 500, (path, junk)
    for name in (
        "x.xlsx",
        "item.csv",
        "x.json",
        "\x00.csv",
        "../../etc/passwd.csv",
        ".xlsx",
        "x.exe",
        "é" * 90 + ".json",
    ):
        for junk in JUNK:
            answer = ask(app, "POST", "/api/assist/sheets", params={"name": name, "who": "x"}, content=junk)
            assert answer.status_code < 500 and answer.json().get("written", 0) == 0, (name, junk)
    assert desk.register.end() == before
