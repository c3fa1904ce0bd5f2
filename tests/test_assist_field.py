"""Deeds of devices: taken once each whatever is sent again, never lost, conflicts decided by a person."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from browser.fake_picture import FakePicture
from field_sea import ITEMS, coming
from selat.assist import field
from selat.assist.desk import Desk
from selat.assist.labels import label, sheet
from selat.assist.register import Register
from selat.model import clock
from selat.model.clock import HOUR, format_time
from selat.model.errors import ConfigError
from selat.web.accounts import Accounts
from selat.web.server import create_app
from test_web_server import ask

pytestmark = pytest.mark.long

NOW = clock.now()
GPX = (
    "<gpx version='1.1' xmlns='http://www.topografix.com/GPX/1/1'><trk><trkseg>"
    + "".join(
        f"<trkpt lat='{2.5 + n * 0.004}' lon='101.2'><time>{format_time(NOW - 4 * HOUR + n * 120 * 10**9)}</time></trkpt>"
        for n in range(40)
    )
    + "</trkseg></trk></gpx>"
).encode()


def deed(cid: str, kind: str, subject: str, at: int = NOW - HOUR, device: str = "one", **data: Any) -> dict[str, Any]:
    return {"cid": cid.ljust(8, "x"), "kind": kind, "subject": subject, "at": at, "data": data, "device": device}


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    register = coming(tmp_path / "sea", delivered=True)
    found = Desk(tmp_path / "sea", register)
    yield found
    found.close()


def sync(desk: Desk, *deeds: Any, who: str = "Aminah") -> list[dict[str, Any]]:
    return field.sync(desk.register, desk.vault, deeds, who)


def in_service(desk: Desk, item: str) -> None:
    states = ("received", "accepted", "in_service")
    deeds = [
        deed(
            f"{item}{s}",
            "item_state",
            item,
            NOW - 9 * HOUR + n,
            state=s,
            **({"unit": "Base 1"} if s == "accepted" else {}),
        )
        for n, s in enumerate(states)
    ]
    assert [a["state"] for a in sync(desk, *deeds)] == ["written"] * 3


def test_what_a_device_takes_along(desk: Desk) -> None:
    told = field.expected(desk.book("recipient"))
    assert [i["id"] for i in told["items"]] == ITEMS and {i["state"] for i in told["items"]} == {"ordered"}
    assert told["items"][0]["serial"] == "S000" and told["missions"] == ["sar", "surveillance"]


def test_sent_twice_written_once(desk: Desk) -> None:
    one = deed("a", "item_state", ITEMS[0], state="received")
    (first,) = sync(desk, one)
    end = desk.register.end()
    for _ in range(3):  # the answer was lost on its way, or two tabs send the same queue
        (again,) = sync(desk, one)
        assert (again["state"], again["entry"]) == ("known", first["entry"])
    assert desk.register.end() == end


def test_a_delivery_can_be_told_and_nothing_else_of_a_tranche(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "sea", coming(tmp_path / "sea"))
    early = deed("r", "item_state", ITEMS[0], state="received")
    assert sync(desk, early)[0]["state"] == "conflict", "nobody said yet that it was delivered"
    came = format_time(NOW - 30 * HOUR)[:10]
    told = sync(
        desk,
        deed("t", "tranche", "T", delivered_on=came),
        deed("q", "tranche", "T", quantity=99),
        deed("z", "tranche", "NEW", delivered_on=came),
    )
    assert [a["state"] for a in told] == ["written", "refused", "refused"]
    assert sync(desk, deed("r2", "item_state", ITEMS[1], state="received"))[0]["state"] == "written"
    made = field.resolve(
        desk.register, desk.vault, "conflict-rxxxxxxx", "replace", "Razak", "the delivery is recorded now"
    )
    assert [f.kind for f in made] == ["item_state", "conflict_resolved"], "nothing stood against it"
    assert desk.book("recipient").state(ITEMS[0]) == "received"
    desk.close()


@pytest.mark.parametrize("choice", ["keep", "replace"])
def test_the_same_serial_received_by_two(desk: Desk, choice: str) -> None:
    (mine,) = sync(desk, deed("a", "item_state", ITEMS[0], NOW - 2 * HOUR, state="received", place="Jetty 1"))
    (theirs,) = sync(
        desk, deed("b", "item_state", ITEMS[0], device="two", state="received", place="Jetty 2"), who="Razak"
    )
    assert (
        mine["state"] == "written" and theirs["state"] == "conflict" and "is received: it cannot" in theirs["message"]
    )
    (shown,) = field.conflicts(desk.register, desk.book("recipient"))
    assert shown["standing"]["data"]["place"] == "Jetty 1" and shown["deed"]["data"]["place"] == "Jetty 2"
    assert (shown["standing"]["who"], shown["deed"]["who"]) == ("Aminah", "Razak")
    with pytest.raises(ConfigError):
        field.resolve(desk.register, desk.vault, shown["id"], choice, "Razak", "")
    with pytest.raises(ConfigError):
        field.resolve(desk.register, desk.vault, shown["id"], "both", "Razak", "why not")
    field.resolve(desk.register, desk.vault, shown["id"], choice, "Razak", "looked at both forms")
    standing = desk.register.standing(ITEMS[0], "item_state")
    assert [f.data["place"] for f in standing] == ["Jetty 1" if choice == "keep" else "Jetty 2"]
    assert desk.book("recipient").data["conflicts"][shown["id"]]["choice"] == choice
    for cid in ("a", "b"):  # neither comes in a second time, whatever became of it
        (again,) = sync(desk, deed(cid, "item_state", ITEMS[0], state="received"))
        assert again["state"] in ("known", "resolved")
    assert len(desk.register.standing(ITEMS[0], "item_state")) == 1
    with pytest.raises(ConfigError, match="is open"):
        field.resolve(desk.register, desk.vault, shown["id"], choice, "Razak", "again")
    assert desk.register.first_break() is None and desk.register.saved_book_agrees()


def test_what_rests_on_the_standing_entry_holds_it(desk: Desk) -> None:
    in_service(desk, ITEMS[0])
    (late,) = sync(desk, deed("b", "item_state", ITEMS[0], device="two", state="received"))
    before = desk.register.end()
    with pytest.raises(ConfigError, match="rests on it"):
        field.resolve(desk.register, desk.vault, late["conflict"], "replace", "Razak", "no")
    assert desk.register.end() == before, "all or nothing"


def test_a_log_becomes_uses_with_their_hash_and_cells(desk: Desk) -> None:
    in_service(desk, ITEMS[0])
    digest = desk.vault.put(GPX)
    one = deed("g", "log", ITEMS[0], sha256=digest, mission="sar")
    (told,) = sync(desk, one)
    assert told["state"] == "written"
    (use,) = desk.register.standing(ITEMS[0], "use")
    assert use.data["grade"] == "B" and use.data["evidence"] == digest and use.data["holder"] == "recipient"
    assert use.data["hours"] == pytest.approx(1.3, abs=0.01) and set(use.data["cells"]) == {"2,101"}
    assert sum(use.data["cells"].values()) == pytest.approx(use.data["hours"], abs=0.01)
    assert sync(desk, one)[0]["state"] == "known" and len(desk.register.standing(ITEMS[0], "use")) == 1
    bad = [
        deed("h", "log", ITEMS[0], sha256="0" * 64),
        deed("i", "log", "nope", sha256=digest),
        deed("j", "log", ITEMS[0], sha256=desk.vault.put(b"x")),
    ]
    assert [a["state"] for a in sync(desk, *bad)] == ["refused"] * 3


def test_a_photo_comes_before_its_deed(desk: Desk) -> None:
    picture = b"\x89PNG a picture"
    digest = hashlib.sha256(picture).hexdigest()
    one = deed("p", "photo", ITEMS[0], sha256=digest)
    assert sync(desk, one)[0]["state"] == "refused"
    with pytest.raises(ConfigError, match="not what its hash says"):
        desk.vault.put(picture + b"!", digest)
    assert desk.vault.put(picture, digest) == digest
    assert sync(desk, one)[0]["state"] == "written" and desk.vault.get(digest) == picture
    (desk.vault.folder / digest).write_bytes(b"changed")
    with pytest.raises(Exception, match="was changed"):
        desk.vault.get(digest)


STATE = deed("k", "item_state", ITEMS[0], state="received")


@pytest.mark.parametrize("bad", [
    {}, [], None, 5, {"cid": "short"}, {"cid": "a" * 65, "kind": "use"}, {"cid": "../../../etc"},
    deed("k", "consent", ITEMS[0], what="transfer"), deed("k", "programme", "P", amount_jpy=1),
    deed("k", "retract", ITEMS[0], entry=1, reason="x"), deed("k", "nonsense", ITEMS[0]),
    deed("k", "item_state", ITEMS[0], state="nonsense"), deed("k", "item_state", "", state="received"),
    deed("k", "use", ITEMS[0], hours=float("inf")), deed("k", "item_state", ITEMS[0], NOW + 24 * HOUR, state="received"),
    *({**STATE, "at": at} for at in (None, -5, 10**30, "soon", True)), {**STATE, "data": "x"},
    {**STATE, "data": {"reason": "x" * 30_000}},
])  # fmt: skip
def test_what_is_no_deed_is_refused_and_stays_with_the_device(desk: Desk, bad: Any) -> None:
    before = desk.register.end()
    (told,) = sync(desk, bad)
    assert told["state"] == "refused" and told["message"]
    assert desk.register.end() == before


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_nothing_is_lost_and_nothing_counted_twice(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """Two devices receive whatever they like; parts of their queues are sent in any order and again and again."""
    register: Register = coming(tmp_path_factory.mktemp("lost") / "sea", delivered=True)
    desk = Desk(tmp_path_factory.mktemp("vault"), register)
    items = data.draw(st.lists(st.tuples(st.sampled_from("AB"), st.sampled_from(ITEMS[:4])), min_size=1, max_size=8))
    queues: dict[str, list[dict[str, Any]]] = {"A": [], "B": []}
    for n, (device, item) in enumerate(items):
        queues[device].append(deed(f"{device}{n}-", "item_state", item, NOW - HOUR + n, device, state="received"))
    acknowledged: set[str] = set()
    tries = data.draw(st.lists(st.tuples(st.sampled_from("AB"), st.booleans()), max_size=6))
    for device, lost in [*tries, ("A", False), ("B", False)]:
        answers = sync(desk, *queues[device])
        if not lost:  # the device hears the answer, and forgets what was acknowledged
            assert all(a["state"] != "refused" for a in answers)
            acknowledged |= {a["cid"] for a in answers}
            queues[device] = [d for d in queues[device] if d["cid"] not in acknowledged]
    assert queues == {"A": [], "B": []}
    in_log = [f.cid for f in register.facts() if f.cid]
    assert sorted(in_log) == sorted(set(in_log)) and len(in_log) == len(items), (
        "each deed once, as what it says or as a conflict"
    )
    for item in ITEMS[:4]:
        told = sum(i == item for _, i in items)
        assert len(register.standing(item, "item_state")) == min(told, 1)
    assert len(desk.book("recipient").data["conflicts"]) == len(items) - len({i for _, i in items})
    assert register.first_break() is None
    desk.close()


def test_by_http_with_roles(desk: Desk, tmp_path: Path) -> None:
    accounts = Accounts(tmp_path / "sea")
    for role in ("recipient", "donor", "auditor", "public", "officer"):
        accounts.put(role, role, "correct horse 7")
    app = create_app(FakePicture(3), assist=desk, accounts=accounts)

    def call(role: str, method: str, path: str, **more: Any) -> Any:
        told = base64.b64encode(f"{role}:correct horse 7".encode()).decode()
        return ask(app, method, f"/api/assist/{path}", headers={"authorization": f"Basic {told}"}, **more)

    body = {"who": "somebody else", "deeds": [deed("a", "item_state", ITEMS[0], state="received")]}
    digest = hashlib.sha256(GPX).hexdigest()
    for role in ("donor", "auditor", "public", "officer"):
        assert call(role, "POST", "field/sync", json=body).status_code == 403
        assert call(role, "PUT", f"field/file/{digest}", content=GPX).status_code == 403
        assert call(role, "POST", "field/resolve", json={}).status_code == 403
        assert call(role, "GET", "field/list").status_code == 403
    assert call("recipient", "POST", "field/sync", json=body).json()["answers"][0]["state"] == "written"
    assert desk.register.standing(ITEMS[0], "item_state")[0].who == "recipient", "one writes in one's own name"
    assert call("recipient", "PUT", f"field/file/{digest}", content=GPX).json() == {"sha256": digest}
    assert call("recipient", "PUT", "field/file/..%2Fx", content=GPX).status_code in (400, 404)
    assert not (tmp_path / "sea" / "x").exists() and not (tmp_path / "sea" / "evidence" / "x").exists()
    for junk in (b"{", b"[]", json.dumps({"deeds": 5}).encode(), json.dumps({"deeds": [1] * 501}).encode()):
        assert call("recipient", "POST", "field/sync", content=junk).status_code == 400


def test_labels_can_be_printed_and_hold_the_id(desk: Desk) -> None:
    page = sheet(desk.book("recipient"), ["P"])
    assert page.count("<svg") == 14 and "UAV-14" in page and "S/N S013" in page
    assert "http" not in page.replace("http://www.w3.org/2000/svg", "")
    assert "<script" not in sheet(desk.book("recipient"), []) and label("<x>").startswith("<svg")
