"""Coast: how far a place is from land, and whether it is on it. An empty one knows nothing and says NaN."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


class Coast:
    """Where land is. Unknown: NaN metres, and not land."""

    source = ""  #: whose land it is; empty: none is loaded

    def distance(self, lat: Any, lon: Any) -> Array:
        """Metres to the nearest shore, negative on land, NaN where it is not known."""
        return np.full(np.broadcast(lat, lon).shape, np.nan)

    def land(self, lat: Any, lon: Any) -> Array:
        """True for places on land; False at sea, and where it is not known."""
        out: Array = self.distance(lat, lon) < 0
        return out
