"""The web server: routes, who may ask, the protocol of the feed."""

from __future__ import annotations

import asyncio
import gzip
import json
import os
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import httpx
import numpy as np
import pytest
import websocket

from browser.fake_picture import FakePicture
from selat.model.picture import FLAG_LOST, LAT_NA, LON_NA, ROW, Acknowledges
from selat.web.feed import KIND_CHANGE, KIND_SNAPSHOT, unpack
from selat.web.server import BASEMAP, Running, create_app, serve, serve_in_thread

SHIPS = 250


class ReadOnly:
    """A picture that cannot acknowledge, with whatever rows a test gives it."""

    def __init__(self, rows: np.ndarray, labels: list[dict] | None = None) -> None:
        self._rows = rows
        self._labels = labels or []

    def rows(self, since: int) -> tuple[int, np.ndarray]:
        return 1, self._rows if since < 1 else self._rows[:0]

    def labels(self, since: int) -> tuple[int, list[dict]]:
        return 1, self._labels if since < 1 else []

    def ship(self, mmsi: int) -> dict | None:
        return None

    def alerts(self, since: int) -> tuple[int, list[dict]]:
        return 1, []

    def health(self) -> dict:
        return {
            "now_ms": 1.0,
            "clock_ms": 1.0,
            "sources": [],
            "ships": 0,
            "rate_per_s": 0,
            "lag_s": 0,
            "replay": False,
        }


@pytest.fixture(scope="module")
def picture() -> FakePicture:
    return FakePicture(SHIPS)


@pytest.fixture(scope="module")
def server(picture: FakePicture, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    static = tmp_path_factory.mktemp("static")
    (static / "assets").mkdir()
    (static / "index.html").write_text("<title>built</title>")
    (static / "assets" / "index-abc.js").write_text("export {};" * 200)
    running = serve_in_thread(create_app(picture, title="<strait>", static=static, period_s=0.1))
    yield running
    running.stop()


def connect(server: Running, **options: object) -> websocket.WebSocket:
    return websocket.create_connection(server.url.replace("http", "ws") + "api/feed", timeout=10, **options)


def ask(app: object, method: str, path: str, client: str = "127.0.0.1", **more: object) -> httpx.Response:
    """One request without a socket, from a client of any address."""

    async def go() -> httpx.Response:
        transport = httpx.ASGITransport(app=app, client=(client, 5000))
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as session:
            return await session.request(method, path, **more)

    return asyncio.run(go())


# ---------------------------------------------------------------------- page and assets
def test_page_and_assets(server: Running) -> None:
    page = httpx.get(server.url)
    assert page.status_code == 200
    assert "built" in page.text
    assert page.headers["cache-control"] == "no-cache"
    asset = httpx.get(server.url + "assets/index-abc.js")
    assert "immutable" in asset.headers["cache-control"]
    assert "javascript" in asset.headers["content-type"]
    assert asset.headers["content-encoding"] == "gzip"
    assert httpx.get(server.url + "assets/../index.html").status_code in (
        200,
        404,
    )  # the client tidies the path
    assert httpx.get(server.url + "assets/%2e%2e/%2e%2e/server.py").status_code == 404


def test_files_go_out_packed_as_they_were_built(tmp_path: Path) -> None:
    assets = tmp_path / "assets"
    assets.mkdir()
    text = "export const x = 1;\n" * 400
    for name in ("built.js", "plain.js", "old.js"):
        (assets / name).write_text(text)
    for name in ("built.js.gz", "old.js.gz"):
        (assets / name).write_bytes(gzip.compress(b"// as built"))
    os.utime(assets / "old.js.gz", (1, 1))  # of an earlier build
    app = create_app(FakePicture(60), static=tmp_path)
    got = ask(app, "GET", "/assets/built.js")
    assert got.text == "// as built" and got.headers["content-encoding"] == "gzip"
    assert "immutable" in got.headers["cache-control"] and got.headers["vary"] == "Accept-Encoding"
    assert ask(app, "GET", "/assets/plain.js").text == ask(app, "GET", "/assets/old.js").text == text
    again = ask(app, "GET", "/assets/built.js", headers={"If-None-Match": got.headers["etag"]})
    assert again.status_code == 304 and not again.content
    bare = ask(app, "GET", "/assets/built.js", headers={"Accept-Encoding": "identity"})
    assert bare.text == text and "content-encoding" not in bare.headers
    part = ask(app, "GET", "/assets/built.js", headers={"Range": "bytes=0-5"})
    assert part.status_code == 206 and part.text == "export"
    (assets / "plain.js").write_text(text * 2)
    assert ask(app, "GET", "/assets/plain.js").text == text * 2, "a file that was changed is packed anew"
    tiles = ask(app, "GET", "/basemap/land/9.tiles")
    whole = gzip.decompress((BASEMAP / "land" / "9.tiles.gz").read_bytes())
    assert tiles.content == whole and tiles.headers["content-encoding"] == "gzip"
    same = {"If-None-Match": tiles.headers["etag"]}
    assert ask(app, "GET", "/basemap/land/9.tiles", headers=same).status_code == 304
    bare = ask(app, "GET", "/basemap/land/9.tiles", headers={"Accept-Encoding": "identity"})
    assert bare.content == whole and "content-encoding" not in bare.headers
    for path in ("/basemap/land/99.tiles", "/basemap/land/%2e%2e/%2e%2e/server.tiles"):
        assert ask(app, "GET", path).status_code == 404


def test_unbuilt_page_says_what_to_do(tmp_path: Path) -> None:
    answer = ask(create_app(FakePicture(60), title="<b>x", static=tmp_path), "GET", "/")
    assert answer.status_code == 503
    assert "python3 dev.py" in answer.text
    assert "<b>x" not in answer.text


def test_security_headers_everywhere(server: Running) -> None:
    for path in ("", "api/health", "api/ship/1", "basemap/ports.json", "nowhere"):
        headers = httpx.get(server.url + path).headers
        policy = headers["content-security-policy"]
        assert "default-src 'self'" in policy
        assert "connect-src 'self'" in policy
        assert "http" not in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "", "[", "localhost.evil:80"])
def test_foreign_host_is_refused(server: Running, host: str) -> None:
    answer = httpx.get(server.url + "api/ships.json", headers={"Host": host})
    assert answer.status_code in (400, 403)
    assert "features" not in answer.text


@pytest.mark.parametrize("host", ["127.0.0.1:1", "localhost", "LOCALHOST:99", "[::1]:8000"])
def test_own_names_are_served(server: Running, host: str) -> None:
    assert httpx.get(server.url + "api/health", headers={"Host": host}).status_code == 200


def test_other_names_can_be_allowed() -> None:
    app = create_app(FakePicture(60), allowed_hosts=["ops.example"])
    assert ask(app, "GET", "/api/health", headers={"Host": "ops.example:8000"}).status_code == 200
    assert ask(app, "GET", "/api/health").status_code == 403


# ---------------------------------------------------------------------- JSON for scripts
def test_ships_are_geojson(server: Running, picture: FakePicture) -> None:
    answer = httpx.get(server.url + "api/ships.json")
    assert answer.headers["content-type"] == "application/geo+json"
    collection = answer.json()
    assert collection["type"] == "FeatureCollection"
    assert len(collection["features"]) == len(picture.ships) == SHIPS
    for feature in collection["features"]:
        assert feature["type"] == "Feature"
        assert feature["geometry"]["type"] == "Point"
        lon, lat = feature["geometry"]["coordinates"]
        assert 88 < lon < 126
        assert -12 < lat < 24
        assert feature["id"] == feature["properties"]["mmsi"]
    assert {f["properties"]["class"] for f in collection["features"]} >= {"A", "B", "base", "aton", "beacon"}


def test_geojson_of_missing_values() -> None:
    rows = np.array(
        [
            (1, LON_NA, LAT_NA, 1023, 3600, 511, 255, 1),
            (2, LON_NA, LAT_NA, 1023, 3600, 511, 255, FLAG_LOST),
            (3, 600_000, -600_000, 1022, 3599, 359, 0, 2),
        ],
        ROW,
    )
    features = ask(create_app(ReadOnly(rows)), "GET", "/api/ships.json").json()["features"]
    assert [f["id"] for f in features] == [1, 3], "a row that takes a ship off is no feature"
    assert features[0]["geometry"] is None
    assert features[0]["properties"]["sog_kn"] is None
    assert features[0]["properties"]["cog"] is None
    assert features[0]["properties"]["heading"] is None
    assert features[1]["geometry"]["coordinates"] == [1.0, -1.0]
    assert features[1]["properties"]["sog_kn"] == 102.2
    assert features[1]["properties"]["cog"] == 359.9


def test_card_alerts_health(server: Running, picture: FakePicture) -> None:
    mmsi = picture.ships[-1].mmsi
    card = httpx.get(f"{server.url}api/ship/{mmsi}").json()
    assert card["mmsi"] == mmsi
    assert len(card["track"]) > 100
    assert [p[0] for p in card["track"]] == sorted(p[0] for p in card["track"])
    assert httpx.get(server.url + "api/ship/1").status_code == 404
    assert httpx.get(server.url + "api/ship/abc").status_code == 404
    alerts = httpx.get(server.url + "api/alerts").json()
    assert all(a["sentence"].endswith(".") for a in alerts["alerts"])
    later = httpx.get(server.url + "api/alerts", params={"since": alerts["version"]}).json()
    assert later["alerts"] == []
    assert httpx.get(server.url + "api/health").json()["ships"] == SHIPS


def test_polling_gives_everything_then_changes(server: Running) -> None:
    first = httpx.get(server.url + "api/poll").json()
    assert len(first["rows"]["data"]) == SHIPS
    assert all(first[kind]["all"] for kind in ("rows", "labels", "alerts"))
    since = {kind: first[kind]["version"] for kind in ("rows", "labels", "alerts")}
    second = httpx.get(server.url + "api/poll", params=since).json()
    assert len(second["rows"]["data"]) < SHIPS
    assert second["labels"] == {"version": since["labels"], "all": False, "data": []}
    other = httpx.get(server.url + "api/poll", params={**since, "epoch": "another"}).json()
    assert other["rows"]["all"], "a picture that began anew is sent in full"
    ahead = httpx.get(server.url + "api/poll", params={**since, "rows": 10**9}).json()
    assert ahead["rows"]["all"], "a picture that began anew is sent in full"
    assert len(ahead["rows"]["data"]) == SHIPS


# ---------------------------------------------------------------------- acknowledging
def test_acknowledge() -> None:
    picture = FakePicture(60)
    assert isinstance(picture, Acknowledges)
    app = create_app(picture)
    _, alerts = picture.alerts(0)
    path = f"/api/alerts/{alerts[0]['id']}/ack"
    assert ask(app, "POST", path, client="192.0.2.7", json={"who": "x"}).status_code == 403
    assert ask(app, "POST", path, headers={"Origin": "http://evil.example"}).status_code == 403
    assert ask(app, "POST", path, headers={"Origin": "null"}).status_code == 403
    assert ask(app, "POST", path, content=b"{").status_code == 400
    assert ask(app, "GET", path).status_code == 405
    assert ask(app, "POST", "/api/alerts/none/ack").status_code == 404
    assert picture.acknowledged == {}
    answer = ask(app, "POST", path, json={"who": "n" * 500}, headers={"Origin": "http://127.0.0.1:8000"})
    assert answer.status_code == 200
    assert picture.acknowledged == {alerts[0]["id"]: "n" * 80}
    remote = create_app(picture, remote_acks=True)
    assert ask(remote, "POST", f"/api/alerts/{alerts[1]['id']}/ack", client="192.0.2.7").status_code == 200


def test_about_says_whether_acknowledging_is_possible() -> None:
    assert ask(create_app(FakePicture(60), title="t"), "GET", "/api/about").json() == {
        "title": "t",
        "can_acknowledge": True,
        "can_draw": False,  # no sea to draw into
    }
    app = create_app(ReadOnly(np.zeros(0, ROW)))
    assert ask(app, "GET", "/api/about").json()["can_acknowledge"] is False
    assert ask(app, "POST", "/api/alerts/a/ack").status_code == 501


# ---------------------------------------------------------------------- the feed
def test_feed_snapshot_then_changes(server: Running, picture: FakePicture) -> None:
    feed = connect(server)
    kind, version, clock_ms, rows = unpack(feed.recv())
    assert kind == KIND_SNAPSHOT
    assert len(rows) == SHIPS
    assert set(rows["mmsi"].tolist()) == {s.mmsi for s in picture.ships}
    assert abs(clock_ms - picture.clock() * 1000) < 5000
    texts = [json.loads(feed.recv()) for _ in range(3)]
    assert [t["kind"] for t in texts] == ["labels", "alerts", "health"]
    assert texts[0]["all"] and texts[1]["all"]
    assert len(texts[0]["data"]) == SHIPS
    changes = []
    while len(changes) < 4:
        message = feed.recv()
        if isinstance(message, bytes):
            changes.append(unpack(message))
    feed.close()
    assert {c[0] for c in changes} == {KIND_CHANGE}
    assert all(len(c[3]) < SHIPS for c in changes[1:]), "only what changed"
    versions = [version, *(c[1] for c in changes)]
    assert versions == sorted(versions)


def test_feed_refuses_other_sites(server: Running) -> None:
    for options in ({"origin": "http://evil.example"}, {"host": "evil.example"}, {"origin": "null"}):
        with pytest.raises(websocket.WebSocketBadStatusException):
            connect(server, **options)
    connect(server, origin=server.url.rstrip("/")).close()


def test_feed_survives_rude_clients(server: Running) -> None:
    rude = connect(server)
    rude.send("hello")
    rude.send_binary(b"\x00" * 100)
    rude.sock.close()  # no closing handshake
    polite = connect(server)
    assert unpack(polite.recv())[0] == KIND_SNAPSHOT
    polite.close()


# ---------------------------------------------------------------------- serving
def test_serve_inside_a_running_loop() -> None:
    async def go() -> int:
        where: list[str] = []
        before = signal.getsignal(signal.SIGINT)
        task = asyncio.create_task(serve(create_app(FakePicture(60)), announce=where.append))
        status = 0
        async with httpx.AsyncClient() as client:
            for _ in range(50):
                await asyncio.sleep(0.02)
                if where:
                    status = (await client.get(where[0] + "api/health")).status_code
                    break
        assert signal.getsignal(signal.SIGINT) is before, "signals are left to the application"
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        async with httpx.AsyncClient() as client:
            with pytest.raises(httpx.ConnectError):
                await client.get(where[0])
        return status

    assert asyncio.run(go()) == 200


def test_taken_port_is_an_error(server: Running) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(OSError, match="in use"):
            serve_in_thread(create_app(FakePicture(60)), port=taken.getsockname()[1])


# ---------------------------------------------------------------------- base map
def test_base_map_is_sound_and_small() -> None:
    raw = (BASEMAP / "land.json").read_bytes()
    assert len(gzip.compress(raw, 9)) < 600_000
    land = json.loads(raw)
    assert "OpenStreetMap" in land["attribution"]
    west, south, east, north = (v * land["scale"] for v in land["region"])
    for polygon in land["polygons"]:
        for ring in polygon:
            points = np.array(ring).reshape(-1, 2).cumsum(axis=0)
            assert len(points) >= 3
            assert (points >= [west - 1, south - 1]).all()
            assert (points <= [east + 1, north + 1]).all()


@pytest.mark.parametrize(
    ("name", "lon", "lat", "dry"),
    [
        ("Pedra Branca", 104.4058, 1.3303, True),
        ("Raffles lighthouse", 103.7408, 1.1602, True),
        ("Singapore", 103.82, 1.36, True),
        ("Kuala Lumpur", 101.69, 3.14, True),
        ("Borneo, coarse part", 114.0, 1.0, True),
        ("Singapore Strait", 103.95, 1.22, False),
        ("Strait of Malacca", 100.0, 3.9, False),
        ("South China Sea", 110.0, 8.0, False),
    ],
)
def test_known_places_are_land_or_sea(name: str, lon: float, lat: float, dry: bool) -> None:
    land = json.loads((BASEMAP / "land.json").read_bytes())
    x, y = lon * land["scale"], lat * land["scale"]
    crossings = 0
    for polygon in land["polygons"]:
        for ring in polygon:
            points = np.array(ring).reshape(-1, 2).cumsum(axis=0)
            a, b = points, np.roll(points, -1, axis=0)
            spans = (a[:, 1] > y) != (b[:, 1] > y)
            a, b = a[spans], b[spans]
            at = a[:, 0] + (y - a[:, 1]) * (b[:, 0] - a[:, 0]) / (b[:, 1] - a[:, 1])
            crossings += int((at > x).sum())
    # Round a place that two parts share, the coarse part may lie under the fine one; none of these is there.
    assert (crossings % 2 == 1) is dry, name


def test_ports_are_in_the_region() -> None:
    ports = json.loads((BASEMAP / "ports.json").read_bytes())["features"]
    names = {p["properties"]["name"] for p in ports}
    assert any("Klang" in n for n in names)
    assert {p["properties"]["size"] for p in ports} <= {"L", "M", "S", "V"}
