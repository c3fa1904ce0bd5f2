"""A ship that should have come in by now, and was not heard again.

What it finds
    A ferry (a passenger ship of less than 100 m), a high-speed craft, or a ship whose declared destination is the port
    ahead of her, that fell silent under way (faster than 3 knots), where her reports should be heard (chance of the silence
    below 1 in 1,000, 20 reports of others from around), and that by her last course and speed would have met the shore or
    a port by now, with twice the uncertainty of that time (a fifth of it) and a quarter of an hour on top. Where that
    course of a ferry passes the shore within 3 miles and does not end there, she is taken to be bound for where it is
    nearest. Judged every minute. A warning; the silence itself is told by ``sudden_loss`` and ``dark``.
Why it matters
    Somebody waits for her. Whoever misses a ferry in the first half hour can still find people in the water.
False alarms
    She went in with her unit off; she turned back; a destination that was never changed. Courses are followed straight:
    a way round a headland takes longer than the rule thinks. Larger passenger ships are on voyages, and nobody waits for
    them at the next shore.
Reference
    IAMSAR Manual volume II, uncertainty phase (overdue); behaviours 2.1 (estimated time and twice its uncertainty).
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from selat.detectors import _golden as made
from selat.detectors import _hulls as hulls
from selat.detectors import _ships as fleet
from selat.detectors import _silence as quiet
from selat.detectors._life import Pace
from selat.kernels import geodesy
from selat.model.clock import MINUTE, SECOND
from selat.model.columns import empty
from selat.model.rule import Evidence, Finding, Golden, Verdict, param
from selat.model.units import KNOT, NAUTICAL_MILE
from selat.tracks import coast, ports, say
from selat.tracks.coast import Coast
from selat.tracks.ports import Ports
from selat.tracks.window import Window
from selat.tracks.world import World

_STEP = 926.0  #: m between the places at which a course is looked at


@dataclass(frozen=True, slots=True)
class Parameters:
    """Parameters, SI."""

    silent: float = param(900.0, "s", "Not heard for so long", "as the rule dark")
    expected: float = param(20.0, "1", "Reports that should have been heard, at clear times", "as the rule dark")
    chance: float = param(1e-3, "1", "Chance of such a silence below", "as the rule dark")
    others: float = param(20.0, "1", "Reports of others from around meanwhile", "as the rule dark")
    speed: float = param(3 * KNOT, "m/s", "She made more than", "selat: under way")
    far: float = param(40 * NAUTICAL_MILE, "m", "Courses are followed so far", "selat: two hours of a ferry")
    ferry: float = param(100.0, "m", "A passenger ship shorter than this is a ferry", "selat: larger ones cruise")
    beside: float = param(3 * NAUTICAL_MILE, "m", "... bound for a shore that she passes within this", "selat")
    port: float = param(2.5 * NAUTICAL_MILE, "m", "A port so near her course is where she goes", "selat")
    sigma: float = param(0.2, "1", "Uncertainty of the time, as a share of it", "selat")
    margin: float = param(900.0, "s", "... and so much on top", "selat")
    longest: float = param(6 * 3600.0, "s", "Silences that are longer are history", "selat")
    reports: int = param(20, "1", "Positions heard of her before", "GFW: 14 in the 12 hours before")


@dataclass(frozen=True)
class Overdue(quiet.SilenceRule):
    """The rule."""

    p: Parameters = field(default_factory=Parameters)
    name: str = "overdue"
    every: int = MINUTE
    pace: Pace = field(default_factory=lambda: Pace(1, 1, 1800.0, 60.0))

    def silent(self, w: Window, told: dict[str, Evidence]) -> list[Finding]:
        """Silent ships whose course has ended."""
        p, c, out = self.p, w.contacts, []
        slots = quiet.candidates(w, p.silent, 20.0, p.speed, p.longest, p.reports)
        ids = c.ids()
        for slot in slots.tolist():
            if str(int(ids[slot])) in told:
                continue
            goal = self._goal(w, slot)
            if goal is None or (w.now - int(c.time[slot])) / SECOND < goal["due"]:
                continue
            s = quiet.ask(w, np.array([slot]))
            out.append(quiet.finding(w, s, 0, **goal))
        return out

    def _goal(self, w: Window, slot: int) -> Evidence | None:
        """Where her course ends, and when she was due there; None where it does not end or nobody expects her."""
        p, c = self.p, w.contacts
        said = c.said(slot)
        vx, vy = float(c.vx[slot]), float(c.vy[slot])
        speed = float(np.hypot(vx, vy))
        run = np.arange(2 * _STEP, p.far, _STEP)
        lat, lon = geodesy.moved(float(c.lat[slot]), float(c.lon[slot]), vx / speed * run, vy / speed * run)
        index, away = w.world.ports.nearest(lat, lon)
        with np.errstate(invalid="ignore"):
            shore = w.world.coast.distance(lat, lon)
            ends = (away < p.port) | (shore < 500.0)
        kind, length = int(said["ship_type"]) // 10, float(c.length()[slot])
        regular = kind == 4 or (kind == 6 and not length >= p.ferry)
        passes = not ends.any()
        if passes and regular and np.isfinite(shore).any():
            ends = (shore == np.nanmin(shore)) & (shore < p.beside)
        if not ends.any():
            return None
        k = int(np.argmax(ends))
        name = w.world.ports.name(int(index[k])) if away[k] < 3 * p.port else ""
        bound = hulls.text(said["destination"])
        if not regular and not (name and bound and name.upper() in bound.upper()):
            return None
        eta = float(run[k]) / speed
        return {
            "eta": round(eta, 0), "due": round(eta * (1.0 + 2.0 * p.sigma) + p.margin, 0), "way": round(float(run[k]), 0),
            "port": name, "destination": bound, "regular": regular, "passes": passes,
        }  # fmt: skip

    def judge(self, evidence: Evidence) -> Verdict | None:
        """Due, and neither there nor heard."""
        e, p, who = evidence, self.p, evidence["ship"]
        if e["seconds"] < e["due"] or e["none"] >= p.chance or e["clearly"] < p.expected or e["others"] < p.others:
            return None
        where = f"near {e['port'].title()}" if e["port"] else "at the shore"
        there = "comes nearest to the shore" if e["passes"] else f"ends {where}"
        bound = f", bound for {e['destination']}" if e["destination"] else ""
        sentence = (
            f"{fleet.the(who)}{bound} is overdue: last heard {say.span(e['seconds'])} ago at {say.speed(who['speed'])} on "
            f"{say.bearing(who['course'])}, {say.miles(e['way'])} from where that course {there}; she was due after "
            f"{say.span(e['eta'])} (limit {say.span(e['due'])}), and {e['others']:.0f} reports of others came from around."
        )
        if e["back"] is not None:
            sentence = f"{quiet.returned(e)}."
        sure = {
            "reception": float(np.clip(1.0 - 100.0 * e["none"], 0.5, 0.99)),
            "regular": 0.85 if e["regular"] else 0.7,
        }
        return Verdict(
            "warning", sentence, sure, ("she went in with her unit off", "she turned back", "her destination is an old one"),
            "Ask the port and the operator whether she came in; call her; start the uncertainty phase if nobody knows.",
        )  # fmt: skip

    def golden(self) -> Golden:
        """Twelve ships are heard off Johor; a ferry that makes for the shore falls silent five miles off it."""
        parts = [
            made.sail(
                563620000 + n, 1.24 + 0.005 * n, 104.14, 5.0 + 0.2 * n, 70.0 if n % 2 else 250.0, range(0, 7200, 10)
            )
            for n in range(12)
        ]
        parts.append(made.sail(563620099, 1.10, 104.15, 14.0, 0.0, range(0, 2000, 10)))
        statics = made.numbered(
            *[made.ship(563620000 + n, f"GOLDEN {n}", 120, 18, 70) for n in range(12)],
            made.ship(563620099, "GOLDEN FERRY", 40, 9, 60),
        )
        world = World(coast=Coast(coast.SHIPPED), ports=Ports(ports.SHIPPED))
        return Golden(made.numbered(*parts), statics, empty("messages"), (("warning", (563620099,)),), world)


DETECTOR = Overdue()
