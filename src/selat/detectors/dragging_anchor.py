"""A ship at anchor whose anchor does not hold.

What it finds
    A ship that says she is at anchor, or lies still in an anchorage (declared or learned), and whose anchor has moved:
    where the anchor lies follows from position, heading and the length of chain that is out (she lies downstream of it,
    her bow towards it). The place that the first ten minutes in which she lay still (within 100 m, slower than 0.7
    knots) tell and that of the last eight minutes are compared for every length of chain and ship up to 300 m and her
    own length: if even the best one leaves more than 100 m, the anchor drags. Not where one anchor, one length of
    chain and one error of the heading sensor explain all her positions since (to 25 m), nor where she went ahead, as her
    engine drives her: who shifts her place by engine has no anchor down. Ships that send no heading but say that
    they are at anchor are judged by a circle (three lengths and 100 m, twice). Judged every minute; a warning, an alarm
    within half a mile of another ship at anchor or over a cable, a lane or a shore.
Why it matters
    A dragging ship drifts through an anchorage onto others, cables or rocks while her crew may be asleep.
False alarms
    A ship that weighs anchor and leaves: left out where she goes where she heads, faster than 1.5 knots. The swing with
    the tide is no drag: the heading turns with the place. A heading sensor that fails at anchor makes the anchor seem
    to move when she swings. Ships that drift, wait or meet under way and do not say that they are
    at anchor are left out, wherever no anchorage is.
Reference
    behaviours 2.4 (circle of 3 lengths and 100 m); the estimate from the heading is selat's.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from selat.detectors import _cables as cables
from selat.detectors import _golden as made
from selat.detectors import _places as near
from selat.detectors import _seas as seas
from selat.detectors import _ships as fleet
from selat.detectors import _ways as ways
from selat.detectors._life import Pace, PictureRule
from selat.detectors._ships import Array
from selat.kernels import geodesy
from selat.model.clock import MINUTE, SECOND
from selat.model.columns import Columns, concat, empty
from selat.model.rule import Evidence, Finding, Golden, Verdict, param
from selat.model.units import KNOT, NAUTICAL_MILE
from selat.tracks import say
from selat.tracks.features import over
from selat.tracks.motion import Motion
from selat.tracks.window import Window


@dataclass(frozen=True, slots=True)
class Parameters:
    """Parameters, SI."""

    limit: float = param(100.0, "m", "The anchor has moved farther", "selat: ten times the error of AIS")
    chain: float = param(
        300.0, "m", "Longest chain and way to the antenna, beside her own length", "selat: 11 shackles"
    )
    first: float = param(600.0, "s", "The old place of the anchor is that of so long ...", "selat")
    settle: float = param(300.0, "s", "... this long after she stopped", "selat: she falls back on her chain")
    calm: float = param(
        100.0, "m", "... in which she kept within this of their middle ...", "selat: swing in 10 minutes"
    )
    still: float = param(0.7 * KNOT, "m/s", "... and was slower on average: she lay at anchor", "selat")
    last: float = param(
        480.0, "s", "The new one is that of the last", "selat: two reports of three that come every 3 min"
    )
    shift: float = param(
        50.0, "m", "A shift of her own place by less, in a quarter of an hour, is not looked at", "selat"
    )
    speed: float = param(3 * KNOT, "m/s", "Faster she is not at anchor", "selat")
    leaving: float = param(1.5 * KNOT, "m/s", "Faster and where she heads: she leaves", "selat")
    ahead: float = param(45.0, "deg", "... course and heading differ by less", "DMA AisAbnormal: drift, 45 deg")
    lengths: float = param(3.0, "lengths", "Without heading: radius of the circle ...", "behaviours 2.4")
    more: float = param(100.0, "m", "... and this", "behaviours 2.4")
    misfit: float = param(25.0, "m", "One anchor explains her positions to within this (rms)", "selat: AIS to 10 m")
    engine: float = param(
        0.6, "1", "This share of the way between, less what went astern, was ahead: by engine", "selat"
    )
    close: float = param(0.5 * NAUTICAL_MILE, "m", "An alarm with another ship at anchor within", "selat")


@dataclass(frozen=True)
class DraggingAnchor(PictureRule):
    """The rule."""

    p: Parameters = field(default_factory=Parameters)
    name: str = "dragging_anchor"
    every: int = MINUTE
    pace: Pace = field(default_factory=lambda: Pace(1, 5, 120.0, 1800.0))

    def look(self, window: Window, memory: Any) -> tuple[list[Finding], Any]:
        """Ships at anchor that have left their place: a quick look by distance, then the anchor itself."""
        p, c, at = self.p, window.contacts, near.places(window)
        s = at.ships
        motion = c.motion[s.slot]
        said = s.status == fleet.ANCHORED
        lies = (said | (motion == Motion.ANCHORED)) & (s.speed < p.speed)
        lies &= ~fleet.among(s.type, (30, 36, 37)) | (s.status == fleet.ANCHORED)
        row = np.flatnonzero(lies & (np.isfinite(s.heading) | (s.status == fleet.ANCHORED)))
        row = row[self._shifted(window, s.slot[row])] if row.size else row
        grounds = at.zones.of("anchorage")
        lanes = getattr(window.world, "lanes", None)
        found, busy = [], at.within(*cables.KINDS, "lane", "deep_water_route", "platform")
        for i in row.tolist():
            track = fleet.trail(c, int(s.slot[i]), window.now - 7200 * SECOND)
            told = anchor(track, float(np.nan_to_num(s.length[i], nan=0.0)), p)
            if told is None:
                continue
            y, x = told.pop("lay")
            ground = grounds.members([y], [x])[0].size > 0 or (
                lanes is not None and len(lanes) > 0 and lanes.stops(y, x) >= 0
            )
            if not said[i] and not ground:
                continue  # she drifts or waits: nothing tells of an anchor
            others = np.flatnonzero((motion == Motion.ANCHORED) & (np.arange(len(lies)) != i))
            x, y = geodesy.plane(s.lat[i], s.lon[i], s.lat[others], s.lon[others])
            evidence = {
                **told, "in_traffic": bool(busy[i]), "neighbour": fleet.real(np.hypot(x, y).min(initial=np.inf), 0)
                if others.size else None,
            }  # fmt: skip
            found.append(fleet.finding(window, s, i, told["since"], evidence, track=track))
        return fleet.so(self, found), None

    def _shifted(self, w: Window, slots: Array) -> Array:
        """Bool: the middle of the last minutes is not where it was a quarter of an hour and more before."""
        p, c = self.p, w.contacts
        new, old = (
            over(c, slots, w.now, p.last),
            over(c, slots, w.now - round(1.5 * p.first * SECOND), max(p.first, 601.0)),
        )
        with np.errstate(invalid="ignore"):
            out: Array = np.hypot(*geodesy.plane(old.lat, old.lon, new.lat, new.lon)) > p.shift
        return out

    def judge(self, evidence: Evidence) -> Verdict | None:
        """The anchor moved, and she does not sail."""
        e, p = evidence, self.p
        who = e["ship"]
        by_heading = e["chain"] is not None
        limit = p.limit if by_heading else 2.0 * (p.lengths * (who["length"] or 0.0) + p.more)
        if e["moved"] <= limit or (e["misfit"] is not None and e["misfit"] < p.misfit):
            return None
        if e["ahead"] is not None and e["ahead"] > p.engine:
            return None
        ahead = who["heading"] is not None and float(fleet.turn(who["course"], who["heading"])) < p.ahead
        if ahead and who["speed"] > p.leaving:
            return None
        how = f"no length of chain up to {e['most']:.0f} m explains it" if by_heading else "she sends no heading"
        sentence = (
            f"{fleet.the(who)} drags her anchor: it has moved {say.miles(e['moved'])} (limit {say.miles(limit)}) "
            f"towards {say.bearing(e['towards'])} within {say.span(e['seconds'])}; she goes {cables.knots(who['speed'])} "
            f"on {say.bearing(who['course'])}, {how}."
        )
        close = e["neighbour"] is not None and e["neighbour"] < p.close
        parts = {
            "margin": fleet.over(e["moved"], limit), "method": 0.95 if by_heading else 0.7,
            "status": 1.0 if who["status"] == fleet.ANCHORED else 0.85,
        }  # fmt: skip
        return Verdict(
            "alarm" if close or e["in_traffic"] else "warning", sentence, parts,
            ("she weighs anchor or shifts her place", "her heading sensor is wrong", "she pays out more chain"),
            "Call her; warn the ships that lie downstream of her.",
        )  # fmt: skip

    def ended(self, evidence: Evidence) -> str:
        """Said when she holds again, or sails."""
        return f"{evidence['ship']['name']} does not drag her anchor any more."

    def golden(self) -> Golden:
        """A ship that drags downwind at 0.8 knots, one that swings half round with the tide."""
        hold = [(0.0, 200.0, 2400.0), (0.8, 200.0, 1800.0)]
        drag = seas.voyage(563220001, 1.30, 104.50, hold, heading=20.0, status=1)
        reports = made.numbered(drag, swing(563220002, 1.40, 104.50, 180.0))
        statics = made.numbered(
            made.ship(563220001, "GOLDEN DRAGGER", 180, 30, 70), made.ship(563220002, "GOLDEN SWINGER", 180, 30, 70)
        )
        return Golden(reports, statics, empty("messages"), (("warning", (563220001,)),))


def anchor(track: Any, length: float, p: Parameters) -> Evidence | None:
    """How far the anchor has moved (m), for the chain that makes it least; None for too short a stay."""
    first = ways.slow_since(track, p.speed)
    if len(track.time) - first < 6:
        return None
    time, lat, lon, heading, sog = (getattr(track, k)[first:] for k in ("time", "lat", "lon", "heading", "sog"))
    age = (time - time[0]) * 1e-9
    new = age[-1] - age <= p.last
    east, north = geodesy.plane(lat[0], lon[0], lat, lon)
    old = _lay(age, east, north, sog, 0.0 if first == 0 else p.settle, p)  # 0: there already when the track begins
    if old is None or new.sum() < 2 or age[old].max() > age[new].min():
        return None
    dx, dy = east[new].mean() - east[old].mean(), north[new].mean() - north[old].mean()
    chain, most = None, p.chain + length
    if np.isfinite(heading[old]).all() and np.isfinite(heading[new]).all():
        h = np.radians(heading)
        ux = np.sin(h[new]).mean() - np.sin(h[old]).mean()
        uy = np.cos(h[new]).mean() - np.cos(h[old]).mean()
        swung = ux * ux + uy * uy
        chain = float(np.clip(-(dx * ux + dy * uy) / swung, 0.0, most)) if swung > 1e-6 else 0.0
        dx, dy = dx + chain * ux, dy + chain * uy
    return {
        "moved": round(float(np.hypot(dx, dy)), 1), "towards": round(float(np.degrees(np.arctan2(dx, dy)) % 360.0), 1),
        "chain": None if chain is None else round(chain, 1), "most": round(most, 1),
        "misfit": _misfit(east, north, heading, old, new, most), "ahead": _ahead(east, north, heading, old),
        "seconds": round(float(age[-1] - age[old].mean()), 1), "since": int(time[old][-1]),
        "lay": (float(lat[old].mean()), float(lon[old].mean())),
    }  # fmt: skip


def _lay(age: Array, east: Array, north: Array, sog: Array, since: float, p: Parameters) -> Array | None:
    """Rows of the first minutes from ``since`` s on in which she lay still; None: in none of them."""
    while since + p.first <= age[-1]:
        old: Array = (age >= since) & (age <= since + p.first)
        if old.sum() >= 2:
            x, y, v = east[old], north[old], sog[old]
            span = max(float(np.ptp(age[old])), 1.0)
            made = float(np.hypot(np.diff(x), np.diff(y)).sum()) / span
            mean = float(v[np.isfinite(v)].mean()) if np.isfinite(v).any() else made
            if np.hypot(x - x.mean(), y - y.mean()).max() < p.calm and mean < p.still:
                return old
        since += 120.0
    return None


def _misfit(east: Array, north: Array, heading: Array, old: Array, new: Array, most: float) -> float | None:
    """How far (m, rms, of the old and the new minutes the worse) she is from where one anchor, one chain of up to ``most`` m and
    one error of her heading sensor put her, at their best for all rows; None: no such chain, or no headings.

    She lies at ``anchor - chain u(heading + error)``: linear in the anchor, ``chain cos(error)`` and ``chain sin(error)``.
    """
    rows = np.arange(len(heading)) >= int(np.flatnonzero(old)[0])
    if not np.isfinite(heading[rows]).all():
        return None
    h = np.radians(heading)
    one, none = np.ones(len(h)), np.zeros(len(h))
    x, y = np.stack([one, none, -np.sin(h), -np.cos(h)], 1), np.stack([none, one, -np.cos(h), np.sin(h)], 1)
    best = np.linalg.lstsq(np.concatenate([x[rows], y[rows]]), np.concatenate([east[rows], north[rows]]), 1e-6)[0]
    if float(np.hypot(best[2], best[3])) > most:
        return None
    off2 = (east - x @ best) ** 2 + (north - y @ best) ** 2
    return round(float(np.sqrt(max(off2[old].mean(), off2[new].mean()))), 1)


def _ahead(east: Array, north: Array, heading: Array, old: Array) -> float | None:
    """Of the way since the old place, what went where she headed less what went the other way (-1 to 1); None: no headings."""
    first = int(np.flatnonzero(old)[-1])
    dx, dy, h = np.diff(east[first:]), np.diff(north[first:]), np.radians(heading[first:-1])
    step = np.hypot(dx, dy)
    use = np.isfinite(h) & (step > 0.3 * step.max(initial=1.0))  # the rest is noise, and swing
    if not use.any():
        return None
    gone = dx[use] * np.sin(h[use]) + dy[use] * np.cos(h[use])
    return round(float(gone.sum() / step[use].sum()), 3)


def swing(mmsi: int, lat: float, lon: float, angle: float, seconds: float = 4200.0, chain: float = 200.0) -> Columns:
    """Reports of a ship that swings round her anchor at (lat, lon) by ``angle`` deg, for examples and tests."""
    parts = []
    for t in np.arange(0.0, seconds, 60.0):
        heading = 20.0 + angle * min(1.0, t / seconds)
        y, x = geodesy.destination(lat, lon, heading + 180.0, chain)
        at = made.sail(mmsi, float(y), float(x), 0.2, (heading + 270.0) % 360.0, [0.0], status=1)
        time = at["time"] + round(t * 1e9)
        parts.append(at.replace(time=time, received=time + SECOND, heading=np.array([round(heading) % 360])))
    return concat(parts, "reports")


DETECTOR = DraggingAnchor()
