"""One hull that goes on under another MMSI: the contact that fell silent and the one that began where she would be.

Each minute, contacts that are new are held against those that fell silent before them. What counts: where the old one
would have been by then (with the filter's own uncertainty), speed and course, and what both declared: number, call
sign, name, dimensions, class. The sum of the weights decides; static data comes up to six minutes later, so a new
contact is looked at for a quarter of an hour. Gates: half a mile and ten minutes (own choice, after what change of
identity is alerted on elsewhere).
"""

from __future__ import annotations

from collections.abc import Iterator
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
_PAIRS = 200_000  #: as many are looked at in one go: 2 MB of each number
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
    ids, found = c.ids(), []
    for new, old in _close(c, young, quiet):
        for score, slot, why in _candidates(c, new, old):
            found.append((-score, int(ids[slot]), int(ids[new]), slot, new, why))
    taken: set[int] = set()
    for score, old_id, new_id, old, new, why in sorted(found, key=lambda x: x[:3]):
        if -score < ENOUGH or {old_id, new_id} & taken:
            continue
        taken |= {old_id, new_id}
        c.successor[old], c.predecessor[new] = new_id, old_id
        c.links[new_id] = {"old": old_id, "new": new_id, "time": now, "score": round(-score, 2), **why}


def _close(c: Contacts, young: Any, quiet: Any) -> Iterator[tuple[int, Any]]:
    """Each of ``young`` that began about where some of ``quiet`` would have been, and those: by flat sums, all pairs at once.

    Within these gates they err by less than a hundredth of the way.
    """
    ring = c.rings()[1]
    length = ring.rows.shape[1]
    rows = ring.rows[young, np.maximum(ring.n[young] - length, 0) % length]  # where each began
    began, lat, lon = rows["time"], rows["lat"] * 1e-7, rows["lon"] * 1e-7
    squeeze = _DEGREE * np.cos(np.radians(lat))
    begun, last, mmsi = c.begun[young], c.time[quiet], c.mmsi
    step = max(1, _PAIRS // quiet.size)
    for lo in range(0, young.size, step):
        k = slice(lo, lo + step)
        gap = begun[k, None] - last
        new, at = np.nonzero((gap > 0) & (gap <= GAP) & (np.abs(c.lat[quiet] - lat[k, None]) < 0.3))
        new += lo
        old = quiet[at]
        use = mmsi[old] != mmsi[young[new]]
        use &= np.abs((c.lon[old] - lon[new] + 180.0) % 360.0 - 180.0) < 0.6
        new, old = new[use], old[use]
        t = (began[new] - c.time[old]) / SECOND
        vx, vy = np.nan_to_num(c.vx[old]), np.nan_to_num(c.vy[old])
        x = ((lon[new] - c.slon[old] + 180.0) % 360.0 - 180.0) * squeeze[new] - vx * t
        y = (lat[new] - c.slat[old]) * _DEGREE - vy * t
        use = np.hypot(x, y) < 1.1 * REACH + 0.02 * (np.hypot(vx, vy) * t + _WIDE)
        new, old = new[use], old[use]
        for one in np.unique(new).tolist():
            yield int(young[one]), old[new == one]


def _candidates(c: Contacts, new: int, old: Any) -> list[tuple[float, int, dict[str, Any]]]:
    """Contacts among ``old`` that could have become ``new``: (score, slot, evidence)."""
    first = c.track(new)
    begun, lat, lon = int(first.time[0]), float(first.lat[0]), float(first.lon[0])
    t = (begun - c.time[old]) / SECOND
    vx, vy = np.nan_to_num(c.vx[old]), np.nan_to_num(c.vy[old])
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
