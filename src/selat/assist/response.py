"""How soon help is there: travel over water, share of demand reached in time, before and after a grant.

Every figure names what it rests on: the assets, the hash of the demand, the seed of the interval; the same input gives the
same figures.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from selat.assist.effect import interval
from selat.kernels.seapaths import Mesh
from selat.model.errors import ConfigError
from selat.model.nouns import Asset
from selat.tracks.coast import SHIPPED, Coast

Array = NDArray[Any]
LAUNCH = 1800.0  #: s from the call to under way: dispatch within 30 minutes (client's charter of the MMEA)
REACHED = 7200.0  #: s from the call to on scene: assisting vessel within 2 hours (the same charter)
FINE = 0.0025  #: degrees: between the nodes of the coast that comes with selat
_MOST_CELLS = 20_000_000  #: of a field that is chosen for its box: all of the coast that comes with selat, and more
_ROWS = 400  #: of a field that are looked up at once
_NO_LAND = 50.0  #: metres: at the edge of what the coast knows
_SNAP = 0.08  #: degrees: a base or demand on the shore, or up a river, is taken to the nearest water within so much


def fine_step(box: tuple[float, float, float, float]) -> float:
    """Degrees between the nodes of the field of a box: those of the coast's own, wider only in boxes beyond 12 degrees."""
    step = FINE
    while (box[2] - box[0]) * (box[3] - box[1]) / step**2 > _MOST_CELLS:
        step *= 2
    return step


class Waters:
    """The sea in a box: metres to the shore at nodes ``step`` degrees apart, negative on land, and ways over it.

    Ways do not hang on a grid: land is where the field between its nodes is not above zero, see :mod:`selat.kernels.seamesh`.
    """

    def __init__(self, field: Array, south: float, west: float, step: float) -> None:
        self.field, self.south, self.west, self.step = field, south, west, step

    @cached_property
    def mesh(self) -> Mesh:
        """What boats go over; made once for all bases."""
        return Mesh(self.field, self.south, self.west, self.step)

    @cached_property
    def _nodes(self) -> tuple[Any, Array]:
        """Those of the sea, to be found by place in metres."""
        from scipy.spatial import cKDTree  # only when asked: a watch goes without SciPy's memory

        places = self.mesh.places[self.mesh.sea, :2]
        return cKDTree(places), places

    @classmethod
    def of_coast(cls, box: tuple[float, float, float, float], step: float | None = None) -> Waters:
        """Of a box (west, south, east, north; degrees), from the coast that comes with selat; what it does not know is water.

        ``step``: the coast's own when not given (:func:`fine_step`). A part of it (half, a third) changes no passage; a multiple
        shuts none either, as each node has the most of those around it, and moves the shore inland by up to half of it. The
        causeway across the Johor Strait, narrower than the coast's nodes, is open.
        """
        step = fine_step(box) if step is None else step
        times = max(1, round(step / FINE))
        own = step if times == 1 else FINE
        half = times // 2
        south, west = (math.floor(v / step + 1e-9) * step for v in (box[1], box[0]))  # on the coast's own nodes
        rows, columns = (_count(v, step) for v in (box[3] - south, box[2] - west))
        lat = south + (np.arange((rows - 1) * times + 1 + 2 * half) - half) * own
        lon = west + (np.arange((columns - 1) * times + 1 + 2 * half) - half) * own
        field = _metres(lat, lon, own)
        if times > 1:
            parts = [field[i : i + (rows - 1) * times + 1 : times, j : j + (columns - 1) * times + 1 : times]
                     for i in range(2 * half + 1) for j in range(2 * half + 1)]  # fmt: skip
            field = np.maximum.reduce(parts)
        return cls(field, south, west, step)

    def place(self, lat: Any, lon: Any) -> Array:
        """(row, column) of places at sea, or of the nearest water; NaN for places far from water or outside, (n, 2)."""
        where = self.mesh.cells(lat, lon)
        shore = np.flatnonzero(~self.mesh.at_sea(where))
        if len(shore):
            tree, nodes = self._nodes
            rows, columns = self.field.shape
            far, nearest = tree.query(
                np.nan_to_num(where[shore], nan=-1e9), distance_upper_bound=max(2.0, _SNAP / self.step)
            )
            inside = ((where[shore] >= 0) & (where[shore] <= (rows - 1, columns - 1))).all(axis=1) & np.isfinite(far)
            found = self.mesh.ashore(where[shore[inside]], nodes[nearest[inside]])
            where[shore] = np.nan
            where[shore[inside]] = found
        return where

    def _base(self, base: tuple[float, float]) -> tuple[float, float]:
        y, x = (float(v) for v in self.place(*base)[0])
        if math.isnan(y):
            raise ConfigError(
                f"{base[0]:.3f}, {base[1]:.3f} is not at sea here", hint="give a place on the water inside the box"
            )
        return y, x

    def travel(self, base: tuple[float, float], lat: Array, lon: Array) -> Array:
        """Metres by sea from a base to places; infinite where no way leads, NaN where a place is not at sea here.

        Raises :class:`ConfigError` for a base inland.
        """
        where = self.place(lat, lon)
        known = ~np.isnan(where[:, 0])
        out = np.full(len(where), np.nan)
        out[known] = self.mesh.away(*self._base(base), where[known])
        return out

    def away(self, base: tuple[float, float], lat: Array, lon: Array, most: float = np.inf) -> Array:
        """Metres by sea from a base to the nodes of a grid (lat, lon); infinite for land, and beyond ``most``.

        A node on land is taken to water beside it, within the third of its cell: narrow straits stay on the map. Raises
        :class:`ConfigError` for a base inland.
        """
        y, x = np.repeat(lat, len(lon)), np.tile(lon, len(lat))
        third = float(lat[1] - lat[0]) / 3
        for dy, dx in ((third, 0.0), (0.0, third), (-third, 0.0), (0.0, -third)):
            land = self.mesh.land(self.mesh.cells(y, x))
            y = np.where(land, np.repeat(lat, len(lon)) + dy, y)
            x = np.where(land, np.tile(lon, len(lat)) + dx, x)
        away = self.mesh.away(*self._base(base), self.mesh.cells(y, x), most, tight=False)
        return away.reshape(len(lat), len(lon))


def _metres(lat: Array, lon: Array, step: float) -> Array:
    """Metres to the shore at the nodes of a grid; what the coast does not know is water, away from what it knows."""
    coast = Coast(SHIPPED)
    grid = coast.grid
    field = np.full((len(lat), len(lon)), np.nan, np.float32)
    if grid is not None and abs(step * grid[3] - 1.0) < 1e-9:  # its own nodes: nothing to interpolate
        values, west, south, per, unit = grid
        r0, c0 = round((float(lat[0]) - south) * per), round((float(lon[0]) - west) * per)
        top, left = max(0, -r0), max(0, -c0)
        some = values[max(0, r0) : max(0, r0 + len(lat)), max(0, c0) : max(0, c0 + len(lon))]
        field[top : top + some.shape[0], left : left + some.shape[1]] = some * np.float32(unit)
    else:
        for begin in range(0, len(lat), _ROWS):
            rows = slice(begin, begin + _ROWS)
            field[rows] = coast.distance(*np.broadcast_arrays(lat[rows, None], lon[None, :]))
    unknown = np.isnan(field)
    if unknown.any():  # no faster than a field of distances rises
        from scipy.ndimage import distance_transform_edt

        field[unknown] = _NO_LAND + distance_transform_edt(unknown)[unknown] * step * 110_000
    return field


def _count(span: float, step: float) -> int:
    return max(2, math.ceil(span / step - 1e-9) + 1)


def reaching(assets: Sequence[Asset], travel: Array, *, launch: float = LAUNCH, slowed: float = 1.0) -> Array:
    """Seconds to each asset, (assets, demand); infinite where there and back is more than its endurance.

    ``travel``: metres (assets, demand); ``slowed``: share of speed in the sea state. Raises :class:`ConfigError`.
    """
    if not assets or any(a.speed <= 0 for a in assets) or not 0 < slowed <= 1:
        raise ConfigError("an asset without speed", hint="give each asset its speed, and slowed between 0 and 1")
    return np.array(
        [
            np.where(
                travel[i] * 2.0 <= a.speed * slowed * (a.endurance or np.inf),
                launch + travel[i] / (a.speed * slowed),
                np.inf,
            )
            for i, a in enumerate(assets)
        ]
    )


def times(assets: Sequence[Asset], travel: Array, *, launch: float = LAUNCH, slowed: float = 1.0) -> Array:
    """Seconds to the soonest asset, (demand,); see :func:`reaching`."""
    soonest: Array = np.nanmin(reaching(assets, travel, launch=launch, slowed=slowed), axis=0, initial=np.inf)
    return soonest


@dataclass(frozen=True, slots=True)
class Measure:
    """A figure with its 95 % interval over the demand, and what it rests on."""

    name: str
    value: float
    low: float
    high: float
    basis: str
    assets: tuple[str, ...]
    demand: str
    seed: int
    assumptions: tuple[str, ...]


def measures(
    assets: Sequence[Asset], seconds: Array, *, within: float = REACHED, seed: int = 1, basis: str = "expected"
) -> list[Measure]:
    """Share of demand reached within a time, mean and 90th percentile of those that can be reached at all."""
    digest = hashlib.sha256(np.ascontiguousarray(seconds, "<f8").tobytes()).hexdigest()[:16]
    some = seconds[np.isfinite(seconds)]
    told = (
        f"assets at their bases and ready; {LAUNCH / 60:.0f} min to launch unless given",
        "demand places drawn again with replacement for the interval: it tells of their chance, not of weather or readiness",
    )
    rows = [(f"share reached in {within / 3600:g} h", seconds, lambda v: float((v <= within).mean()))]
    if len(some):
        rows += [
            ("mean response, s", some, lambda v: float(v.mean())),
            ("90th percentile of response, s", some, lambda v: float(np.quantile(v, 0.9))),
        ]
    return [
        Measure(n, *interval(v, f, seed), basis, tuple(a.name for a in assets), digest, seed, told) for n, v, f in rows
    ]


def backup(assets: Sequence[Asset], reach: Array, *, within: float = REACHED, seed: int = 1) -> Measure:
    """Share of demand that two assets reach in time. ``reach``: bool (assets, demand)."""
    twice = reach.sum(axis=0) >= 2
    digest = hashlib.sha256(np.ascontiguousarray(reach, np.uint8).tobytes()).hexdigest()[:16]
    told = ("assets at their bases and ready", "demand places drawn again with replacement for the interval")
    name = f"share with a second boat in {within / 3600:g} h"
    found = interval(twice, lambda v: float(v.mean()), seed)
    return Measure(name, *found, "expected", tuple(a.name for a in assets), digest, seed, told)


def before_and_after(
    before: Sequence[Asset], added: Sequence[Asset], travel: Array, *, within: float = REACHED, seed: int = 1,
    launch: float = LAUNCH, weight: Array | None = None,
) -> dict[str, Any]:  # fmt: skip
    """The same demand without and with the assets of a grant, and what each adds when it alone is left out.

    ``travel``: metres (all assets, demand), ``before`` first; ``weight``: of the demand. Intervals of the difference are paired
    over the demand.
    """
    every = [*before, *added]
    with_all = times(every, travel, launch=launch)
    without = times(before, travel[: len(before)], launch=launch) if before else np.full(travel.shape[1], np.inf)
    w = np.ones(travel.shape[1]) if weight is None else weight
    gained = np.column_stack([(with_all <= within) * w - (without <= within) * w, w])
    gain = interval(gained, lambda v: float(v[:, 0].sum() / v[:, 1].sum()), seed)
    each = {}
    for i, asset in enumerate(added):
        keep = [j for j in range(len(every)) if j != len(before) + i]
        left = (
            times([every[j] for j in keep], travel[keep], launch=launch) if keep else np.full(travel.shape[1], np.inf)
        )
        each[asset.name] = float((w * ((with_all <= within) * 1.0 - (left <= within))).sum() / w.sum())
    return {
        "before": [asdict(m) for m in measures(before, without, within=within, seed=seed)],
        "after": [asdict(m) for m in measures(every, with_all, within=within, seed=seed)],
        "gain": {"value": gain[0], "low": gain[1], "high": gain[2]},
        "with_minus_without": each,
    }
