"""Since when ships declare a navigational status, and whether they changed to it while they were watched."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from selat.detectors import _ships as fleet
from selat.detectors import _ways as ways
from selat.detectors._ships import Ships
from selat.model.clock import MINUTE, SECOND
from selat.model.rule import Evidence
from selat.model.units import KNOT
from selat.tracks.window import Window

TRAFFIC = ("lane", "deep_water_route", "separation_zone", "precautionary")
LYING = ("anchorage", "port")
_WATCHED = 3 * MINUTE  #: ns: who was there for less had the status from the start, for all we know


class Declared(NamedTuple):
    """A ship (row of :class:`Ships`) that declares a status: since when (ns), in how many reports; ``changed``: she
    declared another before, while she was watched.
    """

    row: int
    since: int
    reports: int
    changed: bool


def declared(w: Window, s: Ships, status: int, memory: Any) -> tuple[list[Declared], dict[str, list[int]]]:
    """Ships with this status, and the new memory: [since, reports of the contact then, changed] by lasting number.

    Whoever has the status when she is first heard, or when the watch begins, has not changed to it.
    """
    c, old = w.contacts, memory or {}
    rows = np.flatnonzero(s.status == status).tolist()
    out, new = [], {}
    for i in rows:
        slot, key = int(s.slot[i]), str(int(s.id[i]))
        entry = old.get(key)
        if entry is None:
            watched = memory is not None and int(s.time[i]) - int(c.begun[slot]) > _WATCHED
            entry = [int(s.time[i]), int(c.reports[slot]) - 1, int(watched)]
        new[key] = entry
        out.append(Declared(i, entry[0], int(c.reports[slot]) - entry[1], bool(entry[2])))
    if old.keys() - new.keys():
        here = {str(x) for x in s.id.tolist()}
        there = {str(x) for x in c.ids().tolist()}
        new.update({k: e for k, e in old.items() if k not in here and k in there})  # not heard lately: no news
    return out, new


def history(w: Window, slot: int, since: int, seconds: float) -> tuple[Evidence, Any]:
    """How she moved in the ``seconds`` before a time (ns), m/s and m by her positions; and the track from then on."""
    track = fleet.fine_trail(w.contacts, slot, since - round(seconds * SECOND))
    span, step, _ = ways.steps(track)
    before = track.time[1:] <= since
    paces = step[before & (span >= 5.0)] / span[before & (span >= 5.0)]
    after = track.time >= since
    moved = 0.0
    if after.any():
        lat, lon = track.lat[after], track.lon[after]
        squeeze = np.cos(np.radians(lat[0]))
        moved = float(np.hypot((lat[-1] - lat[0]) * 111_120.0, (lon[-1] - lon[0]) * 111_320.0 * squeeze))
    return {
        "before": fleet.real(paces[-6:].mean() if paces.size else np.nan, 2),
        "most": fleet.real(np.sort(paces)[-2] if paces.size > 1 else np.nan, 2),  # a single bad fix is no way
        "moved": round(moved, 1),
    }, track


def times(count: int) -> str:
    """So many reports, in words."""
    return f"{count} report{'s' * (count != 1)}"


def knots(speed: float) -> str:
    """Knots to one decimal."""
    return f"{speed / KNOT:.1f} kn"
