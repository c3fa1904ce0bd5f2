"""Trails: the last positions of a contact, as its rings remember them."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from selat.kernels.ring import NONE, POSITION
from selat.model.clock import SECOND
from selat.model.units import KNOT

Array = NDArray[Any]
RING = 96  #: positions of the track that are remembered of each contact
RING_EVERY = 75 * SECOND  #: ns between them: two hours in all
RECENT = 120  #: recent positions that are remembered of each contact
RECENT_EVERY = 5 * SECOND  #: ns between them at least: ten minutes, more of those who send less often


class Trail(NamedTuple):
    """Positions, oldest first: ns, deg, deg, m/s, deg, deg (NaN: not given), and the numbers of the lines."""

    time: Array
    lat: Array
    lon: Array
    sog: Array
    cog: Array
    heading: Array
    seq: Array

    def between(self, since: int, until: int) -> Trail:
        """Those with since <= time <= until (ns)."""
        lo, hi = np.searchsorted(self.time, [since, until + 1])
        return Trail(*(a[lo:hi] for a in self))

    def evidence(self) -> dict[str, list[Any]]:
        """As plain lists for the evidence of an alert; None for NaN, rounded to what was sent."""
        places = {"lat": 7, "lon": 7, "sog": 3, "cog": 1, "heading": 0}
        out: dict[str, list[Any]] = {}
        for name, values in zip(self._fields, self, strict=True):
            if name in places:
                out[name] = [None if v != v else round(v, places[name]) for v in values.tolist()]
            else:
                out[name] = values.tolist()
        return out


def fresh(size: int, length: int) -> dict[str, Array]:
    """Rings of ``length`` for ``size`` contacts, with nothing in them; ``n`` counts what was ever written."""
    return {"rows": np.zeros((size, length), POSITION), "n": np.zeros(size, "i8")}


def read(ring: dict[str, Array], slot: int) -> Trail:
    """The positions of one contact."""
    count, length = int(ring["n"][slot]), ring["rows"].shape[1]
    rows = ring["rows"][slot, np.arange(max(0, count - length), count) % length]
    sog, cog, heading = (
        np.where(rows[k] == NONE, np.float32(np.nan), rows[k] * np.float32(scale))
        for k, scale in (("sog", 0.1), ("cog", 0.1), ("heading", 1.0))
    )
    lat, lon = rows["lat"] * 1e-7, rows["lon"] * 1e-7
    return Trail(rows["time"], lat, lon, sog * np.float32(KNOT), cog, heading, rows["seq"])
