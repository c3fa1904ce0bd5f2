"""Who is near a place: ships that could help, and ships that passed it."""

from __future__ import annotations

from typing import Any

import numpy as np

from selat.kernels import geodesy
from selat.model.units import KNOT, NAUTICAL_MILE
from selat.tracks.contacts import Contacts
from selat.tracks.kinds import is_ship

FRESH = 30 * 60 * 1_000_000_000  #: ns: ships whose last position is older are not called near
PASSED = 500.0  #: m: a track that comes so close passed the place (position error, and drift until it was sent)


def helpers(
    contacts: Contacts, lat: float, lon: float, now: int, count: int, reach: float, least: float
) -> list[dict[str, Any]]:
    """The ``count`` ships within ``reach`` m that can be there first: range (m), bearing from the place (deg), eta (s).

    A ship is taken to come at its present speed, or at ``least`` m/s where it is slower.
    """
    slots = np.flatnonzero(is_ship(contacts.kind) & (contacts.time > now - FRESH) & ~np.isnan(contacts.lat))
    if not slots.size or np.isnan(lat):
        return []
    east, north = geodesy.plane(lat, lon, contacts.lat[slots], contacts.lon[slots])
    rough = np.hypot(east, north)
    slots, rough = slots[rough < 1.1 * reach], rough[rough < 1.1 * reach]
    pace = np.fmax(np.hypot(contacts.vx[slots], contacts.vy[slots]), least)
    if slots.size > count > 0:  # exactly only of those that can be among the first, if flat sums err by a tenth
        rough /= pace
        keep = rough <= 1.25 * np.partition(rough, count - 1)[count - 1] + 1.0
        slots, pace = slots[keep], pace[keep]
    away, toward, _ = geodesy.inverse(lat, lon, contacts.lat[slots], contacts.lon[slots])
    eta = away / pace
    ids = contacts.ids()[slots]
    out = []
    for k in np.lexsort((ids, eta))[:count]:
        if away[k] > reach:
            continue
        slot = int(slots[k])
        out.append({
            "mmsi": int(contacts.mmsi[slot]), "name": contacts.name(slot), "range": round(float(away[k]), 1),
            "bearing": round(float(toward[k]), 1), "eta": round(float(eta[k]), 1), "speed": round(float(pace[k]), 2),
            "seq": int(contacts.seq[slot]),
        })  # fmt: skip
    return out


def passers(contacts: Contacts, lat: float, lon: float, since: int, until: int, most: int = 3) -> list[dict[str, Any]]:
    """Ships whose track passed within 500 m of the place between two times (ns), nearest first.

    Tracks are the contacts' rings: one position in 75 s, straight between them; a step of over 15 minutes is no track.
    """
    if np.isnan(lat):
        return []
    fast = 40 * KNOT * 7200.0 + 5 * NAUTICAL_MILE  # nobody farther than that can have been here two hours ago
    slots = np.flatnonzero(is_ship(contacts.kind) & (contacts.heard >= since) & ~np.isnan(contacts.lat))
    east, north = geodesy.plane(lat, lon, contacts.lat[slots], contacts.lon[slots])
    found = []
    ids = contacts.ids()
    for slot in slots[np.hypot(east, north) < fast].tolist():
        trail = contacts.track(slot).between(since, until)
        if not trail.time.size:
            continue
        x, y = geodesy.plane(lat, lon, trail.lat, trail.lon)
        away, when = _nearest(x, y, trail.time)
        if away <= PASSED:
            found.append((away, int(ids[slot]), slot, when))
    found.sort()
    return [
        {
            "mmsi": int(contacts.mmsi[s]),
            "name": contacts.name(s),
            "range": round(a, 1),
            "time": t,
            "seq": int(contacts.seq[s]),
        }
        for a, _, s, t in found[:most]
    ]


def _nearest(x: Any, y: Any, time: Any) -> tuple[float, int]:
    """Least distance of a path from the origin (m), and when (ns)."""
    k = int(np.argmin(np.hypot(x, y)))
    best, when = float(np.hypot(x[k], y[k])), int(time[k])
    if len(x) < 2:
        return best, when
    dx, dy, dt = np.diff(x), np.diff(y), np.diff(time)
    share = np.clip(-(x[:-1] * dx + y[:-1] * dy) / np.maximum(dx * dx + dy * dy, 1e-9), 0.0, 1.0)
    away = np.hypot(x[:-1] + share * dx, y[:-1] + share * dy)
    away[dt > 900_000_000_000] = np.inf
    k = int(np.argmin(away))
    if away[k] < best:
        best, when = float(away[k]), int(time[k] + share[k] * dt[k])
    return best, when
