"""Gates: named lines, and who passed them when and which way. A step: reports in, passages out.

A gate is a zone that is a line (any kind; kind ``gate`` where it is nothing else). Which crossing counts is said in
:mod:`selat.kernels.gates`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from selat.kernels import gates as kernel
from selat.kernels.geodesy import metres
from selat.model.clock import SECOND
from selat.model.columns import Columns
from selat.model.errors import ConfigError
from selat.model.nouns import Zone
from selat.model.schema import DEGREES
from selat.model.units import KNOT
from selat.tracks.ends import Ships
from selat.tracks.heat import FASTEST

Array = NDArray[Any]
GAP = 900 * SECOND  #: ns: between reports farther apart nothing is known
CLEAR = 200.0  #: m: who was this far from the line between two crossings crossed twice
MOST = 100  #: gates at once
HEADS = ("N", "NE", "E", "SE", "S", "SW", "W", "NW")
_ROOM = 1 << 16


@dataclass(frozen=True, slots=True)
class Passages:
    """Arrays by passage, in order of time: ``gate`` (place in ``names``), ``mmsi``, ``time`` ns UTC, ``way`` (+1: to the
    right of the line as it is drawn, -1: to the left), ``lat``, ``lon`` degrees, ``speed`` m/s (NaN: not known),
    ``crossings`` of the line in the run.

    ``wiggled``: crossings that made no passage. ``unseen``: the line lay between two reports too far apart to count.
    """

    names: tuple[str, ...]
    toward: tuple[tuple[str, str], ...]
    gate: Array
    mmsi: Array
    time: Array
    way: Array
    lat: Array
    lon: Array
    speed: Array
    crossings: Array
    wiggled: int = 0
    unseen: int = 0

    def __len__(self) -> int:
        return len(self.gate)

    def heading(self) -> list[str]:
        """Where each passage went to: one of :data:`HEADS`."""
        return [self.toward[g][0 if w > 0 else 1] for g, w in zip(self.gate.tolist(), self.way.tolist(), strict=True)]


def toward(line: Zone) -> tuple[str, str]:
    """Where those go who pass a line to its right, and to its left, by the way from its first point to its last."""
    (ax, ay), (bx, by) = line.ring[0], line.ring[-1]
    my, mx = metres(0.5 * (ay + by))
    way = math.degrees(math.atan2(((bx - ax + 180) % 360 - 180) * mx, (by - ay) * my))
    right = round((way + 90.0) / 45.0) % 8
    return HEADS[right], HEADS[(right + 4) % 8]


def lines_of(gates: Sequence[Zone]) -> kernel.Lines:
    """Lines as the kernel takes them. Raises :class:`ConfigError` for what is no line, and for too many."""
    if not 0 < len(gates) <= MOST:
        raise ConfigError(f"{len(gates)} gates", hint=f"1 to {MOST} lines")
    for gate in gates:
        if not gate.line or len(gate.ring) < 2:
            raise ConfigError(
                f"zone {gate.name!r} is no line", hint="a gate is a zone drawn as a line of two points or more"
            )
        if max(abs(a[0] - b[0]) for a, b in zip(gate.ring, gate.ring[1:], strict=False)) > 90:
            raise ConfigError(f"gate {gate.name!r} has a leg of more than 90 degrees", hint="draw it in shorter legs")
    points = [np.rint(np.array(g.ring) / DEGREES).astype(np.int64) for g in gates]
    first = np.cumsum([0, *(len(p) for p in points)])
    box = np.array([[*p.min(axis=0), *p.max(axis=0)] for p in points])
    every = np.concatenate(points)
    return kernel.Lines(first, every[:, 0].copy(), every[:, 1].copy(), box)


class Gating:
    """Takes reports in block by block, in order of time; :meth:`done` gives the passages with ``begin <= time < end``."""

    def __init__(
        self, gates: Sequence[Zone], begin: int, end: int, keeps: Callable[[Array], Array],
        gap: int = GAP, clear: float = CLEAR,
    ) -> None:  # fmt: skip
        if not (math.isfinite(clear) and clear > 0):
            raise ConfigError(f"clear of the line by {clear} m", hint="more than 0 m")
        if not end > begin:
            raise ConfigError("that is no period", hint="the end after the begin")
        self.gates, self.begin, self.end, self.gap, self.clear = tuple(gates), begin, end, gap, clear
        self.ships = Ships(keeps)
        self._lines = lines_of(gates)
        self._runs = _runs(None, len(self.ships.mmsi), len(gates))
        self._out = _passages(_ROOM)
        self._told = np.zeros(3, np.int64)
        self._found: list[dict[str, Array]] = []

    def take(self, reports: Columns) -> None:
        """Reports in the order of the table, all later than those before."""
        rows, at = self.ships.rows(reports), 0
        if len(self._runs.open) < len(self.ships.mmsi):
            self._runs = _runs(self._runs, len(self.ships.mmsi), len(self.gates))
        while at < reports.rows:
            at, n = kernel.gates(
                rows, self.ships.ends, self._lines, self._runs, self._out, self._told, self.gap, FASTEST,
                self.clear, at,
            )  # fmt: skip
            self._keep(n)

    def _keep(self, n: int) -> None:
        if n:
            self._found.append({k: v[:n].copy() for k, v in self._out._asdict().items()})

    def done(self) -> Passages:
        """The passages."""
        for ship in np.flatnonzero(self._runs.open > 0).tolist():
            self._keep(kernel.finish(self._lines, self._runs, self._out, self._told, ship))
        parts = self._found or [{k: v[:0] for k, v in self._out._asdict().items()}]
        found = {k: np.concatenate([p[k] for p in parts]) for k in parts[0]}
        found["mmsi"] = self.ships.mmsi[found["ship"]]
        order = np.lexsort((found["mmsi"], found["gate"], found["time"]))
        order = order[(found["time"][order] >= self.begin) & (found["time"][order] < self.end)]
        found = {k: v[order] for k, v in found.items()}
        speed = np.where(found["sog"] < 1022, found["sog"] * (0.1 * KNOT), np.nan)
        return Passages(
            tuple(g.name for g in self.gates), tuple(toward(g) for g in self.gates), found["gate"], found["mmsi"],
            found["time"], found["way"], found["lat"], found["lon"], speed, found["crossings"],
            int(self._told[kernel.WIGGLED]), int(self._told[kernel.UNSEEN]),
        )  # fmt: skip


def _runs(old: kernel.Runs | None, ships: int, gates: int) -> kernel.Runs:
    shape = (ships, gates)
    out = kernel.Runs(
        np.zeros(shape, np.int32), np.zeros(shape, np.int64), np.zeros(shape, np.int8), np.zeros(shape), np.zeros(shape),
        np.zeros(shape, np.uint16), np.zeros(ships, np.int32),
    )  # fmt: skip
    if old is not None:
        for to, of in zip(out, old, strict=True):
            to[: len(of)] = of
    return out


def _passages(room: int) -> kernel.Passages:
    return kernel.Passages(
        np.zeros(room, np.int32), np.zeros(room, np.int32), np.zeros(room, np.int64), np.zeros(room, np.int8),
        np.zeros(room), np.zeros(room), np.zeros(room, np.uint16), np.zeros(room, np.int32),
    )  # fmt: skip
