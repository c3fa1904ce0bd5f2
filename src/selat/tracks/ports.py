"""Ports: which is the nearest. An empty list knows none."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


class Ports:
    """Ports by index."""

    source = ""

    def __len__(self) -> int:
        return 0

    def nearest(self, lat: Any, lon: Any) -> tuple[Array, Array]:
        """(index, metres) of the nearest port; -1 and NaN where there is none."""
        shape = np.broadcast(lat, lon).shape
        return np.full(shape, -1), np.full(shape, np.nan)

    def name(self, index: int) -> str:
        """Name of a port."""
        raise IndexError(index)
