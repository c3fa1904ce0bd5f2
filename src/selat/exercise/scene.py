"""What is in the scene: ships with their identity and motion, stations, and the incidents, all out of one seed."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

from selat.exercise.ship import Ship
from selat.exercise.staged import Staged
from selat.exercise.traffic import Traffic
from selat.exercise.waters import COAST, STATIONS, Station
from selat.model.clock import HOUR, parse_time
from selat.model.errors import ConfigError

START = parse_time("2026-03-02T01:00:00Z")  #: 09:00 in Malaysia and Singapore
MOST_SHIPS = 2000


@dataclass(frozen=True)
class Scene:
    """A seeded exercise. ``start``: ns UTC. ``ships``: how many, 20 to 2,000 (marks, stations and incidents extra).

    ``incidents=False`` leaves out the demo's incidents. ``drills`` names families of :mod:`selat.exercise.drills`, of
    each incident of which ``count`` are staged within ``hours``, with look-alikes that are none. ``full``: the traffic of
    a whole strait (:mod:`selat.exercise.crowd`), with its flaws (:mod:`selat.exercise.flaws`). Raises
    :class:`ConfigError` for a number out of range or an unknown family.
    """

    seed: int = 1
    start: int = START
    ships: int = 340
    incidents: bool = True
    drills: tuple[str, ...] = ()
    count: int = 3
    hours: float = 3.0
    full: bool = False
    stations: tuple[Station, ...] = field(default=STATIONS)

    def __post_init__(self) -> None:
        if not 20 <= self.ships <= MOST_SHIPS:
            raise ConfigError(f"an exercise of {self.ships} ships", hint=f"ask for 20 to {MOST_SHIPS} ships")
        from selat.exercise.drills import families

        object.__setattr__(self, "drills", families(self.drills))
        if self.seed < 0:
            raise ConfigError(f"seed {self.seed} is negative", hint="give a whole number from 0 on")

    @cached_property
    def _built(self) -> tuple[tuple[Ship, ...], Traffic, Staged]:
        from selat.exercise.fleet import build

        return build(self)

    @property
    def fleet(self) -> tuple[Ship, ...]:
        """All transponders but those of beacons; their order is the ``ships`` of :meth:`Traffic.at`."""
        return self._built[0]

    @property
    def staged(self) -> Staged:
        """Truths and faults of the drills."""
        return self._built[2]

    @property
    def traffic(self) -> Traffic:
        """The motion of :attr:`fleet`."""
        return self._built[1]

    def number(self, mmsi: int, *, hull: int = 0) -> int:
        """Number in :attr:`fleet` of the ``hull``-th ship with this MMSI; KeyError if there is none."""
        found = [i for i, s in enumerate(self.fleet) if s.mmsi == mmsi]
        if hull >= len(found):
            raise KeyError(mmsi)
        return found[hull]


def scenario(
    seed: int, families: tuple[str, ...] | None = None, *, count: int = 3, ships: int = 400, hours: float = 3.0,
    night: bool | None = None,
) -> Scene:  # fmt: skip
    """A scene to measure rules on: a whole strait's traffic and receivers, ``count`` of each incident of the families.

    ``families``: of :mod:`selat.exercise.drills`; None: all. ``night``: it begins at 23:00 in
    Singapore, else at 09:00; None: by night for even seeds.
    """
    from selat.exercise.drills import FAMILIES

    dark = seed % 2 == 0 if night is None else night
    start = START + 14 * HOUR if dark else START
    return Scene(
        seed, start, ships, False, tuple(FAMILIES) if families is None else families, count, hours, True, COAST
    )
