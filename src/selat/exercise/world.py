"""What the rules may know of a scene: the zones of its made-up strait, the real shore and ports, and lists of ships."""

from __future__ import annotations

from selat.exercise.past import history
from selat.exercise.scene import Scene
from selat.exercise.zones import declared as zones
from selat.tracks import coast
from selat.tracks import ports as index
from selat.tracks.coast import Coast
from selat.tracks.lanes import Lanes
from selat.tracks.lists import Lists
from selat.tracks.ports import Ports
from selat.tracks.world import World
from selat.tracks.zones import Zones


def world_of(scene: Scene) -> World:
    """World of a scene: the same for all scenes but for its lists. Zones name their source, "exercise".

    Lanes are those declared and those learned from days of routine traffic before (:mod:`selat.exercise.past`).
    """
    declared = Zones(zones())
    return World(
        zones=declared, lanes=Lanes(history(), declared), coast=Coast(coast.SHIPPED), ports=Ports(index.SHIPPED),
        lists=Lists(scene.staged.entries),
    )  # fmt: skip
