"""A merchant ship that turns as ships on passage do not: right round, to and fro, or across her lane.

What it finds
    By the way made good between positions 30 and 75 s apart, of ships of 50 m and more (cargo, tankers, passengers)
    that keep more than 4 knots: *U-turn*: more than 150 degrees the same way within 12 minutes, and on the new course
    for 3 minutes, without turning on at half the rate (a circle). *Zigzag*: at least three swings of more than 60
    degrees, left and right in turn, within 40 minutes. *Off the lane*: in a lane or just out of it, a course 60 to 120
    degrees off its direction that was within 30 degrees of it less than 6 minutes before, and no slower than then.
    Judged every 30 s. U-turns and zigzags are a warning in lanes and precautionary areas; the rest is a caution.
Why it matters
    Nobody turns a ship round without a reason: a man overboard, a steering failure, trouble on board, an order. The
    others around her do not expect it.
False alarms
    Ships that turn to anchor, pick up a pilot or make a lee for the boat, wait for their time, or try their compass.
    Left out: what slows below 4 knots, ferries and high-speed craft, tugs, pilots and other service craft, fishing and
    sailing vessels, ships restricted in their ability to manoeuvre, anchorages, ports and pilot grounds. Steps faster
    than 50 knots (two ships of one number, satellites jammed) are no way.
Reference
    COLREGs rules 8 and 10; the angles are selat's (behaviours 2.4).
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from selat.detectors import _golden as made
from selat.detectors import _places as near
from selat.detectors import _seas as seas
from selat.detectors import _ships as fleet
from selat.detectors import _ways as ways
from selat.detectors._life import Pace, PictureRule
from selat.model.clock import SECOND
from selat.model.columns import empty
from selat.model.rule import Evidence, Finding, Golden, Verdict, param
from selat.model.units import KNOT
from selat.tracks import say
from selat.tracks.features import over
from selat.tracks.window import Window

WAITING = ("anchorage", "port", "pilot_boarding", "licensed")
TRAFFIC = ("lane", "deep_water_route", "precautionary", "separation_zone")


@dataclass(frozen=True, slots=True)
class Parameters:
    """Parameters, SI."""

    speed: float = param(4 * KNOT, "m/s", "Steps slower than this are not sailed", "selat: to anchor or to wait")
    leap: float = param(50 * KNOT, "m/s", "Steps faster than this are leaps of the position: no way", "selat")
    steady: float = param(
        0.5, "1", "On the new course she turns less than this share of the rate before: a circle goes on", "selat"
    )
    length: float = param(50.0, "m", "Shorter ships turn at will", "STRAITREP: 50 m")
    uturn: float = param(150.0, "deg", "A turn the same way of more than this ...", "selat")
    uturn_time: float = param(720.0, "s", "... within this is a U-turn", "selat")
    after: float = param(180.0, "s", "... when the new course was kept so long", "selat")
    swing: float = param(60.0, "deg", "A swing of a zigzag", "behaviours 2.4")
    swings: int = param(3, "1", "So many swings, left and right in turn", "behaviours 2.4: x 3")
    zigzag_time: float = param(2400.0, "s", "... within this", "selat")
    off: float = param(60.0, "deg", "In a lane, farther off its direction than this ...", "behaviours 2.4")
    left: float = param(500.0, "m", "A lane this near may be the one she has just left", "selat: 100 s at 10 knots")
    kept: float = param(
        0.8, "1", "... still at this share of the speed before: who slows goes to anchor or a pilot", "selat"
    )
    off_time: float = param(360.0, "s", "... and within 30 degrees of it less than so long ago", "selat")


@dataclass(frozen=True)
class Manoeuvre(PictureRule):
    """The rule."""

    p: Parameters = field(default_factory=Parameters)
    name: str = "manoeuvre"
    every: int = 30 * SECOND
    pace: Pace = field(default_factory=lambda: Pace(1, 5, 600.0, 1800.0))

    def look(self, window: Window, memory: Any) -> tuple[list[Finding], Any]:
        """Ships whose course has changed much; the rest is read from their track."""
        p, at, c = self.p, near.places(window), window.contacts
        s = at.ships
        merchant = ((s.type >= 60) & (s.type < 90) & (s.length >= 100.0)) | ((s.type >= 70) & (s.type < 90))
        use = merchant & (s.length >= p.length) & (s.speed > p.speed) & ~at.within(*WAITING)
        use &= ~fleet.among(s.status, (fleet.NUC, fleet.RESTRICTED, fleet.FISHING, *fleet.TOW_STATUS, fleet.MOORED))
        row = np.flatnonzero(use)
        if not row.size:
            return [], None
        busy, lane, off = at.within(*TRAFFIC), *self._off(at, row)
        turned = over(c, s.slot[row], window.now, p.zigzag_time).turned
        found = []
        for i in row[off[row] | (turned > min(p.uturn, p.swings * p.swing))].tolist():
            track = fleet.trail(c, int(s.slot[i]), window.now - round(p.zigzag_time * SECOND))
            if len(track.time) < 5:
                continue
            seen: list[list[float]] = ways.course_made(track, p.speed, p.leap)
            fine: list[list[float]] = []
            if off[i]:
                fine = ways.course_made(ways.thin(c.recent(int(s.slot[i])), 30.0), p.speed, p.leap)
            evidence = {
                "way": seen, "fine": fine, "in_traffic": bool(busy[i]),
                "lane": near.place(at.zones, int(lane[i])) if lane[i] >= 0 else None, "now": window.now,
            }  # fmt: skip
            start = int(seen[-1][0]) if seen else int(s.time[i])
            found.append(fleet.finding(window, s, i, start, evidence, track=track))
        return fleet.so(self, found), None

    def _off(self, at: near.Places, row: Any) -> tuple[Any, Any]:
        """By ship: the lane that she is in or left lately (-1: none), and whether her course is well off it."""
        s = at.ships
        lane, off = np.full(len(s.slot), -1, "i8"), np.zeros(len(s.slot), bool)
        lanes = at.zones.of("lane") if at.each else None
        if not lanes:
            return lane, off
        point, which = lanes.near(s.lat[row], s.lon[row], self.p.left)
        point, which = row[point], at.numbers("lane")[which]
        angle = fleet.turn(s.course[point], np.nan_to_num(at.direction[which]))
        across = (angle > self.p.off) & (angle < 180.0 - self.p.off)
        lane[point[across]], off[point[across]] = which[across], True
        inside, which = at.inside("lane")
        lane[inside] = which
        return lane, off

    def judge(self, evidence: Evidence) -> Verdict | None:
        """A U-turn, else a zigzag, else a course off the lane."""
        e, p = evidence, self.p
        who, way = e["ship"], e["way"]
        told = u_turn(way, p) or zigzag(way, p)
        leaves = told is None
        told = told or off_lane(e["fine"], e["lane"], p)
        if told is None:
            return None
        how, margin = told
        where = f" in {e['lane']['name']}" if e["lane"] else ""
        sentence = f"{fleet.the(who)}{where} at {say.speed(who['speed'])} {how}."
        return Verdict(
            "warning" if e["in_traffic"] and not leaves else "caution", sentence,
            {"margin": margin, "identity": fleet.known(who), "prior": 0.8},
            ("she turns to anchor, or makes a lee for a boat", "she avoids another ship", "she was told to turn"),
            "Ask her what is the matter; warn ships near her.", near.source(e["lane"]) if e["lane"] else "",
        )  # fmt: skip

    def golden(self) -> Golden:
        """A tanker that turns round, one that zigzags, one that follows a bend of 40 degrees."""
        turn = [(11.0, 80.0 + 20.0 * n, 60.0) for n in range(9)]
        swings = [(11.0, 80.0 + (45.0 if n % 2 else -45.0), 300.0) for n in range(6)]
        reports = made.numbered(
            seas.voyage(563210001, 1.30, 104.5, [(11.0, 80.0, 1200.0), *turn, (11.0, 260.0, 900.0)]),
            seas.voyage(563210002, 1.40, 104.5, [(11.0, 80.0, 900.0), *swings]),
            seas.voyage(563210003, 1.50, 104.5, [(11.0, 80.0, 1200.0), (11.0, 100.0, 300.0), (11.0, 120.0, 900.0)]),
        )
        statics = made.numbered(*[
            made.ship(563210001 + n, name, 180, 30, 80) for n, name in enumerate(("GOLDEN TURN", "GOLDEN ZIG", "BEND"))
        ])  # fmt: skip
        expect = (("caution", (563210001,)), ("caution", (563210002,)))
        return Golden(reports, statics, empty("messages"), expect)


def u_turn(way: list[list[float]], p: Parameters) -> tuple[str, float] | None:
    """Turned by more than the limit in time, and on the new course since."""
    if len(way) < 4:
        return None
    end = way[-1][0]
    new = [c for t, c, *_ in way if end - t < p.after * SECOND]
    if max(new) - min(new) > 30.0:
        return None
    new_since = next(t for t, *_ in way if end - t < p.after * SECOND)
    old = [(abs(new[-1] - c), t) for t, c, *_ in way if 0 < new_since - t <= p.uturn_time * SECOND]
    if not old or max(old)[0] <= p.uturn:
        return None
    angle, since = max(old)
    spent, rate = (end - new_since) / SECOND, angle / max((new_since - since) / SECOND, 1.0)
    if max(new) - min(new) > max(10.0, p.steady * rate * spent):
        return None  # she goes on turning
    text = (
        f"has turned by {angle:.0f} degrees (limit {p.uturn:.0f}) within {say.span((new_since - since) / SECOND)} and "
        f"kept the new course for {say.span((end - new_since) / SECOND)}"
    )
    return text, fleet.over(angle, p.uturn, 1.2)


def zigzag(way: list[list[float]], p: Parameters) -> tuple[str, float] | None:
    """Enough swings left and right in turn: turning points of the course that lie more than the limit apart."""
    if len(way) < 6:
        return None
    points = ways.pivots([c for _, c, *_ in way], p.swing)
    if len(points) < p.swings:
        return None
    swings = len(points)
    ends = [*points, way[-1][1]]
    least = min(abs(b - a) for a, b in itertools.pairwise(ends))
    text = (
        f"has swung {swings} times left and right by {least:.0f} degrees and more (limit {p.swings} times "
        f"{p.swing:.0f}) within {say.span((way[-1][0] - way[0][0]) / SECOND)}"
    )
    return text, fleet.over(least, p.swing, 1.5)


def off_lane(way: list[list[float]], lane: Evidence | None, p: Parameters) -> tuple[str, float] | None:
    """Two steps well off the lane's direction that was followed shortly before, and no slower."""
    if lane is None or lane["direction"] is None or len(way) < 4:
        return None
    off = [float(fleet.turn(row[1], lane["direction"])) for row in way]
    before = [k for k, row in enumerate(way) if way[-1][0] - row[0] <= p.off_time * SECOND and off[k] <= 30.0]
    if len(before) < 2 or not all(p.off < a < 180.0 - p.off for a in off[-2:]):
        return None
    was, now = sum(way[k][3] for k in before) / len(before), (way[-1][3] + way[-2][3]) / 2.0
    if now < p.kept * was:
        return None
    text = (
        f"has turned to {off[-1]:.0f} degrees off the {say.bearing(lane['direction'])} of {lane['name']} (limit "
        f"{p.off:.0f}), which she followed {say.span((way[-1][0] - way[before[-1]][0]) / SECOND)} before, and is no slower"
    )
    return text, fleet.over(off[-1], p.off, 1.5)


DETECTOR = Manoeuvre()
