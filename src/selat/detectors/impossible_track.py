"""A track that no ship sails, or that this station cannot have heard.

What it finds
    *Too perfect*: for an hour at more than 5 knots one speed, course and heading to the last digit, and positions
    within 1.5 m of a smooth curve: a receiver of satellites and the sea leave more than that. *Circle*: a full circle
    and more about one centre, off it by less than 1.2 % of the radius, at more than 3 knots: a real ship is set by the
    stream meanwhile. *Too far*: three reports from more than 1.5 times as far as the station hears ships (97 % of what
    it hears of the waters that are joined to where it hears most), in waters apart from those, where fewer than three
    others are heard. *Contradiction*: for 10 minutes she says more than
    5 knots and her positions make less than 0.3 of it, or the reverse; not where two others stand in the same mile though
    they say that they sail: then it is the satellites, and the rule ``interference`` tells of it. Judged every minute. A
    warning; a contradiction is a caution.
Why it matters
    Positions are made up to be elsewhere on paper: at sea while in a port under sanctions, or to fill the screen of a
    watch.
False alarms
    Ducting, common in the Straits, lets a station hear far away: then many ships are heard from there. Ships that
    adjust their compass turn circles, with the stream. Units on a test bench send perfect tracks; a sensor of speed
    that failed contradicts.
Reference
    ITU-R M.1371-5 (position to 1/10,000 minute); behaviours 2.3 (1.5 times the radio horizon).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from selat.detectors import _golden as made
from selat.detectors import _ships as fleet
from selat.detectors._life import Pace, PictureRule
from selat.kernels import geodesy
from selat.kernels.waters import joined
from selat.model.clock import MINUTE, SECOND
from selat.model.columns import concat, empty
from selat.model.rule import Evidence, Finding, Golden, Verdict, param
from selat.model.units import KNOT, NAUTICAL_MILE
from selat.tracks import say
from selat.tracks.cells import CELL, keys_of
from selat.tracks.features import Features, over
from selat.tracks.window import Window

_STATIONS = 1 << 16
_ROUND = 3600
JOINED = 2  #: cells: waters that lie nearer to each other than 20 km and more are one


@dataclass(frozen=True, slots=True)
class Parameters:
    """Parameters, SI."""

    perfect: float = param(3600.0, "s", "Too perfect for so long", "selat: no autopilot holds so long")
    way: float = param(5 * KNOT, "m/s", "... and in contradictions, at more than", "selat")
    rest: float = param(
        1.5, "m", "Off a smooth curve by less than (root mean square)", "selat: GNSS leaves 2 m and more"
    )
    circles: float = param(1.0, "1", "Full circles", "selat")
    round: float = param(
        0.012, "1", "Off the circle by less than this share of its radius", "selat: the stream sets a ship"
    )
    speed: float = param(3 * KNOT, "m/s", "... at more than", "selat: no swing at anchor")
    far: float = param(1.5, "1", "So many times the range of the station", "behaviours 2.3: 1.5 times the horizon")
    share: float = param(0.97, "1", "The range holds this share of what it hears", "selat")
    ducting: int = param(3, "1", "If more ships are heard from out there it is the air", "selat")
    reports: int = param(3, "1", "Reports from out there", "DMA AisAbnormal: raise after 3")
    company: int = param(2, "1", "With so many others that stand beside her it is interference", "as the rule jump")
    beside: float = param(NAUTICAL_MILE, "m", "... within this", "as the rule interference")
    against: float = param(0.3, "1", "Positions make less than this share of the speed, or the reverse", "selat")


@dataclass(frozen=True)
class ImpossibleTrack(PictureRule):
    """The rule."""

    p: Parameters = field(default_factory=Parameters)
    name: str = "impossible_track"
    every: int = MINUTE
    pace: Pace = field(default_factory=lambda: Pace(3, 5, 900.0, 3600.0))

    def look(self, window: Window, memory: Any) -> tuple[list[Finding], Any]:
        """Each kind in turn, over all ships as arrays first."""
        s = fleet.ships(window)
        if not s.slot.size:
            return [], None
        lately = over(window.contacts, s.slot, window.now, 600.0)  # of all: three of the kinds begin with it
        found = self._perfect(window, s, lately) + self._circles(window, s, lately) + self._far(window, s)
        found += self._against(window, s, lately)
        return fleet.so(self, found), None

    def _perfect(self, w: Window, s: Any, lately: Features) -> list[Finding]:
        p, c = self.p, w.contacts
        even = (lately.most - lately.least < 0.06) & (lately.turned < 1.0)
        row = np.flatnonzero(even & (s.speed > p.way) & (w.now - c.begun[s.slot] > 0.95 * p.perfect * SECOND))
        if not row.size:
            return []
        f = over(c, s.slot[row], w.now, p.perfect)
        same = (f.span >= 0.95 * p.perfect) & (f.n >= 30) & (f.most - f.least < 0.06) & (f.turned < 0.15)
        found = []
        for i in row[same].tolist():
            t = fleet.trail(c, int(s.slot[i]), w.now - round(p.perfect * SECOND))
            heading = t.heading[np.isfinite(t.heading)]
            if not heading.size or np.ptp(heading) > 0 or np.ptp(t.sog) > 0.06 or _spread(t.cog) > 0.15:
                continue
            rest = round(_rest(t), 3)
            if rest >= p.rest:  # here already: many ships keep one course for an hour, and their tracks are long
                continue
            evidence = {"kind": "perfect", "rest": rest, "seconds": round(float(np.ptp(t.time)) / SECOND, 1)}
            found.append(fleet.finding(w, s, i, int(t.time[0]), evidence, "perfect", track=t))
        return found

    def _circles(self, w: Window, s: Any, lately: Features) -> list[Finding]:
        p, c, found = self.p, w.contacts, []
        full = 360.0 * p.circles
        row = np.flatnonzero((s.speed > 0.5 * p.speed) & (lately.turned > 45.0))  # the slowest circle takes 80 min
        if not row.size:
            return []
        for seconds in (600.0, 2400.0, 3600.0):
            f = over(c, s.slot[row], w.now, seconds)
            for i in row[(f.turned >= 0.9 * full) & (f.mean > p.speed) & (f.n >= 12) & (f.radius > 50.0)].tolist():
                t = fleet.fine_trail(c, int(s.slot[i]), w.now - round(seconds * SECOND))
                if seconds <= 600.0:
                    t = fleet.since(c.recent(int(s.slot[i])), w.now - round(seconds * SECOND))
                radius, rest, turns = _circle(t)
                evidence = {
                    "kind": "circle", "radius": round(radius, 1), "rest": round(rest, 2), "turns": round(turns, 2),
                    "mean": fleet.real(np.nanmean(t.sog), 2), "seconds": round(float(np.ptp(t.time)) / SECOND, 1),
                }  # fmt: skip
                found.append(fleet.finding(w, s, i, int(t.time[0]), evidence, "circle", track=t))
        return list({f.key: f for f in found if self.judge(f.evidence) is not None}.values())

    def _far(self, w: Window, s: Any) -> list[Finding]:
        p, c, r = self.p, w.contacts, w.reception
        if not len(r.by.keys):
            return []
        cell, station, heard = r.by.keys // _STATIONS, r.by.keys % _STATIONS, r.by.tables["heard"]
        lat, lon = (cell // _ROUND + 0.5) * CELL - 90.0, (cell % _ROUND + 0.5) * CELL - 180.0
        of, found = c.station[s.slot], []
        for one in np.unique(of).tolist():
            k = np.flatnonzero(station == one)
            rows = np.flatnonzero((of == one) & (c.reports[s.slot] >= p.reports))
            if k.size < 5 or heard[k].sum() < 500.0 or not rows.size:
                continue
            beyond = self._beyond(s, rows, (cell[k], lat[k], lon[k], heard[k]))
            for i, (off, reach, total) in beyond.items():
                t = fleet.since(c.recent(int(s.slot[i])), w.now - 600 * SECOND)
                evidence = {
                    "kind": "far", "station": int(one), "away": round(off, 0), "reach": round(reach, 0),
                    "others": len(beyond) - 1, "reports": len(t.time), "heard": round(total, 0),
                }  # fmt: skip
                found.append(
                    fleet.finding(w, s, i, int(t.time[0]) if len(t.time) else int(s.time[i]), evidence, "far", track=t)
                )
        return found

    def _beyond(self, s: Any, rows: Any, cells: tuple[Any, Any, Any, Any]) -> dict[int, tuple[float, float, float]]:
        """Of ships that a station hears, those out of its range: m from its middle, its range (m), reports that tell it.

        Its range is that of the waters joined to where it hears most, and of others in which several ships are. Who sails out
        to the edge of it is alone there, and came through waters that join; a beacon that is not where it says stands apart,
        however much it sends.
        """
        p, (cell, lat, lon, heard) = self.p, cells
        off = np.hypot(*geodesy.plane(*_range(lat, lon, heard, p.share)[:2], s.lat[rows], s.lon[rows]))
        if not (off > p.far * _range(lat, lon, heard, 0.5)[2]).any():
            return {}
        number, own = _waters(cell), keys_of(s.lat[rows], s.lon[rows])
        at = np.minimum(np.searchsorted(cell, own), len(cell) - 1)
        ships = np.bincount(number[at[cell[at] == own]], minlength=int(number.max()) + 1)  # of each water, now
        most = int(np.argmax(np.bincount(number, heard)))
        home = (ships > p.ducting) | (np.arange(len(ships)) == most)
        k = home[number]
        y, x, reach, total = _range(lat[k], lon[k], heard[k], p.share)
        off = np.hypot(*geodesy.plane(y, x, s.lat[rows], s.lon[rows]))
        apart = ~_beside(own, cell[k])
        return {
            int(rows[n]): (float(off[n]), reach, total) for n in np.flatnonzero(apart & (off > p.far * reach)).tolist()
        }

    def _against(self, w: Window, s: Any, lately: Features) -> list[Finding]:
        p, c = self.p, w.contacts
        rows = np.flatnonzero(np.fmax(s.sog, s.speed) > p.way)
        if not rows.size:
            return []
        f = lately.take(rows)
        with np.errstate(invalid="ignore", divide="ignore"):
            made_good = f.gross / f.span
            odd = (f.span >= 540.0) & (f.n >= 20) & (np.maximum(f.mean, made_good) > p.way)
            odd &= (made_good < p.against * f.least) | (f.most < p.against * made_good)
        found = []
        stand = self._standing(w, s, rows) if odd.any() else rows
        for k in np.flatnonzero(odd).tolist():
            i = int(rows[k])
            near = np.hypot(*geodesy.plane(s.lat[i], s.lon[i], s.lat[stand], s.lon[stand])) < p.beside
            if (near & (stand != i)).sum() >= p.company:
                continue
            t = fleet.since(c.recent(int(s.slot[i])), w.now - 600 * SECOND)
            evidence = {
                "kind": "against", "said": round(float(f.mean[k]), 2), "made": round(float(made_good[k]), 2),
                "seconds": round(float(f.span[k]), 1),
            }  # fmt: skip
            found.append(fleet.finding(w, s, i, int(t.time[0]), evidence, "against", track=t))
        return found

    def _standing(self, w: Window, s: Any, rows: Any) -> Any:
        """Those of ``rows`` that stood in one place for the last three minutes, and said that they sailed."""
        f = over(w.contacts, s.slot[rows], w.now, 180.0)
        with np.errstate(invalid="ignore"):
            return rows[(f.least > self.p.way) & (f.gross < self.p.against * f.least * f.span)]

    def judge(self, evidence: Evidence) -> Verdict | None:
        """Beyond what a ship does, or a station hears."""
        e, p = evidence, self.p
        who, priority = fleet.the(e["ship"]), "warning"
        if e["kind"] == "perfect":
            if e["rest"] >= p.rest:
                return None
            told = (
                f"{who} sails too perfectly: one speed, course and heading for {say.span(e['seconds'])}, and positions within "
                f"{e['rest']:.2f} m of a smooth curve (limit {p.rest:.1f} m)"
            )
            false_if: tuple[str, ...] = ("a unit on a test bench", "a simulator that feeds the network")
        elif e["kind"] == "circle":
            if e["turns"] < p.circles or e["rest"] >= p.round * e["radius"] or (e["mean"] or 0.0) <= p.speed:
                return None
            told = (
                f"{who} goes in circles too round for a ship: {e['turns']:.1f} of them (limit {p.circles:.0f}) of "
                f"{say.miles(e['radius'])} radius in {say.span(e['seconds'])}, off it by {e['rest']:.0f} m (limit "
                f"{p.round * e['radius']:.0f} m)"
            )
            false_if = ("she adjusts her compass in still water",)
        elif e["kind"] == "far":
            if e["away"] <= p.far * e["reach"] or e["others"] >= p.ducting or e["reports"] < p.reports:
                return None
            told = (
                f"{who} is heard by station {e['station']} from {say.miles(e['away'])} off the middle of its waters, "
                f"{e['away'] / e['reach']:.1f} times its range of {say.miles(e['reach'])} (limit {p.far:.1f}); "
                f"{e['others']} other ships from out there"
            )
            false_if = (
                "the air carries far today (ducting)",
                "reports of another station are told under this one's name",
            )
        else:
            fast, slow = max(e["said"], e["made"]), min(e["said"], e["made"])
            if fast <= p.way or slow >= p.against * fast:
                return None
            priority = "caution"
            told = (
                f"{who} says {e['said'] / KNOT:.1f} kn, and her positions make {e['made'] / KNOT:.1f} kn over "
                f"{say.span(e['seconds'])} (limit {p.against:.1f} of the greater)"
            )
            false_if = ("her sensor of speed, or her satellite receiver, has failed",)
        return Verdict(
            priority, told + ".", {"kind": {"perfect": 0.85, "circle": 0.85, "far": 0.8}.get(e["kind"], 0.7)}, false_if,
            "Look for her by radar at that place; ask where else her number was heard.",
        )  # fmt: skip

    def ended(self, evidence: Evidence) -> str:
        """Said when the track is possible again."""
        return f"The track of {evidence['ship']['name']} is possible again."

    def golden(self) -> Golden:
        """A track without any noise for over an hour, and one in perfect circles; another with the noise of the sea."""
        rng = np.random.default_rng(1)
        noisy = made.sail(563550003, 1.40, 104.30, 12.0, 80.0, range(0, 4500, 10))
        noisy = noisy.replace(lat=noisy["lat"] + rng.normal(0, 300, noisy.rows).round().astype("i4"))
        t = np.arange(0.0, 2400.0, 10.0)
        turn = t * (2 * np.pi / 400.0)
        ring = made.sail(563550002, 1.60, 104.30, 20.0, 0.0, t.tolist())
        ring = ring.replace(
            lat=np.round((1.60 + 655.0 / 110_600.0 * np.cos(turn)) * 1e7).astype("i4"),
            lon=np.round((104.30 + 655.0 / 111_280.0 * np.sin(turn)) * 1e7).astype("i4"),
            cog=np.round((np.degrees(turn) + 90.0) % 360.0 * 10).astype("i4") % 3600,
        )
        reports = made.numbered(
            concat([made.sail(563550001, 1.30, 104.30, 12.0, 80.0, range(0, 4500, 10)), noisy, ring], "reports")
        )
        statics = made.numbered(*[made.ship(563550001 + n, f"GOLDEN GHOST {n}", 120, 18, 70) for n in range(3)])
        return Golden(reports, statics, empty("messages"), (("warning", (563550001,)), ("warning", (563550002,))))


def _range(lat: Any, lon: Any, heard: Any, share: float) -> tuple[float, float, float, float]:
    """Middle (lat, lon) of what is heard, metres within which this share of it lies, and how much it is."""
    total = float(heard.sum())
    y, x = float((lat * heard).sum() / total), float((lon * heard).sum() / total)
    away = np.hypot(*geodesy.plane(y, x, lat, lon))
    order = np.argsort(away)
    last = min(int(np.searchsorted(np.cumsum(heard[order]), share * total)), len(order) - 1)
    return y, x, float(away[order][last]) + 7_900.0, total  # half a cell


def _waters(cell: Any) -> Any:
    """Number of the waters that each cell (ascending keys) belongs to: cells at most :data:`JOINED` apart are joined."""
    number, todo = np.full(len(cell), -1, "i8"), np.empty(len(cell), "i8")
    joined(np.ascontiguousarray(cell, "i8"), _ROUND, JOINED, number, todo)
    return number


def _beside(own: Any, cell: Any) -> Any:
    """Bool of each key: is it one of ``cell``, or at most :data:`JOINED` apart from one?"""
    steps = np.arange(-JOINED, JOINED + 1)
    near = (steps[:, None] * _ROUND + steps[None, :]).ravel()
    return np.isin(own[:, None] + near[None, :], cell).any(axis=1)


def _spread(cog: Any) -> float:
    """Greatest difference (deg) of courses from their first."""
    return float(np.abs((cog - cog[0] + 180.0) % 360.0 - 180.0).max(initial=0.0)) if len(cog) else 0.0


def _rest(t: Any) -> float:
    """Root mean square (m) of positions off a curve of the second degree in time."""
    x, y = geodesy.plane(t.lat[0], t.lon[0], t.lat, t.lon)
    s = (t.time - t.time[0]) / (1000.0 * SECOND)
    m = np.stack([np.ones(len(s)), s, s * s], axis=1)
    off = [v - m @ np.linalg.lstsq(m, v, rcond=None)[0] for v in (x, y)]
    return float(np.sqrt((off[0] ** 2 + off[1] ** 2).mean()))


def _circle(t: Any) -> tuple[float, float, float]:
    """Radius (m), root mean square off it (m) and full turns of a track, by least squares (Kasa 1976)."""
    x, y = geodesy.plane(t.lat[0], t.lon[0], t.lat, t.lon)
    m = np.stack([x, y, np.ones(len(x))], axis=1)
    (cx, cy, k), *_ = np.linalg.lstsq(m, x * x + y * y, rcond=None)
    cx, cy = cx / 2.0, cy / 2.0
    radius = float(np.sqrt(max(k + cx * cx + cy * cy, 0.0)))
    rest = float(np.sqrt(((np.hypot(x - cx, y - cy) - radius) ** 2).mean()))
    angle = np.unwrap(np.arctan2(y - cy, x - cx))
    return radius, rest, float(abs(angle[-1] - angle[0]) / (2.0 * np.pi))


DETECTOR = ImpossibleTrack()
