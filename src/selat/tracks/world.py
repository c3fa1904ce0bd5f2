"""World: what rules know besides ships: zones, lanes, coast, ports and lists."""

from __future__ import annotations

from dataclasses import dataclass, field

from selat.tracks.coast import Coast
from selat.tracks.lanes import Lanes
from selat.tracks.lists import Lists
from selat.tracks.ports import Ports
from selat.tracks.zones import Zones


@dataclass(frozen=True, slots=True)
class World:
    """All parts have empty defaults, which know nothing: NaN distances, no members, no matches."""

    zones: Zones = field(default_factory=Zones)
    lanes: Lanes = field(default_factory=Lanes)
    coast: Coast = field(default_factory=Coast)
    ports: Ports = field(default_factory=Ports)
    lists: Lists = field(default_factory=Lists)
