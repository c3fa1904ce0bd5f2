"""Ships that lie together: which pairs are near each other now, since when, and where they came from.

One pass over all pairs a minute, shared by the rules about meetings. A pair is known by the lasting numbers of its two contacts,
the smaller first; what is remembered of it is a few plain numbers, so that a restart goes on as if nothing had been.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from selat.detectors import _places as near
from selat.detectors import _ships as fleet
from selat.detectors._ships import Ships
from selat.kernels import geodesy, motion
from selat.model.clock import HOUR, MINUTE, SECOND
from selat.model.rule import Evidence
from selat.model.units import KNOT, NAUTICAL_MILE
from selat.tracks.window import Window

Array = NDArray[Any]
NEAR = 250.0  #: m between positions that are together (Skylight's standard rendezvous) ...
HULLS = 0.3  #: ... and this share of both lengths: the positions are those of antennas
SLOW = 6.0 * KNOT  #: m/s: pairs of which one is faster sail past each other, or in company
BREAK = 6 * MINUTE  #: ns that two may be apart, or unheard, and are still together
BEFORE = 2 * HOUR  #: ns of their tracks in which they must have come from afar
WAITING = ("anchorage", "port", "licensed", "pilot_boarding")
CROWD = NAUTICAL_MILE  #: m: ships that lie still so near make a place an anchorage, whatever the chart says

Known = dict[str, list[float]]


class Together(NamedTuple):
    """A pair that is together: rows of ``ships``, since when (ns), how far apart they once were (m, NaN: not known)."""

    key: str
    a: int
    b: int
    start: int
    came: float


def pairs(window: Window, known: Known) -> tuple[list[Together], Known]:
    """Pairs together now; and what is remembered of them and of those that may only be unheard. Call it once a minute."""
    s = fleet.ships(window)
    slow = np.flatnonzero(s.speed < SLOW)
    size = np.where(np.isnan(s.length), 40.0, s.length)
    reach = NEAR + HULLS * 2.0 * float(size[slow].max(initial=0.0))
    still = np.zeros(slow.size)
    i, j, _, _, away = motion.pairs(s.lat[slow], s.lon[slow], still, still, reach, 0.0, reach)
    i, j = slow[i], slow[j]
    close = (away <= NEAR + HULLS * (size[i] + size[j])) & (s.mmsi[i] != s.mmsi[j])
    out, new = [], {}
    now = window.now
    for a, b in zip(i[close].tolist(), j[close].tolist(), strict=True):
        if s.id[a] > s.id[b]:
            a, b = b, a
        key = f"{int(s.id[a])}-{int(s.id[b])}"
        old = known.get(key)
        if old is None:
            old = [float(now), 0.0, _came(window, s, a, b)]
        new[key] = [old[0], float(now), old[2]]
        out.append(Together(key, a, b, int(old[0]), old[2]))
    for key, old in known.items():
        if key not in new and now - old[1] <= BREAK:
            new[key] = old
    return out, new


def _came(w: Window, s: Ships, a: int, b: int) -> float:
    """Greatest distance (m) of two ships in the two hours before; -1 where their tracks are too short to tell."""
    one, two = (fleet.trail(w.contacts, int(s.slot[k]), w.now - BEFORE) for k in (a, b))
    begin, end = max(one.time[0], two.time[0]), min(one.time[-1], two.time[-1])
    if end - begin < 2 * MINUTE:
        return -1.0
    return float(apart(one, two, int(begin), int(end)).max())


def apart(one: Any, two: Any, begin: int, end: int, step: int = MINUTE) -> Array:
    """Metres between two tracks at every ``step`` ns from ``begin`` to ``end``, straight between their positions."""
    t = np.arange(begin, end + 1, step)
    places = [np.interp(t, x.time, getattr(x, name)) for x in (one, two) for name in ("lat", "lon")]
    east, north = geodesy.plane(*places)
    out: Array = np.hypot(east, north)
    return out


def measured(w: Window, s: Ships, t: Together) -> Evidence:
    """What is measured of a pair since it is together: separation, speeds, headings, sizes, and the place."""
    c = w.contacts
    tracks = [fleet.fine_trail(c, int(s.slot[k]), t.start - 5 * MINUTE) for k in (t.a, t.b)]
    begin = max(t.start, int(max(x.time[0] for x in tracks)))
    end = int(min(x.time[-1] for x in tracks))
    if end <= begin:
        return {}
    gap = apart(tracks[0], tracks[1], begin, end, 30 * SECOND)
    speeds = [_made_good(fleet.since(x, begin)) for x in tracks]
    beam = [float(b) if b == b else max(4.0, (s.length[k] if s.length[k] == s.length[k] else 30.0) / 7.0)
            for k, b in ((t.a, c.beam()[s.slot[t.a]]), (t.b, c.beam()[s.slot[t.b]]))]  # fmt: skip
    lean = abs((float(s.heading[t.a]) - float(s.heading[t.b]) + 180.0) % 360.0 - 180.0)
    lat, lon = (float(s.lat[t.a]) + float(s.lat[t.b])) / 2, (float(s.lon[t.a]) + float(s.lon[t.b])) / 2
    return {
        "seconds": round((end - begin) / SECOND, 1), "median": round(float(np.median(gap)), 1),
        "least": round(float(gap.min()), 1), "most": round(float(gap.max()), 1), "spread": round(float(gap.std()), 1),
        "speeds": [round(v, 3) for v in speeds], "beams": [round(b, 1) for b in beam],
        "lean": None if lean != lean else round(lean, 1), "came": round(t.came, 0),
        "waiting": _waiting(w, s, t), "crowd": _crowd(s, lat, lon), "shore": fleet.real(w.world.coast.distance(lat, lon), 0),
        "ships": [fleet.subject(c, s, t.a), fleet.subject(c, s, t.b)], "tracks": [fleet.rows(x) for x in tracks],
        "seq": sorted({int(q) for x in tracks for q in x.seq if q >= 0} | {int(s.seq[t.a]), int(s.seq[t.b])}),
        "place": [round(lat, 6), round(lon, 6)],
    }  # fmt: skip


def _made_good(track: Any) -> float:
    """Speed (m/s) along a track, from positions a minute apart at least: noise of positions at rest does not count."""
    if len(track.time) < 2:
        return 0.0
    t = np.arange(track.time[0], track.time[-1] + 1, 3 * MINUTE)
    if t.size < 2:
        t = track.time[[0, -1]]
    lat, lon = np.interp(t, track.time, track.lat), np.interp(t, track.time, track.lon)
    east, north = geodesy.plane(lat[:-1], lon[:-1], lat[1:], lon[1:])
    return float(np.hypot(east, north).sum() / ((t[-1] - t[0]) / SECOND))


def _waiting(w: Window, s: Ships, t: Together) -> Evidence | None:
    """The zone of a kind in which ships lie together by custom that one of the two is in; None where there is none."""
    at = near.places(w)
    row, zone = at.inside(*WAITING)
    mine = zone[(row == t.a) | (row == t.b)]
    return near.place(at.zones, int(mine[0])) if mine.size else None


def _crowd(s: Ships, lat: float, lon: float) -> int:
    """How many other ships lie still within a mile."""
    east, north = geodesy.plane(lat, lon, s.lat, s.lon)
    return int(np.count_nonzero((np.hypot(east, north) < CROWD) & (s.speed < 0.5 * KNOT))) - 2
