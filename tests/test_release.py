"""Releasability: what a closed source heard reaches those of its groups, through every door, and nobody else."""

from __future__ import annotations

import base64
import re
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import unquote

import httpx
import numpy as np
import pytest
import websocket
from starlette.routing import Mount, Route, WebSocketRoute

from release_routes import BEGIN, BY_TIER, HARMLESS, MOUNTS, READ, SOCKETS, SPAN, WRITE
from release_world import (
    BOTH,
    CASE,
    CLOSED,
    FAR,
    HUSHED,
    HUSHED_BEACON,
    SEEN,
    SEEN_BEACON,
    T0,
    ZONE,
    alerts,
    settings,
    tokens,
    told,
    watched,
)
from selat.app.archive import SeaArchive
from selat.app.rescue.bench import case_id
from selat.app.rescue.desk import RescueDesk
from selat.app.session import Sea
from selat.app.standing import Standing
from selat.assist.desk import Desk
from selat.exporters import _live
from selat.model.nouns import Zone
from selat.model.picture import LON_NA, POSITION_SCALE
from selat.model.release import Mark, Policy, dump, load, may_see, named_in
from selat.store import registry, releases
from selat.store.writer import Store
from selat.web.accounts import Accounts
from selat.web.geo import feature_collection
from selat.web.server import Running, create_app, serve_in_thread

pytestmark = pytest.mark.long

NAVY, POLICE = frozenset({"navy"}), frozenset({"police"})
PASSWORD = "correct horse 7"


class World:
    """A page over a watch; one account in the group and one in another, of each role that matters."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self.folder = settings(folder)
        self.cookies: dict[str, dict[str, str]] = {}
        store = stack.enter_context(Store(self.folder))
        self.watch, writer = watched(store, lambda w: (w.picture.released(NAVY), w.picture.released(POLICE)))
        stack.callback(writer.close)
        self.seen, self.hushed = alerts(self.watch)
        self.secrets = tokens(self.hushed)
        accounts = Accounts(self.folder)
        accounts.put("insider", "supervisor", PASSWORD, ["navy"])
        accounts.put("outsider", "supervisor", PASSWORD, ["police"])
        archive = SeaArchive(self.folder)
        stack.callback(archive.close)
        assist, rescue = Desk(self.folder), RescueDesk(archive)
        stack.callback(assist.close)
        stack.callback(rescue.close)
        self.job = rescue.jobs.begin("drift", case_id(CASE), "Lt Aminah", lambda job: {"note": CASE}).id
        self.app = create_app(
            self.watch.picture,
            archive=archive,
            assist=assist,
            rescue=rescue,
            accounts=accounts,
            audit=archive.record,
            title="t",
            period_s=0.05,
        )
        self.server: Running = serve_in_thread(self.app)
        stack.callback(self.server.stop)

    def client(self, name: str) -> httpx.Client:
        if name not in self.cookies:
            told = httpx.post(self.server.url + "login", data={"name": name, "password": PASSWORD})
            assert told.status_code == 303
            self.cookies[name] = dict(told.cookies)
        return httpx.Client(base_url=self.server.url, timeout=20, cookies=self.cookies[name])


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with ExitStack() as stack:
        yield World(tmp_path_factory.mktemp("release") / "sea", stack)


def url(text: str, world: World) -> str:
    return text.format(
        hushed=HUSHED, both=BOTH, beacon=HUSHED_BEACON, alert=world.hushed["id"], open_alert=world.seen["id"],
        zone=ZONE, case=CASE, caseid=case_id(CASE), job=world.job,
    )  # fmt: skip


def test_every_route_is_asked(world: World) -> None:
    """A route that is new fails here until it says above what is asked of it."""
    for route in world.app.routes:
        if isinstance(route, Mount):
            assert route.path in MOUNTS, f"is anything under {route.path} released to some only?"
        elif isinstance(route, WebSocketRoute):
            assert route.path in SOCKETS, route.path
        elif isinstance(route, Route) and not route.path.startswith(BY_TIER):
            for method in sorted((route.methods or set()) - {"HEAD"}):
                known = route.path in READ if method == "GET" else (method, route.path) in {*WRITE, *HARMLESS}
                assert known, f"{method} {route.path}: say in test_release.py what the wrong group gets"


def body_of(client: httpx.Client, address: str) -> tuple[int, bytes]:
    """Status and body; of what never ends the first second."""
    with client.stream("GET", address) as answer:
        out, until = b"", time.monotonic() + 1.0
        for part in answer.iter_bytes():
            out += part
            if "event-stream" in answer.headers["content-type"] and time.monotonic() > until:
                break
        return answer.status_code, out


@pytest.mark.parametrize("path", sorted(READ))
def test_the_wrong_group_is_told_nothing(path: str, world: World) -> None:
    with world.client("outsider") as outsider, world.client("insider") as insider:
        if path == "/api/snoozes":
            made = insider.post(path, json={"reason": "hers", "seconds": 600, "ships": [HUSHED]})
            assert made.status_code == 200
        if path == "/api/kept":
            assert insider.put("/api/kept/list/hers", json={"value": [HUSHED]}).status_code == 200
        for address, says in READ[path]:
            asked = url(address, world)
            status, got = body_of(outsider, asked)
            secrets = {k: t for k, t in world.secrets.items() if t.decode("latin-1") not in unquote(asked)}
            assert not told(got, secrets), f"{asked} tells an outsider"
            assert status < 500 or b"not built" in got
            status, got = body_of(insider, asked)
            assert bool(told(got, world.secrets)) or not says, f"{asked} does not tell an insider: the test is blind"


@pytest.mark.parametrize("where", sorted(WRITE), ids=" ".join)
def test_the_wrong_group_changes_nothing(where: tuple[str, str], world: World) -> None:
    before = [world.watch.picture.alerts(0)[1], SeaArchive(world.folder).zones()]
    with world.client("outsider") as outsider:
        for address, sent in WRITE[where]:
            asked = url(address, world)
            answer = outsider.request(where[0], asked, json=sent) if sent is not None else outsider.delete(asked)
            assert answer.status_code in (400, 404), (asked, answer.text)
            said = f"{asked} {sent}"
            secrets = {k: t for k, t in world.secrets.items() if t.decode("latin-1") not in said}
            assert not told(answer.content, secrets)
    assert before == [world.watch.picture.alerts(0)[1], SeaArchive(world.folder).zones()]


@pytest.mark.parametrize("path", sorted(SOCKETS))
def test_sockets_too(path: str, world: World) -> None:
    heard = {}
    for name in ("outsider", "insider"):
        with world.client(name) as client:
            cookie = "; ".join(f"{k}={v}" for k, v in client.cookies.items())
            line = websocket.create_connection(
                world.server.url.replace("http", "ws")[:-1] + path, cookie=cookie, timeout=5
            )
            got, until = b"", time.monotonic() + 1.0
            line.settimeout(0.5)
            while time.monotonic() < until:
                try:
                    said = line.recv()
                except websocket.WebSocketTimeoutException:
                    break
                got += said if isinstance(said, bytes) else said.encode()
            line.close()
            heard[name] = told(got, world.secrets)
    assert not heard["outsider"] and heard["insider"]


def test_the_live_picture_of_a_group_is_made_of_its_rows_alone(world: World) -> None:
    """Both pictures were begun half way: what came before is from the history, the rest was heard."""
    outside, inside = (world.watch.picture.released(g) for g in (POLICE, NAVY))
    for picture in (outside, inside):
        assert picture is world.watch.picture.released(picture.groups), "one picture for all of a group"
    ships = {int(r["mmsi"]): r for r in outside.rows(0)[1] if r["lon"] != LON_NA}
    assert set(ships) == {SEEN, BOTH, SEEN_BEACON}
    assert abs(ships[BOTH]["lon"] / POSITION_SCALE - FAR) > 0.4, "where the open source puts her"
    assert ships[BOTH]["age"] < 30, "and kept up to date by it"
    card = outside.ship(BOTH)
    assert card and card["track"][0][0] <= BEGIN + 60_000 and all(abs(lon - FAR) > 0.4 for _, lon, *_ in card["track"])
    assert {int(m) for m in inside.rows(0)[1]["mmsi"]} == {int(m) for m in world.watch.picture.rows(0)[1]["mmsi"]}
    assert [a["id"] for a in outside.alerts(0)[1]].count(world.seen["id"]) == 1
    assert not outside.acknowledge(world.hushed["id"], "x") and outside.explanation(world.hushed["id"]) is None


def test_maps_and_gates_are_of_what_may_be_seen(world: World) -> None:
    with Sea(world.folder) as sea:
        lines = [Zone(n, ((x, -5.0), (x, 9.0)), kind="gate", line=True) for n, x in (("open", 90.0), ("shut", 91.0))]
        for line in lines:
            sea.put(line)
        releases.release(sea.state, "zone", "shut", frozenset({NAVY}), "test")
        box = (80.0, -20.0, 130.0, 30.0)
        asked = f"/api/density?box={','.join(map(str, box))}&cell=20000&mmsi={HUSHED}&{SPAN}"
        got, names, codes = {}, {}, {}
        for name in ("outsider", "insider"):
            with world.client(name) as client:
                cells = np.frombuffer(base64.b64decode(client.get(asked).json()["ships"]), "<f4")
                got[name] = float(np.nansum(cells))
                names[name] = {line["name"] for line in client.get("/api/gates").json()["lines"]} & {"open", "shut"}
                codes[name] = client.get(f"/api/gates/passages?gate=shut&{SPAN}").status_code
        for line in lines:
            registry.remove_zones(sea.state, [line.name], "test")
    assert got["outsider"] == 0 < got["insider"]
    assert names == {"outsider": {"open"}, "insider": {"open", "shut"}}
    assert codes == {"outsider": 400, "insider": 200}


def test_a_console_that_only_serves_the_sea_hides_the_same(world: World) -> None:
    with Sea(world.folder, create=False) as sea:
        standing = Standing(sea)
        for groups, wanted in ((POLICE, False), (NAVY, True)):
            picture = standing.picture.released(groups)
            assert (HUSHED in picture.rows(0)[1]["mmsi"].tolist()) is wanted
            assert any(a["id"] == world.hushed["id"] for a in picture.alerts(0)[1]) is wanted
            assert any(s["name"] == CLOSED for s in picture.health()["sources"]) is wanted
            assert (picture.explanation(world.hushed["id"]) is not None) is wanted
        standing.close()


def test_what_is_sent_on_is_for_those_who_listen(world: World) -> None:
    for groups, wanted in ((frozenset(), False), (POLICE, False), (NAVY, True)):
        ships = feature_collection(world.watch.picture.released(groups))["features"]
        sent = "".join([*_live.statics(ships), *_live.positions(ships, T0), *_live.cot(ships, T0)])
        sent += "".join(map(str, _live.signalk(ships, T0)))
        assert (str(HUSHED) in sent) is wanted


def test_supervisors_release_by_hand(world: World) -> None:
    """Also to others of the watch that is running, within seconds; nobody shuts himself out."""
    name = world.hushed["id"]
    with world.client("insider") as insider, world.client("outsider") as outsider:
        assert insider.get(f"/api/releases/alert/{name}").json() == {"release": [["navy"]]}
        shut = insider.put(f"/api/releases/alert/{name}", json={"groups": ["army"]})
        assert shut.status_code == 400 and "yourself" in shut.json()["error"]
        for bad in (None, "navy", [""], ["a b"], [["navy"], 3], {"x": 1}):
            assert insider.put(f"/api/releases/alert/{name}", json={"groups": bad}).status_code == 400, bad
        assert insider.put(f"/api/releases/boat/{name}", json={"groups": []}).status_code == 400
        opened = insider.put(f"/api/releases/alert/{name}", json={"groups": ["navy", "police"]})
        assert opened.json() == {"release": [["navy", "police"]]}
        world.watch._decisions()
        assert name in [a["id"] for a in outsider.get("/api/alerts").json()["alerts"]]
        assert outsider.get(f"/api/alerts/{name}").status_code == 200
        assert insider.put(f"/api/releases/alert/{name}", json={"groups": ["navy"]}).status_code == 200
        world.watch._decisions()
        assert outsider.get(f"/api/alerts/{name}").status_code == 404
        last = [a for a in outsider.get("/api/alerts").json()["alerts"] if a["id"] == name]
        assert [a["state"] for a in last] == ["cleared"], "who saw it sees it end"
    with Sea(world.folder, create=False) as sea:
        log = [r for r in sea.state.rows("audit") if r["action"] == "release" and r["subject"] == f"alert:{name}"]
        assert [(r["who"], r["note"]) for r in log] == [("insider", '[["navy", "police"]]'), ("insider", '[["navy"]]')]


def test_notes_on_whole_tables_are_for_nobody_in_particular(world: World) -> None:
    from selat.model.errors import ConfigError

    with Sea(world.folder, create=False, groups=NAVY) as sea:
        for ask in (lambda: sea.sql("SELECT 1"), lambda: sea.outages, lambda: sea.alerts, lambda: sea.rejects):
            with pytest.raises(ConfigError, match="not for single groups"):
                ask()


def test_clauses() -> None:
    policy = Policy((Mark("a", NAVY, ("tcp://x:*",)), Mark("b", POLICE, (), ("SAT*",))))
    assert policy.source("tcp://x:1") == {NAVY} and not policy.source("tcp://y:1")
    assert policy.station("tcp://x:1 | SAT-4") == {NAVY, POLICE} and policy.station("SAT-4") == {POLICE}
    assert not policy.station("") and not policy.station("MPA")
    names = ["", "MPA", "SAT-4", "tcp://x:1 | "]
    assert policy.hidden(names, NAVY) == (2,) and policy.hidden(names, frozenset()) == (2, 3)
    assert policy.hidden(names, None) == () and policy.hidden(names, NAVY | POLICE) == ()
    both = frozenset({NAVY, POLICE})
    assert load(dump(both)) == both and not may_see(both, NAVY) and may_see(both, NAVY | POLICE) and may_see(both, None)
    assert not may_see(frozenset({frozenset()}), NAVY), "released to nobody"
    found = named_in(
        {"zone": {"name": "bay"}, "many": [["x"], 3, None]}, {"bay": frozenset({NAVY}), "x": frozenset({POLICE})}
    )
    assert found == both and not re.search("bay", dump(found))
