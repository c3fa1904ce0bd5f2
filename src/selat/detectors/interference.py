"""Satellite navigation disturbed over an area: many ships leap alike, or lose their positions together.

What it finds
    Within 10 minutes at least five ships that leap (a step that needs more than 60 knots, of more than 500 m) to
    the same place (within 1 nm of each other), onto one circle, or by the same vector (within 500 m or a tenth of it);
    where three leapt to one place, ships that stand there and say that they sail count too (they were put there in a
    shorter step);
    or that report no position any more though they did before, three reports each, within 30 nm of each other. Judged
    every 30 s. One warning for the area, without a ship as its subject: the evidence names the ships that are affected.
Why it matters
    Somebody jams or spoofs satellite navigation. No ship there knows for sure where she is, and neither do we; and none
    of them is to blame for her leaps.
False alarms
    A station that relays old messages, and a clock that leaps, throw many ships back along their tracks: in one lane
    even by the same vector. A step along her own course that five minutes of her speed explain is not counted.
Reference
    IMO MSC.1/Circ.1644 (deliberate interference with GNSS); behaviours 2.3 (five vessels in 10 minutes to the same
    place, circle or by the same vector).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from selat.detectors import _golden as made
from selat.detectors._life import Pace
from selat.detectors._rows import RowRule
from selat.kernels import geodesy
from selat.kernels.segments import ACCEPTED
from selat.model.clock import SECOND
from selat.model.columns import concat, empty
from selat.model.rule import Evidence, Finding, Golden, Verdict, param
from selat.model.schema import I32, NO_TIME
from selat.model.units import KNOT, NAUTICAL_MILE
from selat.tracks import say
from selat.tracks.kinds import is_ship, sends
from selat.tracks.window import Window

_MOST = 400  #: leaps remembered
_TOLD = 40  #: ships that evidence names
_AREA = 30 * 60 * SECOND  #: ns that an area is remembered
_NEAR = 60_000.0  #: m: the same area


@dataclass(frozen=True, slots=True)
class Parameters:
    """Parameters, SI."""

    ships: int = param(5, "1", "Ships that are affected alike", "behaviours 2.3")
    window: float = param(600.0, "s", "... within", "behaviours 2.3")
    speed: float = param(60 * KNOT, "m/s", "A step that needs more is a leap", "as the rule jump")
    least: float = param(500.0, "m", "A shorter step is no leap", "selat")
    leapt: int = param(3, "1", "Ships that leapt to a place, where others stand and say that they sail", "selat")
    stand: float = param(150.0, "m", "They stand so near each other", "selat: no ship under way is so near another")
    place: float = param(NAUTICAL_MILE, "m", "The same place", "selat: spoofed fixes scatter")
    vector: float = param(500.0, "m", "The same vector, or within a tenth of it", "selat")
    ring: float = param(0.08, "1", "One circle: off it by less than this share of its radius", "selat")
    clock: float = param(300.0, "s", "No leap: what a clock so far off makes of her speed", "selat: satellites' logs")
    lost: int = param(3, "1", "Reports without a position", "DMA AisAbnormal: raise after 3")
    area: float = param(30 * NAUTICAL_MILE, "m", "Losses within this are one area", "selat: range of a jammer")


@dataclass(frozen=True)
class Interference(RowRule):
    """The rule."""

    p: Parameters = field(default_factory=Parameters)
    name: str = "interference"
    every: int = 30 * SECOND
    pace: Pace = field(default_factory=lambda: Pace(1, 6, 300.0, 900.0))

    def take(self, window: Window, memory: Any) -> Any:
        """Memory: leaps of the last minutes, and ships without a position [since, last, lat, lon, seq] by MMSI."""
        m = memory or {"leaps": [], "lost": {}}
        t, r, c, p = window.traced, window.reports, window.contacts, self.p
        leaps, lost = m["leaps"], m["lost"]
        leap = (t.pace > p.speed) & (t.away > p.least) & (t.verdict >= ACCEPTED) & (window.mark == 0) & (t.slot >= 0)
        rows = np.flatnonzero(leap)
        rows = rows[sends(c.kind[t.slot[rows]], r["mmsi"][rows])]
        rows = rows[~_late(r, t, rows, p.clock)]
        if rows.size:
            new = [
                [
                    int(r["time"][i]), int(r["mmsi"][i]), round(float(t.from_lat[i]), 6), round(float(t.from_lon[i]), 6),
                    round(int(r["lat"][i]) * 1e-7, 6), round(int(r["lon"][i]) * 1e-7, 6), int(t.from_seq[i]), int(r["seq"][i]),
                ]
                for i in rows.tolist()
            ]  # fmt: skip
            limit = window.now - round(p.window * SECOND)
            leaps = [x for x in [*leaps, *new] if x[0] >= limit][-_MOST:]
        blind = np.flatnonzero((r["lat"] == I32) & (r["msg_type"] <= 19) & (r["msg_type"] != 4) & (window.mark == 0))
        blind = blind[(t.slot[blind] >= 0)]
        sees = np.isin(r["mmsi"], [int(k) for k in lost]) & (r["lat"] != I32) if lost else np.zeros(0, bool)
        if blind.size or sees.any():
            lost = dict(lost)
            for mmsi in r["mmsi"][sees].tolist() if sees.size else ():
                lost.pop(str(mmsi), None)
            for i in blind.tolist():
                self._blind(c, int(t.slot[i]), int(r["mmsi"][i]), int(r["time"][i]), int(r["seq"][i]), lost)
        return {**m, "leaps": leaps, "lost": lost}

    def _blind(self, c: Any, slot: int, mmsi: int, time: int, seq: int, lost: dict[str, list[Any]]) -> None:
        old = lost.get(str(mmsi))
        if old is not None:
            lost[str(mmsi)] = [old[0], time, old[2], old[3], [*old[4], seq][-4:], old[5] + 1]
        elif int(c.time[slot]) != NO_TIME and time - int(c.time[slot]) < self.p.window * SECOND:
            lost[str(mmsi)] = [time, time, round(float(c.lat[slot]), 6), round(float(c.lon[slot]), 6), [seq], 1]

    def look(self, window: Window, memory: Any) -> tuple[list[Finding], Any]:
        """Whether the leaps are alike, and the losses near each other."""
        m, p = memory or {"leaps": [], "lost": {}}, self.p
        limit = window.now - round(p.window * SECOND)
        leaps = [x for x in m["leaps"] if x[0] >= limit]
        lost = {k: v for k, v in m["lost"].items() if v[1] >= limit}
        found = []
        areas = [list(a) for a in m.get("areas", []) if window.now - a[4] < _AREA]
        for kind, ships, more in (*_alike(leaps, p), *_together(lost, p)):
            if kind == "place":
                ships = [*ships, *self._standing(window, ships, more["to"])]
            lat, lon = (float(np.mean([s["from"][k] for s in ships])) for k in (0, 1))
            evidence = {
                "kind": kind, "count": len(ships), "ships": ships[:_TOLD],
                "seq": sorted({q for s in ships for q in s["seq"]})[:200],
                "minutes": round((max(s["time"] for s in ships) - min(s["time"] for s in ships)) / (60 * SECOND), 1), **more,
            }  # fmt: skip
            start = min(s["time"] for s in ships)
            name = _area(areas, kind, lat, lon, start, window.now)
            fresh = [len(leaps), max((x[0] for x in leaps), default=0), len(lost)]
            found.append(Finding(name, (), start, lat, lon, evidence, fresh))
        return [f for f in found if self.judge(f.evidence) is not None], {"leaps": leaps, "lost": lost, "areas": areas}

    def _standing(self, w: Window, ships: list[Evidence], to: list[float]) -> list[Evidence]:
        """Other ships on the very spot where these leapt to, that say that they sail; and were heard in two minutes."""
        c = w.contacts
        near = np.flatnonzero((np.abs(c.lat - to[0]) < 0.01) & (np.abs(c.lon - to[1]) < 0.01) & (c.sog > 2 * KNOT))
        near = near[is_ship(c.kind[near]) & (w.now - c.heard[near] < 120 * SECOND)]
        near = near[~np.isin(c.mmsi[near], [s["mmsi"] for s in ships])]
        near = near[np.hypot(*geodesy.plane(to[0], to[1], c.lat[near], c.lon[near])) < self.p.stand]
        out: list[Evidence] = []
        for slot in near[np.argsort(c.mmsi[near], kind="stable")].tolist():
            at, mmsi = [round(float(c.lat[slot]), 6), round(float(c.lon[slot]), 6)], int(c.mmsi[slot])
            if all(x["mmsi"] != mmsi for x in out):
                out.append({"mmsi": mmsi, "name": f"{mmsi:09d}", "time": int(c.time[slot]), "from": at, "to": at,
                            "seq": [int(c.seq[slot])]})  # fmt: skip
        return out

    def judge(self, evidence: Evidence) -> Verdict | None:
        """Enough ships, alike."""
        e, p = evidence, self.p
        if e["count"] < p.ships:
            return None
        how = {
            "place": "leapt to the same place, or stand there" + (f", {say.place(*e['to'])}" if e.get("to") else ""),
            "circle": f"leapt onto one circle of {say.miles(e.get('radius') or 0.0)}",
            "vector": f"leapt by the same vector, {say.miles(e.get('away') or 0.0)} towards {say.bearing(e.get('towards') or 0.0)}",
            "loss": f"lost their positions within {say.miles(e.get('radius') or 0.0)}",
        }[e["kind"]]
        names = ", ".join(s["name"] for s in e["ships"][:3])
        sentence = (
            f"Satellite navigation is disturbed: within {e['minutes']:.0f} min (limit {p.window / 60:.0f}) {e['count']} ships "
            f"(limit {p.ships}) {how}; among them MMSI {names}."
        )
        sure = {
            "ships": min(0.99, 0.7 + 0.05 * (e["count"] - p.ships)),
            "alike": 0.95 if e["kind"] != "circle" else 0.85,
        }
        return Verdict(
            "warning", sentence, sure,
            ("a station relays old messages", "a clock leapt"),
            "Warn ships by radio to navigate by radar and bearings; do not trust AIS positions there; report the interference.",
        )  # fmt: skip

    def ended(self, evidence: Evidence) -> str:
        """Said when no more ships leap or are without a position."""
        return "No more ships leap alike or lose their positions there."

    def golden(self) -> Golden:
        """Six ships are thrown to one place ashore within two minutes; others sail on."""
        parts = []
        for n in range(6):
            here = made.sail(563530000 + n, 1.20 + 0.02 * n, 103.90, 9.0, 80.0, range(0, 1200 + 20 * n, 10))
            there = made.sail(563530000 + n, 1.355 + 0.001 * n, 103.989, 0.1, 80.0, range(1200 + 20 * n, 1800, 10))
            parts += [here, there]
        parts += [made.sail(563530010 + n, 1.20 + 0.02 * n, 104.5, 9.0, 80.0, range(0, 1800, 10)) for n in range(3)]
        return Golden(made.numbered(concat(parts, "reports")), empty("statics"), empty("messages"), (("warning", ()),))


def _area(areas: list[list[Any]], kind: str, lat: float, lon: float, start: int, now: int) -> str:
    """Name of an area: that of one known nearby, or a new one; areas: [name, kind, lat, lon, last] are kept up."""
    for a in areas:
        if a[1] == kind and np.hypot(*geodesy.plane(a[2], a[3], lat, lon)) < _NEAR:
            a[4] = now
            return str(a[0])
    areas.append([f"area/{kind}/{start}", kind, lat, lon, now])
    return str(areas[-1][0])


def _late(r: Any, t: Any, rows: Any, clock: float) -> Any:
    """Steps along the ship's own course, or back, as long as her speed and a clock off by ``clock`` s make them."""
    east, north = geodesy.plane(t.from_lat[rows], t.from_lon[rows], r["lat"][rows] * 1e-7, r["lon"][rows] * 1e-7)
    turn = np.abs((np.degrees(np.arctan2(east, north)) - 0.1 * r["cog"][rows] + 180.0) % 360.0 - 180.0)
    along = np.minimum(turn, 180.0 - turn) < 20.0
    known = (r["cog"][rows] < 3600) & (r["sog"][rows] < 1023)
    return known & along & (np.hypot(east, north) < clock * 0.1 * KNOT * r["sog"][rows])


def _ship(x: list[Any]) -> Evidence:
    return {
        "mmsi": x[1], "name": f"{x[1]:09d}", "time": x[0], "from": [x[2], x[3]], "to": [x[4], x[5]],
        "seq": [q for q in x[6:8] if q >= 0],
    }  # fmt: skip


def _alike(leaps: list[list[Any]], p: Parameters) -> list[tuple[str, list[Evidence], Evidence]]:
    """Groups of leaps of enough ships: the same place, the same vector, one circle."""
    if len({x[1] for x in leaps}) < min(p.ships, p.leapt):
        return []
    a = np.array([x[2:6] for x in leaps])
    mmsi = np.array([x[1] for x in leaps])
    out: list[tuple[str, list[Evidence], Evidence]] = []
    east, north = geodesy.plane(a[:, 0], a[:, 1], a[:, 2], a[:, 3])
    x, y = geodesy.plane(a[0, 2], a[0, 3], a[:, 2], a[:, 3])
    fx, fy = geodesy.plane(a[0, 0], a[0, 1], a[:, 0], a[:, 1])
    size = np.hypot(east, north)
    tests = (
        ("place", np.hypot(x[:, None] - x, y[:, None] - y) < p.place),
        ("vector", (np.hypot(east[:, None] - east, north[:, None] - north) < np.maximum(p.vector, 0.1 * size)[:, None])
         & (np.hypot(fx[:, None] - fx, fy[:, None] - fy) < _NEAR)),
    )  # fmt: skip
    for kind, close in tests:
        left = np.ones(len(leaps), bool)
        while True:  # one group after the other: two areas at a time are two events
            counts = [len(set(mmsi[row & left].tolist())) if left[k] else 0 for k, row in enumerate(close)]
            best = int(np.argmax(counts))
            if counts[best] < (p.leapt if kind == "place" else p.ships):
                break
            rows = np.flatnonzero(close[best] & left)
            left[rows] = False
            group = _last(leaps, rows.tolist())
            if kind == "place":
                more: Evidence = {"to": [round(float(a[best, 2]), 5), round(float(a[best, 3]), 5)]}
            else:
                more = {
                    "away": round(float(size[best]), 0),
                    "towards": round(float(np.degrees(np.arctan2(east[best], north[best])) % 360.0), 1),
                }
            out.append((kind, group, more))
    if not any(len(group) >= p.ships for _, group, _ in out):
        out += _ring(leaps, x, y, mmsi, p)
    return out


def _ring(
    leaps: list[list[Any]], x: Any, y: Any, mmsi: Any, p: Parameters
) -> list[tuple[str, list[Evidence], Evidence]]:
    """Places on one circle, by least squares (Kasa 1976)."""
    if len(leaps) < p.ships + 3:  # three points always lie on a circle
        return []
    m = np.stack([x, y, np.ones(len(x))], axis=1)
    (cx, cy, k), *_ = np.linalg.lstsq(m, x * x + y * y, rcond=None)
    cx, cy = cx / 2.0, cy / 2.0
    radius = float(np.sqrt(max(k + cx * cx + cy * cy, 0.0)))
    off = np.abs(np.hypot(x - cx, y - cy) - radius)
    spread = np.sort(np.degrees(np.arctan2(y - cy, x - cx)) % 360.0)
    gap = np.diff(np.append(spread, spread[0] + 360.0)).max()
    on = off < p.ring * radius
    if not (200.0 < radius < 40_000.0) or gap > 180.0 or on.mean() < 0.9 or len(set(mmsi[on].tolist())) < p.ships:
        return []
    return [("circle", _last(leaps, np.flatnonzero(on).tolist()), {"radius": round(radius, 0)})]


def _last(leaps: list[list[Any]], rows: list[int]) -> list[Evidence]:
    """The last leap of each ship, by MMSI."""
    by = {leaps[i][1]: leaps[i] for i in rows}
    return [_ship(by[k]) for k in sorted(by)]


def _together(lost: dict[str, list[Any]], p: Parameters) -> list[tuple[str, list[Evidence], Evidence]]:
    """Ships without a position, near each other, that lost it within the window."""
    rows = [(int(k), v) for k, v in sorted(lost.items()) if v[5] >= p.lost]
    if len(rows) < p.ships:
        return []
    lat, lon = np.array([v[2] for _, v in rows]), np.array([v[3] for _, v in rows])
    begun = np.array([v[0] for _, v in rows])
    x, y = geodesy.plane(lat[0], lon[0], lat, lon)
    close = (np.hypot(x[:, None] - x, y[:, None] - y) < p.area) & (np.abs(begun[:, None] - begun) <= p.window * SECOND)
    best = int(np.argmax(close.sum(axis=1)))
    group = np.flatnonzero(close[best])
    if group.size < p.ships:
        return []
    ships = [
        {"mmsi": rows[i][0], "name": f"{rows[i][0]:09d}", "time": rows[i][1][0], "from": rows[i][1][2:4], "to": None,
         "seq": rows[i][1][4]}
        for i in group.tolist()
    ]  # fmt: skip
    return [("loss", ships, {"radius": round(float(np.hypot(x[group] - x[best], y[group] - y[best]).max()), 0)})]


DETECTOR = Interference()
