"""The beginnings of particles, drawn from scenarios and objects by their weights; none on land."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from selat.model.errors import ConfigError
from selat.rescue.drift import Start
from selat.rescue.objects import drift_object
from selat.rescue.scenario import Scenario, draw
from selat.tracks.coast import Coast

Array = NDArray[Any]
TURNS = 12  #: times that places on land are drawn afresh
ON_LAND = 0.98  #: share of a scenario's places on land that makes it wrong
_GOLDEN = 0.6180339887498949  # of the golden ratio: its multiples fill 0 to 1 more evenly than chance does


@dataclass(frozen=True, slots=True)
class Particles:
    """``start`` of n particles, their ``weight`` (n,), sum 1, and index of ``scenario`` (n,); ``notes`` that a plan must show."""

    start: Start
    weight: Array
    scenario: Array
    notes: tuple[str, ...]


def particles(
    scenarios: Sequence[Scenario], objects: Sequence[tuple[str, float]], count: int, seed: int, sea: Coast | None
) -> Particles:
    """``count`` particles, in shares of scenario and object that are right to one particle or two.

    Places on land are drawn afresh: the object is known to be at sea. Raises :class:`ConfigError` for a scenario that is on land.
    """
    of_scenario = np.array([s.weight for s in scenarios])
    of_object = np.array([w for _, w in objects])
    share = np.outer(of_scenario / of_scenario.sum(), of_object / of_object.sum()).ravel()
    even = (np.arange(count) * _GOLDEN + 0.5) % 1.0
    cell = np.searchsorted(np.cumsum(share), even, side="right").clip(0, len(share) - 1)
    scenario, what = np.divmod(cell, len(objects))
    lat, lon, time = np.empty(count), np.empty(count), np.empty(count, np.int64)
    notes = []
    for n, s in enumerate(scenarios):
        mine = np.flatnonzero(scenario == n)
        if len(mine):
            note = _draw(s, seed, count, mine, (lat, lon, time), sea)
            notes += [note] if note else []
    start = Start(lat, lon, time, what, tuple(drift_object(key) for key, _ in objects))
    return Particles(start, np.full(count, 1.0 / count), scenario, tuple(notes))


def _draw(s: Scenario, seed: int, count: int, mine: Array, out: tuple[Array, Array, Array], sea: Coast | None) -> str:
    """Fill in the particles ``mine``; what is to be noted."""
    left, first = mine, 1.0
    name = s.name or s.kind
    for turn in range(TURNS):
        drawn = draw(s, seed, 0, count, turn)
        for values, new in zip(out, drawn, strict=True):
            values[left] = new[left]
        if sea is None:
            return ""
        ashore = sea.land(out[0][left], out[1][left])
        if turn == 0:
            first = float(ashore.mean())
            if first > ON_LAND:
                lat, lon = s.places[0]
                raise ConfigError(
                    f"scenario {name!r} is on land: {first:.0%} of its places ({lat:.4f} {lon:.4f})",
                    hint="is the position right (latitude before longitude), or its error too small?",
                )
        left = left[ashore]
        if len(left) == 0:
            break
    if len(left):  # what still is on land takes the place of others of this scenario
        others = np.setdiff1d(mine, left)
        for values in out:
            values[left] = values[others[np.arange(len(left)) % len(others)]]
    return f"{first:.0%} of scenario {name!r} lies on land and was left out" if first > 0.05 else ""
