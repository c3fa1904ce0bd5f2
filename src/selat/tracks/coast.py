"""Coast: how far a place is from the shore, and whether it is on land.

From a grid of signed distances to the polygons of OpenStreetMap's land, with a node every 0.0025 degrees (278 m) near
the shore and every 0.01 degrees beyond, for 97 to 106 E and 2 S to 8 N. Between nodes it is interpolated. Against the
exact polygons it is off by 6 m in the median, 90 m at 99 % and 140 m at most up to 1.5 km from the shore; by 4 m, 170 m
and 510 m beyond, midway between two shores (`scripts/make_coast.py` measures it; the tests hold it). An islet narrower
than the nodes may be missed as land. Outside the grid nothing is known: NaN, never a guess.

The shore is that of high water and of whoever drew it: no depth, no rock awash, no pier that was built since.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import zstandard
from numpy.typing import NDArray

from selat.kernels import coast as kernel
from selat.kernels.flat import flat
from selat.model.errors import FormatError

Array = NDArray[Any]
SHIPPED = Path(__file__).parent / "data" / "coast.zst"


class Coast:
    """Where land is: of a file, read at the first question; without one nothing is known."""

    def __init__(self, path: Path | None = None) -> None:
        self.path = path
        self._cells: tuple[Array, Array, Array] | None = None  # coarse nodes, where blocks are, blocks of fine nodes
        self._corner = (0.0, 0.0, 1.0)  # west, south, fine nodes a degree
        self._grid: Array | None = None  # the whole fine grid, once somebody wants it
        self._step = 1.0
        self._source = ""

    @property
    def source(self) -> str:
        """Whose land it is; empty where none is loaded."""
        self._load()
        return self._source

    @property
    def grid(self) -> tuple[Array, float, float, float, float] | None:
        """(distances, west, south, nodes a degree, metres a unit) for kernels that ask millions of times; None where
        none is loaded. 29 MB, made at the first call; :meth:`distance` does with a third of it.
        """
        self._load()
        if self._cells is None:
            return None
        if self._grid is None:
            coarse, index, nodes = self._cells
            self._grid = kernel.finer(coarse, nodes.shape[1] - 1, 0)[0]
            kernel.lay(self._grid, index, nodes)
        return (self._grid, *self._corner, self._step)

    def distance(self, lat: Any, lon: Any) -> Array:
        """Metres to the nearest shore, negative on land, NaN where it is not known."""
        (y, x), shape = flat(lat, lon)
        self._load()
        if self._cells is None:
            return np.full(shape, np.nan)
        out: Array = kernel.sample(*self._cells, *self._corner, y, x)
        return out.reshape(shape) * self._step

    def land(self, lat: Any, lon: Any) -> Array:
        """True for places on land; False at sea, and where it is not known."""
        out: Array = self.distance(lat, lon) < 0
        return out

    def _load(self) -> None:
        if self.path is not None and self._cells is None:
            head, coarse, rest = read(self.path)
            index, count = kernel.cells(coarse, head["near"])
            nodes, taken = kernel.blocks(coarse, head["times"], head["near"], index, count, rest)
            if taken != len(rest):
                raise FormatError(f"{self.path} is damaged", hint="install selat again")
            self._step = float(head["step"])
            self._source = f"{head['source']}, {head['attribution']}, {head['licence']}"
            self._corner = float(head["west"]), float(head["south"]), float(head["per_degree"])
            self._cells = coarse.astype(np.int16), index, nodes


def read(path: Path) -> tuple[dict[str, Any], Array, Array]:
    """(what the file is, the coarse grid, what the nodes near the shore are more than predicted), in steps."""
    try:
        line, _, body = zstandard.ZstdDecompressor().decompress(path.read_bytes()).partition(b"\n")
        head: dict[str, Any] = json.loads(line)
        shape = head["rows"], head["columns"]
        # low bytes, then high ones: smaller
        rest = np.frombuffer(body, np.uint8).reshape(2, -1).T.copy().view("<i2").ravel()
        coarse = rest[: shape[0] * shape[1]].reshape(shape).astype(np.int64).cumsum(0).cumsum(1)
    except (OSError, ValueError, KeyError, zstandard.ZstdError) as e:
        raise FormatError(f"{path} cannot be read ({e})", hint="install selat again") from None
    return head, coarse.astype(np.int32), rest[coarse.size :].astype(np.int32)


def packed(grid: Array, head: dict[str, Any]) -> bytes:
    """The file of a fine grid of metres, land negative; ``head``: west, south, per_degree, step, times, near, source."""
    units = np.rint(grid / head["step"])
    units = np.where(units == 0, np.where(grid < 0, -1, 1), units).astype(np.int32)  # no place loses its side
    coarse = units[:: head["times"], :: head["times"]]
    whole, own = kernel.finer(coarse, head["times"], head["near"])
    whole = np.where(own, units, whole)
    rest = [_planes(coarse).ravel(), _planes(whole)[own]]
    head = head | {"rows": coarse.shape[0], "columns": coarse.shape[1]}
    line = json.dumps(head, ensure_ascii=False).encode() + b"\n"
    halves = np.concatenate(rest).astype("<i2").view(np.uint8).reshape(-1, 2).T.tobytes()
    return zstandard.ZstdCompressor(level=19).compress(line + halves)


def _planes(grid: Array) -> Array:
    """Differences to west + south - south-west."""
    w = np.pad(grid.astype(np.int64), ((1, 0), (1, 0)))
    return w[1:, 1:] - w[1:, :-1] - w[:-1, 1:] + w[:-1, :-1]
