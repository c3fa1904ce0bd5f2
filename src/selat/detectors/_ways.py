"""Ways made good: speeds, courses and turns between the positions of a track, free of what a ship reports of itself."""

from __future__ import annotations

from typing import Any

import numpy as np

from selat.detectors import _places as near
from selat.detectors._ships import Array
from selat.kernels import geodesy
from selat.model.clock import SECOND
from selat.tracks.contacts import Contacts

_SURE = 180  #: s from the first position of a contact to the first that its track keeps
_ENDED = 600.0  #: s between the end of a track and the beginning of another to which she leapt


def steps(track: Any) -> tuple[Array, Array, Array]:
    """Seconds, metres and direction (deg) of the steps of a track."""
    east, north = geodesy.plane(track.lat[:-1], track.lon[:-1], track.lat[1:], track.lon[1:])
    return np.diff(track.time) * 1e-9, np.hypot(east, north), np.degrees(np.arctan2(east, north)) % 360.0


def norm(track: Any, before: int) -> float:
    """Speed (m/s) that a ship kept before a time (ns): the mean made good there; NaN for less than 10 minutes."""
    span, step, _ = steps(track)
    old = track.time[1:] <= before
    if span[old].sum() < 600.0:
        return float("nan")
    return float(step[old].sum() / span[old].sum())


def slow_since(track: Any, limit: float) -> int:
    """First row of the unbroken run at the end in which the speed made good stayed below ``limit`` m/s."""
    span, step, _ = steps(track)
    return near.unbroken(step < limit * np.maximum(span, 1.0)) if len(step) else 0


def course_made(track: Any, speed: float, most: float = np.inf) -> list[list[float]]:
    """Steps of a track that were sailed: [ns at its end, course (deg) unwrapped, s, m/s]; a slow step, or a leap, breaks it.

    ``speed``, ``most``: m/s, the slowest and the fastest that is sailed.
    """
    span, step, way = steps(track)
    out: list[list[float]] = []
    for time, s, m, c in zip(track.time[1:].tolist(), span.tolist(), step.tolist(), way.tolist(), strict=True):
        if s < 20.0 and out:
            continue  # the last step is short: its course is noise
        if s > 300.0 or m < speed * s or m > most * s:
            out = []
            continue
        if out:
            c = out[-1][1] + (c - out[-1][1] + 180.0) % 360.0 - 180.0
        out.append([time, round(c, 1), round(s, 1), round(m / s, 2)])
    return out


def displaced(track: Any, most: float, least: float = 500.0) -> bool:
    """Whether a track ends where a leap led: a step faster than ``most`` m/s and longer than ``least`` m, after which she is not
    where her speed and course of before the leap would have taken her. One wrong position, or leaps there and back, are none.
    """
    span, step, _ = steps(track)
    leaps = np.flatnonzero((step > least) & (step > most * np.maximum(span, 1.0)))
    if not leaps.size:
        return False
    k = int(leaps[-1]) + 1
    before = np.flatnonzero(np.isfinite(track.sog[:k]) & np.isfinite(track.cog[:k]))
    gone = track.sog[before] * (track.time[k] - track.time[before]) * 1e-9
    way = np.radians(track.cog[before])
    east, north = geodesy.plane(track.lat[before], track.lon[before], track.lat[k], track.lon[k])
    away = np.hypot(east - gone * np.sin(way), north - gone * np.cos(way))
    return not bool((away < 0.3 * gone + least).any())


def led_astray(c: Contacts, slot: int, track: Any, most: float) -> bool:
    """Whether a contact is where a leap led it, faster than ``most`` m/s: within its ``track``, or from a track of the same number
    that ended when this one began. Of two ships of one number, both heard on, neither leapt.
    """
    if displaced(track, most):
        return True
    if not len(track.time) or int(c.begun[slot]) < int(track.time[0]) - _SURE * SECOND:
        return False
    y, x = float(track.lat[0]), float(track.lon[0])
    for other in c.of(int(c.mmsi[slot])).tolist():
        gone = (int(c.begun[slot]) - int(c.heard[other])) / SECOND
        if other == slot or not -30.0 < gone < _ENDED:
            continue
        if float(geodesy.distance(c.lat[other], c.lon[other], y, x)) > most * max(gone, 20.0):
            return True
    return False


def pivots(course: list[float], swing: float) -> list[float]:
    """Turning points of a course after each of which it went back by more than ``swing`` deg."""
    points: list[float] = []
    low = high = course[0]
    sign = 0
    for c in course:
        low, high = min(low, c), max(high, c)
        if sign >= 0 and high - c > swing:
            points.append(high)
            sign, low = -1, c
        elif sign <= 0 and c - low > swing:
            points.append(low)
            sign, high = 1, c
    return points


def thin(track: Any, seconds: float) -> Any:
    """A track with its positions at least ``seconds`` apart, counted back from the last."""
    keep, next_ = [], None
    for k in range(len(track.time) - 1, -1, -1):
        if next_ is None or next_ - track.time[k] >= seconds * SECOND:
            keep.append(k)
            next_ = int(track.time[k])
    return type(track)(*(a[keep[::-1]] for a in track))


def spread(way: list[list[float]]) -> float:
    """Standard deviation (deg) of the course of :func:`course_made` about a steady turn; 0 for fewer than four steps."""
    if len(way) < 4:
        return 0.0
    time = np.array([(row[0] - way[0][0]) * 1e-9 for row in way])
    course = np.array([row[1] for row in way])
    slope, first = np.polyfit(time, course, 1)
    return float(np.std(course - slope * time - first))
