"""How often a station should send its position: ITU-R M.1371-5 Annex 1, Tables 1 and 2."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from selat.model.units import KNOT
from selat.tracks.kinds import Kind

_ANCHORED, _MOORED = 1, 5  #: navigational status


def nominal(kind: Any, sog: Any, status: Any, turning: Any = False) -> NDArray[np.float64]:
    """Seconds between position reports, by :class:`~selat.tracks.kinds.Kind`, speed (m/s) and navigational status.

    Class A (Table 1): 3 minutes at anchor or moored and not over 3 knots, else 10, 6 or 2 s up to 14, up to 23 and above
    23 knots; ``turning``: 3.3 and 2 s. Class B (Table 2, carrier sense): 3 minutes up to 2 knots, else 30 s. Kinds that
    are not known send as class A; speeds that are not known (NaN) count as slow.
    """
    knots = np.nan_to_num(np.asarray(sog, "f8")) / KNOT
    kind, status = np.asarray(kind), np.asarray(status)
    straight = np.select([knots > 23.0, knots > 14.0], [2.0, 6.0], 10.0)
    swift = np.where(knots > 14.0, 2.0, 10.0 / 3.0)
    a = np.where(np.asarray(turning), swift, straight)
    lies = (status == _ANCHORED) | (status == _MOORED)
    a = np.where(lies & (knots <= 3.0), 180.0, a)
    b = np.where(knots > 2.0, 30.0, 180.0)
    fixed = {int(Kind.BASE): 10.0, int(Kind.ATON): 180.0, int(Kind.AIRCRAFT): 10.0, int(Kind.BEACON): 60.0}
    out = np.where(kind == Kind.CLASS_B, b, a)
    for number, seconds in fixed.items():
        out = np.where(kind == number, seconds, out)
    return np.asarray(out, "f8")
