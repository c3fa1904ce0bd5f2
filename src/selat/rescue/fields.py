"""Wind and current of a case: grids, what an officer typed, tidal streams, a climatology; each with its error, in order.

An error is a random flight: standard deviation per component and memory. Defaults:

* a grid of a model: current 0.31 m/s and 11.6 h (fitted to 3,671 windows of drifters against a 3-hourly forecast, Gulf of
  St Lawrence 2020; doc: docs/concepts/drift.md); wind 2 m/s and 24 h (assumed)
* typed by an officer: current 0.31 m/s, wind 2.6 m/s (5 kn), same memories (assumed)
* climatology of the Strait: 0.4 m/s to the north-west (mean surface currents of 0.1 to 0.7 m/s that way in both
  monsoons: Rizal and others, Sains Malaysiana 39, 2010), error 0.45 m/s: it knows no tide
"""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from selat.kernels import flow
from selat.kernels.flat import flat
from selat.model.clock import HOUR, format_time, parse_time
from selat.model.errors import ConfigError, FormatError
from selat.model.units import KNOT, speed
from selat.readers.ocean_grid import Grid, check

Array = NDArray[Any]
LARGE = 400_000  #: numbers of a level of all grids above which they are interpolated particle by particle
STRAIT = (94.0, -2.0, 106.0, 9.0)  #: west, south, east, north of where the climatology holds
MEMORY = {"current": 11.6 * 3600.0, "wind": 24.0 * 3600.0}
TYPED = {"current": 0.31, "wind": 5.0 * KNOT}
MODEL = {"current": 0.31, "wind": 2.0}
_VECTOR = re.compile(r"^\s*(\d{1,3}(?:\.\d+)?)\s*(?:deg|°)?\s*/\s*(\d*\.?\d+)\s*([a-zA-Z/]+)\s*$")


@dataclass(frozen=True, slots=True)
class Field:
    """A grid and its error: ``spread`` in m/s per component, ``memory`` in seconds (infinite: constant for life)."""

    grid: Grid
    spread: float
    memory: float

    @property
    def kind(self) -> str:
        """``wind`` or ``current``."""
        return self.grid.kind


def of_model(grid: Grid, spread: float | None = None, memory: float | None = None) -> Field:
    """A model's grid with the error of its kind, unless given."""
    s = MODEL[grid.kind] if spread is None else spread
    return Field(check(grid), s, MEMORY[grid.kind] if memory is None else memory)


def vector(kind: str, text: str) -> tuple[float, float]:
    """(east, north) m/s of what an officer types: wind ``230/12kn`` comes from 230, current ``140/0.8kn`` goes to 140.

    Raises :class:`ConfigError` for what is no such text.
    """
    m = _VECTOR.match(text)
    if m is None or not 0.0 <= float(m[1]) <= 360.0:
        way = "from 230 degrees: 230/12kn" if kind == "wind" else "to 140 degrees: 140/0.8kn"
        raise ConfigError(f"not a {kind}: {text!r}", hint=f"direction/speed with its unit, {way}")
    strength, angle = speed(f"{float(m[2])}{m[3]}"), np.radians(float(m[1]))
    sign = -1.0 if kind == "wind" else 1.0
    limit = 75.0 if kind == "wind" else 5.0
    if strength > limit:
        raise ConfigError(
            f"a {kind} of {m[2]} {m[3]}?", hint=f"the most that is taken is {limit:.0f} m/s: is the unit right?"
        )
    return float(sign * strength * np.sin(angle)), float(sign * strength * np.cos(angle))


def typed(kind: str, text: str, spread: float | None = None, memory: float | None = None) -> Field:
    """A field of ``"230/12kn"``, or of several with their times: ``"2026-11-27T18:00Z 230/12kn, 2026-11-28T00:00Z 200/8kn"``.

    It holds everywhere; linear between the times, before the first and after the last as those.
    """
    times, values = [], []
    for part in text.split(","):
        words = part.split()
        if len(words) > 2 or (len(words) != 2 and "," in text):
            raise ConfigError(f"not a {kind} with its time: {part.strip()!r}", hint="2026-11-27T18:00Z 230/12kn, ...")
        times.append(parse_time(words[0]) if len(words) == 2 else 0)
        values.append(vector(kind, words[-1] if words else ""))
    data = np.array(values, np.float32)[:, None, None, :]
    grid = check(Grid(kind, f"{kind} as typed", np.array(times, np.int64), data, holds=True))
    s = TYPED[kind] if spread is None else spread
    return Field(grid, s, MEMORY[kind] if memory is None else memory)


def tidal_stream(
    path: Path, high_waters: Sequence[int], springs: float = 0.5, spread: float = 0.2, memory: float | None = None
) -> Field:
    """The current of a tidal-stream table: a CSV of ``hour,direction,spring,neap``; hours from high water, knots.

    ``high_waters``: times (ns) at the table's reference port; ``springs`` from 0 (neaps) to 1. It holds everywhere, near the
    table's own place only in truth, and from 6 h before the first to 6 h after the last high water.
    Raises :class:`FormatError` for a table that is none, :class:`ConfigError` without high waters.
    """
    try:
        with path.open(encoding="utf-8", newline="") as f:
            rows = list(csv.DictReader(line for line in f if not line.startswith("#")))
        table = np.array([[float(r[c]) for c in ("hour", "direction", "spring", "neap")] for r in rows])
    except (KeyError, ValueError, TypeError) as e:
        raise FormatError(
            f"{path}: not a tidal-stream table ({e})", hint="columns hour,direction,spring,neap"
        ) from None
    if len(table) < 2 or not (np.diff(table[:, 0]) > 0).all() or not 0.0 <= springs <= 1.0:
        raise FormatError(
            f"{path}: hours must rise, springs be 0 to 1", hint="hour,direction,spring,neap; hours -6 to 6"
        )
    if not high_waters:
        raise ConfigError("a tidal-stream table needs times of high water", hint="--high-water 2026-11-27T18:20Z,...")
    rate = (springs * table[:, 2] + (1.0 - springs) * table[:, 3]) * KNOT
    angle = np.radians(table[:, 1])
    vectors = np.stack([rate * np.sin(angle), rate * np.cos(angle)], -1)
    tides = np.array(sorted(high_waters), np.int64)
    offsets = (table[:, 0] * HOUR).astype(np.int64)
    times = (tides[:, None] + offsets[None, :]).ravel()
    # where the hours of two tides overlap, the nearer high water counts
    near = np.abs(times[:, None] - tides[None, :]).argmin(1) == np.repeat(np.arange(len(tides)), len(offsets))
    times, order = np.unique(times[near], return_index=True)
    data = np.tile(vectors, (len(tides), 1))[near][order].astype(np.float32)[:, None, None, :]
    grid = check(Grid("current", f"tidal streams of {path.name}", times, data))
    return Field(grid, spread, MEMORY["current"] if memory is None else memory)


def climatology(kind: str) -> Field:
    """What to take when nothing is known: wide. Current 0.4 m/s to the north-west in the Strait; wind none, 5 m/s spread."""
    if kind == "current":
        corner = 0.4 * np.sqrt(0.5)
        data = np.broadcast_to(np.array([-corner, corner], np.float32), (1, 2, 2, 2)).copy()
        west, south, east, north = STRAIT
        grid = Grid(
            kind, "climatology of the Strait of Malacca", np.zeros(1, np.int64), data,
            west, south, east - west, north - south, box=STRAIT, holds=True,
        )  # fmt: skip
        return Field(grid, 0.45, MEMORY[kind])
    grid = Grid("wind", "no wind known", np.zeros(1, np.int64), np.zeros((1, 1, 1, 2), np.float32), holds=True)
    return Field(grid, 5.0, MEMORY[kind])


@dataclass(frozen=True, slots=True)
class Flow:
    """Fields as the kernels take them (:mod:`selat.kernels.flow`); the first ``winds`` of them winds, in order."""

    fields: tuple[Field, ...]
    winds: int
    shape: Array
    place: Array
    data: Array
    maps: Array
    spread: Array

    def steps(self, times: Array) -> tuple[Array, Array]:
        """(index of the time before, weight of the one after) (fields, n) at times (n,) ns; -1 where a field has none."""
        index = np.zeros((len(self.fields), len(times)), np.int64)
        weight = np.zeros((len(self.fields), len(times)))
        for f, field in enumerate(self.fields):
            own = field.grid.time
            at = np.clip(times, own[0], own[-1]) if field.grid.holds else times
            k = np.clip(np.searchsorted(own, at, "right") - 1, 0, max(len(own) - 2, 0))
            if len(own) > 1:
                weight[f] = (at - own[k]) / (own[k + 1] - own[k])
            # at a known time itself, nothing of the next is wanted
            index[f] = np.where((at < own[0]) | (at > own[-1]), -1, k)
            for after, before in field.grid.gaps:
                index[f][(at > after) & (at < before)] = -1
        return index, weight

    def during(self, times: Array) -> tuple[Array, Array, Array, Array]:
        """(shape, data, index, weight) at times (n,) ns that all particles share, as :mod:`selat.kernels.flow` takes them.

        Levels at the times themselves, unless the grids are so large that it does not pay.
        """
        index, weight = self.steps(times)
        nodes = self.shape[:, 3] * self.shape[:, 4] * 2
        if nodes.sum() > LARGE:
            return self.shape, self.data, index, weight
        shape = self.shape.copy()
        parts = [np.empty((len(times), size), np.float32) for size in nodes.tolist()]
        for f, out in enumerate(parts):
            flow.levels(self.data, int(self.shape[f, 1]), out.shape[1], index[f], weight[f], out)
            shape[f, 1] = sum(p.size for p in parts[:f])
        shape[:, 2] = len(times)
        data = np.concatenate([*(p.ravel() for p in parts), np.zeros(2, np.float32)])
        same = np.where(index < 0, -1, np.arange(len(times)))
        return shape, data, same, np.zeros(index.shape)

    def at(self, kind: str, time: int, lat: Any, lon: Any) -> Array:
        """(3, n): east, north (m/s) and spread of the blend at n places and one time; NaN where nothing is known."""
        (y, x), _ = flat(lat, lon)
        first, last = (0, self.winds) if kind == "wind" else (self.winds, len(self.fields))
        out = np.empty((3, y.size))
        index, weight = self.steps(np.array([time], np.int64))
        flow.sample(
            self.shape, self.place, self.data, self.maps, first, last, index, weight, self.spread, y, x, out
        )  # fmt: skip
        return out

    def cover(self, begin: int, end: int) -> None:
        """Raise :class:`ConfigError` where some time between begin and end has no wind or no current at all."""
        moments = np.unique([begin, end, *(int(t) for f in self.fields for t in f.grid.time if begin <= t <= end)])
        moments = np.unique(np.concatenate([moments, (moments[:-1] + moments[1:]) // 2]))
        index, _ = self.steps(moments)
        for kind, part in (("wind", index[: self.winds]), ("current", index[self.winds :])):
            if len(part) == 0:
                raise ConfigError(
                    f"no {kind} is given", hint=f"--{kind} FILE.nc, --{kind} DIRECTION/SPEED, or --{kind} climatology"
                )
            bad = moments[(part < 0).all(0)]
            if len(bad):
                have = "; ".join(f"{f.grid.source}: {f.grid.span()}" for f in self.fields if f.kind == kind)
                raise ConfigError(
                    f"no {kind} at {format_time(int(bad[0]))}, and the drift needs {format_time(begin)} to {format_time(end)}",
                    hint=f"{have}; give one for these times after it, or --{kind} climatology last",
                )


def pack(fields: Sequence[Field]) -> Flow:
    """Fields for the kernels, winds first, in the order given."""
    ordered = [f for kind in ("wind", "current") for f in fields if f.kind == kind]
    shape, place = np.zeros((len(ordered), 8), np.int64), np.zeros((len(ordered), 4))
    data: list[Array] = []
    maps: list[Array] = []
    start = start_map = 0
    for n, field in enumerate(ordered):
        g = field.grid
        kind = 2 if g.everywhere else (0 if g.map is None else 1)
        shape[n, :5] = kind, start, *g.data.shape[:3]
        place[n] = g.west, g.south, 1.0 / g.step_lon, 1.0 / g.step_lat
        if g.map is not None:
            shape[n, 5:] = start_map, *g.map.cells.shape[:2]
            place[n] = g.map.west, g.map.south, g.map.per_lon, g.map.per_lat
            maps.append(g.map.cells.ravel())
            start_map += g.map.cells.size
        data.append(np.ascontiguousarray(g.data, np.float32).ravel())
        start += g.data.size
    return Flow(
        tuple(ordered), sum(f.kind == "wind" for f in ordered), shape, place,
        np.concatenate([*data, np.zeros(2, np.float32)]), np.concatenate([*maps, np.zeros(1)]),
        np.array([f.spread for f in ordered] or [0.0]),
    )  # fmt: skip


def exactly(field: Field) -> Field:
    """The same without any error: for tests and comparisons."""
    return replace(field, spread=0.0)


def raster(box: tuple[float, float, float, float], columns: int, rows: int) -> tuple[Array, Array]:
    """(lat, lon) degrees, of (rows * columns,) places in the middles of the cells of a box (west, south, east, north)."""
    west, south, east, north = box
    lon = west + (np.arange(columns) + 0.5) * (east - west) / columns
    lat = south + (np.arange(rows) + 0.5) * (north - south) / rows
    x, y = np.meshgrid(lon, lat)
    return y.ravel(), x.ravel()
