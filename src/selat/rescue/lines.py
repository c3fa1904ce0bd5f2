"""Searches along a line: the route of who is overdue (TSR, TSN), a barrier across a drift (BS), a coast or depth (OS).

These are laid by people, for reasons that no cloud of particles knows: a route is where to look first, a barrier is where
something must come by. What they are worth is worked out by the tracks as they are sailed, with the inverse-cube law.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from selat.kernels import areas
from selat.model.clock import SECOND
from selat.model.errors import ConfigError
from selat.model.plan import APPROVAL, Plan, SubArea, Task
from selat.rescue import patterns
from selat.rescue.cloud import Cloud, Frame
from selat.rescue.plan import most_of, setting_of
from selat.rescue.probability import Track, exponent_of_track, update
from selat.rescue.searchers import LINES, SEARCHING, Conditions, Searcher, Span, span_of
from selat.rescue.shores import cut
from selat.rescue.tasks import aground
from selat.tracks.coast import Coast

Array = NDArray[Any]
KINDS = LINES
MOMENTS = 24
Place = tuple[float, float]


def along(
    cloud: Cloud,
    searcher: Searcher,
    conditions: Conditions,
    kind: str,
    places: Sequence[Place],
    begin: int,
    end: int,
    *,
    spacing: float = 0.0,
    times: int = 0,
    port: bool = False,
    case: str = "",
    pos_before: float = 0.0,
    approval: str = APPROVAL,
    coast: Coast | None = None,
) -> Plan:
    """A plan of one searcher along ``places`` (lat, lon), still over the ground, between two times (ns).

    ``spacing`` (m, 0: twice the sweep width for TSR and TSN, once for OS); ``times``: passes of a barrier, legs off a contour
    (0: as many as the time allows); ``port``: a contour on its port side. What the time does not allow is cut off, and said. Raises
    :class:`ConfigError` for another kind, for too few places, and as :func:`selat.rescue.searchers.span_of` does.
    """
    if kind not in LINES:
        raise ConfigError(f"{kind!r} is no search along a line", hint=f"one of {', '.join(LINES)}")
    if len(places) < 2 or (kind == "BS" and len(places) != 2):
        raise ConfigError(f"{len(places)} places for {kind}", hint="two for a barrier, two or more for the others")
    cloud = cloud.normal()
    ready = searcher.in_sea(conditions.sea)
    span = span_of(ready, *places[0], begin, end, conditions, coast)
    width = span.seen.width
    frame = Frame(cloud, span.begin, still=True)
    place = np.array(places, np.float64)
    line = np.stack(frame.plane(place[:, 0], place[:, 1], span.begin), 1)
    gap = spacing or (width if kind == "OS" else 2.0 * width)
    afford = (span.end - span.begin) / SECOND * SEARCHING * ready.speed
    whole = _points(kind, line, gap, times, port, afford)
    points = cut(whole, afford)
    area, poc = _area(cloud, frame, points, width if kind == "BS" else gap, span.begin, _finish(points, span, ready))
    task = _task(cloud, frame, points, kind, ready, span, area, poc, area.width if kind == "BS" else gap)
    setting, ashore = setting_of(cloud, [ready], conditions, begin, end, coast=coast)
    effort = setting.problem.share[0] * width * patterns.length_of(points)
    most = max(most_of(setting, effort), task.pos)
    weak = _weaknesses(kind, points is not whole, line, ready, width, cloud, task.begin, task.end)
    weak += aground([task], coast) if coast else ()
    told = {
        "visibility": conditions.visibility, "wind": conditions.wind, "sea": conditions.sea, "particles": len(cloud),
    }  # fmt: skip
    return Plan(
        case, conditions.target, begin, begin, end, places[0], task.pos, most, task.pos, pos_before, ashore, (task,), weak, told,
        {}, approval,
    )  # fmt: skip


def _finish(points: Array, span: Span, searcher: Searcher) -> int:
    return span.begin + round(patterns.length_of(points) / searcher.speed * SECOND)


def _task(
    cloud: Cloud,
    frame: Frame,
    points: Array,
    kind: str,
    who: Searcher,
    span: Span,
    area: SubArea,
    poc: float,
    spacing: float,
) -> Task:
    """The track as a task, worth what it finds as sailed."""
    width = span.seen.width
    way = patterns.waypoints(frame, points, span.begin, who.speed)
    track = Track(
        np.array([w.time for w in way], np.int64), np.array([w.lat for w in way]), np.array([w.lon for w in way]),
        width, who.speed, who.name,
    )  # fmt: skip
    _, pos = update(cloud, exponent_of_track(cloud, track))
    high = who.eye if who.platform in ("aircraft", "helicopter") else 0.0
    return Task(
        "A1", who.name, who.platform, kind, area, span.begin, way[-1].time, who.speed, width, spacing,
        width * patterns.length_of(points) / area.size, poc, pos / poc if poc > 0 else 0.0, pos, way, who.agency, who.callsign,
        who.mmsi, high, 0.0, span.notes,
    )  # fmt: skip


def _points(kind: str, line: Array, gap: float, times: int, port: bool, afford: float) -> Array:
    if kind in ("TSR", "TSN"):
        return patterns.track_line(line, gap, back=kind == "TSR")
    whole = max(patterns.length_of(line), 1.0)
    count = times or max(1, math.floor(afford / whole))
    if kind == "BS":
        return patterns.barrier(line[0], line[1], min(count, 500))
    return patterns.contour(line, gap, min(count, 100), starboard=not port)


def _area(cloud: Cloud, frame: Frame, points: Array, margin: float, begin: int, end: int) -> tuple[SubArea, float]:
    """(the rectangle about a track, half a spacing wider, the probability that the object is in it at some moment)."""
    way = points[-1] - points[0] if np.hypot(*(points[-1] - points[0])) > 1.0 else points[1] - points[0]
    longest = int(np.argmax(np.hypot(*np.diff(points, axis=0).T)))
    way = points[longest + 1] - points[longest] if len(points) > 2 else way
    angle = math.atan2(way[1], way[0])
    c, s = math.cos(angle), math.sin(angle)
    u, v = points @ [c, s], points @ [-s, c]
    half = (np.ptp(u) + margin) / 2.0, (np.ptp(v) + margin) / 2.0
    mu, mv = (u.max() + u.min()) / 2.0, (v.max() + v.min()) / 2.0
    rect = np.array([c * mu - s * mv, s * mu + c * mv, half[0], half[1], angle])
    if rect[3] > rect[2]:
        rect[2], rect[3], rect[4] = rect[3], rect[2], rect[4] + math.pi / 2.0
    corners = np.empty((4, 2))
    areas.corners_into(rect, corners)
    lat, lon = frame.earth(corners[:, 0], corners[:, 1], np.full(4, begin))
    middle = frame.earth(rect[0], rect[1], begin)
    moments = np.linspace(begin, end, MOMENTS).astype(np.int64)
    x, y, _ = frame.paths(cloud, moments)
    inner = np.empty(len(cloud), np.float32)
    areas.inside(x, y, np.full(MOMENTS, 1.0 / MOMENTS), rect, inner)
    found = SubArea(
        tuple(zip(lat.tolist(), lon.tolist(), strict=True)), float(middle[0]), float(middle[1]), 2.0 * float(rect[2]),
        2.0 * float(rect[3]), (90.0 - math.degrees(float(rect[4]))) % 180.0, begin,
    )  # fmt: skip
    return found, float(np.sum(cloud.weight[inner > 0.0]))


def _weaknesses(
    kind: str, short: bool, line: Array, searcher: Searcher, width: float, cloud: Cloud, begin: int, end: int
) -> tuple[str, ...]:
    out = [*cloud.doubts, *([f"sweep width given by hand: {searcher.name}"] if searcher.width > 0 else [])]
    if short:
        out.append("the time does not allow all of it: the track ends early")
    if kind == "BS":
        drift, _ = Frame(cloud, begin).drift(begin, end)
        length = float(np.hypot(*(line[1] - line[0])))
        if not patterns.barrier_holds(length, searcher.speed, width, drift):
            out.append("what drifts can pass the barrier between two passes: shorten it, or add a boat")
    return tuple(out)
