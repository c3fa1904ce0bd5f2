"""A scene as sentences: what was heard (:mod:`selat.exercise.reception`), written as NMEA lines with TAG blocks.

Memory does not grow with the length of play: ten seconds are made at a time.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from selat.exercise.air import (
    NO_COG,
    NO_HEADING,
    NO_LAT,
    NO_LON,
    NO_ROT,
    NO_SOG,
    REPORT,
    STATIC,
    WINDOW,
    Air,
    Said,
    Sent,
    interval,
)
from selat.exercise.identity import Identity
from selat.exercise.reception import APART, Heard, Reception
from selat.exercise.scene import Scene
from selat.model.clock import SECOND, format_time
from selat.model.encode import armour, bits, tag_block
from selat.model.encode import sentences as to_sentences

_PAYLOAD_AT = 14  #: characters from the ``!`` that are header and not payload


def sentences(scene: Scene, until_s: float = float("inf")) -> Iterator[tuple[int, bytes]]:
    """Lines of all receivers as they come in: (ns UTC of receipt, line with its CR LF), by time of receipt.

    Made while they are asked for, up to ``until_s`` seconds after the scene's start.
    """
    writer, air, reception = _Writer(scene), Air(scene), Reception(scene)
    coming: list[tuple[int, int, bytes]] = []
    k = 0
    while k < until_s:
        sent = air.window()
        coming += writer.lines(sent, reception.hear(sent), k // WINDOW)
        coming.sort()
        k += WINDOW
        limit = scene.start + round(min(k, until_s) * SECOND)
        n = 0
        for t, _, line in coming:
            if t >= limit:
                break
            n += 1
            yield t, line
        del coming[:n]


class _Writer:
    """Payloads and lines; a message that two receivers heard is armoured once."""

    def __init__(self, scene: Scene) -> None:
        self.scene, self.fleet, self.stations = scene, scene.fleet, scene.stations
        self._sequence = [0] * len(scene.stations)
        self._group = self._serial = 0
        self._channel = 0
        self._statics: dict[Identity, tuple[str, int]] = {}

    def lines(self, sent: Sent, heard: Heard, window: int) -> list[tuple[int, int, bytes]]:
        """(ns of receipt, serial number, line) of all receptions of a window."""
        rng = np.random.Generator(np.random.Philox(key=[self.scene.seed, window], counter=[0, 0, 0, 2]))
        out: list[tuple[int, int, bytes]] = []
        payloads: dict[int, tuple[str, int]] = {}
        for m, k, arrives, stamp, broken, swapped in zip(*(x.tolist() for x in heard), strict=True):
            if m not in payloads:
                payloads[m] = self._payload(sent, int(sent.sort[m]), int(sent.row[m]))
            lines = self._tagged(*payloads[m], k, stamp, "AB"[(m + window) & 1])
            times = [arrives + round(APART * SECOND) * j for j in range(len(lines))]
            for j, line in enumerate(lines):
                raw = line.encode("ascii")
                if broken >> j & 1:
                    raw = _break(raw, rng)
                self._serial += 1
                out.append((times[::-1][j] if swapped else times[j], self._serial, raw + b"\r\n"))
        return out

    def _tagged(self, payload: str, fill: int, k: int, stamp: int, channel: str) -> list[str]:
        station = self.stations[k]
        c = stamp // (SECOND // 1000) if station.milliseconds else stamp // SECOND
        if len(payload) <= 60:
            return to_sentences(payload, fill, channel=channel, tag=tag_block(c=c, s=station.name))
        self._sequence[k] = (self._sequence[k] + 1) % 10
        tag: dict[str, object] = {"c": c, "s": station.name}
        if station.grouped:
            self._group = self._group % 9999 + 1
            tag["g"] = self._group
        return to_sentences(payload, fill, channel=channel, seq_id=self._sequence[k], tag=tag)

    def _payload(self, sent: Sent, sort: int, index: int) -> tuple[str, int]:
        if sort == REPORT:
            return self._position(sent.said, index)
        if sort == STATIC:
            who = sent.identities[index]
            if who not in self._statics:
                self._statics[who] = armour(*_static(who))
            return self._statics[who]
        mmsi, text = sent.texts[index]
        return armour(*bits(14, mmsi=mmsi, text=text))

    def _position(self, said: Said, i: int) -> tuple[str, int]:
        f: dict[str, Any] = {name: column[i].item() for name, column in zip(Said._fields, said, strict=True)}
        kind, radio = f["kind"], f["radio"]

        def given(name: str, none: int, unit: int = 1) -> float | None:
            return None if f[name] == none else f[name] / unit

        where: dict[str, Any] = {
            "mmsi": f["mmsi"], "lat": given("lat", NO_LAT, 600_000), "lon": given("lon", NO_LON, 600_000),
        }  # fmt: skip
        if kind == 4:
            day, clock = format_time(self.scene.start + int(f["t"]) * SECOND).rstrip("Z").split("T")
            year, month, date = (int(x) for x in day.split("-"))
            hour, minute, sec = (int(x) for x in clock.split(":"))
            return armour(*bits(4, year=year, month=month, day=date, hour=hour, minute=minute, second=sec, accuracy=1, epfd=7,
                                radio=radio, **where))  # fmt: skip
        if kind == 21:
            name = self.fleet[f["ship"]].name
            return armour(*bits(21, aid_type=1, name=name, accuracy=1, epfd=7, second=f["second"], off_position=0,
                                virtual_aid=1, **where))  # fmt: skip
        where |= {"cog": given("cog", NO_COG, 10), "second": f["second"], "radio": radio}
        if kind == 9:
            return armour(*bits(9, alt=300 + 5 * (radio & 3), sog=given("sog", NO_SOG), accuracy=1, **where))
        where["sog"] = given("sog", NO_SOG, 10)
        if kind == 18:
            return armour(*bits(18, accuracy=0, heading=None, cs=1, display=0, dsc=1, band=1, msg22=1, raim=0, **where))
        where |= {"heading": given("heading", NO_HEADING), "nav_status": f["status"], "rot": given("rot", NO_ROT)}
        return armour(*bits(1 if radio & 7 or f["ship"] < 0 else 3, accuracy=int(f["ship"] >= 0), **where))


def _static(who: Identity) -> tuple[int, int]:
    """Bits of Message 24 part A (``part`` 0) or B (1), or of Message 5 (2)."""
    if who.part == 0:
        return bits(24, mmsi=who.mmsi, partno=0, shipname=who.name)
    more: dict[str, Any] = {"mmsi": who.mmsi, "ship_type": who.ship_type or None, "callsign": who.callsign}
    if who.to_bow + who.to_stern:
        more |= {n: getattr(who, n) for n in ("to_bow", "to_stern", "to_port", "to_starboard")}
    if who.part == 1:
        return bits(24, partno=1, vendorid="EXA", model=1, serial=who.serial, **more)
    if who.eta[0]:
        more |= dict(zip(("month", "day", "hour", "minute"), who.eta, strict=True))
    more |= {"imo": who.imo or None, "draught": who.draught or None, "destination": who.destination}
    return bits(5, ais_version=1, shipname=who.name, epfd=1, dte=0, **more)


def _break(line: bytes, rng: np.random.Generator) -> bytes:
    """One character of the payload exchanged for another of the alphabet."""
    begin = line.index(b"!") + _PAYLOAD_AT + 1
    at = int(rng.integers(begin, len(line) - 5))
    return line[:at] + (b"0" if line[at : at + 1] != b"0" else b"1") + line[at + 1 :]


__all__ = ["interval", "sentences"]
