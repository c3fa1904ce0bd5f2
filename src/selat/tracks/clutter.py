"""The clutter of one radar and how well it sees, learned turn by turn from what the tracker could not explain.

Nothing is given: at first the density of false plots is that of the first turn over the area in which it has plots, and
the probability of detection is 0.9 with the weight of ten looks.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from selat.kernels import clutter as kernels
from selat.kernels.clutter import Cells
from selat.kernels.geodesy import plane

SIDE = 1000.0  #: m: side of a square
MEMORY = 200.0  #: turns after which what was seen weighs a third
LEAST, MOST = 0.1, 0.98  #: probability of detection that is believed
_FIRST_PD, _FIRST_LOOKS = 0.9, 10.0
_ROOM = 8  #: squares to each side at first
_MOST_ROOM = 200

Floats = NDArray[np.float64]


class Clutter:
    """Maps of one radar at (``lat``, ``lon``)."""

    def __init__(self, lat: float, lon: float) -> None:
        self.lat, self.lon = lat, lon
        self.half = 0
        self.false = self.looks = self.hits = np.zeros(1)
        self.turns = 0.0  #: faded count of turns
        self.unused = 0.0  #: faded count of plots that were nobody's
        self.all_looks, self.all_hits = _FIRST_LOOKS, _FIRST_LOOKS * _FIRST_PD
        self.box = np.array([math.inf, math.inf, -math.inf, -math.inf])  #: m west, south, east, north of all plots
        self.far = 0.0  #: m: greatest range of a plot

    def _cells(self) -> Cells:
        return Cells(self.lat, self.lon, SIDE, self.half, self.false, self.looks, self.hits)

    def meet(self, lat: Floats, lon: Floats) -> None:
        """Plots of a turn: widen the area, and begin with their density."""
        if not len(lat):
            return
        e, n = plane(self.lat, self.lon, lat, lon)
        self.box[:2] = np.minimum(self.box[:2], [e.min(), n.min()])
        self.box[2:] = np.maximum(self.box[2:], [e.max(), n.max()])
        self.far = max(self.far, float(np.hypot(e, n).max()))
        need = min(int(np.abs(self.box).max() / SIDE) + 1, _MOST_ROOM)
        if need > self.half:
            self._grow(min(max(need + 2, _ROOM, self.half * 3 // 2), _MOST_ROOM))
        if self.turns == 0.0:
            self.turns, self.unused = 0.25, 0.25 * len(lat)

    def _grow(self, half: int) -> None:
        size, old = 2 * half + 1, 2 * self.half + 1
        at = half - self.half
        for name in ("false", "looks", "hits"):
            wide = np.zeros((size, size))
            wide[at : at + old, at : at + old] = getattr(self, name).reshape(old, old)
            setattr(self, name, wide.reshape(-1))
        self.half = half

    @property
    def area(self) -> float:
        """m^2 in which plots were seen: their box, or the circle of the farthest where that is less."""
        box = max(self.box[2] - self.box[0], SIDE) * max(self.box[3] - self.box[1], SIDE)
        return float(min(box, math.pi * max(self.far, SIDE) ** 2))

    @property
    def a_turn(self) -> float:
        """Plots a turn that were nobody's."""
        return self.unused / self.turns if self.turns else 0.0

    @property
    def mean(self) -> float:
        """False plots a m^2 and turn, over all."""
        return max(self.a_turn, 0.05) / self.area

    @property
    def pd(self) -> float:
        """Probability of detection, over all."""
        return self.all_hits / self.all_looks

    def density(self, lat: Floats, lon: Floats) -> Floats:
        """False plots a m^2 and turn to be expected at places (deg)."""
        out = np.empty(len(lat))
        kernels.density(self._cells(), lat, lon, self.turns, self.mean, out)
        return out

    def chance(self, lat: Floats, lon: Floats) -> Floats:
        """Probability that a target at places (deg) gives a plot in a turn."""
        out = np.empty(len(lat))
        kernels.chance(self._cells(), lat, lon, self.pd, LEAST, MOST, out)
        return out

    def learn(
        self, lat: Floats, lon: Floats, alone: Floats, at_lat: Floats, at_lon: Floats, hits: Floats, looks: Floats
    ) -> None:
        """After a turn: plots with the probability that they are nobody's; sure targets with theirs of having had one."""
        keep = math.exp(-1.0 / MEMORY)
        cells = self._cells()
        kernels.fade(cells, keep)
        kernels.tally(cells, lat, lon, alone, cells.false)
        kernels.tally(cells, at_lat, at_lon, looks, cells.looks)
        kernels.tally(cells, at_lat, at_lon, hits, cells.hits)
        self.turns = self.turns * keep + 1.0
        self.unused = self.unused * keep + float(alone.sum())
        self.all_looks = (self.all_looks - _FIRST_LOOKS) * keep + _FIRST_LOOKS + float(looks.sum())
        self.all_hits = (self.all_hits - _FIRST_LOOKS * _FIRST_PD) * keep + _FIRST_LOOKS * _FIRST_PD + float(hits.sum())

    def copy(self) -> Clutter:
        """Another one."""
        return Clutter.of(self.state())

    def state(self) -> dict[str, Any]:
        """Plain values and arrays, copied."""
        return {k: v.copy() if isinstance(v, np.ndarray) else v for k, v in vars(self).items()}

    @classmethod
    def of(cls, state: dict[str, Any]) -> Clutter:
        """The maps of a :meth:`state`."""
        out = cls(float(state["lat"]), float(state["lon"]))
        for name, value in state.items():
            now = getattr(out, name)
            setattr(out, name, np.array(value, "f8") if isinstance(now, np.ndarray) else type(now)(value))
        return out
