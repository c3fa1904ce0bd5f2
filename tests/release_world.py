"""A watch with an open and a closed source, and what nobody outside the group may ever be told."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import AsyncIterator, Callable
from pathlib import Path

from selat.app.pipeline import Pipeline
from selat.app.watch import Watch
from selat.model.clock import SECOND, ReplayClock, parse_time
from selat.model.encode import encode
from selat.model.nouns import Zone
from selat.model.ports import Block
from selat.rescue.case import Case
from selat.store import cases, registry, releases
from selat.store.writer import Store

T0 = parse_time("2026-11-27T02:00:00Z")
OPEN, CLOSED = "tcp://open.example:1", "tcp://closed.example:2"
SEEN, HUSHED, BOTH = 533000001, 563998877, 525000003
SEEN_BEACON, HUSHED_BEACON = 970111111, 970222222
NAMES = {SEEN: "OPEN WATER", HUSHED: "HUSHED LADY", BOTH: "TWICE HEARD"}
ZONE, CASE = "quiet bay", "quiet case"
LINE = "quiet line"
BODY = Case(CASE, particles=200).adrift("PIW-1").position(1.2, 104.1, T0, "0.5 nm", "20 min").as_json()
FAR = 104.5625  #: deg: longitude at which only the closed source puts the ship that both hear
MINUTES = 4
TOML = f"""
[release.radar]
sources = ["{CLOSED}"]
groups = ["navy"]
"""


def _ship(mmsi: int, lat: float, lon: float, second: int, status: int = 0) -> list[str]:
    return encode(1, mmsi=mmsi, lat=lat, lon=lon, sog=10.0, cog=90.0, heading=90, second=second, nav_status=status)


def lines(source: str, at: int) -> list[str]:
    """What a source hears in ten seconds from ``at`` s on."""
    second, moved = at % 60, at * 4e-5
    if source == OPEN:
        out = _ship(SEEN, 1.1, 103.6 + moved, second) + _ship(BOTH, 1.3, 103.9 + moved, second)
        out += _ship(SEEN_BEACON, 1.15, 103.7, second, 14)
        mine = (SEEN, BOTH)
    else:
        out = _ship(HUSHED, 1.2, 104.1 + moved, second) + _ship(HUSHED_BEACON, 1.22, 104.2, second, 14)
        out += _ship(BOTH, 1.3, FAR, second)
        mine = (HUSHED,)
    for mmsi in mine if at % 60 == 0 else ():
        out += encode(
            5, mmsi=mmsi, imo=9074729, callsign="9MAB1", shipname=NAMES[mmsi], ship_type=70, destination="KLANG"
        )
    return out


class Source:
    """Both sources by turns; ``midway`` is called in another thread when half of it was heard."""

    def __init__(self, midway: Callable[[], None] | None = None) -> None:
        self.midway = midway

    async def __aiter__(self) -> AsyncIterator[Block]:
        for at in range(0, MINUTES * 60, 10):
            if self.midway is not None and at == MINUTES * 30:
                await asyncio.to_thread(self.midway)
            for name in (OPEN, CLOSED):
                data = "".join(line + "\r\n" for line in lines(name, at)).encode()
                yield Block(name, data, T0 + at * SECOND)


def settings(folder: Path, text: str = TOML) -> Path:
    """A sea whose selat.toml marks the closed source."""
    Store(folder).close()
    (folder / "selat.toml").write_text(text, encoding="utf-8")
    return folder


def watched(store: Store, midway: Callable[[Watch], None] | None = None) -> tuple[Watch, object]:
    """The watch after it heard all; the writer stays open: close it."""
    registry.put_zone(store.state, Zone(ZONE, ((104.0, 1.1), (104.3, 1.1), (104.3, 1.4), (104.0, 1.4))))
    registry.put_zone(store.state, Zone("open bay", ((103.5, 1.0), (103.8, 1.0), (103.8, 1.2), (103.5, 1.2))))
    releases.release(store.state, "zone", ZONE, frozenset({frozenset({"navy"})}), "Lt Aminah")
    registry.put_zone(store.state, Zone(LINE, ((104.11, 1.1), (104.11, 1.3)), kind="report_line", line=True))
    releases.release(store.state, "zone", LINE, frozenset({frozenset({"navy"})}), "Lt Aminah")
    cases.put_case(store.state, CASE, BODY, "Lt Aminah")
    releases.release(store.state, "case", CASE, frozenset({frozenset({"navy"})}), "Lt Aminah")
    writer = store.writer()
    watch = Watch(Pipeline(writer), ReplayClock(T0 + MINUTES * 60 * SECOND, 1e-9), replay=True)
    asyncio.run(watch.run(Source((lambda: midway(watch)) if midway else None)))
    return watch, writer


def alerts(watch: Watch) -> tuple[dict, dict]:
    """The alert about the beacon that all heard, and the one about the other."""
    found = watch.picture.alerts(0)[1]
    seen, hushed = (next(a for a in found if a["subjects"] == [m]) for m in (SEEN_BEACON, HUSHED_BEACON))
    return seen, hushed


def tokens(hushed: dict) -> dict[str, bytes]:
    """What must not be in any answer to an outsider, by what it is; packed numbers too."""
    out = {
        "number": str(HUSHED).encode(),
        "name": NAMES[HUSHED].encode(),
        "beacon": str(HUSHED_BEACON).encode(),
        "packed number": struct.pack("<I", HUSHED),
        "packed beacon": struct.pack("<I", HUSHED_BEACON),
        "alert": hushed["id"].encode(),
        "zone": ZONE.encode(),
        "case": CASE.encode(),
        "line": LINE.encode(),
        "source": CLOSED.removeprefix("tcp://").encode(),
        "place": f"{FAR}".encode(),
        "place in floats": f"{FAR - 1e-7:.7f}"[:-1].encode(),
        "packed place": struct.pack("<i", round(FAR * 600_000)),
    }
    return out


def told(data: bytes, of: dict[str, bytes]) -> list[str]:
    """Which of the secrets an answer tells."""
    return [what for what, token in of.items() if token in data]
