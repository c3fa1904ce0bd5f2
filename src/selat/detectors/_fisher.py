"""Ships that fish, by how they move and by what they declare: asked once a minute by the rules about fishing."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from selat.detectors import _places as near
from selat.detectors import _ships as fleet
from selat.detectors._ships import Array
from selat.model.clock import SECOND
from selat.model.rule import Evidence, Finding
from selat.model.units import KNOT, NAUTICAL_MILE
from selat.tracks import say
from selat.tracks.features import Features, over
from selat.tracks.motion import Motion
from selat.tracks.window import Window

LOOK = 1800.0  #: s of track that tell what a craft does
LEFT = 600.0  #: s: who went straight for so long, faster than before, has done what she did
GEAR_SLOW, GEAR_FAST = 1.0 * KNOT, 9.0 * KNOT  #: m/s: trawling (RTEC maritime: 1 to 9 kn)
HAUL = 4.2 * KNOT  #: m/s: the fastest haul: 4 knots (behaviours 2.9, pair trawl), and what a log is off
BENT = 15.0  #: deg/km: half of what the motion state asks of an hour and a half
OFFING = 2 * NAUTICAL_MILE  #: m off the shore, within which craft that declare nothing are left out
OTHERS = (31, 32, 33, 34, 35, 36, 37, 50, 51, 52, 53, 54, 55, 58, *range(40, 50), *range(60, 90))


class Fishers(NamedTuple):
    """Ships (rows of :class:`~selat.detectors._ships.Ships`) that may fish, with the features of their last half hour.

    ``like``: 0 to 1, how much their motion is that of fishing; ``declared``: they say that they are fishing vessels.
    """

    ships: fleet.Ships
    row: Array
    features: Features
    like: Array
    declared: Array


def fishers(window: Window) -> Fishers:
    """The ships of this window that may fish; the second rule that asks gets the same arrays."""
    return fleet.once(window, _fishers)


def _fishers(w: Window) -> Fishers:
    s, c = fleet.ships(w), w.contacts
    declared = (s.type == 30) | (s.status == fleet.FISHING)
    moves: Array = c.motion[s.slot] == int(Motion.FISHING)
    use = (declared | (moves & ~fleet.among(s.type, OTHERS))) & (s.speed < 1.2 * GEAR_FAST)
    use &= np.isnan(s.length) | (s.length < 130.0)
    row = np.flatnonzero(use)
    f = over(c, s.slot[row], w.now, LOOK)
    # Turning for the way made, as motion.FISHING has it; a straight haul at the speed of a trawl counts a little.
    bent = f.turned > BENT * f.gross / 1000.0  # of late too: who went straight for half an hour is on her way
    sure = np.where(moves[row] & bent, c.motion_sure[s.slot[row]], 0.0)
    sure = np.where(~declared[row] & _leaves(f, over(c, s.slot[row], w.now, LEFT)), 0.0, sure)
    hauls = declared[row] & (f.mean > 1.5 * KNOT) & (f.most < HAUL) & (f.least > 0.5 * f.mean)
    hauls &= (f.span > 0.6 * LOOK) & (f.gross > 800.0)
    like = np.maximum(sure, np.where(hauls, 0.6, 0.0))
    # Who does not say that she fishes may wait, sail for pleasure or practise, slowly and near the shore.
    said = declared[row]
    near_shore = (
        w.world.coast.distance(s.lat[row], s.lon[row]) < OFFING if w.world.coast.source else np.zeros(row.size, bool)
    )
    pace = (
        (f.mean > np.where(said, 0.5, 1.5) * GEAR_SLOW)
        & (f.mean < GEAR_FAST)
        & (f.gross > 500.0)
        & (said | ~near_shore)
    )
    return Fishers(s, row, f, np.where(pace, like, 0.0), declared[row])


def _leaves(f: Features, late: Features) -> Array:
    """Who went straight of late, much faster than in the half hour or than any haul: the turns before are no gear any more."""
    out: Array = (late.net > 0.9 * late.gross) & (late.mean > np.minimum(1.3 * f.mean, 1.2 * HAUL))
    return out


def evidence(w: Window, f: Fishers, k: int) -> tuple[Evidence, Any]:
    """What speaks for fishing of one of the fishers (its place in ``row``), and its track."""
    s, i = f.ships, int(f.row[k])
    track = fleet.trail(w.contacts, int(s.slot[i]), w.now - round(LOOK * SECOND))
    g = f.features
    told: Evidence = {
        "like": round(float(f.like[k]), 3), "declared": bool(f.declared[k]), "span": round(float(g.span[k]), 1),
        "mean": round(float(g.mean[k]), 2), "most": round(float(g.most[k]), 2), "gross": round(float(g.gross[k]), 0),
        "net": round(float(g.net[k]), 0), "turned": round(float(g.turned[k]), 0), "points": int(g.n[k]),
    }  # fmt: skip
    return told, track


def sheltered(w: Window, f: Fishers) -> Array:
    """Of each fisher: does it lie where nobody fishes, in a port or an anchorage?"""
    return near.places(w).within("port", "anchorage")[f.row]


def closed(w: Window, rows: Array) -> list[tuple[int, int]]:
    """(place in ``rows``, number of the zone) of ships inside zones in which fishing is not allowed."""
    at = near.places(w)
    if not len(at.each):
        return []
    bad = np.array([forbids(z) for z in at.each])
    keep = bad[at.zone] & np.isin(at.ship, rows)
    place = {int(r): k for k, r in enumerate(rows.tolist())}
    return [(place[int(r)], int(z)) for r, z in zip(at.ship[keep], at.zone[keep], strict=True)]


def forbids(zone: Any) -> bool:
    """True for zones that forbid fishing: closed areas unless they allow it, others only where they say so."""
    allowed = zone.rules.get("fishing")
    return allowed is False or (zone.kind == "closed_area" and allowed is None)


def finding(w: Window, f: Fishers, k: int, start: int, told: Evidence, track: Any, what: str = "") -> Finding:
    """A finding about one fisher."""
    return fleet.finding(w, f.ships, int(f.row[k]), start, told, what, track)


def how(e: Evidence) -> str:
    """How a craft moved that fishes, in words."""
    return (
        f"{e['mean'] / KNOT:.1f} kn on average (limits {GEAR_SLOW / KNOT:.0f} to {GEAR_FAST / KNOT:.0f}), turned by "
        f"{e['turned']:.0f}° on {say.miles(e['gross'])}"
    )


__all__ = ["Fishers", "closed", "evidence", "finding", "fishers", "forbids", "how", "sheltered"]
