"""The same receptions as tables: what the reader would make of the sentences, without making the sentences.

For measuring rules on many hours: intervals, slots, noise, loss and faults are those of :mod:`selat.exercise.emit`, whole arrays
of ships at a time; the dice are others, so the two agree in distribution and not row by row. Values are quantised as
ITU-R M.1371 sends them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from selat.exercise.emit import _LYING, REACH, STATIC_EVERY, Emitter, interval
from selat.exercise.reception import _SLOT, Reception
from selat.exercise.scene import Scene
from selat.exercise.ship import Ship
from selat.exercise.traffic import Floats, Ints, distance
from selat.model.clock import SECOND
from selat.model.columns import Columns, concat, empty
from selat.model.encode import rot_code
from selat.model.schema import Flag, TimeQuality
from selat.model.units import KNOT

WINDOW = 10.0  #: seconds made at a time
_TYPE = {"A": 1, "B": 18, "S": 9, "base": 4, "mark": 21}


@dataclass(frozen=True, slots=True)
class Tables:
    """Rows of a stretch of time, by time of arrival; ``seq`` counts on over all of them."""

    reports: Columns
    statics: Columns
    messages: Columns
    until: int


def emit_columns(scene: Scene, until_s: float, every_s: float = 60.0) -> Iterator[Tables]:
    """Rows in stored layout, ``every_s`` seconds of the scene at a time, as they come in (ns ``until``)."""
    maker = _Maker(scene)
    at = 0.0
    while at < until_s:
        stop = min(at + every_s, until_s)
        yield maker.stretch(at, stop)
        at = stop


class _Maker(Emitter):
    """Goes through a scene ten seconds at a time, all ships at once."""

    def __init__(self, scene: Scene) -> None:
        super().__init__(scene)
        self.rng = np.random.default_rng([scene.seed, 0xC01])
        self.air = Reception(scene)
        self.mmsi = np.array([s.mmsi for s in self.fleet], np.int64)
        self.kind = np.array([_TYPE.get(c, 1) for c in self.cls], np.int64)
        self.gyro = np.array([s.cls == "A" and s.length >= 20 for s in self.fleet])
        self.seq = 0
        self.staged = scene.staged
        self._quiet = [(s.ship, s.on, s.off) for s in self.staged.silences]
        self._wait: dict[str, list[tuple[Any, Columns]]] = {"reports": [], "statics": [], "messages": []}

    def stretch(self, begin: float, end: float) -> Tables:
        """What arrives in [begin, end)."""
        k = begin
        while k < end:
            self._window(min(k + WINDOW, end))
            self._identities(min(k + WINDOW, end))
            k += WINDOW
        self._texts(begin, end)
        return self._arrived(end)

    # --- what is sent ------------------------------------------------------------------------------------------------
    def _window(self, stop: float) -> None:
        while True:
            due = np.flatnonzero((self.next < stop) & (self.off > self.next))
            if not len(due):
                return
            t = self.next[due]
            state = self.traffic.at(due, np.floor(t))
            n = len(due)
            dice = self.rng.standard_normal((n, 5))
            knots = np.maximum(0.0, state.sog / KNOT + 0.05 * dice[:, 0])
            still = (self.shuttles[due] & (state.sog < 0.3)) | self.anchored[due]
            status = np.where(still, self.moored[due], self.status[due])
            self._next(due, t, state, knots, np.isin(status, _LYING))
            self.leg[due] = state.leg
            lat, lon = self._gps(due, t, state, dice)
            cog = (state.cog + dice[:, 3] * np.minimum(60.0, 0.3 + 2.0 / (knots + 0.05))) % 360
            heading = (state.heading + self.crab[due] + 0.4 * dice[:, 4]) % 360
            self._hear_reports(due, t, lat, lon, knots, cog, heading, state.turn * 60, status)

    def _hear_reports(
        self, ship: Ints, t: Floats, lat: Floats, lon: Floats, knots: Floats, cog: Floats, heading: Floats, turn: Floats,
        status: Any,
    ) -> None:  # fmt: skip
        place = lat.copy(), lon.copy()  # what she says may be wrong; where she is heard is not
        for w in self.staged.wrongs:
            hit = (ship == w.ship) & (t >= w.on) & (t < w.off)
            if hit.any():
                if w.name == "sog":
                    knots = np.where(hit, w.value, knots)
                elif w.name == "status":
                    status = np.where(hit, int(w.value), status)
                elif w.name == "heading":
                    heading = np.where(hit, (heading + w.value) % 360, heading)
                elif w.name == "lat":
                    lat = lat + w.value * hit
                elif w.name == "lon":
                    lon = lon + w.value * hit
        heard, station, arrives, stamp = self._air(ship, t, *place, self.reach[ship], 1)
        i, ship, t = heard, ship[heard], t[heard]
        n = len(i)
        if not n:
            return
        kind = self.kind[ship]
        a = kind == 1
        sog = np.where(kind == 9, np.round(knots[i]) * 10, np.minimum(np.round(knots[i] * 10), 1022))
        fixed = (kind == 4) | (kind == 21)
        rot = np.full(n, -32768)
        turning = np.where(np.isin(status[i], _LYING), 0.0, turn[i])
        rot[a & self.gyro[ship]] = [rot_code(x) for x in turning[a & self.gyro[ship]].tolist()]
        data = {
            "time": self.scene.start + (np.floor(t) * SECOND).astype(np.int64), "received": stamp,
            "mmsi": self.mmsi[ship], "msg_type": kind, "lat": _ais(lat[i]), "lon": _ais(lon[i]),
            "sog": np.where(fixed, 65535, sog), "cog": np.where(fixed, 65535, np.round(cog[i] * 10) % 3600),
            "heading": np.where(a & self.gyro[ship], np.floor(heading[i]), 65535), "rot": rot,
            "nav_status": np.where(a, status[i], 255), "flags": np.where(kind == 18, 0, int(Flag.ACCURATE)) | int(Flag.SECOND),
            "time_quality": np.full(n, TimeQuality.TAG_S), "station": station + 1,
        }  # fmt: skip
        self._wait["reports"].append((arrives, Columns("reports", data, n)))

    def _identities(self, stop: float) -> None:
        """Static data: Message 5, or both parts of Message 24."""
        due = np.flatnonzero((self.static < stop) & (self.off > self.static))
        if not len(due):
            return
        t = self.static[due]
        steps = np.floor((t - self.static_phase[due]) / STATIC_EVERY) + 1
        self.static[due] = self.static_phase[due] + np.maximum(0.0, steps) * STATIC_EVERY
        state = self.traffic.at(due, t)
        heard, station, arrives, stamp = self._air(due, t, state.lat, state.lon, self.reach[due], 2)
        if not len(heard):
            return
        rows = [_static_row(self.fleet[due[i]], int(self.leg[due[i]])) for i in heard]
        for w in self.staged.wrongs:
            if w.name == "draught":
                for row, i in zip(rows, heard.tolist(), strict=True):
                    if due[i] == w.ship and w.on <= t[i] < w.off:
                        row["draught"] = round(w.value * 10)
        data: dict[str, Any] = {name: np.array([r[name] for r in rows]) for name in rows[0]}
        when = self.scene.start + (np.floor(t[heard]) * SECOND).astype(np.int64)
        data |= {
            "time": when,
            "received": stamp,
            "time_quality": np.full(len(rows), TimeQuality.TAG_S),
            "station": station + 1,
        }
        self._wait["statics"].append((arrives, Columns("statics", data, len(rows))))

    def _texts(self, begin: float, end: float) -> None:
        """Beacons: position reports and texts, each drawn by itself."""
        for beacon in self.beacons:
            for t, text in beacon.due(begin, end):
                lat, lon = beacon.at(t)
                one = np.array([t])
                where = (
                    np.array([lat + self.rng.normal(0, 4) / 111_000]),
                    np.array([lon + self.rng.normal(0, 4) / 111_000]),
                )
                heard, station, arrives, stamp = self._air(
                    np.array([-1]), one, np.array([lat]), np.array([lon]), np.array([REACH["beacon"]]), 1
                )
                if not len(heard):
                    continue
                common = {
                    "time": self.scene.start + np.array([int(t) * SECOND]), "received": stamp, "mmsi": np.array([beacon.mmsi]),
                    "time_quality": np.array([TimeQuality.TAG_S]), "station": station + 1,
                }  # fmt: skip
                if text:
                    words = np.array([beacon.text], dtype=object)
                    more = {"msg_type": np.array([14]), "text": words, "nbits": np.array([40 + 6 * len(beacon.text)]),
                            "payload": np.array([b""], dtype=object)}  # fmt: skip
                    self._wait["messages"].append((arrives, Columns("messages", {**common, **more}, 1)))
                    continue
                status, sog = (15, 0) if beacon.test else (14, 9)
                more = {"msg_type": np.array([1]), "lat": _ais(where[0]), "lon": _ais(where[1]), "sog": np.array([sog]),
                        "nav_status": np.array([status])}  # fmt: skip
                self._wait["reports"].append((arrives, Columns("reports", {**common, **more}, 1)))

    # --- who hears it ------------------------------------------------------------------------------------------------
    def _air(
        self, ship: Ints, t: Floats, lat: Floats, lon: Floats, reach: Floats, slots: int
    ) -> tuple[Any, Any, Any, Any]:
        """(indices heard, station that tells it first, ns of arrival, ns of the station's stamp)."""
        air = self.air
        metres = distance(lat[:, None], lon[:, None], air._lat, air._lon)
        steep = np.clip((metres - air._reach * reach[:, None]) / air._blur, -50, 50)
        chance = air._best / (1 + np.exp(steep))
        for number, on, off in self._quiet:
            chance[(ship == number) & (t >= on) & (t < off)] = 0.0
        names = [s.name for s in air.stations]
        for f in self.staged.faults:
            chance[(t >= f.on) & (t < f.off), names.index(f.station)] = 0.0
        heard = self.rng.random(chance.shape) < chance
        latency = np.array([s.latency for s in air.stations])
        delay = latency * (0.5 + self.rng.exponential(0.5, chance.shape))
        delay[~heard] = np.inf
        station = delay.argmin(axis=1)
        index = np.flatnonzero(np.isfinite(delay[np.arange(len(t)), station]))
        station = station[index]
        sent = t[index] + _SLOT * slots
        offset = np.array([s.offset for s in air.stations])[station]
        arrives = self.scene.start + ((sent + delay[index, station]) * SECOND).astype(np.int64)
        stamp = self.scene.start + ((sent + offset) * SECOND).astype(np.int64) // SECOND * SECOND
        return index, station, arrives, stamp

    def _arrived(self, end: float) -> Tables:
        limit = self.scene.start + round(end * SECOND)
        out: dict[str, Columns] = {}
        keys: dict[str, Any] = {}
        for name, parts in self._wait.items():
            if not parts:
                out[name], keys[name] = empty(name), np.zeros(0, np.int64)
                continue
            arrives = np.concatenate([a for a, _ in parts])
            rows = concat([c for _, c in parts], name)
            order = np.argsort(arrives, kind="stable")
            n = int(np.searchsorted(arrives[order], limit))
            out[name], keys[name] = rows.take(order[:n]), arrives[order[:n]]
            self._wait[name] = [(arrives[order[n:]], rows.take(order[n:]))] if n < len(order) else []
        every = np.concatenate([keys[n] for n in out])
        rank = np.empty(len(every), np.int64)
        rank[np.argsort(every, kind="stable")] = np.arange(len(every)) + self.seq
        self.seq += len(every)
        at = 0
        for name in out:
            n = out[name].rows
            out[name] = out[name].replace(seq=rank[at : at + n])
            at += n
        return Tables(out["reports"], out["statics"], out["messages"], limit)


def _ais(degrees: Floats) -> Any:
    """1e-7 degree of the nearest step of 1/600,000 degree."""
    return np.round(np.round(degrees * 600_000.0) * (1e7 / 600_000.0)).astype(np.int64)


def _static_row(ship: Ship, leg: int) -> dict[str, Any]:
    bow = round(ship.length * (0.3 if ship.kind in ("ferry", "tug") else 0.82))
    port = ship.beam // 2
    known = ship.length > 0
    return {
        "mmsi": ship.mmsi, "msg_type": 24 if ship.cls == "B" else 5, "imo": ship.imo if ship.cls == "A" else 0,
        "callsign": ship.callsign.encode(), "name": ship.name[:20].encode(), "ship_type": ship.ship_type,
        "to_bow": bow if known else 65535, "to_stern": ship.length - bow if known else 65535,
        "to_port": port if known else 255, "to_starboard": ship.beam - port if known else 255,
        "draught": round(ship.draught * 10) if ship.cls == "A" else 0,
        "destination": ship.destinations[leg][:20].encode() if ship.cls == "A" else b"",
    }  # fmt: skip


__all__ = ["Tables", "emit_columns", "interval"]
