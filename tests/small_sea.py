"""A small sea for the tests of the verbs: five ships, two alerts, a zone; from sentences, through the real reader."""

from __future__ import annotations

from pathlib import Path

from selat.model.clock import SECOND, parse_time
from selat.model.encode import encode, tag_block
from selat.model.nouns import Alert, Zone
from selat.readers.aivdm import AivdmReader
from selat.store import registry
from selat.store.writer import Store

T0 = parse_time("2026-11-21T23:00:00Z")
MINUTES = 120
NAMES = {
    533000001: "BUNGA LAUT",
    563000002: "=CMD()",
    525000003: "<A&B>",
    412000004: 'O"NEIL, K',
    538000005: "SELAT STAR",
}


def sea_lines() -> list[str]:
    """Two hours of five ships, a report each ten minutes; the fourth crosses the antimeridian. Some are no AIS."""
    lines = ["# a comment", "!AIVDM,1,1,,A,garbage*00"]
    for minute in range(0, MINUTES, 10):
        for n, mmsi in enumerate(NAMES):
            lon = 101.0 + n + minute * 0.01 if n != 3 else (179.9 + minute * 0.01 + 180.0) % 360.0 - 180.0
            said = encode(1, mmsi=mmsi, lat=2.0 + n * 0.5, lon=lon, sog=10.0 + n, cog=45.0 * n, heading=None, second=0)
            lines += [tag_block(c=T0 // SECOND + minute * 60) + line for line in said]
    for n, (mmsi, name) in enumerate(NAMES.items()):
        said = encode(
            5, mmsi=mmsi, imo=9074729 + n, callsign=f"9MAB{n}", shipname=name, ship_type=70 + n, destination="KLANG"
        )
        lines += [tag_block(c=T0 // SECOND + MINUTES * 60) + line for line in said]
    return lines


def alerts() -> list[Alert]:
    """One that is active, one that is cleared."""
    end = T0 + 600 * SECOND
    return [
        Alert("collision", "1", "alarm", (533000001, 563000002), T0, end, 2.5, 102.0, "Too close: 0.10 nm < 0.25 nm."),
        Alert("jump", "1", "warning", (525000003,), T0 + SECOND, end, 3.0, 103.0, "It \x1b[31mjumped.", "cleared"),
    ]


def make_sea(path: Path) -> Path:
    """Write the sea; its folder."""
    with Store(path) as store, store.writer() as writer:
        source = writer.source("log.nmea", "nmea-log")
        data = "\r\n".join([*sea_lines(), ""]).encode()
        writer.journal(source, data, T0)
        reader = AivdmReader()
        for batch in (reader.feed(data, T0, 0), reader.flush()):
            writer.stage(batch, source)
        writer.commit(alerts=alerts(), finished={source: True})
        registry.put_zone(store.state, Zone("klang", ((100.9, 1.5), (102.5, 1.5), (102.5, 3.0), (100.9, 3.0))))
    return path
