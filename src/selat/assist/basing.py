"""Where to put the boats: maximal covering and p-median, exact by HiGHS, with the gap that is left.

R. Church, C. ReVelle, Papers of the Regional Science Association 32 (1974); C. ReVelle, R. Swain, Geographical Analysis 2 (1970).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array, csr_array, hstack, vstack

from selat.model.errors import ConfigError

Array = NDArray[Any]


@dataclass(frozen=True, slots=True)
class Sites:
    """Chosen sites (indices), the value reached, and how far a better one may be off, as a share (0: proven best)."""

    chosen: tuple[int, ...]
    value: float
    gap: float

    @property
    def proven(self) -> bool:
        """True where no other choice can be better."""
        return self.gap <= 1e-6


def covering(reach: Array, weight: Array, sites: int, *, backup: float = 0.0, limit: float = 60.0) -> Sites:
    """The ``sites`` bases that reach the most demand. ``reach``: bool (demand, bases); ``weight``: (demand,).

    ``backup``: what a second boat within reach adds, as a share of the first. Demand that the same bases reach is one row
    of the model, which changes nothing but its size. ``limit``: seconds. Raises :class:`ConfigError` for shapes.
    """
    reach, weight = np.asarray(reach, bool), np.asarray(weight, np.float64)
    if reach.ndim != 2 or weight.shape != reach.shape[:1] or not 0 < sites <= reach.shape[1]:
        raise ConfigError("reach is demand by bases, weight one a demand", hint="and between one site and all bases")
    if not 0.0 <= backup <= 1.0 or (weight < 0).any():
        raise ConfigError("weights below zero, or a backup worth more than the first boat", hint="backup from 0 to 1")
    kinds, of = np.unique(np.packbits(reach, axis=1), axis=0, return_inverse=True)
    some = np.unpackbits(kinds, axis=1, count=reach.shape[1]).astype(np.float64)
    total = np.bincount(of.ravel(), weights=weight, minlength=len(kinds))
    m, n = some.shape
    layers = 2 if backup > 0 else 1
    cost = np.concatenate([np.zeros(n), *(-total * (1.0 if i == 0 else backup) for i in range(layers))])
    eye = coo_array(np.eye(m)) if m < 2000 else coo_array((np.ones(m), (np.arange(m), np.arange(m))), shape=(m, m))
    covered = hstack([csr_array(-some), *[eye] * layers])
    exact = coo_array(np.concatenate([np.ones(n), np.zeros(m * layers)])[None, :])
    rules = [LinearConstraint(csr_array(covered), -np.inf, 0.0), LinearConstraint(csr_array(exact), sites, sites)]
    whole = np.concatenate([np.ones(n), np.zeros(m * layers)])
    solved = milp(
        cost, constraints=rules, integrality=whole, bounds=Bounds(0, 1), options={"time_limit": limit, "mip_rel_gap": 0}
    )
    return _sites(solved, n, -1.0)


def median(distance: Array, weight: Array, sites: int, *, limit: float = 60.0) -> Sites:
    """The ``sites`` bases with the least sum of weight times distance to the nearest. ``distance``: (demand, bases)."""
    distance, weight = np.asarray(distance, np.float64), np.asarray(weight, np.float64)
    if distance.ndim != 2 or weight.shape != distance.shape[:1] or not 0 < sites <= distance.shape[1]:
        raise ConfigError("distance is demand by bases, weight one a demand", hint="and between one site and all bases")
    if not np.isfinite(distance).all():
        raise ConfigError(
            "a demand that a base cannot reach", hint="leave out such demand, or give it a large distance"
        )
    m, n = distance.shape
    cost = np.concatenate([np.zeros(n), (distance * weight[:, None]).ravel()])
    rows, served = np.repeat(np.arange(m), n), n + np.arange(m * n)
    one = csr_array((np.ones(m * n), (rows, served)), shape=(m, n + m * n))
    at = np.arange(m * n)
    opened = csr_array(
        (
            np.concatenate([np.ones(m * n), -np.ones(m * n)]),
            (np.concatenate([at, at]), np.concatenate([served, np.tile(np.arange(n), m)])),
        ),
        shape=(m * n, n + m * n),
    )
    count = csr_array((np.ones(n), (np.zeros(n, int), np.arange(n))), shape=(1, n + m * n))
    rules = [
        LinearConstraint(csr_array(vstack([one, count])), [1.0] * m + [sites], [1.0] * m + [sites]),
        LinearConstraint(opened, -np.inf, 0.0),
    ]
    whole = np.concatenate([np.ones(n), np.zeros(m * n)])
    solved = milp(
        cost, constraints=rules, integrality=whole, bounds=Bounds(0, 1), options={"time_limit": limit, "mip_rel_gap": 0}
    )
    return _sites(solved, n, 1.0)


def _sites(solved: Any, bases: int, sign: float) -> Sites:
    if solved.x is None:
        raise ConfigError(f"no choice was found: {solved.message}", hint="give it more time, or fewer demands")
    chosen = tuple(int(i) for i in np.flatnonzero(solved.x[:bases] > 0.5))
    return Sites(chosen, sign * float(solved.fun), float(solved.mip_gap or 0.0))
