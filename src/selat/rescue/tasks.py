"""Areas as they can be sailed: whole legs, ways between, times; and the tasks of a plan that are made of them."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from selat.kernels import areas
from selat.model.clock import SECOND
from selat.model.plan import SubArea, Task
from selat.model.units import FOOT, NAUTICAL_MILE
from selat.rescue import patterns
from selat.rescue.allocate import Areas
from selat.rescue.cloud import Frame
from selat.rescue.probability import poc_pod_pos
from selat.rescue.searchers import EYES, SEARCHING, Searcher, Span
from selat.tracks.coast import Coast

Array = NDArray[Any]
APART = 500.0 * FOOT  #: aircraft over one sea are kept apart by height
SECTOR = 9.0  #: radii that one pass of a sector pattern is long
FAR_SECTOR = (
    5.0 * NAUTICAL_MILE
)  #: radius above which a sector pattern no longer suits (IAMSAR Manual, Volume II: a small area)


@dataclass(frozen=True, slots=True)
class Sortie:
    """One area of one searcher on the plane: ``rect`` (5,), ``points`` (m, 2) of its pattern, times ns."""

    searcher: int
    searcher_of: Searcher
    rect: Array
    pattern: str
    spacing: float
    width: float
    speed: float
    points: Array
    begin: int
    end: int

    @property
    def coverage(self) -> float:
        """Sweep width by spacing."""
        return self.width / self.spacing


def sorties(
    searchers: Sequence[Searcher],
    spans: Sequence[Span],
    frame: Frame,
    found: Areas,
    worth: Callable[[list[Sortie]], float],
) -> list[Sortie]:
    """For each searcher the order of its areas, their legs and times; shapes are rounded to whole legs where that costs least."""
    out: list[Sortie] = []
    rects = found.rects.copy()
    for who, (searcher, span) in enumerate(zip(searchers, spans, strict=True)):
        mine = np.flatnonzero(found.owner == who)
        start = frame.plane(searcher.lat, searcher.lon, span.begin)
        mine = _order(mine, rects, (float(start[0]), float(start[1])))
        pace = searcher.transit or searcher.speed
        way = sum(float(np.hypot(*(rects[b, :2] - rects[a, :2]))) for a, b in itertools.pairwise(mine))
        seconds = (span.end - span.begin) / SECOND * SEARCHING - way / pace
        full = (span.end - span.begin) / SECOND * SEARCHING
        scale = max(seconds / full, 0.05)
        begin, at = span.begin, start
        for j in mine:
            effort = found.effort[j] * scale
            best: tuple[float, Sortie] | None = None
            # each way of rounding is tried, and what it is worth alone decides
            for rect, pattern, spacing in _shapes(rects, int(j), effort, searcher, span.seen.width):
                points = drawn(rect, pattern, spacing, at)
                seconds_here = effort / (span.seen.width * searcher.speed) / SEARCHING
                end = begin + int(seconds_here * SECOND)
                sortie = Sortie(
                    who, searcher, rect, pattern, spacing, span.seen.width, searcher.speed, points, begin, end
                )
                value = worth([sortie])
                if pattern == "PS":
                    value *= 1.005  # fewer turns
                if best is None or value > best[0]:
                    best = value, sortie
            assert best is not None
            sortie = best[1]
            rects[j] = sortie.rect
            out.append(sortie)
            at = sortie.points[-1]
            k = int(np.flatnonzero(mine == j)[0])
            if k + 1 < len(mine):
                gap = float(np.hypot(*(rects[mine[k + 1], :2] - rects[j, :2])))
                begin = sortie.end + int(gap / pace * SECOND)
    return out


def _order(mine: Array, rects: Array, start: tuple[float, float]) -> Array:
    """The shortest way through the areas' centres."""
    if len(mine) < 2:
        return mine

    def way(order: tuple[int, ...]) -> float:
        stops = [np.array(start), *(rects[k, :2] for k in order)]
        return sum(float(np.hypot(*(b - a))) for a, b in itertools.pairwise(stops))

    return np.array(min(itertools.permutations(mine.tolist()), key=way))


def _shapes(rects: Array, j: int, effort: float, searcher: Searcher, width: float) -> list[tuple[Array, str, float]]:
    """(rectangle, pattern, spacing) that can be sailed: whole legs along the length or the width, at equal area where no
    other area is in the way, cut back where one is."""
    rect = rects[j].copy()
    if rect[3] > rect[2]:
        rect[2], rect[3], rect[4] = rect[3], rect[2], rect[4] + math.pi / 2
    area = 4.0 * rect[2] * rect[3]
    spacing = width * area / effort
    out = []
    if searcher.pattern == "SS":
        half = math.sqrt(area) / 2.0
        square = np.array([rect[0], rect[1], half, half, rect[4]])
        n = max(1, round(2.0 * half / spacing))
        return [(_cut(rects, j, square), "SS", 2.0 * half / n)]
    if searcher.pattern == "VS":
        return [_sector(rects, j, effort / width, passes) for passes in _passes(area, effort / width)]
    for pattern in ("PS", "CS"):
        if searcher.pattern not in ("", pattern):
            continue
        along, across = (2, 3) if pattern == "PS" else (3, 2)
        exact = 2.0 * rect[across] / spacing
        for n in sorted({max(1, math.floor(exact)), max(1, math.ceil(exact))}):
            shape = rect.copy()
            # n legs of the length that the effort buys, at the spacing that keeps the area
            shape[across] = n * spacing / 2.0
            shape[along] = area / (4.0 * shape[across])
            if shape[along] < 0.3 * rect[along] or shape[along] > 3.0 * rect[along]:
                shape = rect.copy()
            shape = _cut(rects, j, shape)
            cut = 4.0 * shape[2] * shape[3]
            legs = max(1, round(2.0 * shape[across] / (width * cut / effort)))
            out.append((shape, pattern, 2.0 * shape[across] / legs))
    # never more track than the effort pays for
    return [(shape, pattern, max(s, width * 4.0 * shape[2] * shape[3] / effort)) for shape, pattern, s in out]


def _passes(area: float, track: float) -> list[int]:
    """How often a sector pattern on a circle of that area can be sailed with that length of track: both ways of rounding."""
    exact = track / (SECTOR * math.sqrt(area / math.pi))
    return sorted({max(1, math.floor(exact)), max(1, math.ceil(exact))})


def _sector(rects: Array, j: int, track: float, passes: int) -> tuple[Array, str, float]:
    """VS: the circle whose pattern takes just that track, as the square of its area; its coverage counts as spread evenly,
    which is too little where the object is likeliest, at the datum."""
    radius = track / (SECTOR * passes)
    half = radius * math.sqrt(math.pi) / 2.0
    rect = rects[j]
    square = _cut(rects, j, np.array([rect[0], rect[1], half, half, rect[4]]))
    return square, "VS", 4.0 * float(square[2] * square[3]) / track


def _cut(rects: Array, j: int, shape: Array) -> Array:
    out: Array = shape.copy()
    for i in range(len(rects)):
        if i != j and not areas.trim(rects[i], out, 0.0):
            out[:] = rects[j]
            break
    return out


def drawn(rect: Array, pattern: str, spacing: float, at: Any) -> Array:
    """The pattern on a rectangle (5,), begun at the corner nearest to ``at``, where the searcher comes from; (m, 2)."""
    if pattern == "VS":
        radius = math.sqrt(4.0 * rect[2] * rect[3] / math.pi)
        passes = max(1, math.floor(math.pi * radius / (SECTOR * spacing) + 1e-6))
        toward = math.degrees(math.atan2(rect[0] - at[0], rect[1] - at[1]))
        return patterns.sector(rect[:2], radius, heading=toward, passes=passes)
    if pattern == "SS":
        return patterns.expanding_square(rect[:2], spacing, length=4.0 * rect[2] * rect[3] / spacing * (1.0 + 1e-6))
    ways = [patterns.parallel(rect, spacing, corner=k, creeping=pattern == "CS") for k in range(4)]
    best: Array = min(ways, key=lambda p: float(np.hypot(*(p[0] - np.array(at)))))
    return best


def tasks_of(
    frame: Frame, laid: Sequence[Sortie], spans: Sequence[Span], share: Array, fresh: tuple[Array, Array, Array]
) -> tuple[Task, ...]:
    """The sorties as tasks, places on the earth, each with its own probabilities on fresh particles."""
    x, y, weight = fresh
    inner = np.empty(len(weight), np.float32)
    out = []
    high = 0
    for number, sortie in enumerate(laid):
        who = sortie.searcher_of
        areas.inside(x, y, share[sortie.searcher], sortie.rect, inner)
        poc, pod, pos = poc_pod_pos(weight, inner, sortie.coverage)
        notes = list(spans[sortie.searcher].notes)
        if sortie.pattern == "VS" and math.sqrt(4.0 * sortie.rect[2] * sortie.rect[3] / math.pi) > FAR_SECTOR:
            notes.append("a sector search this wide: another pattern covers it more evenly")
        altitude = 0.0
        if who.platform in ("aircraft", "helicopter"):
            altitude = (who.eye or EYES[who.platform]) + high * APART
            if high:
                notes.append(f"{altitude / FOOT:.0f} ft, to be clear of the other aircraft")
            high += number + 1 == len(laid) or laid[number + 1].searcher != sortie.searcher
        way = patterns.waypoints(frame, sortie.points, sortie.begin, sortie.speed)
        out.append(
            Task(
                f"A{number + 1}",
                who.name,
                who.platform,
                sortie.pattern,
                _area(frame, sortie),
                sortie.begin,
                sortie.end,
                sortie.speed,
                sortie.width,
                sortie.spacing,
                sortie.coverage,
                poc,
                pod,
                pos,
                way,
                who.agency,
                who.callsign,
                who.mmsi,
                altitude,
                _creep(sortie.points),
                tuple(notes),
            )
        )
    return tuple(out)


def _area(frame: Frame, sortie: Sortie) -> SubArea:
    rect = sortie.rect if sortie.rect[2] >= sortie.rect[3] else sortie.rect[[0, 1, 3, 2, 4]]
    turn = 0.0 if sortie.rect[2] >= sortie.rect[3] else math.pi / 2
    corners = np.empty((4, 2))
    areas.corners_into(sortie.rect, corners)
    lat, lon = frame.earth(corners[:, 0], corners[:, 1], np.full(4, sortie.begin))
    middle = frame.earth(rect[0], rect[1], sortie.begin)
    speed, direction = frame.drift(sortie.begin, sortie.end)
    axis = (90.0 - math.degrees(rect[4] + turn)) % 180.0
    return SubArea(
        tuple(zip(lat.tolist(), lon.tolist(), strict=True)), float(middle[0]), float(middle[1]),
        2.0 * float(rect[2]), 2.0 * float(rect[3]), axis, sortie.begin, speed, direction,
    )  # fmt: skip


def aground(tasks: Sequence[Task], coast: Coast, *, step: float = 200.0) -> tuple[str, ...]:
    """A sentence for each boat's task whose legs cross land, asked every ``step`` metres."""
    out = []
    for task in tasks:
        if task.platform not in ("boat", "ship"):
            continue
        bad = []
        for k, (one, two) in enumerate(itertools.pairwise(task.waypoints)):
            part = np.linspace(0.0, 1.0, max(2, math.ceil(one.length / step)) + 1)
            lat, lon = one.lat + part * (two.lat - one.lat), one.lon + part * (two.lon - one.lon)
            if coast.land(lat, lon).any():
                bad.append(k + 1)
        if bad:
            legs = ", ".join(map(str, bad[:5])) + (", ..." if len(bad) > 5 else "")
            out.append(f"{task.name}: leg {legs} crosses land")
    return tuple(out)


def _creep(points: Array) -> float:
    """Direction (deg) from the first leg's middle to the last's: the way in which the legs advance."""
    if len(points) < 4:
        return 0.0
    east, north = points[-2:].mean(0) - points[:2].mean(0)
    return float(np.degrees(np.arctan2(east, north)) % 360.0)
