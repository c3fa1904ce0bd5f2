"""The picture for other programs: AIS sentences, Cursor on Target, Signal K, KML, CSV, OGC API Features, metrics, OpenAPI."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import re
import socket
import time
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path

import httpx
import numpy as np
import pytest
import websocket

from browser.fake_picture import FakePicture
from selat.app import outlets
from selat.app.archive import SeaArchive
from selat.app.outlets import Outlet, parse
from selat.exporters import _live
from selat.model.clock import parse_time
from selat.model.errors import ConfigError
from selat.model.schema import DEGREES
from selat.readers.aivdm import AivdmReader
from selat.web.geo import feature_collection
from selat.web.openapi import SAID
from selat.web.server import Running, create_app, serve_in_thread
from small_sea import make_sea
from test_web_server import ask

pytestmark = pytest.mark.long

NOW = parse_time("2026-11-27T10:00:05Z")
SHIPS = 180


@pytest.fixture(scope="module")
def picture() -> FakePicture:
    return FakePicture(SHIPS)


@pytest.fixture(scope="module")
def ships(picture: FakePicture) -> list[dict]:
    return feature_collection(picture)["features"]


@pytest.fixture(scope="module")
def server(picture: FakePicture, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    archive = SeaArchive(make_sea(tmp_path_factory.mktemp("interop") / "sea"))
    running = serve_in_thread(create_app(picture, archive=archive, title="out <1>", period_s=0.1))
    yield running
    running.stop()
    archive.close()


def heard(lines: str) -> tuple[dict[int, tuple[float, float]], dict[int, str]]:
    """What our reader makes of sentences: places and names by MMSI."""
    reader = AivdmReader()
    places, names = {}, {}
    for batch in (reader.feed(lines.encode(), NOW, 0), reader.flush()):
        assert batch.rejects.rows == 0
        for m, y, x in zip(batch.reports["mmsi"], batch.reports["lat"], batch.reports["lon"], strict=True):
            places[int(m)] = (float(y) * DEGREES, float(x) * DEGREES)
        for m, n in zip(batch.statics["mmsi"], batch.statics["name"], strict=True):
            names[int(m)] = n.decode().strip()
    return places, names


def test_sentences_say_where_everybody_is(ships: list[dict]) -> None:
    places, names = heard("".join([*_live.positions(ships, NOW), *_live.statics(ships)]))
    alive = {p["mmsi"]: (p, lon, lat) for p, lon, lat in _live.placed(ships) if not p["lost"]}
    assert set(places) == set(alive), "lost ships are not sent: they would look alive"
    for mmsi, (p, lon, lat) in alive.items():
        assert abs(places[mmsi][0] - lat) < 2e-6 and abs(places[mmsi][1] - lon) < 2e-6, mmsi
        if p["class"] in ("A", "B"):
            assert names[mmsi] == p["name"][:20]


def test_cursor_on_target_takes_nobody_for_hostile(ships: list[dict]) -> None:
    odd = [{**ships[0], "properties": {**ships[0]["properties"], "name": "<&\"'> ö"}}, *ships]
    events = [ET.fromstring(e) for e in _live.cot(odd, NOW)]
    assert len(events) == len(odd)
    assert all(re.match(r"a-[un]-", e.get("type") or "") for e in events)
    assert events[0].find("detail/contact").get("callsign") == "<&\"'> ö"  # type: ignore[union-attr]
    by_uid = {e.get("uid"): e for e in events[1:]}
    for p, lon, lat in _live.placed(ships):
        e = by_uid[f"MMSI-{p['mmsi']}"]
        assert float(e.find("point").get("lat")) == lat and float(e.find("point").get("lon")) == lon  # type: ignore[union-attr, arg-type]
        assert (e.get("start") or "") <= (e.get("time") or "") and (e.get("stale") or "") > (e.get("start") or "")


def test_signal_k_is_in_si(ships: list[dict]) -> None:
    deltas = {d["context"]: d["updates"][0] for d in _live.signalk(ships, NOW)}
    p = next(p for p, _, _ in _live.placed(ships) if p["class"] == "A" and p["sog_kn"] and not p["lost"])
    values = {v["path"]: v["value"] for v in deltas[f"vessels.urn:mrn:imo:mmsi:{p['mmsi']:09d}"]["values"]}
    assert values["navigation.speedOverGround"] == pytest.approx(p["sog_kn"] * 1852 / 3600, abs=1e-4)
    assert values["navigation.courseOverGroundTrue"] == pytest.approx(np.radians(p["cog"]), abs=1e-4)
    assert values[""]["name"] == p["name"]


def test_files(server: Running) -> None:
    get = lambda path: httpx.get(server.url + path)  # noqa: E731
    rows = list(csv.DictReader(io.StringIO(get("api/ships.csv").text)))
    assert len(rows) == SHIPS and float(rows[0]["lat"]) and not any(r["name"].startswith("=") for r in rows)
    space = "{http://www.opengis.net/kml/2.2}"
    kml = ET.fromstring(get("api/ships.kml").text)
    assert len(kml.findall(f".//{space}Placemark")) == SHIPS
    link = ET.fromstring(get("api/link.kml").text)
    assert link.findtext(f".//{space}href") == server.url + "api/ships.kml"
    assert len(ET.fromstring(get("api/ships.gpx").text)) == SHIPS
    assert len(ET.fromstring(get("api/ships.cot").text)) == SHIPS
    assert get("api/ships.exe").status_code == 404
    feature = {
        "geometry": {"coordinates": [1.0, 2.0]},
        "properties": dict.fromkeys(_live.CSV_COLUMNS) | {"name": "=1+1", "lost": False},
    }
    assert "'=1+1" in _live.table([feature])


def test_features_by_ogc(server: Running) -> None:
    get = lambda path, **q: httpx.get(server.url + "ogc/" + path, params=q)  # noqa: E731
    links = {link["rel"]: link["href"] for link in get("").json()["links"]}
    assert httpx.get(links["service-desc"]).json()["openapi"] == "3.0.3"
    assert "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core" in get("conformance").json()["conformsTo"]
    assert [c["id"] for c in get("collections").json()["collections"]] == ["ships", "alerts", "zones"]
    whole = get("collections/ships/items", limit=5000).json()
    assert whole["numberMatched"] == whole["numberReturned"] == SHIPS
    seen, url = set(), server.url + "ogc/collections/ships/items?limit=50"
    while url:
        page = httpx.get(url).json()
        seen |= {f["id"] for f in page["features"]}
        url = next((link["href"] for link in page["links"] if link["rel"] == "next"), "")
    assert len(seen) == SHIPS
    box = (103.6, 1.0, 104.0, 1.3)
    inside = get("collections/ships/items", bbox=",".join(map(str, box)), limit=5000).json()["features"]
    assert 0 < len(inside) < SHIPS
    assert all(box[0] <= f["geometry"]["coordinates"][0] <= box[2] for f in inside)
    assert get("collections/zones/items").json()["features"][0]["id"] == "klang"
    assert get("collections/zones/items", bbox="101,1,102,2").json()["numberMatched"] == 1
    assert get("collections/zones/items", bbox="170,-5,-170,5").json()["numberMatched"] == 0
    one = whole["features"][0]
    assert get(f"collections/ships/items/{one['id']}").json()["id"] == one["id"]
    assert len(get("collections/alerts/items").json()["features"]) >= 6
    for bad in (
        {"bbox": "1,2"},
        {"bbox": "a,b,c,d"},
        {"bbox": "nan,0,1,1"},
        {"limit": "0"},
        {"limit": "x"},
        {"offset": "-1"},
    ):
        assert get("collections/ships/items", **bad).status_code == 400, bad
    assert get("collections/none/items").status_code == 404 and get("collections/ships/items/7").status_code == 404


def test_events_and_deltas(server: Running) -> None:
    kinds: dict[str, dict] = {}
    with httpx.stream("GET", server.url + "api/stream", timeout=10) as answer:
        kind = ""
        for line in answer.iter_lines():
            if line.startswith("event: "):
                kind = line[7:]
            elif line.startswith("data: "):
                kinds.setdefault(kind, json.loads(line[6:]))
                if kind == "health":
                    break
    assert set(kinds) == {"rows", "labels", "alerts", "health"}
    assert kinds["rows"]["all"] and len(kinds["rows"]["data"]) == SHIPS
    where = httpx.get(server.url + "signalk").json()["endpoints"]["v1"]["signalk-ws"]
    line = websocket.create_connection(where, timeout=10)
    assert json.loads(line.recv())["name"] == "selat"
    assert json.loads(line.recv())["context"].startswith(("vessels.", "atons.", "aircraft."))
    line.close()


def test_metrics_are_prometheus(server: Running) -> None:
    answer = httpx.get(server.url + "metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    for line in answer.text.splitlines():
        assert re.fullmatch(r'# (HELP|TYPE) \w+ .+|\w+(\{\w+="[^"]*"(,\w+="[^"]*")*\})? [-0-9.e]+', line), line
    assert 'selat_source_up{source="udp://klang"} 1' in answer.text


def test_openapi_names_every_path_and_no_other(server: Running, picture: FakePicture) -> None:
    told = httpx.get(server.url + "api/openapi.json").json()
    assert {re.sub(r":\w+\}", "}", p) for p in SAID} == set(told["paths"])
    app = create_app(picture)
    untold = {"/", "/{page:str}", "/api/openapi.json"}  # the pages themselves
    assert {r.path for r in app.routes if hasattr(r, "methods")} - untold == set(SAID)
    # Whatever is put in for its parameters, nothing breaks.
    for path, methods in told["paths"].items():
        for value in ("0", "x", "../../etc/passwd", "%00", "9" * 30, "é"):
            url = re.sub(r"\{\w+\}", value, path)
            if url.startswith("/api/stream"):
                continue
            for method in methods:
                body = {"content": value} if method in ("post", "put") else {}
                query = "?" + "&".join(
                    f"{q['name']}={value}" for q in methods[method]["parameters"] if q["in"] == "query"
                )
                code = ask(app, method.upper(), url + query, **body).status_code
                assert code < 500 or code == 501, (method, url, query, code)


def test_addresses() -> None:
    assert parse("aivdm-tcp://127.0.0.1:10110") == ("aivdm-tcp", "127.0.0.1", 10110, frozenset())
    assert parse("cot-udp://239.2.3.1:6969") == ("cot-udp", "239.2.3.1", 6969, frozenset())
    for bad in (
        "tcp://a:1",
        "aivdm-tcp://a",
        "aivdm-tcp://:5",
        "aivdm-udp://a:1/x",
        "aivdm-udp://a:99999",
        "",
        "aivdm-tcp://[::1:5",
    ):
        with pytest.raises(ConfigError):
            parse(bad)


def test_a_chart_plotter_connects_and_a_stuck_one_is_cut_off(
    ships: list[dict], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outlets, "PERIOD", 0.02)
    monkeypatch.setattr(outlets, "WAITING", 50_000)
    turn = [0]

    def moving() -> list[dict]:
        turn[0] += 1
        return [
            {
                **s,
                "geometry": s["geometry"]
                and {**s["geometry"], "coordinates": [s["geometry"]["coordinates"][0] + turn[0] * 1e-4, 1.2]},
            }
            for s in ships
        ]

    async def go() -> tuple[bytes, int]:
        outlet = Outlet("aivdm-tcp://127.0.0.1:0", lambda _: moving())
        task = asyncio.create_task(outlet.run())
        await outlet.ready.wait()
        stuck = socket.create_connection(("127.0.0.1", outlet.port))
        reader, writer = await asyncio.open_connection("127.0.0.1", outlet.port)
        got, end = b"", time.monotonic() + 20
        while outlet.dropped == 0 and time.monotonic() < end:
            got += await reader.read(65536)
        writer.close()
        stuck.close()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        return got, outlet.dropped

    got, dropped = asyncio.run(go())
    assert dropped == 1
    places, names = heard(got[: got.rfind(b"\n") + 1].decode())
    assert len(places) > 100 and len(names) > 80


@pytest.mark.parametrize("kind", ["aivdm-udp", "cot-udp"])
def test_datagrams(ships: list[dict], kind: str) -> None:
    async def go() -> list[bytes]:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as ear:
            ear.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
            ear.bind(("127.0.0.1", 0))
            ear.settimeout(5)
            outlet = Outlet(f"{kind}://127.0.0.1:{ear.getsockname()[1]}", lambda _: ships)
            task = asyncio.create_task(outlet.run())
            await asyncio.sleep(1.3)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            ear.setblocking(False)
            got = []
            while True:
                try:
                    got.append(ear.recv(65536))
                except BlockingIOError:
                    return got

    got = asyncio.run(go())
    if kind == "cot-udp":
        assert len(got) == SHIPS and all(ET.fromstring(d).tag == "event" for d in got)
    else:
        assert all(len(d) <= 1400 for d in got)
        assert len(heard(b"".join(got).decode())[0]) > 100


def test_paths_of_files_are_not_left(server: Running, tmp_path: Path) -> None:
    for path in (
        "/basemap/../server.py",
        "/assets/%2e%2e/index.html",
        "/basemap/%2e%2e%2fserver.py",
        "/api/ships.json/../../x",
    ):
        with socket.create_connection(("127.0.0.1", server.port)) as line:
            line.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".encode())
            status = line.makefile("rb").readline()
        assert b" 404 " in status, path


def test_no_name_breaks_the_files_or_becomes_an_element(ships: list[dict]) -> None:
    """Texts that XML cannot hold, or that look like it, come back as texts."""
    odd = 'A"B <x y="1">&amp;\x00\x1b\n\ttail'
    ship = {**ships[0], "geometry": {"type": "Point", "coordinates": [180.0, 1.0]}}
    ship["properties"] = {**ship["properties"], "name": odd, "lost": False, "class": "A"}
    shown = odd.replace("\x00", "\ufffd").replace("\x1b", "\ufffd")
    event = ET.fromstring("".join(_live.cot([ship], NOW)))
    assert event.find("detail/contact").attrib["callsign"] == shown
    assert shown in [n.text for n in ET.fromstring(_live.kml([ship], odd)).iter() if n.tag.endswith("name")]
    point = ET.fromstring(_live.gpx([ship])).find("{*}wpt")
    assert point.find("{*}name").text == shown and float(point.attrib["lon"]) == -180.0, (
        "below 180, as the schema wants"
    )
