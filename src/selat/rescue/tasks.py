"""Areas as they can be sailed: whole legs, ways between, times; and the tasks of a plan that are made of them."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from selat.kernels import areas
from selat.model.clock import SECOND
from selat.model.plan import SubArea, Task
from selat.model.units import FOOT, NAUTICAL_MILE
from selat.rescue import patterns, waters
from selat.rescue.allocate import Areas
from selat.rescue.cloud import Frame
from selat.rescue.probability import poc_pod_pos
from selat.rescue.searchers import EYES, SEARCHING, Searcher, Span
from selat.rescue.shapes import Ground, shapes, taken
from selat.rescue.shores import rings_of
from selat.tracks.coast import Coast

Array = NDArray[Any]
APART = 500.0 * FOOT  #: aircraft over one sea are kept apart by height
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
    dry: float = 0.0  #: m2 of land in the rectangle

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
    coast: Coast | None = None,
) -> list[Sortie]:
    """For each searcher the order of its areas, their legs and times; shapes are rounded to whole legs where that costs least.

    ``coast``: that of areas which may have land in them.
    """
    out: list[Sortie] = []
    rects = found.rects.copy()
    for who, (searcher, span) in enumerate(zip(searchers, spans, strict=True)):
        mine = np.flatnonzero(found.owner == who)
        start = frame.plane(searcher.lat, searcher.lon, span.begin)
        mine = _order(mine, rects, (float(start[0]), float(start[1])))
        pace = searcher.transit or searcher.speed
        full = (span.end - span.begin) / SECOND * SEARCHING
        chain = _Chain(who, searcher, span, frame, worth, coast, mine, found.effort[mine])
        laid, own = chain.laid(rects, start, 1.0 if len(mine) == 1 else 0.95)
        for trial in range(8 if len(mine) > 1 else 0):  # ways between areas are known when their patterns are drawn
            way = sum(chain.way(one, two) for one, two in itertools.pairwise(laid))
            laid, own = chain.laid(rects, start, max((1.0 - way / pace / full) * (1.0 - 0.01 * trial), 0.05))
            if laid[-1].end <= span.end:
                break
        rects = own
        out += laid
    return out


@dataclass(frozen=True, slots=True)
class _Chain:
    """The areas of one searcher one after the other: ``mine`` (k,) their numbers, ``effort`` (k,) m2."""

    who: int
    searcher: Searcher
    span: Span
    frame: Frame
    worth: Callable[[list[Sortie]], float]
    coast: Coast | None
    mine: Array
    effort: Array

    def laid(self, rects: Array, at: Any, scale: float) -> tuple[list[Sortie], Array]:
        """(the sorties with that part of the effort, all rectangles with theirs as they are sailed)."""
        rects, begin = rects.copy(), self.span.begin
        out: list[Sortie] = []
        pace = self.searcher.transit or self.searcher.speed
        for j, effort in zip(self.mine.tolist(), (self.effort * scale).tolist(), strict=True):
            sortie = self._best(rects, j, effort, at, begin)
            if out:
                later = int(self.way(out[-1], sortie) / pace * SECOND)
                if self.coast is None:
                    sortie = replace(sortie, begin=sortie.begin + later, end=sortie.end + later)
                else:  # the shore is elsewhere on the plane by then
                    sortie = self._best(rects, j, effort, at, begin + later)
            rects[j] = sortie.rect
            out.append(sortie)
            at, begin = sortie.points[-1], sortie.end
        return out, rects

    def way(self, one: Sortie, two: Sortie) -> float:
        """Metres from the end of one area's pattern to the begin of the next, by sea where there is land."""
        straight = float(np.hypot(*(two.points[0] - one.points[-1])))
        if self.coast is None or self.searcher.platform not in ("boat", "ship"):
            return straight
        ends = [self.frame.earth(p[0], p[1], np.float64(one.end)) for p in (one.points[-1], two.points[0])]
        by_sea = waters.way(self.coast, *((float(lat), float(lon)) for lat, lon in ends))[1]
        return by_sea if math.isfinite(by_sea) else straight

    def _best(self, rects: Array, j: int, effort: float, at: Any, begin: int) -> Sortie:
        """Each way of rounding is tried, and what it is worth alone decides."""
        width, speed = self.span.seen.width, self.searcher.speed
        end = begin + taken(effort, width, speed)
        ground = Ground(self.frame, self.coast, begin, end) if self.coast is not None else None
        best: tuple[float, Sortie] | None = None
        for shape in shapes(rects, j, effort, self.searcher, width, at, ground):
            sortie = Sortie(
                self.who, self.searcher, shape.rect, shape.pattern, shape.spacing, width, speed, shape.points, begin,
                end, shape.dry,
            )  # fmt: skip
            value = self.worth([sortie])
            if shape.pattern == "PS":
                value *= 1.005  # fewer turns
            if best is None or value > best[0]:
                best = value, sortie
        assert best is not None
        return best[1]


def _order(mine: Array, rects: Array, start: tuple[float, float]) -> Array:
    """The shortest way through the areas' centres."""
    if len(mine) < 2:
        return mine

    def way(order: tuple[int, ...]) -> float:
        stops = [np.array(start), *(rects[k, :2] for k in order)]
        return sum(float(np.hypot(*(b - a))) for a, b in itertools.pairwise(stops))

    return np.array(min(itertools.permutations(mine.tolist()), key=way))


def tasks_of(
    frame: Frame, laid: Sequence[Sortie], spans: Sequence[Span], share: Array, fresh: tuple[Array, Array, Array],
    coast: Coast | None = None,
) -> tuple[Task, ...]:  # fmt: skip
    """The sorties as tasks, places on the earth, each with its own probabilities on fresh particles."""
    x, y, weight = fresh
    inner = np.empty(len(weight), np.float32)
    out = []
    high = 0
    for number, sortie in enumerate(laid):
        who = sortie.searcher_of
        met = np.zeros(len(weight))
        rects, coverages = patterns.layers(sortie.rect, sortie.pattern, sortie.coverage)
        for rect, coverage in zip(rects, coverages, strict=True):  # the whole area last
            areas.inside(x, y, share[sortie.searcher], rect, inner)
            met += coverage * inner
        poc, pod, pos = poc_pod_pos(weight, inner, met)
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
                _area(frame, sortie, coast),
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


def _area(frame: Frame, sortie: Sortie, coast: Coast | None) -> SubArea:
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
        rings_of(frame, coast, sortie.rect, sortie.begin) if coast is not None else (), sortie.dry,
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
