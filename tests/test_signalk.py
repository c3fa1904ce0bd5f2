"""Signal K in: deltas to rows by hand; what we send out comes in again as it was, over a socket and over TCP."""

from __future__ import annotations

import asyncio
import json
import math
from typing import Any

import numpy as np
import pytest

from browser.fake_picture import FakePicture
from selat.app.pipeline import READERS
from selat.app.watch import KINDS
from selat.exporters import _live
from selat.model.clock import SECOND, parse_time
from selat.model.errors import ConfigError, Reason
from selat.model.schema import DEGREES, TimeQuality
from selat.model.units import KNOT
from selat.readers.live import Live
from selat.readers.live_spec import FORMATS, parse_source
from selat.readers.signalk import SignalKReader
from selat.web.geo import feature_collection
from selat.web.server import create_app, serve_in_thread

NOW = parse_time("2026-11-27T02:00:10Z")
AT = "2026-11-27T02:00:05.250Z"
WHO = "vessels.urn:mrn:imo:mmsi:533180001"
PLACE = {"path": "navigation.position", "value": {"latitude": 1.25, "longitude": 103.5}}


OUTSIDE, SPEED = {"latitude": 95, "longitude": 1}, "navigation.speedOverGround"


def line(*values: dict[str, Any], context: str | None = WHO, at: str | None = AT) -> bytes:
    update: dict[str, Any] = {"values": list(values)} | ({"timestamp": at} if at else {})
    return json.dumps({"updates": [update]} | ({"context": context} if context else {})).encode() + b"\n"


def value(path: str, told: Any) -> dict[str, Any]:
    return {"path": path, "value": told}


def read(*lines: bytes, reader: SignalKReader | None = None) -> Any:
    return (reader or SignalKReader()).feed(b"".join(lines), NOW, 0)


def test_a_delta_by_hand() -> None:
    batch = read(line(
        PLACE, value("navigation.speedOverGround", 5.144444), value("navigation.courseOverGroundTrue", -math.pi / 2),
        value("navigation.headingTrue", 2 * math.pi - 0.001), value("navigation.state", "moored"),
        value("", {"name": "Bunga Laut", "mmsi": "533180001", "communication": {"callsignVhf": "9MAB1"},
                   "registrations": {"imo": "IMO 9074729"}}),
        value("design.length", {"overall": 120.4}), value("design.beam", 18), value("design.draft", {"maximum": 7.25}),
        value("design.aisShipType", {"id": 70, "name": "Cargo"}), value("navigation.destination.commonName", "Klang"),
    ))  # fmt: skip
    assert batch.lines == batch.kept == 1
    r, s = batch.reports, batch.statics
    assert (r["mmsi"][0], r["lat"][0], r["lon"][0]) == (533180001, 12_500_000, 1_035_000_000)
    assert (r["sog"][0], r["cog"][0], r["heading"][0], r["nav_status"][0]) == (100, 2700, 0, 5)
    assert r["time"][0] == parse_time(AT) and r["received"][0] == NOW and r["time_quality"][0] == TimeQuality.ARCHIVE
    assert (s["name"][0], s["callsign"][0], s["imo"][0], s["destination"][0]) == (
        b"BUNGA LAUT",
        b"9MAB1",
        9074729,
        b"KLANG",
    )
    assert (s["to_stern"][0], s["to_starboard"][0], s["draught"][0], s["ship_type"][0]) == (120, 18, 72, 70)


def test_position_and_speed_may_come_apart() -> None:
    batch = read(
        line(value("navigation.speedOverGround", 10 * KNOT), value("navigation.courseOverGroundTrue", 1.0)),
        line(value("navigation.headingTrue", 1.5), at="2026-11-27T02:00:06Z"),
        line(PLACE, at="2026-11-27T02:00:07Z"),
        line(PLACE, value("navigation.speedOverGround", 3 * KNOT), at="2026-11-27T02:00:08Z"),
        line(PLACE, at="2026-11-27T02:00:30Z"),
    )
    assert batch.reports["sog"].tolist() == [100, 30, 65535], "what is too old is not taken for new"
    assert batch.reports["heading"].tolist() == [86, 86, 65535] and batch.kept == 5


def test_who_it_is() -> None:
    uuid = "vessels.urn:mrn:signalk:uuid:c0d79334-4e25-4245-8892-54e8ccc8021d"
    own = value("", {"mmsi": "563000007"})
    batch = read(
        line(PLACE, context=uuid), line(own, PLACE, context=uuid), line(PLACE, context=uuid, at="2026-11-27T02:00:06Z"),
        b'{"name": "server", "version": "1.7.0", "self": "' + uuid.encode() + b'"}\n',
        line(PLACE, context="vessels.self", at="2026-11-27T02:00:07Z"),
        line(PLACE, context=None, at="2026-11-27T02:00:08Z"),
    )  # fmt: skip
    assert batch.reports["mmsi"].tolist() == [563000007] * 4
    assert batch.rejects["reason"].tolist() == [Reason.MMSI, Reason.NOT_AIS]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (b"{", Reason.JSON), (b"[]", Reason.JSON), (b"\xff", Reason.ENCODING), (b" ", Reason.BLANK),
        (b'{"updates": {}}', Reason.STRUCTURE), (b'{"updates": [3]}', Reason.STRUCTURE),
        (b'{"context": 3, "updates": []}', Reason.STRUCTURE), (line(value("environment.wind.speedTrue", 3)), Reason.NOT_AIS),
        (line(PLACE, at="yesterday"), Reason.TIME), (line(value("navigation.position", OUTSIDE)), Reason.RANGE),
        (line(value("navigation.position", [1, 2])), Reason.STRUCTURE), (line(value(SPEED, "fast")), Reason.NUMBER),
        (line(value(SPEED, True)), Reason.NUMBER), (line(value("name", 7)), Reason.STRUCTURE),
        (line(PLACE, context="vessels.urn:mrn:imo:mmsi:0"), Reason.MMSI), (line({"value": 3}), Reason.STRUCTURE),
    ],
)  # fmt: skip
def test_what_is_not_understood_says_why(text: bytes, reason: Reason) -> None:
    batch = read(text.rstrip(b"\n") + b"\n")
    assert batch.rejects["reason"].tolist() == [reason] and batch.kept == 0


def test_the_same_again_is_a_repetition() -> None:
    batch = read(line(PLACE), line(PLACE))
    assert (batch.kept, batch.duplicates, batch.receptions.rows) == (1, 1, 1)


def heard(data: bytes) -> tuple[dict[int, tuple[Any, ...]], dict[int, tuple[Any, ...]]]:
    batch = SignalKReader().feed(data, NOW, 0)
    assert set(batch.rejects["reason"].tolist()) <= {Reason.NOT_AIS}, "the greeting alone"
    r, s = batch.reports, batch.statics
    motion = zip(r["lat"] * DEGREES, r["lon"] * DEGREES, r["sog"], r["cog"], r["heading"], strict=True)
    said = zip(s["name"], s["callsign"], s["imo"], s["ship_type"], s["to_stern"], s["to_starboard"], strict=True)
    return dict(zip(r["mmsi"].tolist(), motion, strict=True)), dict(zip(s["mmsi"].tolist(), said, strict=True))


def compare(data: bytes, ships: list[dict[str, Any]]) -> None:
    motion, said = heard(data)
    alive = [(p, lon, lat) for p, lon, lat in _live.placed(ships) if not p["lost"]]
    assert len(alive) > 50 and set(motion) == {p["mmsi"] for p, _, _ in alive}
    for p, lon, lat in alive:
        y, x, sog, cog, heading = motion[p["mmsi"]]
        assert abs(y - lat) < 2e-6 and abs(x - lon) < 2e-6
        assert sog == (65535 if p["sog_kn"] is None else round(p["sog_kn"] * 10)), p
        assert cog == (65535 if p["cog"] is None else round(p["cog"] * 10) % 3600)
        assert heading == (65535 if p["heading"] is None else p["heading"])
        if p["name"]:
            name, call, imo, kind, length, beam = said[p["mmsi"]]
            assert name == p["name"].upper().encode()[:20] and call == (p["callsign"] or "").encode()[:7]
            assert imo == (p["imo"] or 0) and kind == (p["ship_type"] or 0)
            assert length == (round(p["length_m"]) if p["length_m"] else 65535)
            assert beam == (round(p["beam_m"]) if p["beam_m"] else 255)


def test_what_we_send_comes_in_as_it_was() -> None:
    ships = feature_collection(FakePicture(180))["features"]
    compare(b"".join(json.dumps(d).encode() + b"\n" for d in _live.signalk(ships, NOW)), ships)


class Still(FakePicture):
    """Ships that stand still, so that what is read a second later is the same."""

    def rows(self, since: int) -> tuple[int, np.ndarray]:
        if not hasattr(self, "_first"):
            self._first = super().rows(0)
        return self._first


async def listened(address: str) -> bytes:
    out = b""
    async with Live([address]) as live:
        async with asyncio.timeout(20):
            async for block in live:
                out += block.data
                assert live.format_of(block.source) == "signalk"
                if out.count(b"\n") >= 180:  # 179 ships that are not lost, and the greeting
                    break
    return out


def test_over_a_socket_from_our_own_server() -> None:
    picture = Still(180)
    running = serve_in_thread(create_app(picture, period_s=0.1))
    try:
        data = asyncio.run(listened(f"signalk://127.0.0.1:{running.port}"))
    finally:
        running.stop()
    compare(data, feature_collection(picture)["features"])


def test_over_tcp() -> None:
    ships = feature_collection(FakePicture(180))["features"]
    sent = b"".join(json.dumps(d).encode() + b"\r\n" for d in _live.signalk(ships, NOW))

    async def go() -> bytes:
        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(b'{"name": "s", "self": "vessels.urn:mrn:imo:mmsi:533180009"}\r\n' + sent)
            await writer.drain()
            await reader.read()
            writer.close()

        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        async with server:
            return await listened(f"tcp://127.0.0.1:{server.sockets[0].getsockname()[1]}?format=signalk")

    compare(asyncio.run(go()), ships)


def test_addresses() -> None:
    spec = parse_source("signalk://boat.local:3000?silence=5min")
    assert spec.url == "ws://boat.local:3000/signalk/v1/stream?subscribe=all" and spec.silence == 300.0
    assert (spec.kind, spec.format, spec.name) == ("signalk", "signalk", "signalk://boat.local:3000")
    assert parse_source("signalks://boat.example").url.startswith("wss://boat.example/")
    for bad in ("signalk://", "signalk://x/y", "signalk://x?key=1", "signalk://u:p@x"):
        with pytest.raises(ConfigError):
            parse_source(bad)
    assert set(KINDS) == set(FORMATS) and set(KINDS.values()) <= set(READERS)
    assert SECOND > 0
