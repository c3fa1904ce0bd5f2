"""Shapes that can be sailed: an area with whole legs, in the patterns that suit it, cut at a shore where there is one."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from selat.kernels import areas
from selat.model.clock import SECOND
from selat.rescue import patterns, shores
from selat.rescue.cloud import Frame
from selat.rescue.searchers import SEARCHING, Searcher
from selat.tracks.coast import Coast

Array = NDArray[Any]
SECTOR = 9.0  #: radii that one pass of a sector pattern is long
PASSES = (1, 2, 3, 4, 5, 6, 8, 10, 12, 16, 20, 24, 32)  #: of a sector pattern, that are tried


@dataclass(frozen=True, slots=True)
class Shape:
    """A rectangle (5,) on the plane, its pattern, spacing (m), track (m, 2), and the m2 of land in it."""

    rect: Array
    pattern: str
    spacing: float
    points: Array
    dry: float = 0.0


@dataclass(frozen=True, slots=True)
class Ground:
    """Where and when an area is searched, for its shore: ``begin`` and ``end`` ns."""

    frame: Frame
    coast: Coast
    begin: int
    end: int

    def dry_share(self, rect: Array) -> tuple[float, bool]:
        """(share of it that is land while it is searched, whether land comes near it)."""
        return shores.dry_share(self.frame, self.coast, rect, self.times)

    @property
    def times(self) -> Array:
        """Some moments of the search, ns."""
        return np.linspace(self.begin, self.end, 7)


def shapes(
    rects: Array, j: int, effort: float, searcher: Searcher, width: float, at: Any, ground: Ground | None = None
) -> list[Shape]:
    """What searcher j may make of its rectangle with an effort (m2 swept): whole legs along the length or the width, at equal
    area where no other area is in the way, cut back where one is; never more track than the effort pays for."""
    rect = rects[j].copy()
    if rect[3] > rect[2]:
        rect[2], rect[3], rect[4] = rect[3], rect[2], rect[4] + math.pi / 2
    if ground is not None and ground.dry_share(rect)[1]:
        found = _at_shore(rect, effort, searcher, width, at, ground)
        if found:
            return found
    area = 4.0 * rect[2] * rect[3]
    if searcher.pattern == "SS":
        out = [_square(rects, j, rect, width * area / effort)]
    elif searcher.pattern == "VS":
        out = [_sector(rects, j, effort / width, n) for n in _passes(effort / width, width)]
    else:
        out = _straight(rects, j, rect, effort, searcher.pattern, width)
    return [Shape(r, pattern, s, drawn(r, pattern, s, at)) for r, pattern, s in out]


def _at_shore(rect: Array, effort: float, searcher: Searcher, width: float, at: Any, ground: Ground) -> list[Shape]:
    """The rectangle without sides of land, with its legs cut at the shore."""
    rect = shores.tight(ground.frame, ground.coast, rect, ground.times)
    boat = searcher.platform in ("boat", "ship")
    sea = shores.Sea(ground.frame, ground.coast, ground.begin, searcher.speed, boat)
    wanted = [(rect, pattern) for pattern in ((searcher.pattern,) if searcher.pattern else ("PS", "CS"))]
    if searcher.pattern == "SS":
        half = math.sqrt(rect[2] * rect[3])
        wanted = [(np.array([rect[0], rect[1], half, half, rect[4]]), "SS")]
    elif searcher.pattern == "VS":
        wanted = [(_sector(rect[None], 0, effort / width, n)[0], "VS") for n in _passes(effort / width, width)]
    out = []
    for shape, pattern in wanted:
        size = 4.0 * shape[2] * shape[3]
        dry = ground.dry_share(shape)[0] * size
        points, spacing = shores.track(sea, shape, pattern, effort, width, drawn, at, max(size - dry, 0.02 * size))
        if len(points) > 1:
            out.append(Shape(shape, pattern, spacing, points, dry))
    return out


def _passes(track: float, width: float) -> list[int]:
    """Numbers of passes of a sector pattern to try with a length of track: their radius is half a sweep width at least."""
    return [n for n in PASSES if track / (SECTOR * n) >= 0.5 * width] or [1]


def _square(rects: Array, j: int, rect: Array, spacing: float) -> tuple[Array, str, float]:
    half = math.sqrt(rect[2] * rect[3])
    shape = _cut(rects, j, np.array([rect[0], rect[1], half, half, rect[4]]))
    n = max(1, round(2.0 * half / spacing))
    return shape, "SS", 2.0 * half / n


def _straight(
    rects: Array, j: int, rect: Array, effort: float, wanted: str, width: float
) -> list[tuple[Array, str, float]]:
    """PS and CS with whole legs, both ways of rounding."""
    area = 4.0 * rect[2] * rect[3]
    spacing = width * area / effort
    out = []
    for pattern in ("PS", "CS"):
        if wanted not in ("", pattern):
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


def _sector(rects: Array, j: int, track: float, passes: int) -> tuple[Array, str, float]:
    """VS: the circle whose pattern takes just that track, as the square of its area."""
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


def taken(effort: float, width: float, speed: float) -> int:
    """Nanoseconds on scene that an effort (m2 swept) takes."""
    return int(effort / (width * speed) / SEARCHING * SECOND)
