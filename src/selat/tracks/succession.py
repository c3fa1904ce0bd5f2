"""One hull that goes on under another MMSI: the contact that fell silent and the one that began where she would be.

Each minute, contacts that are new are held against those that fell silent before them. What counts: where the old one
would have been by then (with the filter's own uncertainty), speed and course, and what both declared: number, call
sign, name, dimensions, class. The sum of the weights decides; static data comes up to six minutes later, so a new
contact is looked at for a quarter of an hour. Gates: half a mile and ten minutes (own choice, after what change of
identity is alerted on elsewhere).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from selat.kernels import geodesy
from selat.model.clock import MINUTE, SECOND
from selat.model.schema import NO_TIME
from selat.tracks.contacts import ERRORS, Contacts
from selat.tracks.intervals import nominal
from selat.tracks.kinds import is_ship

EVERY = MINUTE  #: ns of event time between looks
YOUNG = 15 * MINUTE  #: a contact is new for so long
GAP = 10 * MINUTE  #: silence between the two
REACH = 926.0  #: m from where she would have been: half a nautical mile
ENOUGH = 3.0  #: sum of the weights from which on the two are one hull
SILENT = 3.0  #: intervals (and a minute) without a report, before a contact can have become another
_MANNER = 3.0  #: m/s of difference in velocity
_DEGREE = 111_200.0  #: m, of latitude
_WIDE = 75_000.0  #: m: as far as the first gate (0.3 and 0.6 degrees) reaches
_NAMES = ("imo", "callsign", "name")


def settle(c: Contacts, now: int) -> None:
    """Link contacts at ``now`` (ns, a full minute of event time): ``successor`` and ``predecessor``, and why in ``links``.

    In the first minutes of a sea everybody is new; nobody is linked to those.
    """
    known = c.begun[c.begun != NO_TIME]
    if not known.size:
        return
    ships = is_ship(c.kind) & ~np.isnan(c.lat) & (c.reports >= 3)
    since = max(now - YOUNG, int(known.min()) + GAP)
    young = np.flatnonzero(ships & (c.begun > since) & (c.begun <= now) & (c.predecessor < 0))
    if not young.size:
        return
    patience = np.round(SILENT * nominal(c.kind, c.sog, c.status) * SECOND).astype("i8") + MINUTE
    silence = now - c.time
    quiet = np.flatnonzero(ships & (c.successor < 0) & (silence > patience) & (silence < GAP + YOUNG))
    if not quiet.size:
        return
    ids, mmsi, found = c.ids(), c.mmsi, []
    for new in young.tolist():
        for score, old, why in _candidates(c, new, quiet[mmsi[quiet] != mmsi[new]]):
            found.append((-score, int(ids[old]), int(ids[new]), old, new, why))
    taken: set[int] = set()
    for score, old_id, new_id, old, new, why in sorted(found, key=lambda x: x[:3]):
        if -score < ENOUGH or {old_id, new_id} & taken:
            continue
        taken |= {old_id, new_id}
        c.successor[old], c.predecessor[new] = new_id, old_id
        c.links[new_id] = {"old": old_id, "new": new_id, "time": now, "score": round(-score, 2), **why}


def _candidates(c: Contacts, new: int, quiet: Any) -> list[tuple[float, int, dict[str, Any]]]:
    """Contacts among ``quiet`` that could have become ``new``: (score, slot, evidence)."""
    gap = c.begun[new] - c.time[quiet]
    old = quiet[(gap > 0) & (gap <= GAP)]
    if not old.size:
        return []
    first = c.track(new)
    begun, lat, lon = int(first.time[0]), float(first.lat[0]), float(first.lon[0])
    near = (np.abs(c.lat[old] - lat) < 0.3) & (np.abs((c.lon[old] - lon + 180.0) % 360.0 - 180.0) < 0.6)
    old = old[near]
    if not old.size:
        return []
    t = (begun - c.time[old]) / SECOND
    vx, vy = np.nan_to_num(c.vx[old]), np.nan_to_num(c.vy[old])
    # Flat sums first: within these gates they err by less than a hundredth of the way.
    x = ((lon - c.slon[old] + 180.0) % 360.0 - 180.0) * _DEGREE * np.cos(np.radians(lat)) - vx * t
    y = (lat - c.slat[old]) * _DEGREE - vy * t
    close = np.hypot(x, y) < 1.1 * REACH + 0.02 * (np.hypot(vx, vy) * t + _WIDE)
    if not close.any():
        return []
    old, t, vx, vy = old[close], t[close], vx[close], vy[close]
    lats, lons = geodesy.moved(c.slat[old], c.slon[old], vx * t, vy * t)
    east, north = geodesy.plane(lats, lons, lat, lon)
    away = np.hypot(east, north)
    q = ERRORS.q[c.kind[old]]
    sigma = np.sqrt(
        c.pp[old] + 2 * t * c.pv[old] + t * t * np.minimum(c.vv[old], 4.0) + q * t**3 / 3 + ERRORS.coarse**2
    )
    slip = np.hypot(vx - np.nan_to_num(c.vx[new]), vy - np.nan_to_num(c.vy[new]))
    fits = (away < REACH) & (away < 4 * sigma + 100.0) & (slip < _MANNER + 0.01 * t)
    out = []
    rivals = int(fits.sum()) - 1
    for k in np.flatnonzero(fits).tolist():
        score, same, other = _declared(c, int(old[k]), new)
        moving = float(np.hypot(vx[k], vy[k])) > 1.0
        score += (
            2.0 - 0.5 * float(away[k] / sigma[k]) - 0.5 * float(slip[k]) if moving else 0.5 - float(away[k]) / 100.0
        )
        score -= 1.5 * rivals
        if c.cls[old[k]] != c.cls[new]:
            score -= 3.0
        why = {
            "away": round(float(away[k]), 1), "sigma": round(float(sigma[k]), 1), "seconds": round(float(t[k]), 1),
            "slip": round(float(slip[k]), 2), "same": same, "different": other, "rivals": rivals,
            "seq": [int(c.seq[old[k]]), int(first.seq[0])],
        }  # fmt: skip
        out.append((score, int(old[k]), why))
    return out


def _declared(c: Contacts, old: int, new: int) -> tuple[float, list[str], list[str]]:
    """Weight of what both declared, and what is the same and what is not."""
    score = 0.0
    same: list[str] = []
    other: list[str] = []
    for name in _NAMES:
        a, b = c.static(name)[old], c.static(name)[new]
        if a and b:
            (same if a == b else other).append(name)
            score += 4.0 if a == b else -0.3  # a new identity has a new name; that is the point
    sizes = [c.length()[old], c.length()[new], c.beam()[old], c.beam()[new]]
    if not np.isnan(sizes).any():
        alike = sizes[0] == sizes[1] and sizes[2] == sizes[3]
        near = abs(sizes[0] - sizes[1]) <= 0.1 * sizes[0] + 5.0
        (same if alike else other).append("dimensions")
        score += 2.5 if alike else (0.0 if near else -5.0)
    return score, same, other
