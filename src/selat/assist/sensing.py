"""What sensors see: radio horizon, two-ray radar range, a patrol across a lane, and how often a place is seen again.

SI units inside; figures of the standards are turned by ``model/units``.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from selat.assist.demand import Demand
from selat.assist.effect import interval
from selat.assist.facts import Fact
from selat.kernels import geodesy
from selat.kernels.geodesy import metres
from selat.model.clock import SECOND
from selat.model.units import NAUTICAL_MILE

#: IMO MSC.192(79), Table 2, X band, antenna 15 m: (height m, radar cross-section m2, range nm). The cross-sections of the two
#: targets with reflectors and of the boat are those of the resolution's notes as commonly cited; unverified here.
IMO_ROWS = {
    "small vessel with reflector": (4.0, 7.5, 5.0),
    "buoy with corner reflector": (3.5, 10.0, 4.9),
    "typical navigation buoy": (3.5, 5.0, 4.6),
    "small vessel of 10 m without reflector": (2.0, 2.5, 3.4),
    "channel marker": (1.0, 1.0, 2.0),
}
#: how an X-band radar sees a target of a cross-section (m2) at 0.7 nm, by sea state from 1 on: more than 80 %, to 50 %, less.
#: JRC, JMA-932B instruction manual, Table 6.2; where it tells of a pair of sea states, the rougher one.
WAVES = {
    1.0: ("seen", "often", "not"), 5.0: ("seen", "seen", "often", "not"), 10.0: ("seen", "seen", "seen", "seen", "often"),
}  # fmt: skip
_ANTENNA = 15.0  #: m, of the table


def horizon(antenna: float, target: float) -> float:
    """Metres to the radio horizon over a 4/3 earth, of heights in m: 2.22 nm times the sum of their roots."""
    return 2.22 * NAUTICAL_MILE * (math.sqrt(antenna) + math.sqrt(target))


def _law(height: float, section: float, antenna: float) -> float:
    return float((section * height**4 * antenna**4) ** 0.125)


#: One constant over all rows of the table: the geometric mean of what each row asks for.
_SCALE = math.exp(
    sum(math.log(r * NAUTICAL_MILE / _law(h, s, _ANTENNA)) for h, s, r in IMO_ROWS.values()) / len(IMO_ROWS)
)


def radar_range(antenna: float, height: float, section: float) -> float:
    """Metres at which an X-band radar of the standard's performance sees a target, calm sea, no rain.

    Two-ray law: below the first lobe range goes with the eighth root of cross-section times both heights to the fourth
    (M. Skolnik, Introduction to Radar Systems, ch. 12), never beyond the horizon. One constant is set on
    :data:`IMO_ROWS`; clutter is not in it, and a small boat in waves is seen much nearer.
    """
    return min(_SCALE * _law(height, section, antenna), horizon(antenna, height))


def in_waves(section: float, state: int) -> str:
    """``seen``, ``often``, ``not``, or ``unknown``, for a target near by among waves: see :data:`WAVES`; calm is ``seen``.

    A target between two of the table is taken as the smaller, one below all as not told of.
    """
    known = [s for s in WAVES if s <= section]
    if state <= 0:
        return "seen"
    if not known:
        return "unknown"
    row = WAVES[max(known)]
    return row[state - 1] if state <= len(row) else "not"


@dataclass(frozen=True, slots=True)
class Barrier:
    """A patrol to and fro across a lane: width of the lane and of the sweep (m), speeds of patrol and target (m/s)."""

    lane: float
    sweep: float
    patrol: float
    target: float

    @property
    def rate(self) -> float:
        """Swept width over lane width in the target's frame: ``W / L * sqrt(1 + (v / u)^2)`` (Koopman, OEG 56, 1946)."""
        return self.sweep / self.lane * math.sqrt(1.0 + (self.patrol / self.target) ** 2)

    @property
    def bounds(self) -> tuple[float, float]:
        """Detection probability at random phase (lower) and without any overlap (upper)."""
        return 1.0 - math.exp(-self.rate), min(1.0, self.rate)

    def simulated(self, targets: int, seed: int) -> tuple[float, float]:
        """Share of targets that come within half the sweep width, and its standard error; straight targets, random places."""
        rng = np.random.default_rng(seed)
        radius = self.sweep / 2.0
        track = max(self.lane - self.sweep, 0.0)  # it turns half a sweep from the edges: nothing beyond them is swept
        across = rng.uniform(0.0, self.lane, targets)
        phase = rng.uniform(0.0, 2.0 * track, targets) if track else np.zeros(targets)
        seen = np.zeros(targets, dtype=bool)
        step = radius / 40.0 / (self.patrol + self.target)
        for t in np.arange(-radius / self.target, radius / self.target + step, step):
            run = np.mod(phase + self.patrol * t, 2.0 * track) if track else phase
            patrol = min(radius, self.lane / 2.0) + np.where(run < track, run, 2.0 * track - run)
            seen |= (patrol - across) ** 2 + (self.target * t) ** 2 <= radius * radius
        share = float(seen.mean())
        return share, math.sqrt(share * (1.0 - share) / targets)


def coverage(sweep: float, speed: float, seconds: float, area: float) -> float:
    """Coverage factor: area swept over area, SI."""
    return sweep * speed * seconds / area


def detection(factor: float) -> float:
    """Probability of detection of random search at a coverage factor (Koopman): ``1 - exp(-C)``."""
    return 1.0 - math.exp(-factor)


def revisit(area: float, assets: int, sweep: float, speed: float) -> float:
    """Mean seconds between two looks at a place, if looks are even: a floor to what is measured, never a promise."""
    return area / (assets * sweep * speed)


def gaps(times: np.ndarray, begin: float, end: float) -> dict[str, float]:
    """Measured gaps between looks at a cell, begin and end of the period included: mean, 90th percentile, longest."""
    edges = np.concatenate([[begin], np.sort(np.asarray(times, np.float64)), [end]])
    found = np.diff(edges)
    return {"mean": float(found.mean()), "p90": float(np.quantile(found, 0.9)), "longest": float(found.max())}


def visits(uses: Iterable[Fact], begin: int, end: int) -> dict[str, dict[str, float]]:
    """By cell of one degree: number of visits, hours, and measured gaps between them (s), of uses that tell their cells."""
    times: dict[str, list[float]] = {}
    hours: dict[str, float] = {}
    for use in uses:
        for cell, spent in use.data.get("cells", {}).items():
            times.setdefault(cell, []).append((use.at - begin) / SECOND)
            hours[cell] = hours.get(cell, 0.0) + spent
    span = (end - begin) / SECOND
    return {
        cell: {"visits": len(found), "hours": round(hours[cell], 3), **gaps(np.array(found), 0.0, span)}
        for cell, found in times.items()
    }


def cell_area(cell: str) -> float:
    """Square metres of a cell of one degree, land in it too; ``cell``: "lat,lon" of its south-west corner."""
    my, mx = metres(float(cell.split(",")[0]) + 0.5)
    return my * mx


_AIS = (("AIS of class A (antenna 20 m)", 20.0), ("AIS of class B (antenna 3 m)", 3.0))


def seen_share(
    sites: Sequence[tuple[str, float, float, float]], demand: Demand, waves: int, seed: int
) -> list[dict[str, Any]]:
    """Share of a demand in range of any site, by sensor and target, with its interval; ``range_m`` of the highest antenna.

    ``sites``: (name, lat, lon, height of the antenna m).
    """
    away = np.array([geodesy.distance(lat, lon, demand.lat, demand.lon) for _, lat, lon, _ in sites])
    heights = [h for *_, h in sites]
    rows = [("radar", name, [radar_range(a, h, s) for a in heights], in_waves(s, waves) if waves else "")
            for name, (h, s, _) in IMO_ROWS.items()]  # fmt: skip
    rows += [("AIS", name, [horizon(a, h) for a in heights], "") for name, h in _AIS]
    out = []
    for sensor, target, ranges, near in rows:
        seen = (away <= np.array(ranges)[:, None]).any(axis=0)
        pair = np.column_stack([seen * demand.weight, demand.weight])
        share, low, high = interval(pair, lambda v: float(v[:, 0].sum() / v[:, 1].sum()), seed)
        out.append({"sensor": sensor, "target": target, "share": share, "low": low, "high": high,
                    "range_m": max(ranges), "in_waves": near})  # fmt: skip
    return out
