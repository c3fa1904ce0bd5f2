"""How soon help is there: travel over water, share of demand reached in time, before and after a grant.

Every figure names what it rests on: the assets, the hash of the demand, the seed of the interval; the same input gives the
same figures.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import label

from selat.assist.effect import interval
from selat.kernels.seaway import between, clearance, sea_distance, sea_ways
from selat.model.errors import ConfigError
from selat.model.nouns import Asset
from selat.tracks.coast import SHIPPED, Coast

Array = NDArray[Any]
LAUNCH = 1800.0  #: s from the call to under way: dispatch within 30 minutes (client's charter of the MMEA)
REACHED = 7200.0  #: s from the call to on scene: assisting vessel within 2 hours (the same charter)
FINE = 0.0025  #: degrees: a node of the coast's own grid near the shore
_MOST_CELLS = 4_000_000  #: of a grid that is chosen for its box; two or three seconds a base
_FAR_STEP = 0.01  #: degrees between nodes far from land
_ROWS = 400  #: of a grid that are looked up at once
_SNAP = 0.06  #: degrees: a base or demand on the shore is taken to the nearest water within so much


def fine_step(box: tuple[float, float, float, float]) -> float:
    """Degrees between the nodes of a grid: the finest of 0.00125, 0.0025, 0.005, ... that keeps it below four million nodes.

    The way out of a port in a narrow strait depends on it. Of the sea around Johor 99 % is as far from its port at 0.00125 as on a
    grid twice as fine, within 0.9 %; in channels narrower than a cell, which only the finer one sees, it differs by up to 6 %.
    """
    step = FINE / 2
    while (box[2] - box[0]) * (box[3] - box[1]) / step**2 > _MOST_CELLS:
        step *= 2
    return step


class Waters:
    """A grid of water and land in a box (west, south, east, north; degrees), cells of ``step`` degrees."""

    def __init__(self, water: Array, south: float, west: float, step: float) -> None:
        self.water, self.south, self.west, self.step = np.ascontiguousarray(water, bool), south, west, step
        self._room: Array | None = None

    @property
    def stride(self) -> int:
        """Every how many cells there is a node far from land: about every 0.01 degrees."""
        return max(1, round(_FAR_STEP / self.step))

    @classmethod
    def of_coast(cls, box: tuple[float, float, float, float], step: float | None = None) -> Waters:
        """From the coast that comes with selat; places that it does not know are taken as water.

        ``step``: as fine as the size of the box allows when not given (:func:`fine_step`).

        A cell is water where a third of the places tried in it are (one place in a cell of the coast's own grid, more in larger
        ones), so that straits and river mouths narrower than a cell stay open. The causeway across the Johor Strait, narrower
        than the coast's grid, is open too.
        """
        west, south, east, north = box
        step = fine_step(box) if step is None else step
        lat, lon = np.arange(south, north + step / 2, step), np.arange(west, east + step / 2, step)
        coast, water = Coast(SHIPPED), np.zeros((len(lat), len(lon)), np.int16)
        tries = 1 if step <= FINE else min(5, math.ceil(step / FINE))
        places = (np.arange(tries) - (tries - 1) / 2) / tries * step
        for begin in range(0, len(lat), _ROWS):
            some = slice(begin, begin + _ROWS)
            for dy in places:
                for dx in places:
                    water[some] += ~coast.land(lat[some, None] + dy, lon[None, :] + dx)
        parts, _ = label(3 * water >= tries * tries)
        sizes = np.bincount(parts.ravel())
        sizes[0] = 0
        return cls(parts == sizes.argmax(), south, west, step)  # the sea: basins that it does not reach are none of it

    def cell(self, lat: float, lon: float) -> tuple[int, int]:
        """Row and column of the nearest water cell. Raises :class:`ConfigError` for a place far from water or outside."""
        r, c = round((lat - self.south) / self.step), round((lon - self.west) / self.step)
        rows, columns = self.water.shape
        if 0 <= r < rows and 0 <= c < columns and self.water[r, c]:
            return r, c
        far = max(2, math.ceil(_SNAP / self.step))
        top, left = max(0, r - far), max(0, c - far)
        near = np.argwhere(self.water[top : max(0, r + far + 1), left : max(0, c + far + 1)])
        some = near + np.array([top, left])
        if not len(some):
            raise ConfigError(
                f"{lat:.3f}, {lon:.3f} is not at sea here", hint="give a place on the water inside the box"
            )
        i, j = some[np.argmin(((some - (r, c)) ** 2).sum(axis=1))]
        return int(i), int(j)

    def travel(self, base: tuple[float, float], lat: Array, lon: Array) -> Array:
        """Metres by sea from a base to places; infinite where no way leads, NaN where a place is not at sea here."""
        if self._room is None:
            self._room = clearance(self.water)
        grid = (self.south, self.west, self.step)
        away, parent = sea_ways(self._room, *grid, *self.cell(*base), self.stride)
        cells, known = np.zeros((len(lat), 2), np.int64), np.zeros(len(lat), bool)
        for n, place in enumerate(zip(lat, lon, strict=True)):
            try:
                cells[n], known[n] = self.cell(*map(float, place)), True
            except ConfigError:
                continue
        out = np.full(len(lat), np.nan)
        out[known] = between(self._room, away, parent, *grid, self.stride, cells[known])
        return out

    def away(self, base: tuple[float, float]) -> Array:
        """Metres by sea from a base to every cell; infinite for land. Raises :class:`ConfigError` for a base inland."""
        return sea_distance(self.water, self.south, self.west, self.step, *self.cell(*base), self.stride)


def times(assets: Sequence[Asset], travel: Array, *, launch: float = LAUNCH, slowed: float = 1.0) -> Array:
    """Seconds to the soonest asset, (demand,). ``travel``: metres (assets, demand); ``slowed``: share of speed in the sea state."""
    if not assets or any(a.speed <= 0 for a in assets) or not 0 < slowed <= 1:
        raise ConfigError("an asset without speed", hint="give each asset its speed, and slowed between 0 and 1")
    each = np.array([launch + travel[i] / (a.speed * slowed) for i, a in enumerate(assets)])
    reach = np.array(
        [
            np.where(travel[i] * 2.0 <= a.speed * slowed * (a.endurance or np.inf), each[i], np.inf)
            for i, a in enumerate(assets)
        ]
    )
    soonest: Array = np.nanmin(reach, axis=0, initial=np.inf)
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


def before_and_after(
    before: Sequence[Asset], added: Sequence[Asset], travel: Array, *, within: float = REACHED, seed: int = 1
) -> dict[str, Any]:
    """The same demand without and with the assets of a grant, and what each adds when it alone is left out.

    ``travel``: metres (all assets, demand), ``before`` first. Intervals of the difference are paired over the demand.
    """
    every = [*before, *added]
    with_all = times(every, travel)
    without = times(before, travel[: len(before)]) if before else np.full(travel.shape[1], np.inf)
    pair = np.column_stack([without, with_all])
    gain = interval(pair, lambda v: float((v[:, 1] <= within).mean() - (v[:, 0] <= within).mean()), seed)
    each = {}
    for i, asset in enumerate(added):
        keep = [j for j in range(len(every)) if j != len(before) + i]
        left = times([every[j] for j in keep], travel[keep]) if keep else np.full(travel.shape[1], np.inf)
        each[asset.name] = float((with_all <= within).mean() - (left <= within).mean())
    return {
        "before": [asdict(m) for m in measures(before, without, within=within, seed=seed)],
        "after": [asdict(m) for m in measures(every, with_all, within=within, seed=seed)],
        "gain": {"value": gain[0], "low": gain[1], "high": gain[2]},
        "with_minus_without": each,
    }
