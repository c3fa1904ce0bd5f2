"""Drills: families of incidents to be staged in number, each with look-alikes that are none.

A family is a module with ``stage(yard, count)``: it launches the craft it needs, or takes ships of the traffic, and notes the
truth. Nothing in what is sent says that it was staged. Families do not disturb each other: each incident has waters of its own,
and a ship of the traffic takes part in one incident only. A module may have ``finish(yard)``, which is called when all ships are
there: facts about the traffic itself.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from selat.exercise.drills import (
    cables,
    casualties,
    company,
    crime,
    distress,
    encounters,
    feeds,
    fishing,
    identities,
    lanes,
    meetings,
    motion,
    schemes,
    signals,
    silences,
)
from selat.model.errors import ConfigError

if TYPE_CHECKING:
    from selat.exercise.fleet import Yard

FAMILIES: dict[str, Callable[[Yard, int], None]] = {
    "distress": distress.stage,
    "casualties": casualties.stage,
    "silences": silences.stage,
    "signals": signals.stage,
    "meetings": meetings.stage,
    "company": company.stage,
    "lanes": lanes.stage,
    "schemes": schemes.stage,
    "encounters": encounters.stage,
    "motion": motion.stage,
    "identities": identities.stage,
    "cables": cables.stage,
    "fishing": fishing.stage,
    "crime": crime.stage,
    "feeds": feeds.stage,
}
FINISH: dict[str, Callable[[Yard], None]] = {"schemes": schemes.finish, "fishing": fishing.finish}
#: names for several families at once
GROUPS: dict[str, tuple[str, ...]] = {
    "safety": ("distress", "casualties", "encounters"),
    "transmission": ("silences", "signals"),
    "pairs": ("meetings", "company"),
    "zones": ("lanes", "schemes"),
    "kinematics": ("motion",),
    "identity": ("identities",),
    "infrastructure": ("cables",),
    "meta": ("feeds",),
}


def families(names: tuple[str, ...]) -> tuple[str, ...]:
    """Families by their own names and those of groups, each once, in the order of :data:`FAMILIES`; ConfigError."""
    wanted: set[str] = set()
    for name in names:
        if name not in FAMILIES and name not in GROUPS:
            known = ", ".join((*FAMILIES, *GROUPS))
            raise ConfigError(f"there is no drill {name!r}", hint=f"one of {known}")
        wanted |= set(GROUPS.get(name, (name,)))
    return tuple(f for f in FAMILIES if f in wanted)


def stage(yard: Yard, names: tuple[str, ...], count: int) -> None:
    """Stage families, then what is known only when all ships are there."""
    wanted = families(names)
    for name in wanted:
        FAMILIES[name](yard, count)
    for name in wanted:
        if name in FINISH:
            FINISH[name](yard)
